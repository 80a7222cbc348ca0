/**
 * What is announced elsewhere of a success, and what is said when that was refused. An announcement never has a say in
 * the deployment: it is written afterwards, by a projection.
 */
import type { Kysely, Transaction } from "kysely";
import { z } from "zod";
import { optional } from "../optional.ts";
import type { Announcement } from "../policy/announcements.ts";
import type { Instant, RequestKind, Sha } from "../policy/model.ts";
import { projectionKey, touch } from "../projections/touch.ts";
import type { Database, DeploymentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { say } from "./tell.ts";

/** A success, as others are told of it. */
export type Announced = {
  readonly announcement: Announcement;
  readonly deployment: number;
  readonly kind: RequestKind;
  readonly service: string;
  /** `owner/name` */
  readonly repository: string;
  readonly environment: string;
  readonly url?: string;
  readonly sha: Sha;
  readonly ref?: string;
  readonly version?: string;
  readonly previousSha?: Sha;
  readonly previousVersion?: string;
  readonly requestedBy: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
};

export type AnnouncementNote = {
  readonly code: "announcement-refused";
  readonly where: Announcement["kind"];
  /** Without a full stop. */
  readonly why: string;
};

/** What the surface remembers of a refusal. */
const refusedShape = z.object({ refused: z.string() });

/** In the transaction that ends a deployment with success. */
export async function touchAnnouncements(
  trx: Transaction<Database>,
  bot: Bot,
  row: Pick<DeploymentRow, "id" | "policy">,
): Promise<void> {
  for (const [index] of (row.policy?.announce ?? []).entries()) {
    const subject = `${row.id}/${index}`;
    await touch(trx, bot.wake, { surface: "announcement", subject, lane: `announcement/${subject}` });
  }
}

/** `subject` is the deployment's number and the place in its policy; undefined when there is nothing to announce. */
export async function loadAnnounced(db: Kysely<Database>, subject: string): Promise<Announced | undefined> {
  const [deployment, index] = subject.split("/").map(Number);
  if (deployment === undefined || index === undefined) return undefined;
  const row = await db
    .selectFrom("deployment")
    .innerJoin("environment", "environment.id", "deployment.environment_id")
    .innerJoin("service", "service.id", "environment.service_id")
    .innerJoin("repository", "repository.id", "service.repository_id")
    .selectAll("deployment")
    .select(["environment.name as environment", "service.name as service", "repository.full_name as repository"])
    .where("deployment.id", "=", deployment)
    .executeTakeFirst();
  const announcement = row?.policy?.announce?.[index];
  if (row === undefined || announcement === undefined || row.status !== "success" || row.ended_at === null) {
    return undefined;
  }
  return {
    announcement,
    deployment,
    kind: row.kind,
    service: row.service,
    repository: row.repository,
    environment: row.environment,
    ...optional("url", row.policy?.url),
    sha: row.sha,
    ...optional("ref", row.ref),
    ...optional("version", row.version),
    ...optional("previousSha", row.previous_sha),
    ...optional("previousVersion", row.previous_version),
    requestedBy: row.requested_by,
    startedAt: (row.started_at ?? row.ended_at).getTime(),
    endedAt: row.ended_at.getTime(),
  };
}

/** Says in the deployment's thread, once, that it could not be announced; nothing when it was. */
export async function tellRefusedAnnouncement(bot: Bot, subject: string): Promise<void> {
  const key = projectionKey("announcement", subject);
  const row = await bot.db.selectFrom("projection").select("external").where("key", "=", key).executeTakeFirst();
  const refused = refusedShape.safeParse(row?.external).data?.refused;
  const announced = await loadAnnounced(bot.db, subject);
  if (refused === undefined || announced === undefined) return;
  const { channel } = await bot.db
    .selectFrom("deployment")
    .select("channel")
    .where("id", "=", announced.deployment)
    .executeTakeFirstOrThrow();
  const content = { code: "announcement-refused", where: announced.announcement.kind, why: refused } as const;
  await bot.db
    .transaction()
    .execute((trx) => say(trx, bot, { key, content, channel, deployment: announced.deployment }));
}

/** Marks what people see of a deployment as needing a look, and adds what is said once. Writes no far side itself. */
import type { Kysely, Transaction } from "kysely";
import { touch } from "../projections/touch.ts";
import type { Database, DeploymentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { wakeHomes } from "./follow-homes.ts";
import type { ServiceRef } from "./place.ts";
import type { NoteContent } from "./said.ts";

export function messageSubject(deployment: number, ask: number): string {
  return `${deployment}/${ask}`;
}

/** The message of this ask alone. */
export async function touchMessage(
  trx: Transaction<Database>,
  bot: Bot,
  { id, ask, channel }: Pick<DeploymentRow, "id" | "ask" | "channel">,
): Promise<void> {
  if (channel === null) return;
  await touch(trx, bot.wake, { surface: "slack.message", subject: messageSubject(id, ask), lane: channel });
}

/** Answers on GitHub that speak of a deployment: to a comment, and to a workflow run that is held. */
const toldOnGitHub = [
  ["comment_reply", "github.reply"],
  ["protection_request", "github.protection"],
] as const;

/**
 * Every message that stands for the deployment, the outdated asks too, the answers on GitHub that speak of it, and its
 * GitHub Deployment once it has started.
 */
export async function touchDeployment(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  row: Pick<DeploymentRow, "id" | "ask" | "channel" | "started_at">,
): Promise<void> {
  for (let ask = 1; ask < row.ask; ask += 1) await touchMessage(trx, bot, { ...row, ask });
  await touchMessage(trx, bot, row);
  await wakeHomes(trx, bot.wake, service.id);
  const lane = `github/${service.repository.installationId}`;
  for (const [table, surface] of toldOnGitHub) {
    const rows = await trx.selectFrom(table).select("id").where("deployment_id", "=", row.id).execute();
    for (const { id } of rows) await touch(trx, bot.wake, { surface, subject: `${id}`, lane });
  }
  if (row.started_at !== null) {
    await touch(trx, bot.wake, { surface: "github.deployment", subject: `${row.id}`, lane });
  }
}

/** What failed just before this one no longer offers to be tried again. */
export async function touchFailureBefore(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  { id, environment_id }: Pick<DeploymentRow, "id" | "environment_id">,
): Promise<void> {
  const before = await trx
    .selectFrom("deployment")
    .selectAll()
    .where("environment_id", "=", environment_id)
    .where("id", "<", id)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  if (before?.status === "failure" || before?.status === "error") await touchDeployment(trx, bot, service, before);
}

/** Whether a note of this key was said: the trace by which a command that is delivered again is known. */
export async function wasSaid(db: Kysely<Database>, key: string): Promise<boolean> {
  const row = await db.selectFrom("note").select("id").where("key", "=", key).executeTakeFirst();
  return row !== undefined;
}

/**
 * Says something once: to one person by direct message, in the deployment's thread, else in the service's channel. A
 * known key says nothing again.
 */
export async function say(
  trx: Transaction<Database>,
  bot: Bot,
  note: {
    readonly key: string;
    readonly content: NoteContent;
    readonly channel?: string | null | undefined;
    readonly deployment?: number;
    readonly service?: number;
    /** Whom alone it is for; `channel` is not read then. */
    readonly slackUser?: string;
  },
): Promise<void> {
  const added = await trx
    .insertInto("note")
    .values({
      key: note.key,
      content: JSON.stringify(note.content),
      deployment_id: note.deployment ?? null,
      service_id: note.service ?? null,
      slack_user: note.slackUser ?? null,
      at: new Date(bot.context.clock.now()),
    })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .returning("id")
    .executeTakeFirst();
  const lane = note.slackUser ?? note.channel ?? undefined;
  if (added === undefined || lane === undefined) return;
  await touch(trx, bot.wake, { surface: "slack.note", subject: `${added.id}`, lane });
}

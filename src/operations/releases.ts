/**
 * Releases on GitHub for what is deployed, by an environment's `release`: marked as wanted here, made by the surface
 * `github.release`, and told once it stands.
 */
import { type Kysely, sql, type Transaction } from "kysely";
import type { Wake } from "../jobs/wake.ts";
import { projectionKey, touch } from "../projections/touch.ts";
import type { Database, DeploymentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import type { ServiceRef } from "./place.ts";
import { say } from "./tell.ts";
import { byRelease, wakeAttempts } from "./woken-by.ts";

export type StandingRelease =
  | { readonly kind: "made"; readonly tag: string; readonly url: string }
  | { readonly kind: "wanted" }
  /** GitHub has said no again and again. */
  | { readonly kind: "refused"; readonly why: string };

/** So many refusals are no accident; the surface goes on trying. */
const refusals = 3;

export async function wantRelease(
  trx: Transaction<Database>,
  wake: Wake,
  deployment: number,
  installation: number,
): Promise<void> {
  await touch(trx, wake, { surface: "github.release", subject: `${deployment}`, lane: `github/${installation}` });
}

export async function standingRelease(db: Kysely<Database>, deployment: number): Promise<StandingRelease | undefined> {
  const row = await db
    .selectFrom("projection")
    .select(["refused", "error"])
    .select([sql<string | null>`external->>'tag'`.as("tag"), sql<string | null>`external->>'url'`.as("url")])
    .where("key", "=", projectionKey("github.release", `${deployment}`))
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { tag, url } = row;
  if (tag !== null && url !== null) return { kind: "made", tag, url };
  return row.refused >= refusals ? { kind: "refused", why: row.error ?? "GitHub refused it" } : { kind: "wanted" };
}

/** What others deployed, and what goes back, is no release. */
export async function releaseAfter(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  { id, kind, policy }: DeploymentRow,
): Promise<void> {
  if (policy?.release !== "after" || kind === "rollback" || kind === "external") return;
  await wantRelease(trx, bot.wake, id, service.repository.installationId);
}

/** Says where it is, and wakes the stage that waits for it. */
export async function tellRelease(bot: Bot, subject: string): Promise<void> {
  const deployment = Number(subject);
  const release = await standingRelease(bot.db, deployment);
  if (release?.kind !== "made") return;
  const { tag, url } = release;
  await bot.db.transaction().execute(async (trx) => {
    const row = await trx.selectFrom("deployment").select("channel").where("id", "=", deployment).executeTakeFirst();
    await say(trx, bot, {
      key: `release/${deployment}`,
      content: { code: "release-stands", tag, url },
      channel: row?.channel ?? null,
      deployment,
    });
    await wakeAttempts(trx, bot, byRelease(deployment));
  });
}

/**
 * The keys under which the heads of a branch are asked for, each once. A branch may come back to what it held before it
 * was forced or deleted: so what it leaves gives its key up, and is asked for anew then. Never calls anyone.
 */
import { sql, type Transaction } from "kysely";
import { pendingStatuses, runningStatuses } from "../policy/model.ts";
import type { Database } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import type { Place } from "./place.ts";

export function mergeKey(branch: string, sha: string): string {
  return `merge:${branch}:${sha}`;
}

/**
 * Of all up to `last` but what the branch holds, since no other is asked for. What is renamed once is not found again.
 */
export async function giveUpKeys(
  trx: Transaction<Database>,
  environment: number,
  { branch, holds, last }: { readonly branch: string; readonly holds: string | undefined; readonly last: number },
): Promise<void> {
  await trx
    .updateTable("deployment")
    .set({ request_key: sql<string>`request_key || '/left/' || id` })
    .where("environment_id", "=", environment)
    .where("id", "<=", last)
    .where("sha", "!=", holds ?? "")
    .where("request_key", "=", sql<string>`${mergeKey(branch, "")} || sha`)
    .execute();
}

/** The branch left it and came back while it stayed live, and nothing is under way that would change that. */
export async function stayedLive(bot: Bot, { environment }: Place, branch: string, sha: string): Promise<boolean> {
  if (environment.live_sha !== sha || environment.uncertain_deployment_id !== null) return false;
  const ofThis = bot.db.selectFrom("deployment").select("id").where("environment_id", "=", environment.id).limit(1);
  const left = await ofThis
    .where(sql<boolean>`starts_with(request_key, ${`${mergeKey(branch, sha)}/left/`})`)
    .executeTakeFirst();
  if (left === undefined) return false;
  const underWay = await ofThis
    .where("status", "in", [...pendingStatuses, ...runningStatuses])
    // What is only offered changes nothing by itself.
    .where("offered_at", "is", null)
    .executeTakeFirst();
  return underWay === undefined;
}

/**
 * Names for news that is a reason to look at what runs: a deployer says with a start by which it is woken, and whoever
 * hears the news wakes by the same name. A lost delivery loses time only, since what runs is looked at all the same.
 */
import type { Transaction } from "kysely";
import type { Sha } from "../policy/model.ts";
import type { Database } from "../store/schema.ts";
import type { Bot } from "./bot.ts";

/** A check or status on this commit changed. */
export const byChecks = (repositoryId: number, sha: Sha): string => `checks/${repositoryId}/${sha}`;

export async function wakeAttempts(trx: Transaction<Database>, bot: Bot, wokenBy: string): Promise<void> {
  const rows = await trx
    .selectFrom("attempt")
    .select("deployment_id")
    .distinct()
    .where("woken_by", "=", wokenBy)
    .where("state", "=", "started")
    .execute();
  for (const row of rows) await bot.wake.advance(trx, row.deployment_id);
}

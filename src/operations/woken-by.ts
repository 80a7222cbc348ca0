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

/** A pull request changed, was merged or closed. */
export const byPullRequest = (repositoryId: number, number: number): string => `pull/${repositoryId}/${number}`;

/** The release that a deployment waits for stands. */
export const byRelease = (deployment: number): string => `release/${deployment}`;

/** A workflow run, or a job of it, began or ended. */
export const byRun = (repositoryId: number, run: number): string => `run/${repositoryId}/${run}`;

/** A GitHub Deployment that a stage made was answered with a status. */
export const byGitHubDeployment = (repositoryId: number, deployment: number): string =>
  `deployment/${repositoryId}/${deployment}`;

/** News of something: whatever waits for it is looked at. Most news is about nothing that runs, and costs one look-up. */
export async function hearOf(bot: Bot, wokenBy: string): Promise<void> {
  const waits = await bot.db
    .selectFrom("attempt")
    .select("token")
    .where("woken_by", "=", wokenBy)
    .where("state", "=", "started")
    .limit(1)
    .executeTakeFirst();
  if (waits !== undefined) await bot.db.transaction().execute((trx) => wakeAttempts(trx, bot, wokenBy));
}

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

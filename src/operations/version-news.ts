/** A branch moved, or a pull request changed: what versions and back-merges may have waited for is looked at. */
import { lookAtBackMergesOf } from "./back-merge.ts";
import type { Bot } from "./bot.ts";
import { OutsideError, type RepositoryRef } from "./ports.ts";

export async function wakeVersion(bot: Bot, step: number): Promise<void> {
  await bot.db.transaction().execute(async (trx) => await bot.wake.version(trx, step));
}

export async function versionNews(bot: Bot, repository: RepositoryRef, branches: readonly string[]): Promise<void> {
  const waiting = await bot.db
    .selectFrom("candidate")
    .innerJoin("service", "service.id", "candidate.service_id")
    .select("candidate.id")
    .where("service.repository_id", "=", repository.id)
    .where("candidate.ended_at", "is", null)
    .execute();
  for (const { id } of waiting) await wakeVersion(bot, id);
  for (const branch of branches) await lookAtBackMergesOf(bot, repository, branch);
}

/** A pipeline file may be new. What GitHub does not say now is found by the sweep, and keeps nothing else. */
export async function lookAtDueBackMerges(bot: Bot, repository: RepositoryRef): Promise<void> {
  try {
    await lookAtBackMergesOf(bot, repository);
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    bot.log.warn({ err: error, repository: repository.fullName }, "whether a branch lacks anything is looked at later");
  }
}

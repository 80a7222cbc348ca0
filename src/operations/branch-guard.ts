/**
 * Whether a branch requires the bot's check. Where it does not, a pull request that is not ready can be merged all the
 * same, and people should know. GitHub is asked once a day for each branch, and only when that would be said.
 */
import type { Bot } from "./bot.ts";
import { OutsideError, type RepositoryRef } from "./ports.ts";

export const readyCheckName = "signalbox/ready";
const keptMs = 24 * 60 * 60_000;

/** Undefined when GitHub would not tell. What cannot be asked now holds nothing else up: it is asked the next time. */
export async function isGuarded(bot: Bot, repository: RepositoryRef, branch: string): Promise<boolean | undefined> {
  const now = bot.context.clock.now();
  const known = await bot.db
    .selectFrom("branch_guard")
    .selectAll()
    .where("repository_id", "=", repository.id)
    .where("branch", "=", branch)
    .executeTakeFirst();
  if (known !== undefined && known.looked_at.getTime() > now - keptMs) return known.required ?? undefined;
  try {
    const required = (await bot.github.requiresCheck(repository, branch, readyCheckName)) ?? null;
    const values = { required, looked_at: new Date(now) };
    await bot.db
      .insertInto("branch_guard")
      .values({ repository_id: repository.id, branch, ...values })
      .onConflict((conflict) => conflict.columns(["repository_id", "branch"]).doUpdateSet(values))
      .execute();
    return required ?? undefined;
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    bot.log.warn({ err: error, repository: repository.fullName, branch }, "what the branch requires is not known");
    return undefined;
  }
}

/** For what is done to many repositories one after the other: what the far side refuses of one keeps none of the others. */
import type { Bot } from "./bot.ts";
import { Refusal, type RepositoryRef } from "./ports.ts";

/** Whatever else goes wrong is thrown: it would go wrong for the others too. */
export async function unlessRefused(bot: Bot, repository: RepositoryRef, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    bot.log.warn({ err: error, repository: repository.fullName }, "GitHub refuses to tell of a repository");
  }
}

/**
 * Whether a branch still holds what was read of it. Pushes are handled side by side, so news of an older one may come to
 * its request after a newer one was asked for, and would take its place. Calls: none where nothing has moved, else 1.
 */
import type { Bot } from "./bot.ts";
import type { Place } from "./place.ts";
import type { FoundRevision, RepositoryRef } from "./ports.ts";

/**
 * `versionBefore`: the environment's before the head was read. Whoever has asked for a newer one since has raised it, so
 * that only then GitHub is asked.
 */
export function stillHead(
  bot: Bot,
  repository: RepositoryRef,
  { branch, head }: { readonly branch: string; readonly head: FoundRevision },
  versionBefore: number | undefined,
): (place: Place) => Promise<boolean> {
  return async ({ environment }) =>
    environment.version === versionBefore || (await bot.github.branchHead(repository, branch))?.sha === head.sha;
}

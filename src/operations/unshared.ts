/**
 * What one branch has and another lacks, where a pull request may have brought some of it by a squash: then the two share
 * no commit, and a file that was edited afterwards is the same in neither. Reads only.
 */
import type { Sha } from "../policy/model.ts";
import type { Bot } from "./bot.ts";
import type { RepositoryRef } from "./ports.ts";
import type { Unshared } from "./version-writes.ts";

/** Of the last pull request by which a branch was brought back. */
export type Brought = {
  readonly pull: number;
  /** What the branch held that was brought. */
  readonly head: Sha;
  /** What it was merged as. */
  readonly merged: Sha;
};

/** Calls: 1, and 1 for each file that differs, up to thirty; 2 more where something was brought. */
export async function unshared(
  bot: Bot,
  repository: RepositoryRef,
  from: Sha,
  into: Sha,
  brought: Brought | null,
): Promise<Unshared> {
  // A commit that was made before the merge lacks what it brought.
  const holdsIt = brought !== null && (await holds(bot, repository, into, brought.merged));
  return await bot.versions.unshared(repository, from, into, holdsIt ? brought.head : undefined);
}

export async function broughtBack(
  bot: Bot,
  repository: RepositoryRef,
  from: string,
  into: string,
): Promise<Brought | null> {
  const row = await bot.db
    .selectFrom("back_merge")
    .select("brought")
    .where("repository_id", "=", repository.id)
    .where("source", "=", from)
    .where("target", "=", into)
    .executeTakeFirst();
  return row?.brought ?? null;
}

/** Seen from the head, what it holds lies behind it. Calls: 1, or none where they are the same. */
export async function holds(bot: Bot, repository: RepositoryRef, head: Sha, commit: Sha): Promise<boolean> {
  if (head === commit) return true;
  const { comparison } = await bot.github.compare(repository, head, commit);
  return comparison === "behind" || comparison === "identical";
}

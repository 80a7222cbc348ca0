/** What a request would bring, for the message and for who is an author of what ships. Reads only. */
import { matchesGlob } from "node:path";
import { optional } from "../optional.ts";
import type { Bot } from "./bot.ts";
import type { Outside } from "./gather-outside.ts";
import type { Place } from "./place.ts";
import type { ShippedPullRequest, Ships } from "./ships.ts";
import { pullRequestTouches } from "./touches.ts";

export async function shipsBetween(
  bot: Bot,
  place: Place,
  outside: Pick<Outside, "live" | "comparedToLive" | "takenBack"> & Partial<Pick<Outside, "undoes">>,
  sha: string,
): Promise<Ships> {
  const { repository } = place.service;
  const compared = outside.comparedToLive ?? outside.takenBack;
  const back = outside.takenBack !== undefined && outside.takenBack.comparison !== "identical";
  if (compared === undefined || outside.live === null) {
    return { comparison: "first", commits: 0, authors: [], pullRequests: await merged(bot, place, [sha]) };
  }
  return {
    comparison: back ? "behind" : compared.comparison,
    commits: compared.commits,
    authors: compared.authors,
    pullRequests: await merged(bot, place, compared.shas),
    ...optional("migrations", migrationsAmong(compared.files, place.policy.migrations)),
    ...optional(
      "compareUrl",
      compared.comparison === "identical"
        ? undefined
        : `${bot.githubUrl}/${repository.fullName}/compare/${back ? `${sha}...${outside.undoes ?? outside.live}` : `${outside.live}...${sha}`}`,
    ),
  };
}

/** What went live without having been asked for here, against what was live until then. Calls: those of 1 comparison or 2. */
export async function shipsSinceLive(bot: Bot, place: Place, sha: string): Promise<Ships> {
  const { repository } = place.service;
  const live = place.environment.live_sha;
  if (live === null)
    return await shipsBetween(bot, place, { live, comparedToLive: undefined, takenBack: undefined }, sha);
  const compared = await bot.github.compare(repository, live, sha);
  const takenBack = compared.comparison === "behind" ? await bot.github.compare(repository, sha, live) : undefined;
  const comparedToLive = takenBack === undefined ? compared : undefined;
  return await shipsBetween(bot, place, { live, comparedToLive, takenBack }, sha);
}

/** GitHub lists no more files of a comparison than this. */
const mostListedFiles = 300;
/** Longer paths are looked at by their beginning alone, so that no pattern takes long. */
const longestPath = 1_000;

function migrationsAmong(
  files: readonly string[] | undefined,
  globs: readonly string[] | undefined,
): Ships["migrations"] {
  if (files === undefined || globs === undefined) return undefined;
  const found = files.filter((file) => globs.some((glob) => matchesGlob(file.slice(0, longestPath), glob)));
  return { files: found.length, atLeast: files.length >= mostListedFiles };
}

/** The files of so many pull requests are asked for at once; of what is beyond it nobody knows that it is not shipped. */
const mostAsked = 50;

async function merged(bot: Bot, place: Place, shas: readonly string[]): Promise<readonly ShippedPullRequest[]> {
  if (shas.length === 0) return [];
  const rows = await bot.db
    .selectFrom("pull_request")
    .select(["number", "title", "author", "issues", "head_sha", "changed_files"])
    .where("repository_id", "=", place.service.repository.id)
    .where("merge_sha", "in", [...shas])
    .orderBy("number")
    .execute();
  const touching = await Promise.all(
    rows.map(async (row, i) => i >= mostAsked || (await pullRequestTouches(bot, place, row))),
  );
  return rows
    .filter((_, i) => touching[i])
    .map((row) => ({
      number: row.number,
      title: row.title,
      author: row.author,
      issues: row.issues.map(({ repository: name, number }) => ({ repository: name, number })),
    }));
}

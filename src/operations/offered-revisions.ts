/**
 * Recent revisions that a person can choose for an environment, with what each would bring. Calls: 1 for the commits of
 * its branch, 1 for the tags; what they bring is read from the store.
 */
import type { Kysely } from "kysely";
import { optional } from "../optional.ts";
import { compareVersions } from "../policy/versions/compare.ts";
import type { Database } from "../store/schema.ts";
import { liveOf } from "./before-facts.ts";
import type { Bot } from "./bot.ts";
import type { OfferedRevision } from "./form.ts";
import { loadPlaces, type Place } from "./place.ts";
import type { RecentCommit, TagName } from "./ports.ts";

const mostCommits = 25;
const mostTags = 15;

export type Offering = {
  readonly revisions: readonly OfferedRevision[];
  /** What the branch holds, for trees that need not be asked for again. */
  readonly commits: readonly RecentCommit[];
};

export async function offerRevisions(bot: Bot, place: Place): Promise<Offering> {
  const { repository } = place.service;
  const branch = place.policy.branch ?? repository.defaultBranch;
  const [commits, tags, before] = await Promise.all([
    bot.github.recentCommits(repository, branch),
    bot.github.tags(repository),
    liveBefore(bot, place),
  ]);
  const brings = await whatEachBrings(bot.db, place, commits);
  const with_ = (sha: string) => optional("brings", brings(sha));
  const [tip, ...older] = commits;
  const own = place.policy.branch !== undefined;
  const live = liveOf(place.environment);
  return {
    commits,
    revisions: [
      ...(tip === undefined || !own ? [] : [commit(tip, "tip", branch, with_(tip.sha))]),
      ...(before === undefined ? [] : [{ ...before, ...with_(before.sha) }]),
      ...tagged(tags).map((tag) => ({ ...tag, ...with_(tag.sha) })),
      ...(live === undefined
        ? []
        : [
            {
              value: `sha:${live.revision.sha}`,
              as: "live" as const,
              sha: live.revision.sha,
              name: place.policy.name,
              ...optional("version", live.revision.version),
              ...with_(live.revision.sha),
            },
          ]),
      ...[...(own || tip === undefined ? [] : [tip]), ...older]
        .filter(({ sha }) => sha !== live?.revision.sha)
        .slice(0, mostCommits)
        .map((one) => commit(one, "commit", undefined, with_(one.sha))),
    ],
  };
}

function commit(
  { sha, title }: RecentCommit,
  as: "tip" | "commit",
  name: string | undefined,
  brings: Pick<OfferedRevision, "brings">,
): OfferedRevision {
  return { value: `sha:${sha}`, as, sha, ...optional("name", name), title, ...brings };
}

/** What is live in the environment before: choosing it is a promotion. */
async function liveBefore(bot: Bot, place: Place): Promise<OfferedRevision | undefined> {
  const { after } = place.policy;
  if (after === undefined) return undefined;
  const places = await loadPlaces(bot.db, place.service);
  const before = places.find(({ policy }) => policy.name === after);
  const live = before === undefined ? undefined : liveOf(before.environment);
  if (live === undefined) return undefined;
  const { sha, version } = live.revision;
  return { value: `live:${sha}`, as: "live-before", sha, name: after, ...optional("version", version) };
}

/** The latest versions first; what is no version is no candidate and no release, and is left out. */
function tagged(tags: readonly TagName[]): readonly OfferedRevision[] {
  const versions = tags.filter(({ name }) => compareVersions(bare(name), bare(name)) !== undefined);
  return versions
    .toSorted((one, other) => compareVersions(bare(other.name), bare(one.name)) ?? 0)
    .slice(0, mostTags)
    .map(({ name, sha }) => {
      const as = /(?:rc|alpha|beta|[ab]\d|-)/iu.test(bare(name)) ? ("candidate" as const) : ("tag" as const);
      return { value: `tag:${name}`, as, sha, name };
    });
}

function bare(tag: string): string {
  return tag.replace(/^\D*(?=\d)/u, "");
}

/** From what is live (exclusive) to the commit (inclusive); undefined where the commits at hand do not hold both. */
async function whatEachBrings(db: Kysely<Database>, place: Place, commits: readonly RecentCommit[]) {
  const positions = new Map(commits.map(({ sha }, position) => [sha, position]));
  const live = positions.get(place.environment.live_sha ?? "");
  const rows =
    live === undefined || live === 0
      ? []
      : await db
          .selectFrom("pull_request")
          .select(["title", "merge_sha"])
          .where("repository_id", "=", place.service.repository.id)
          .where(
            "merge_sha",
            "in",
            commits.slice(0, live).map(({ sha }) => sha),
          )
          .execute();
  const merged = rows
    .map(({ title, merge_sha: sha }) => ({ title, position: positions.get(sha ?? "") ?? -1 }))
    .toSorted((one, other) => one.position - other.position);
  return (sha: string): OfferedRevision["brings"] => {
    const position = positions.get(sha);
    if (live === undefined || position === undefined || position > live) return undefined;
    const within = merged.filter((one) => one.position >= position);
    return { pullRequests: within.length, titles: within.slice(0, 10).map(({ title }) => title) };
  };
}

/**
 * A branch moved: every environment that follows it asks for what the branch holds now. The event is only the news that
 * it moved; the head is read at the decision, so late and repeated news ask for the same thing once.
 */
import { sql } from "kysely";
import { optional } from "../optional.ts";
import { withHeads } from "./ask-in-bulk.ts";
import type { Bot } from "./bot.ts";
import { followDemos } from "./follow-demos.ts";
import { seeBaseMoved } from "./look-again-at-pull-requests.ts";
import { mergeKey, stayedLive } from "./merge-keys.ts";
import type { Place } from "./place.ts";
import type { FoundPullRequest, FoundRevision, RepositoryRef } from "./ports.ts";
import { pipelinePath } from "./pull-request-facts.ts";
import { followersOf, raiseDiverged } from "./pull-request-gate.ts";
import { rulesInForce } from "./pull-request-rules.ts";
import { readPipeline } from "./read-pipeline.ts";
import { requestWhile } from "./request.ts";
import { seeOpenPullRequests } from "./see-open-pull-requests.ts";
import { judgeOpenPullRequests, seePullRequest, storedPullRequest } from "./see-pull-request.ts";
import { stillHead } from "./still-head.ts";
import { tellBroken } from "./tell-broken-branch.ts";
import { mergeTouches } from "./touches.ts";
import { unlessRefused } from "./unless-refused.ts";

export type BranchMoved = {
  readonly repository: RepositoryRef;
  readonly branch: string;
  /** Where the branch stood before, and where it was moved to: forty zeros when it was made or deleted. */
  readonly before: string;
  readonly after: string;
  readonly deleted: boolean;
  /** It was moved to where what it held before is no longer on it. */
  readonly forced: boolean;
  readonly pusher: string;
  /** Absent when GitHub did not list them: then the pipeline file may have changed. */
  readonly changedPaths?: readonly string[];
};

export async function followBranch(bot: Bot, moved: BranchMoved): Promise<void> {
  const { repository, branch, changedPaths, pusher: by } = moved;
  // How a pull request stood when it was merged is kept before its own merge changes the rules or the version that it
  // is compared with. That takes time, in which the branch may move on.
  const early = !moved.deleted && !moved.forced ? await headOf(bot, repository, branch) : undefined;
  const isDefault = branch === repository.defaultBranch && !moved.deleted;
  const touches = changedPaths === undefined || changedPaths.includes(pipelinePath);
  if (isDefault && (touches || (early !== undefined && !(await isNext(bot, moved, early))))) {
    // With its first pipeline file a repository's open pull requests, of which nobody told, are looked at too.
    const followed = (await rulesInForce(bot.db, repository.id)) !== undefined;
    await readPipeline(bot, repository);
    await (followed ? judgeOpenPullRequests : seeOpenPullRequests)(bot, repository);
  }
  await followDemos(bot, { repository, branch }, by);
  if (!moved.deleted) await seeBaseMoved(bot, repository, branch);
  const followers = await followersOf(bot.db, repository.id, branch);
  if (followers.length === 0) return;
  const broken = { repository, branch, by, before: moved.before, followers };
  if (moved.deleted) return await tellBroken(bot, broken);
  if (moved.forced) {
    await tellBroken(bot, { ...broken, after: moved.after });
    return await noteHeard(bot, followers, branch, moved.after);
  }
  const found = early ?? (await headOf(bot, repository, branch));
  if (found === undefined) return;
  const { head } = found;
  if (head.sha !== moved.after && !(await isForward(bot, repository, moved.after, head.sha))) {
    // Told late: the branch was forced since, and whoever did that is told of by another delivery.
    await tellBroken(bot, { repository, branch, before: moved.after, after: head.sha, followers });
    return await noteHeard(bot, followers, branch, head.sha);
  }
  const heard: Place[] = [];
  for (const place of followers) if (await askForHead(bot, place, moved, found)) heard.push(place);
  await noteHeard(bot, heard, branch, head.sha);
}

/** Whether the head holds this push and nothing more that is new: else another may have changed the pipeline file too. */
async function isNext(bot: Bot, { repository, branch, before, after }: BranchMoved, { head }: Head): Promise<boolean> {
  if (head.sha !== after) return false;
  const followers = await followersOf(bot.db, repository.id, branch);
  return followers.every(({ environment: e }) => e.heard_branch === branch && e.heard_sha === before);
}

/** What a branch holds, and the merge that made it. */
type Head = {
  readonly head: FoundRevision;
  readonly merge: Merge | undefined;
  /** The versions of the environments that follow it, by their ids, from before the head was read. */
  readonly versionsBefore: ReadonlyMap<number, number>;
};

/** What a followed branch holds now; undefined when it is gone or nobody follows it. */
async function headOf(bot: Bot, repository: RepositoryRef, branch: string): Promise<Head | undefined> {
  const followers = await followersOf(bot.db, repository.id, branch);
  if (followers.length === 0) return undefined;
  const head = await bot.github.branchHead(repository, branch);
  if (head === undefined) return undefined;
  return { head, merge: await mergeOf(bot, repository, branch, head), versionsBefore: versionsOf(followers) };
}

function versionsOf(places: readonly Place[]): ReadonlyMap<number, number> {
  return new Map(places.map(({ environment }) => [environment.id, environment.version]));
}

/** At start: what was merged while the bot was down is found by comparing each followed branch with the last request. */
export async function followAllBranches(bot: Bot, repositories: readonly RepositoryRef[]): Promise<void> {
  for (let from = 0; from < repositories.length; from += repositoriesAtOnce) {
    const heard: HeardBranch[] = [];
    for (const repository of repositories.slice(from, from + repositoriesAtOnce)) {
      heard.push(...(await branchesHeardOf(bot, repository)));
    }
    const knowing = await withHeads(bot, heard);
    for (const one of heard) {
      await unlessRefused(bot, one.repository, async () => {
        await catchUpAll(bot, one, await knowing.github.branchHead(one.repository, one.branch));
      });
    }
  }
}

/** So many at once keep the heads that were read of them young. */
const repositoriesAtOnce = 25;

type Follower = { readonly place: Place; readonly last: string | undefined };
type HeardBranch = {
  readonly repository: RepositoryRef;
  readonly branch: string;
  readonly followers: readonly Follower[];
};

async function branchesHeardOf(bot: Bot, repository: RepositoryRef): Promise<readonly HeardBranch[]> {
  const places = await followersOf(bot.db, repository.id);
  const heard: HeardBranch[] = [];
  for (const branch of new Set(places.flatMap((place) => place.policy.branch ?? []))) {
    const followers: Follower[] = [];
    for (const place of places.filter((candidate) => candidate.policy.branch === branch)) {
      followers.push({ place, last: await lastFrom(bot, place, branch) });
    }
    if (followers.length > 0) heard.push({ repository, branch, followers });
  }
  return heard;
}

async function catchUpAll(
  bot: Bot,
  { repository, branch, followers }: HeardBranch,
  head: FoundRevision | undefined,
): Promise<void> {
  const moved = followers.some((follower) => head !== undefined && hasMoved(follower, head));
  const merge = head !== undefined && moved ? await mergeOf(bot, repository, branch, head) : undefined;
  const versionsBefore = versionsOf(followers.map(({ place }) => place));
  const heard: Place[] = [];
  for (const follower of followers) {
    const found = head && { head, merge, versionsBefore };
    if (await catchUp(bot, { repository, branch }, follower, found)) heard.push(follower.place);
  }
  if (head !== undefined) await noteHeard(bot, heard, branch, head.sha);
}

/** The first look at a branch deploys nothing: only what moves from then on does. */
function hasMoved({ place, last }: Follower, head: FoundRevision): boolean {
  return last !== undefined && head.sha !== last && place.environment.live_sha !== head.sha;
}

/** False when it holds something newer by now, which is told by a delivery of its own. */
async function catchUp(
  bot: Bot,
  { repository, branch }: Pick<BranchMoved, "repository" | "branch">,
  follower: Follower,
  found: Head | undefined,
): Promise<boolean> {
  const { place, last } = follower;
  if (found === undefined) {
    if (last !== undefined) await tellBroken(bot, { repository, branch, before: last, followers: [place] });
    return true;
  }
  const { head, merge } = found;
  if (last === undefined || !hasMoved(follower, head)) return true;
  if (!(await isForward(bot, repository, last, head.sha))) {
    await tellBroken(bot, { repository, branch, before: last, after: head.sha, followers: [place] });
    return true;
  }
  const pusher = merge?.mergedBy ?? merge?.author ?? "signalbox";
  return await askForHead(bot, place, { branch, pusher }, found);
}

async function isForward(bot: Bot, repository: RepositoryRef, from: string, to: string): Promise<boolean> {
  const { comparison } = await bot.github.compare(repository, from, to);
  return comparison === "ahead" || comparison === "identical";
}

/** What the branch held when the environment last heard of it; of a branch that it never followed, undefined. */
async function lastFrom(bot: Bot, place: Place, branch: string): Promise<string | undefined> {
  const { heard_branch: heard, heard_sha: sha } = place.environment;
  if (heard === branch && sha !== null) return sha;
  const row = await bot.db
    .selectFrom("deployment")
    .select("sha")
    .where("environment_id", "=", place.environment.id)
    .where("kind", "=", "merge")
    .where("ref", "=", branch)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.sha;
}

/** Only after what follows from it was asked for: a crash before leaves it to be found again. */
async function noteHeard(bot: Bot, followers: readonly Place[], branch: string, sha: string): Promise<void> {
  await bot.context.faults.at("branch.asked");
  for (const { environment } of followers) {
    await bot.db
      .updateTable("environment")
      .set({ heard_branch: branch, heard_sha: sha })
      .where("id", "=", environment.id)
      .where(sql<boolean>`(heard_branch, heard_sha) is distinct from (${branch}, ${sha})`)
      .execute();
  }
}

type Merge = Pick<FoundPullRequest, "number" | "author" | "mergedBy"> & { readonly ready: boolean };

/**
 * The pull request whose merge into this branch made the head, with whether it was ready then. The push may be told before
 * the merge. What was merged into another branch and pushed on from there is here by whoever pushed it.
 */
async function mergeOf(
  bot: Bot,
  repository: RepositoryRef,
  branch: string,
  head: FoundRevision,
): Promise<Merge | undefined> {
  const known = await bot.db
    .selectFrom("pull_request")
    .selectAll()
    .where("repository_id", "=", repository.id)
    .where("merge_sha", "=", head.sha)
    .where("base_ref", "=", branch)
    .executeTakeFirst();
  const found = known === undefined ? await bot.github.mergedPullRequest(repository, branch, head.sha) : undefined;
  if (found !== undefined) await seePullRequest(bot, repository, found);
  const row = known ?? (found && (await storedPullRequest(bot, repository.id, found.number)));
  if (row === undefined) return undefined;
  return {
    number: row.number,
    author: row.author,
    ready: row.ready_when_merged ?? false,
    ...optional("mergedBy", row.merged_by),
  };
}

/** False when the branch holds something newer by now, which is told by a delivery of its own. */
async function askForHead(
  bot: Bot,
  place: Place,
  { branch, pusher }: Pick<BranchMoved, "branch" | "pusher">,
  { head, merge, versionsBefore }: Head,
): Promise<boolean> {
  const { environment, service } = place;
  await bot.db.transaction().execute((trx) => raiseDiverged(trx, bot.wake, environment.id));
  if (!(await mergeTouches(bot, place, head))) return true;
  if (await stayedLive(bot, place, branch, head.sha)) return true;
  const mergedBy = merge?.mergedBy ?? pusher;
  const wanted = {
    kind: "merge",
    typed: false,
    revision: { ...head, ref: branch },
    requestedBy: mergedBy,
    key: mergeKey(branch, head.sha),
    mergedBy,
    ...(merge === undefined ? {} : { pullRequest: merge.number, readyWhenMerged: merge.ready }),
    ...(place.policy.auto ? {} : { offered: "auto" as const }),
  } as const;
  const stands = stillHead(bot, service.repository, { branch, head }, versionsBefore.get(environment.id));
  return (await requestWhile(bot, environment.id, wanted, stands)) !== undefined;
}

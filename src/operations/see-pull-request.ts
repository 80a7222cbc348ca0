/**
 * A pull request as GitHub told of it: stored when it is newer than what is stored, judged by the rules, and what people
 * see of it marked when that changed. What a payload says is a hint; where it is not clearly newer, GitHub is asked.
 *
 * The last state wins however the news arrive, and so do the last rules: whoever gathered facts for a row that has moved
 * since, or judged by rules that are no longer in force, looks again.
 */
import { isDeepStrictEqual } from "node:util";
import type { Transaction } from "kysely";
import type { PullRequestPolicy } from "../policy/pipeline.ts";
import type { Readiness } from "../policy/pull-request.ts";
import { judgePullRequest } from "../policy/readiness.ts";
import type { Database, PullRequestRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { isGuarded } from "./branch-guard.ts";
import type { FoundPullRequest, RepositoryRef } from "./ports.ts";
import { type Gathered, gather } from "./pull-request-facts.ts";
import { followPullRequests } from "./pull-request-gate.ts";
import { areInForce, type RulesInForce, rulesInForce } from "./pull-request-rules.ts";
import { touchChecks, touchIssues } from "./pull-request-shown.ts";
import { warnOfUnguarded } from "./warn-of-unguarded.ts";

/** News of one pull request come a few at a time; a row that moves under each of these is a fault of ours. */
const mostLooks = 10;

export async function seePullRequest(
  bot: Bot,
  repository: RepositoryRef,
  told: FoundPullRequest,
  { afresh = false }: { readonly afresh?: boolean } = {},
): Promise<void> {
  for (let look = 0; look < mostLooks; look += 1) {
    const rules = await rulesInForce(bot.db, repository.id);
    if (rules === undefined) return;
    const stored = await storedPullRequest(bot, repository.id, told.number);
    const current = await newest(bot, repository, stored, told, afresh);
    if (current === undefined) return;
    if (!afresh && stored !== undefined && shows(stored, current)) {
      if (await noteTime(bot, stored, current)) return;
      continue;
    }
    if (await judgeAndStore(bot, repository, { rules, told: current, stored, afresh })) return;
  }
  throw new Error(`pull request ${told.number} of ${repository.fullName} does not come to rest`);
}

/** After the rules changed: every open pull request is judged anew; GitHub is asked only for what no rule needed before. */
export async function judgeOpenPullRequests(bot: Bot, repository: RepositoryRef): Promise<void> {
  for (const number of await openNumbers(bot, repository)) await judgeStored(bot, repository, number);
}

/** Judges what is stored once more. */
async function judgeStored(bot: Bot, repository: RepositoryRef, number: number): Promise<void> {
  for (let look = 0; look < mostLooks; look += 1) {
    const rules = await rulesInForce(bot.db, repository.id);
    if (rules === undefined) return;
    const stored = await storedPullRequest(bot, repository.id, number);
    if (stored === undefined || stored.state === "closed") return;
    if (await judgeAndStore(bot, repository, { rules, told: asTold(stored), stored, afresh: false })) return;
  }
}

export async function openNumbers(bot: Bot, repository: RepositoryRef): Promise<readonly number[]> {
  const rows = await bot.db
    .selectFrom("pull_request")
    .select("number")
    .where("repository_id", "=", repository.id)
    .where("state", "=", "open")
    .orderBy("number")
    .execute();
  return rows.map(({ number }) => number);
}

export async function storedPullRequest(
  bot: Bot,
  repository: number,
  number: number,
): Promise<PullRequestRow | undefined> {
  return await bot.db
    .selectFrom("pull_request")
    .selectAll()
    .where("repository_id", "=", repository)
    .where("number", "=", number)
    .executeTakeFirst();
}

/** GitHub's times have whole seconds: only what is a second newer is newer for certain. */
async function newest(
  bot: Bot,
  repository: RepositoryRef,
  stored: PullRequestRow | undefined,
  told: FoundPullRequest,
  afresh: boolean,
): Promise<FoundPullRequest | undefined> {
  if (!afresh) {
    if (stored === undefined || told.updatedAt > stored.updated_at.getTime()) return told;
    if (shows(stored, told)) return told;
  }
  const found = await bot.github.pullRequest(repository, told.number);
  return found && { ...found, ...(told.reviewedBy === undefined ? {} : { reviewedBy: told.reviewedBy }) };
}

/** Whether the row already shows all that was told. */
function shows(row: PullRequestRow, told: FoundPullRequest): boolean {
  return (
    row.title === told.title &&
    row.body === told.body &&
    row.draft === told.draft &&
    row.state === told.state &&
    row.head_sha === told.headSha &&
    row.head_ref === told.headRef &&
    row.base_ref === told.baseRef &&
    (row.merge_sha ?? undefined) === told.mergeSha &&
    isDeepStrictEqual(row.assignees, told.assignees) &&
    isDeepStrictEqual(row.labels, told.labels ?? row.labels) &&
    isDeepStrictEqual(row.requested_reviewers, told.requestedReviewers) &&
    (told.reviewedBy ?? []).every((login) => row.reviewed_by.includes(login))
  );
}

/**
 * Without the time, a state between two equal ones that is told of late would pass for the newest. False when the row
 * moved meanwhile; it moves here too, so that whoever judged by the older time looks again.
 */
async function noteTime(bot: Bot, stored: PullRequestRow, told: FoundPullRequest): Promise<boolean> {
  if (told.updatedAt <= stored.updated_at.getTime()) return true;
  const noted = await bot.db
    .updateTable("pull_request")
    .set((eb) => ({ updated_at: new Date(told.updatedAt), revision: eb("revision", "+", 1) }))
    .where("repository_id", "=", stored.repository_id)
    .where("number", "=", stored.number)
    .where("revision", "=", stored.revision)
    .executeTakeFirst();
  return noted.numUpdatedRows > 0n;
}

type Judging = {
  readonly rules: RulesInForce;
  readonly told: FoundPullRequest;
  readonly stored: PullRequestRow | undefined;
  readonly afresh: boolean;
};

/** False when the row or the rules have moved since they were read: then everything has to be looked at again. */
async function judgeAndStore(bot: Bot, repository: RepositoryRef, judging: Judging): Promise<boolean> {
  const { rules, told, stored } = judging;
  const gathered = await gather(bot, repository, judging);
  await bot.context.faults.at("pull-request.gathered");
  // What was closed unmerged is worth nothing and shows nothing, whatever it was before.
  const givenUp = told.state === "closed" && told.mergedAt === undefined;
  const readiness = givenUp ? null : judge(repository, rules.policy, told, gathered);
  const held = told.state === "open" && readiness !== null && readiness.problems.length > 0;
  const mergedNow = told.mergedAt !== undefined && stored?.merged_at == null;
  // Asked before anything is written, so that the check is written once.
  const guarded =
    held || (mergedNow && readiness?.state !== "success") ? await isGuarded(bot, repository, told.baseRef) : undefined;
  const done = await bot.db
    .transaction()
    .execute((trx) => store(trx, bot, repository, { rules, told, stored, gathered, readiness, guarded }));
  await bot.context.faults.at("pull-request.committed");
  return done;
}

function judge(
  repository: RepositoryRef,
  policy: PullRequestPolicy,
  told: FoundPullRequest,
  { own, issues, reviewedBy, versions, fileMistakes }: Gathered,
): Readiness {
  const { number, title, author, draft, assignees } = told;
  return judgePullRequest(
    {
      ...{ repository: repository.fullName, number, title, author, own, draft, issues, assignees },
      reviewers: [...told.requestedReviewers, ...reviewedBy],
      versions: versions ?? [],
      fileMistakes: fileMistakes ?? [],
    },
    policy,
  );
}

type Storing = {
  readonly rules: RulesInForce;
  readonly told: FoundPullRequest;
  readonly stored: PullRequestRow | undefined;
  readonly gathered: Gathered;
  readonly readiness: Readiness | null;
  readonly guarded: boolean | undefined;
};

async function store(
  trx: Transaction<Database>,
  bot: Bot,
  repository: RepositoryRef,
  { rules, told, stored, gathered, readiness, guarded }: Storing,
): Promise<boolean> {
  const before = await trx
    .selectFrom("pull_request")
    .selectAll()
    .where("repository_id", "=", repository.id)
    .where("number", "=", told.number)
    // No key is changed: verdicts that only name this row do not wait for it.
    .forNoKeyUpdate()
    .executeTakeFirst();
  // Another telling came in between: what was gathered may be older than what stands there now.
  if (before?.revision !== stored?.revision) return false;
  if (!(await areInForce(trx, repository.id, rules))) return false;
  if (before !== undefined && before.updated_at.getTime() > told.updatedAt) return true;
  const merged = told.mergedAt !== undefined;
  const values = {
    ...toldColumns(told),
    own: gathered.own,
    reviewed_by: JSON.stringify(gathered.reviewedBy),
    issues: JSON.stringify(gathered.issues),
    versions: gathered.versions === null ? null : JSON.stringify(gathered.versions),
    file_mistakes: gathered.fileMistakes === null ? null : JSON.stringify(gathered.fileMistakes),
    readiness: readiness === null ? null : JSON.stringify(readiness),
    // Fixed at the merge: what is edited afterwards does not make it have been ready.
    ready_when_merged: merged ? (before?.ready_when_merged ?? readiness?.state === "success") : null,
  };
  const key = { repository_id: repository.id, number: told.number };
  if (before === undefined) {
    // Two tellings of a new one meet here: the second finds the first's row and looks again.
    const made = await trx
      .insertInto("pull_request")
      .values({ ...key, ...values })
      .onConflict((conflict) => conflict.columns(["repository_id", "number"]).doNothing())
      .returning("number")
      .executeTakeFirst();
    if (made === undefined) return false;
  } else {
    await trx
      .updateTable("pull_request")
      .set((eb) => ({ ...values, revision: eb("revision", "+", 1) }))
      .where("repository_id", "=", key.repository_id)
      .where("number", "=", key.number)
      .execute();
  }
  const dirty =
    before === undefined || before.head_sha !== told.headSha || !isDeepStrictEqual(before.readiness, readiness);
  if (dirty || before.base_ref !== told.baseRef || before.state !== told.state) {
    await followPullRequests(trx, bot.wake, repository.id, told.number);
  }
  if (dirty && readiness !== null && told.state === "open") {
    const shown = { number: told.number, headSha: told.headSha, readiness, before: before?.readiness };
    await touchChecks(trx, bot, repository, shown);
  }
  if (merged && before?.merged_at == null) {
    await touchIssues(trx, bot, repository, told, gathered.issues);
    if (!values.ready_when_merged && guarded === false) await warnOfUnguarded(trx, bot, repository, told);
  }
  return true;
}

function toldColumns(told: FoundPullRequest) {
  const merged = told.mergedAt !== undefined;
  return {
    title: told.title,
    body: told.body,
    author: told.author,
    draft: told.draft,
    state: told.state,
    head_sha: told.headSha,
    head_ref: told.headRef,
    base_ref: told.baseRef,
    from_fork: told.fromFork,
    updated_at: new Date(told.updatedAt),
    assignees: JSON.stringify(told.assignees),
    ...(told.labels === undefined ? {} : { labels: JSON.stringify(told.labels) }),
    requested_reviewers: JSON.stringify(told.requestedReviewers),
    merged_at: told.mergedAt === undefined ? null : new Date(told.mergedAt),
    merged_by: told.mergedBy ?? null,
    merge_sha: merged ? (told.mergeSha ?? null) : null,
  };
}

/** What is stored of an open pull request, as if it had just been told. */
function asTold(row: PullRequestRow): FoundPullRequest {
  return {
    number: row.number,
    title: row.title,
    body: row.body,
    author: row.author,
    draft: row.draft,
    state: row.state,
    headSha: row.head_sha,
    headRef: row.head_ref,
    baseRef: row.base_ref,
    fromFork: row.from_fork,
    assignees: row.assignees,
    requestedReviewers: row.requested_reviewers,
    createdAt: row.updated_at.getTime(),
    updatedAt: row.updated_at.getTime(),
  };
}

/**
 * What changes the worth of pull requests without being told as theirs: an issue that they name, a version at their
 * base, and somebody who asks for the check again. The rules are read once the pull requests are locked: whoever replaces
 * them judges all that are open afterwards, and finds what stands here.
 */
import { isDeepStrictEqual } from "node:util";
import { sql, type Transaction } from "kysely";
import type { PullRequestPolicy } from "../policy/pipeline.ts";
import type { NamedIssue, VersionFacts } from "../policy/pull-request.ts";
import { judgePullRequest } from "../policy/readiness.ts";
import { forgetWritten, touch } from "../projections/touch.ts";
import type { Database, PullRequestRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import type { RepositoryRef } from "./ports.ts";
import { versionAt } from "./pull-request-facts.ts";
import { followPullRequests } from "./pull-request-gate.ts";
import { rulesInForce } from "./pull-request-rules.ts";
import { touchChecks } from "./pull-request-shown.ts";
import { seePullRequest, storedPullRequest } from "./see-pull-request.ts";

/**
 * An issue opened, closed or deleted changes what the pull requests that name it are worth. One of them may have closed
 * it by its merge, of which nobody has told yet: how it stood when it was merged is what counts, so GitHub is asked
 * first. Calls: 1 for each open pull request that names an issue that was closed.
 */
export async function seeIssue(
  bot: Bot,
  repository: RepositoryRef,
  issue: { readonly number: number; readonly state: "open" | "closed" | "missing" },
): Promise<void> {
  if ((await rulesInForce(bot.db, repository.id)) === undefined) return;
  // Names are written in any letters on GitHub.
  const home = repository.fullName.toLowerCase();
  const naming = sql<boolean>`issues_named(issues) @> array[${`${home}#${issue.number}`}]::text[]`;
  if (issue.state === "closed") {
    for (const { number } of await open(bot.db, repository).where(naming).execute()) {
      const found = await bot.github.pullRequest(repository, number);
      if (found?.mergedAt !== undefined) await seePullRequest(bot, repository, found);
    }
  }
  await bot.db.transaction().execute(async (trx) => {
    const rows = await open(trx, repository).where(naming).forNoKeyUpdate().execute();
    const rules = await rulesInForce(trx, repository.id);
    if (rules === undefined) return;
    for (const row of rows) {
      const issues = row.issues.map((other) =>
        other.number === issue.number && other.repository.toLowerCase() === home
          ? { ...other, state: issue.state }
          : other,
      );
      await judgeAgain(trx, bot, repository, rules.policy, row, { issues });
    }
  });
}

/**
 * A branch moved: where versions are compared with it, they are compared with what it holds now. Calls: 1 for each
 * version file, and only while pull requests into the branch are open and the rule is on.
 */
export async function seeBaseMoved(bot: Bot, repository: RepositoryRef, branch: string): Promise<void> {
  const rules = await rulesInForce(bot.db, repository.id);
  if (rules === undefined || rules.policy.versionBump === "off" || rules.versionFiles.length === 0) return;
  const waiting = await open(bot.db, repository)
    .where("base_ref", "=", branch)
    .where("versions", "is not", null)
    .execute();
  if (waiting.length === 0) return;
  const bases = await Promise.all(
    rules.versionFiles.map(async (file) => {
      return { file, base: await versionAt(bot, repository, `refs/heads/${branch}`, file) };
    }),
  );
  await bot.db.transaction().execute(async (trx) => {
    const rows = await open(trx, repository)
      .where("base_ref", "=", branch)
      .where("versions", "is not", null)
      .forNoKeyUpdate()
      .execute();
    const now = await rulesInForce(trx, repository.id);
    if (now === undefined) return;
    for (const row of rows) {
      const versions = (row.versions ?? []).map((one) => {
        // Rules that came in between may find the version elsewhere in the file; by them it was read since.
        const { base } = bases.find(({ file }) => isDeepStrictEqual(file, one.file)) ?? one;
        return { ...one, base };
      });
      await judgeAgain(trx, bot, repository, now.policy, row, { versions });
    }
  });
}

/**
 * Somebody asked GitHub for our check again: everything is looked up anew, and a fresh check is written even when nothing
 * changed, because that is what was asked for.
 */
export async function showReadinessAgain(bot: Bot, repository: RepositoryRef, sha: string): Promise<void> {
  const rows = await open(bot.db, repository).where("head_sha", "=", sha).execute();
  for (const { number } of rows) {
    const found = await bot.github.pullRequest(repository, number);
    if (found === undefined) continue;
    await seePullRequest(bot, repository, found, { afresh: true });
    const row = await storedPullRequest(bot, repository.id, number);
    if (row === undefined || row.head_sha !== sha || row.readiness === null || row.state === "closed") continue;
    const { readiness } = row;
    await bot.db.transaction().execute(async (trx) => {
      await forgetWritten(trx, { surface: "github.check", subject: `${repository.id}/${number}/${sha}` });
      await touchChecks(trx, bot, repository, { number, headSha: sha, readiness, before: readiness });
    });
  }
  await showGroupsAgain(bot, repository, sha);
}

/** The check of a merge queue's group is asked for on the group's own commit. */
async function showGroupsAgain(bot: Bot, repository: RepositoryRef, sha: string): Promise<void> {
  const check = { surface: "github.merge-group-check", subject: `${repository.id}/${sha}` } as const;
  await bot.db.transaction().execute(async (trx) => {
    const shown = await forgetWritten(trx, check);
    if (shown) await touch(trx, bot.wake, { ...check, lane: `github/${repository.installationId}` });
  });
}

function open(db: Transaction<Database> | Bot["db"], repository: RepositoryRef) {
  return (
    db
      .selectFrom("pull_request")
      .selectAll()
      .where("repository_id", "=", repository.id)
      .where("state", "=", "open")
      // Whoever locks several locks them in this order.
      .orderBy("number")
  );
}

async function judgeAgain(
  trx: Transaction<Database>,
  bot: Bot,
  repository: RepositoryRef,
  policy: PullRequestPolicy,
  row: PullRequestRow,
  changed: { readonly issues?: readonly NamedIssue[]; readonly versions?: readonly VersionFacts[] },
): Promise<void> {
  const issues = changed.issues ?? row.issues;
  const versions = changed.versions ?? row.versions;
  const { number, title, author, own, draft, assignees } = row;
  const readiness = judgePullRequest(
    {
      ...{ repository: repository.fullName, number, title, author, own, draft, issues, assignees },
      reviewers: [...row.requested_reviewers, ...row.reviewed_by],
      versions: versions ?? [],
      fileMistakes: row.file_mistakes ?? [],
    },
    policy,
  );
  const same = isDeepStrictEqual(row.issues, issues) && isDeepStrictEqual(row.versions, versions);
  if (same && isDeepStrictEqual(row.readiness, readiness)) return;
  await trx
    .updateTable("pull_request")
    .set((eb) => ({
      issues: JSON.stringify(issues),
      versions: versions === null ? null : JSON.stringify(versions),
      readiness: JSON.stringify(readiness),
      revision: eb("revision", "+", 1),
    }))
    .where("repository_id", "=", repository.id)
    .where("number", "=", row.number)
    .execute();
  if (isDeepStrictEqual(row.readiness, readiness)) return;
  await touchChecks(trx, bot, repository, { number, headSha: row.head_sha, readiness, before: row.readiness });
  await followPullRequests(trx, bot.wake, repository.id, number);
}

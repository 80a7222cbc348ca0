/**
 * What the pull-request rules need to know besides what a payload says: the issues that are named, who has reviewed, the
 * versions and the pipeline file at the head. Only what may have changed is asked for. Decides and writes nothing.
 *
 * Calls: 1 for each issue that is not known; 1 for the pipeline file at a head that is new, 2 more and those that it
 * extends when it is another than the default branch's; 2 for each version file where `version_bump` is on and the head
 * is new; 1 for reviews where nobody is asked to and somebody may have.
 */
import { isDeepStrictEqual } from "node:util";
import { closingKeywords, type IssueReference } from "../policy/closing-keywords.ts";
import { sameLogin } from "../policy/logins.ts";
import type { Mistake } from "../policy/pipeline.ts";
import { readPipelineFile } from "../policy/pipeline-file/read.ts";
import type { NamedIssue, VersionFacts } from "../policy/pull-request.ts";
import { isExempt } from "../policy/readiness.ts";
import { readVersion } from "../policy/versions/read-version.ts";
import type { VersionFile } from "../policy/versions/source.ts";
import type { PullRequestRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { type FoundPullRequest, OutsideError, type RepositoryRef } from "./ports.ts";
import { type RulesInForce, rulesInForce } from "./pull-request-rules.ts";

export const pipelinePath = ".github/signalbox.yml";

export type Gathered = {
  readonly own: boolean;
  readonly issues: readonly NamedIssue[];
  readonly reviewedBy: readonly string[];
  /** Null where no rule needed it. */
  readonly versions: readonly VersionFacts[] | null;
  readonly fileMistakes: readonly Mistake[] | null;
};

export type About = {
  readonly rules: RulesInForce;
  readonly told: FoundPullRequest;
  readonly stored: PullRequestRow | undefined;
  /** Everything is looked up anew, because somebody asked for that. */
  readonly afresh: boolean;
};

export async function gather(bot: Bot, repository: RepositoryRef, about: About): Promise<Gathered> {
  const { rules, told, stored } = about;
  const own = stored?.own ?? (await isOwn(bot, told.author));
  const reviewedBy = union(stored?.reviewed_by ?? [], told.reviewedBy ?? []);
  if (told.state === "closed" && told.mergedAt === undefined) {
    return { own, issues: [], reviewedBy, versions: null, fileMistakes: null };
  }
  if (stored !== undefined && stored.merged_at !== null) {
    const { issues, versions, file_mistakes: fileMistakes } = stored;
    return { own, issues, reviewedBy, versions, fileMistakes };
  }
  const exempt = isExempt({ own, author: told.author }, rules.policy);
  const [issues, reviewers, versions, fileMistakes] = await Promise.all([
    lookUpIssues(bot, repository, about),
    exempt ? reviewedBy : whoReviewed(bot, repository, about, reviewedBy),
    exempt ? null : readVersions(bot, repository, about),
    exempt ? null : readFileMistakes(bot, repository, about),
  ]);
  return { own, issues, reviewedBy: reviewers, versions, fileMistakes };
}

/** Only programs' logins end so; nobody needs to be asked who we are for anybody else. */
async function isOwn(bot: Bot, author: string): Promise<boolean> {
  return author.endsWith("[bot]") && sameLogin(author, await bot.github.ownLogin());
}

function union(one: readonly string[], other: readonly string[]): readonly string[] {
  return [...new Set([...one, ...other])].toSorted();
}

/** Looks up the issues that the description names; those known from before are not asked about again. */
async function lookUpIssues(
  bot: Bot,
  repository: RepositoryRef,
  { told, stored, afresh }: About,
): Promise<readonly NamedIssue[]> {
  const home = { repository: repository.fullName, githubUrl: bot.githubUrl };
  const named = closingKeywords(told.body, home);
  return await Promise.all(
    named.map(async (reference) => {
      const known = afresh ? undefined : stored?.issues.find((issue) => sameIssue(issue, reference));
      if (known !== undefined && known.state !== "unknown") return { ...reference, state: known.state };
      const state = await bot.github.issue(repository, reference);
      // A merge into the default branch closes its issues before we are told of it: closed then says nothing against it.
      return { ...reference, state: told.mergedAt !== undefined && state === "closed" ? "open" : state };
    }),
  );
}

function sameIssue(one: IssueReference, other: IssueReference): boolean {
  return one.number === other.number && one.repository.toLowerCase() === other.repository.toLowerCase();
}

/** GitHub takes whoever reviews off the list of those who are asked, so that an empty list alone says nothing. */
async function whoReviewed(
  bot: Bot,
  repository: RepositoryRef,
  { rules, told, stored, afresh }: About,
  known: readonly string[],
): Promise<readonly string[]> {
  if (rules.policy.reviewer === "off") return known;
  if ([...told.requestedReviewers, ...known].some((login) => !sameLogin(login, told.author))) return known;
  const mayHaveBeen =
    stored === undefined ? told.updatedAt > told.createdAt + 1_000 : stored.requested_reviewers.length > 0;
  if (!afresh && !mayHaveBeen) return known;
  return union(known, await bot.github.reviewersOf(repository, told.number));
}

async function readVersions(
  bot: Bot,
  repository: RepositoryRef,
  { rules, told, stored, afresh }: About,
): Promise<readonly VersionFacts[] | null> {
  if (rules.policy.versionBump === "off") return null;
  const known = stored?.versions ?? null;
  const moved = stored?.head_sha !== told.headSha || stored?.base_ref !== told.baseRef;
  const files = known?.map(({ file }) => file);
  if (!afresh && !moved && known !== null && isDeepStrictEqual(files, rules.versionFiles)) return known;
  return await Promise.all(
    rules.versionFiles.map(async (file) => {
      const [head, base] = await Promise.all([
        versionAt(bot, repository, told.headSha, file),
        versionAt(bot, repository, `refs/heads/${told.baseRef}`, file),
      ]);
      return { file, head, base };
    }),
  );
}

export async function versionAt(bot: Bot, repository: RepositoryRef, at: string, file: VersionFile) {
  return readVersion(file, await bot.github.fileAt(repository, at, file.path));
}

/** What is wrong with the pipeline file at the head, if it is the pull request that changes it. */
async function readFileMistakes(
  bot: Bot,
  repository: RepositoryRef,
  { rules, told, stored, afresh }: About,
): Promise<readonly Mistake[]> {
  const known = stored?.file_mistakes ?? null;
  if (!afresh && known !== null && stored?.head_sha === told.headSha) return known;
  const text = await bot.github.fileAt(repository, told.headSha, pipelinePath);
  if (text === undefined || text === rules.fileText) return [];
  const own = { sources: [{ name: `${repository.fullName}:${pipelinePath}`, text }] };
  // Only what extends another has to be read through GitHub's configuration mechanism.
  const extending = /\b_extends\b/u.test(text);
  const found = (extending ? await bot.github.pipelineSources(repository, told.headSha) : undefined) ?? own;
  const reading = readPipelineFile({ ...found, repository: repository.fullName });
  if (reading.kind !== "mistakes") return [];
  // An older state of the default branch's file is not this pull request's change.
  return (await bot.github.changesFile(repository, told.number, pipelinePath)) ? reading.mistakes : [];
}

/**
 * A push to a branch of the repository itself is mostly followed by a pull request's news for the same head: the file is
 * looked at now when the push may have changed it, and known by then.
 */
export async function lookAhead(
  bot: Bot,
  repository: RepositoryRef,
  push: { readonly branch: string; readonly after: string; readonly changedPaths?: readonly string[] },
): Promise<void> {
  if (push.branch === repository.defaultBranch) return;
  if (push.changedPaths !== undefined && !push.changedPaths.includes(pipelinePath)) return;
  if ((await rulesInForce(bot.db, repository.id)) === undefined) return;
  try {
    await bot.github.fileAt(repository, push.after, pipelinePath);
  } catch (error) {
    // Nothing hangs on it: whoever needs the file asks again.
    if (!(error instanceof OutsideError)) throw error;
  }
}

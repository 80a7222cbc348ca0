/**
 * What operations need from the outside world. `github/` and `slack/` implement these; tests bring stateful fakes.
 * Calls reject with `OutsideError` when the far side failed; "there is none" is a value.
 */
import type { CheckFacts, Comparison, Permission, Sha } from "../policy/model.ts";
import type { PipelineSource } from "../policy/pipeline.ts";
import type { NamedIssue } from "../policy/pull-request.ts";
import type { Workflows } from "../policy/workflow-problems.ts";

/** A repository as the store knows it. */
export type RepositoryRef = {
  readonly id: number;
  readonly fullName: string;
  readonly installationId: number;
  readonly defaultBranch: string;
};

export type FoundRevision = {
  readonly sha: Sha;
  readonly tree: Sha;
  /** What the person wrote, or the branch, when it is more than the SHA. */
  readonly ref?: string;
  /** A version tag on the commit, when `ref` is one. */
  readonly version?: string;
  /** Reachable from a branch or tag of the repository itself. */
  readonly inRepository: boolean;
};

export type ComparedRevisions = {
  readonly comparison: Comparison;
  readonly commits: number;
  /** The commits that GitHub listed, at most 250. */
  readonly shas: readonly Sha[];
  /** Logins of authors and co-authors known to GitHub. */
  readonly authors: readonly string[];
  /** Paths of the changed files that GitHub listed, at most 300; absent where nobody looked. */
  readonly files?: readonly string[];
};

export type FoundPullRequest = {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly draft: boolean;
  readonly state: "open" | "closed";
  readonly headSha: Sha;
  readonly headRef: string;
  readonly baseRef: string;
  readonly fromFork: boolean;
  readonly assignees: readonly string[];
  /** Absent where they were not told. */
  readonly labels?: readonly string[];
  /** Who is still asked to review: logins, and teams as `team:<slug>`. */
  readonly requestedReviewers: readonly string[];
  /** Who has reviewed, when this was told with their review; others may have too. */
  readonly reviewedBy?: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly mergedAt?: number;
  readonly mergedBy?: string;
  readonly mergeSha?: Sha;
};

/** Facts of one repository that are asked for together with those of others. */
export type BulkQuestions = {
  readonly repository: RepositoryRef;
  readonly issues?: readonly number[];
  readonly files?: readonly { readonly at: Sha; readonly path: string }[];
  /** Branches whose heads are wanted. */
  readonly heads?: readonly string[];
  /** Branches of which is wanted whether they require this check. */
  readonly guards?: { readonly check: string; readonly branches: readonly string[] };
};

/** What was answered; a fact that is not among it has to be asked for by itself. */
export type BulkAnswers = {
  readonly issues: ReadonlyMap<number, NamedIssue["state"]>;
  /** By `<sha>:<path>`; undefined where there is no such file. */
  readonly files: ReadonlyMap<string, string | undefined>;
  /** By branch; undefined where there is no such branch. */
  readonly heads: ReadonlyMap<string, FoundRevision | undefined>;
  /** By branch. */
  readonly guards: ReadonlyMap<string, boolean>;
};

/** Pipeline files of default branches by the repository's full name in lower case; undefined where there is none. */
export type KnownPipelineFiles = ReadonlyMap<string, string | undefined>;

export type RecentCommit = { readonly sha: Sha; readonly tree: Sha; readonly title: string };
export type TagName = { readonly name: string; readonly sha: Sha };

export type GitHubPort = {
  /**
   * The repository with this id and name as it is now, also when it was renamed since; undefined when the App's
   * installation does not reach it, as after a transfer, or the name is another's by now.
   */
  repository(told: RepositoryRef): Promise<(RepositoryRef & { readonly private: boolean }) | undefined>;
  /** A branch, tag, full or abbreviated SHA; branches win over tags, tags over SHAs. */
  revision(repository: RepositoryRef, name: string): Promise<FoundRevision | undefined>;
  branchHead(repository: RepositoryRef, branch: string): Promise<FoundRevision | undefined>;
  /** The content of a commit, also of a fork's; rejects when there is no such commit. */
  tree(repository: RepositoryRef, sha: Sha): Promise<Sha>;
  /**
   * A hash of what these paths hold at a commit, also of a fork's: equal exactly when all the files are. Undefined when
   * GitHub cannot list so many files.
   */
  content(repository: RepositoryRef, sha: Sha, paths: readonly string[]): Promise<Sha | undefined>;
  compare(repository: RepositoryRef, base: Sha, head: Sha): Promise<ComparedRevisions>;
  checks(repository: RepositoryRef, sha: Sha): Promise<readonly CheckFacts[]>;
  permission(repository: RepositoryRef, login: string): Promise<Permission>;
  /**
   * Logins of a team's members, those of its child teams included. What was read within the last minute is told again,
   * unless it has to be `fresh`. Rejects when it could not be read, also when there is no such team.
   */
  teamMembers(repository: RepositoryRef, team: string, fresh: boolean): Promise<readonly string[]>;
  /**
   * The pipeline file of the default branch, or at a commit, and what it extends, and the merged data; undefined when
   * there is none. What is known already is not asked for.
   */
  pipelineSources(
    repository: RepositoryRef,
    at?: Sha,
    known?: KnownPipelineFiles,
  ): Promise<
    | {
        readonly sources: readonly PipelineSource[];
        readonly merged: unknown;
        /** What `_extends` names when it could not be followed: then the file must not be taken for whole. */
        readonly unfollowed?: string;
      }
    | undefined
  >;
  /** Many facts of many repositories in few calls, by the repository's id; never rejects for what it could not answer. */
  inBulk(questions: readonly BulkQuestions[]): Promise<ReadonlyMap<number, BulkAnswers>>;
  /**
   * The pipeline files of many repositories, those that stand in for a missing one, and the workflows beside them by the
   * repository's full name in lower case, in few calls; never rejects.
   */
  pipelineFiles(
    repositories: readonly RepositoryRef[],
  ): Promise<{ readonly files: KnownPipelineFiles; readonly workflows: ReadonlyMap<string, Workflows> }>;
  /** The workflows of the default branch; undefined when they could not be read. Never rejects. */
  workflows(repository: RepositoryRef): Promise<Workflows | undefined>;
  issue(repository: RepositoryRef, named: Pick<NamedIssue, "repository" | "number">): Promise<NamedIssue["state"]>;
  pullRequest(repository: RepositoryRef, number: number): Promise<FoundPullRequest | undefined>;
  openPullRequests(repository: RepositoryRef): Promise<readonly FoundPullRequest[]>;
  /** Logins of the people who have reviewed it. */
  reviewersOf(repository: RepositoryRef, number: number): Promise<readonly string[]>;
  /** Whether the pull request itself changes this file. */
  changesFile(repository: RepositoryRef, number: number, path: string): Promise<boolean>;
  /** The files that a pull request changed, `whole` unless there are more than GitHub lists. */
  changedFiles(
    repository: RepositoryRef,
    number: number,
  ): Promise<{ readonly paths: readonly string[]; readonly whole: boolean }>;
  /** A file's text at a commit or a full ref such as `refs/heads/main`; undefined when there is no such file. */
  fileAt(repository: RepositoryRef, at: string, path: string): Promise<string | undefined>;
  /** Whether the branch may only be merged into when this check is green; undefined when GitHub would not tell. */
  requiresCheck(repository: RepositoryRef, branch: string, check: string): Promise<boolean | undefined>;
  /** The login under which the bot itself acts. */
  ownLogin(): Promise<string>;
  /** The merged pull request whose merge into this branch made this commit, if one did. */
  mergedPullRequest(repository: RepositoryRef, branch: string, sha: Sha): Promise<FoundPullRequest | undefined>;
  /** How a GitHub Deployment stands by its newest status; undefined when it has none, or is gone. */
  deploymentState(
    repository: RepositoryRef,
    deployment: number,
  ): Promise<{ readonly state: string; readonly by: string } | undefined>;
  /** The newest commits of a branch along its first parents, newest first; none when there is no such branch. */
  recentCommits(repository: RepositoryRef, branch: string): Promise<readonly RecentCommit[]>;
  /** At most a hundred tags, in no order that means anything. */
  tags(repository: RepositoryRef): Promise<readonly TagName[]>;
  /** Names of branches, tags for the nearest-word hint; at most a hundred of each. */
  refNames(repository: RepositoryRef): Promise<readonly string[]>;
  /** A clone URL with a short-lived token in `extraHeader`, never in the URL. */
  gitAccess(repository: RepositoryRef): Promise<{ readonly url: string; readonly extraHeader?: string }>;
};

/** A Slack person as `users.info` tells it. */
export type SlackPerson = {
  readonly id: string;
  readonly name: string;
  readonly bot: boolean;
  readonly guest: boolean;
  readonly stranger: boolean;
  readonly deleted: boolean;
};

export type UsergroupMembers = { readonly team: string; readonly slackUsers: readonly string[] };

export type StandingReaction = { readonly emoji: string; readonly users: readonly string[] };

/** A channel that the bot can see, also an archived one. */
export type SlackChannel = {
  readonly id: string;
  /** Without `#`. */
  readonly name: string;
  readonly team: string;
  readonly archived: boolean;
  /** Whether the bot is in it. */
  readonly member: boolean;
};

export type SlackPort = {
  /** Every public channel, and the private ones that the bot is in, as Slack says now. */
  channels(): Promise<readonly SlackChannel[]>;
  /**
   * The person, seen from the bot's own workspace, as Slack said within the last minute, or with `fresh` as it says now;
   * rejects with `OutsideError` when Slack did not answer.
   */
  person(team: string, user: string, fresh?: boolean): Promise<SlackPerson>;
  /** Who is in a user group, with the team that it belongs to; remembered and rejected as a team's members are. */
  usergroupMembers(usergroup: string, fresh: boolean): Promise<UsergroupMembers>;
  /** The reactions that stand on a message now; none when the message is gone, undefined when the channel is away. */
  reactions(channel: string, ts: string): Promise<readonly StandingReaction[] | undefined>;
};

/** The far side failed or did not answer; `retryAt` when it said when to try again. Its message is safe to log. */
export class OutsideError extends Error {
  readonly retryAt: number | undefined;
  constructor(message: string, options: { cause?: unknown; retryAt?: number } = {}) {
    super(message, { cause: options.cause });
    this.name = "OutsideError";
    this.retryAt = options.retryAt;
  }
}

/** The far side was never asked, or turned the call away by its limit or at its door: nothing has come of it. */
export class NotSent extends OutsideError {}

/** The far side answered and said no: asking again alone changes nothing. */
export class Refusal extends OutsideError {}

/** Whether a later try may help: the far side did not answer, or broke, or was too busy; it has not said no. */
export function isAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isAway);
  return error instanceof OutsideError && !(error instanceof Refusal);
}

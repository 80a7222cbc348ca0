/**
 * Everything that follows when refs move, whoever moves them: git itself, `push`, `create` and `delete`, the pull
 * requests from and into the branch, the App's check suite. Call it inside `repository.git.exclusive`.
 */
import { noCommit, type RefUpdate } from "../git/bare-repository.ts";
import { changedFiles, commitsOf, compareCommits, touchedPaths } from "../git/history.ts";
import type { Commit } from "../git/objects.ts";
import { type Hub, type PullIssue, pullsOf } from "../hub/hub.ts";
import type { Account, Repository } from "../hub/state.ts";
import { pushedCommitJson } from "../render/commit.ts";
import { htmlUrl } from "../render/repository.ts";
import { requestSuite } from "./checks.ts";
import { closedBy } from "./closing-keywords.ts";
import { setIssueState, tellIssue } from "./issues.ts";

/** GitHub lists at most so many commits in a push. */
const mostPushedCommits = 2_048;

const branchPrefix = "refs/heads/";

export function branchSha(repository: Repository, branch: string): string | undefined {
  return repository.git.refs.get(`${branchPrefix}${branch}`);
}

export async function moveRefs(
  hub: Hub,
  repository: Repository,
  by: Account,
  updates: readonly RefUpdate[],
  options: { readonly alreadyInGit?: boolean; readonly beforePush?: () => void } = {},
): Promise<void> {
  const heads = updates.flatMap(({ ref, after }) => pullHeads(repository, ref, after));
  await repository.git.updateRefs(options.alreadyInGit === true ? heads : [...updates, ...heads]);
  const gathered = await Promise.all(updates.map((update) => gather(repository, update)));
  repository.pushedAt = hub.now();
  options.beforePush?.();
  for (const [index, update] of updates.entries()) {
    const commits = gathered[index];
    if (commits !== undefined) await announce(hub, repository, by, update, commits);
  }
  hub.changed();
}

/** Pull requests keep their head in `refs/pull/<number>/head`, so that it can be fetched after the branch is gone. */
function pullHeads(repository: Repository, ref: string, after: string): readonly RefUpdate[] {
  if (after === noCommit) return [];
  return openPullsFrom(repository, ref).map(({ number, pull }) => ({
    ref: `refs/pull/${number}/head`,
    before: pull.headSha,
    after,
  }));
}

function openPullsFrom(repository: Repository, ref: string): readonly PullIssue[] {
  return pullsOf(repository).filter(
    (issue) =>
      issue.state === "open" && issue.pull.fork === undefined && `${branchPrefix}${issue.pull.headRef}` === ref,
  );
}

type Gathered = {
  readonly commits: readonly Commit[];
  readonly json: (hub: Hub, repository: Repository, commit: Commit) => unknown;
  readonly forced: boolean;
};

async function gather(repository: Repository, { ref, before, after }: RefUpdate): Promise<Gathered> {
  const none: Gathered = { commits: [], json: () => null, forced: false };
  if (after === noCommit || !ref.startsWith(branchPrefix)) return none;
  const start = before === noCommit ? branchSha(repository, repository.defaultBranch) : before;
  const compared =
    start === undefined || start === after ? undefined : await compareCommits(repository.git, start, after);
  const first = before === noCommit && start === after && ref === `${branchPrefix}${repository.defaultBranch}`;
  const shas = first ? [after] : (compared?.ahead ?? []).slice(-mostPushedCommits);
  const commits = await commitsOf(repository.git, shas);
  const touched = await touchedPaths(repository.git, commits);
  return {
    commits,
    json: (hub, of, commit) => pushedCommitJson(hub, of, commit, touched.get(commit.sha)),
    forced: before !== noCommit && compared !== undefined && compared.behind > 0,
  };
}

async function announce(
  hub: Hub,
  repository: Repository,
  by: Account,
  update: RefUpdate,
  { commits, json, forced }: Gathered,
): Promise<void> {
  const { ref, before, after } = update;
  const created = before === noCommit;
  const deleted = after === noCommit;
  const head = deleted ? undefined : await repository.git.commit(after);
  const html = htmlUrl(hub, repository);
  hub.emit(repository, "push", by, {
    ref,
    before,
    after,
    created,
    deleted,
    forced,
    base_ref: null,
    compare: created
      ? `${html}/commit/${after.slice(0, 12)}`
      : `${html}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits: commits.map((commit) => json(hub, repository, commit)),
    head_commit:
      head === undefined
        ? null
        : commits.some((commit) => commit.sha === head.sha)
          ? json(hub, repository, head)
          : pushedCommitJson(hub, repository, head),
    pusher: { name: by.login, email: by.email },
  });
  if (created || deleted) {
    const branch = ref.startsWith(branchPrefix);
    hub.emit(repository, created ? "create" : "delete", by, {
      ref: branch ? ref.slice(branchPrefix.length) : ref.replace(/^refs\/tags\//, ""),
      ref_type: branch ? "branch" : "tag",
      ...(created ? { master_branch: repository.defaultBranch, description: null } : {}),
      pusher_type: "user",
    });
  }
  if (!ref.startsWith(branchPrefix)) return;
  if (head !== undefined) requestSuite(hub, repository, by, ref.slice(branchPrefix.length), before, head);
  await followHeads(hub, repository, by, update);
  followBases(hub, repository, by, update, commits);
  if (ref === `${branchPrefix}${repository.defaultBranch}`) {
    for (const commit of commits) closeNamed(hub, repository, by, commit.message);
  }
}

async function followHeads(hub: Hub, repository: Repository, by: Account, update: RefUpdate): Promise<void> {
  for (const issue of openPullsFrom(repository, update.ref)) {
    if (update.after === noCommit) {
      setIssueState(hub, repository, issue, by, "closed");
      continue;
    }
    const before = issue.pull.headSha;
    issue.pull.headSha = update.after;
    issue.updatedAt = hub.now();
    await measurePull(repository, issue);
    tellIssue(hub, repository, issue, by, "synchronize", { before, after: update.after });
  }
}

/** A pull request whose head has come into its base by another way counts as merged. */
function followBases(
  hub: Hub,
  repository: Repository,
  by: Account,
  update: RefUpdate,
  commits: readonly Commit[],
): void {
  const arrived = new Set(commits.map((commit) => commit.sha));
  for (const issue of pullsOf(repository)) {
    const { pull } = issue;
    if (issue.state !== "open" || `${branchPrefix}${pull.baseRef}` !== update.ref || !arrived.has(pull.headSha))
      continue;
    pull.merged = { sha: update.after, at: hub.now(), by };
    setIssueState(hub, repository, issue, by, "closed");
    if (pull.baseRef === repository.defaultBranch) closeNamed(hub, repository, by, issue.body ?? "");
  }
}

export function closeNamed(hub: Hub, repository: Repository, by: Account, text: string): void {
  for (const { fullName, number } of closedBy(text, repository.fullName, hub.url())) {
    const other = hub.repositories.get(fullName.toLowerCase());
    const issue = other?.issues.get(number);
    if (other !== undefined && issue !== undefined && issue.pull === undefined) {
      setIssueState(hub, other, issue, by, "closed");
    }
  }
}

/** Takes the base as it is now, and counts commits and lines between. */
export async function measurePull(repository: Repository, issue: PullIssue): Promise<void> {
  const { pull } = issue;
  const base = branchSha(repository, pull.baseRef);
  if (base === undefined) return;
  pull.baseSha = base;
  const compared = await compareCommits(repository.git, base, pull.headSha);
  if (compared === undefined) return;
  const files = await changedFiles(repository.git, compared.mergeBase, pull.headSha);
  pull.size = {
    commits: compared.ahead.length,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changedFiles: files.length,
  };
}

export function signatureOf(hub: Hub, account: Account): { name: string; email: string; seconds: number } {
  return { name: account.name ?? account.login, email: account.email, seconds: Math.floor(hub.now() / 1000) };
}

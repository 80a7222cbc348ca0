/**
 * Pull requests from forks. As on GitHub, a fork's commits are found in the repository that it was forked from, by their
 * SHA and under `refs/pull/<number>/head`, and no branch or tag there reaches them.
 */
import { noCommit } from "../git/bare-repository.ts";
import { type FileWrite, writeCommit } from "../git/writing.ts";
import type { Hub, PullIssue } from "../hub/hub.ts";
import type { Account, Fork, PullRequest, Repository } from "../hub/state.ts";
import { newIssue, tellIssue } from "./issues.ts";
import { branchSha, measurePull, signatureOf } from "./refs.ts";

const forks = new WeakMap<Repository, Map<string, Fork>>();

function forkOf(hub: Hub, repository: Repository, owner: Account): Fork {
  const known = forks.get(repository) ?? new Map<string, Fork>();
  forks.set(repository, known);
  const { name } = repository;
  const fork = known.get(owner.login) ?? { id: hub.nextId(), owner, name, fullName: `${owner.login}/${name}` };
  known.set(owner.login, fork);
  return fork;
}

export type ForkWish = {
  readonly title: string;
  readonly body: string;
  readonly branch: string;
  readonly changes: readonly FileWrite[];
  readonly base: string;
};

export function openPullFromFork(hub: Hub, repository: Repository, by: Account, wish: ForkWish): Promise<PullIssue> {
  return repository.git.exclusive(async () => {
    const baseSha = branchSha(repository, wish.base);
    if (baseSha === undefined) throw new Error(`${repository.fullName} has no branch "${wish.base}".`);
    const { changes, title } = wish;
    const author = signatureOf(hub, by);
    const headSha = await writeCommit(repository.git, { parent: baseSha, changes, message: title, author });
    const pull: PullRequest = {
      ...{ id: hub.nextId(), draft: false, fork: forkOf(hub, repository, by), headRef: wish.branch, headSha },
      ...{ baseRef: wish.base, baseSha, merged: null, reviewers: [], teams: [], reviews: [] },
      size: { commits: 0, additions: 0, deletions: 0, changedFiles: 0 },
    };
    const issue: PullIssue = { ...newIssue(hub, repository, by, wish), pull };
    await repository.git.updateRefs([{ ref: `refs/pull/${issue.number}/head`, before: noCommit, after: headSha }]);
    await measurePull(repository, issue);
    repository.issues.set(issue.number, issue);
    tellIssue(hub, repository, issue, by, "opened");
    return issue;
  });
}

export function pushToFork(
  hub: Hub,
  repository: Repository,
  issue: PullIssue,
  by: Account,
  commit: { readonly message: string; readonly changes: readonly FileWrite[] },
): Promise<string> {
  return repository.git.exclusive(async () => {
    const before = issue.pull.headSha;
    const author = signatureOf(hub, by);
    const after = await writeCommit(repository.git, { parent: before, ...commit, author });
    await repository.git.updateRefs([{ ref: `refs/pull/${issue.number}/head`, before, after }]);
    issue.pull.headSha = after;
    issue.updatedAt = hub.now();
    await measurePull(repository, issue);
    tellIssue(hub, repository, issue, by, "synchronize", { before, after });
    return after;
  });
}

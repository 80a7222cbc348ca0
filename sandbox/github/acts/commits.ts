/** Commits to a branch, and merges of one branch into another, as GitHub makes them without a working copy. */
import { noCommit } from "../git/bare-repository.ts";
import { commitsOf, compareCommits, isAncestor } from "../git/history.ts";
import type { Signature } from "../git/objects.ts";
import { commitTree, type FileWrite, mergeTrees, writeCommit } from "../git/writing.ts";
import type { Hub } from "../hub/hub.ts";
import type { Account, Repository } from "../hub/state.ts";
import { Problem } from "../problem.ts";
import { branchSha, moveRefs, signatureOf } from "./refs.ts";

export type CommitWish = {
  readonly branch: string;
  readonly message: string;
  readonly changes: readonly FileWrite[];
  readonly author?: Signature;
  readonly committer?: Signature;
  /** Looked at inside the branch's turn, just before the branch moves: may refuse by throwing. */
  readonly check?: (sha: string, parent: string | undefined) => void;
};

/** The branch is made from the default branch when it is new. */
export function commitToBranch(hub: Hub, repository: Repository, by: Account, wish: CommitWish): Promise<string> {
  return repository.git.exclusive(async () => {
    const current = branchSha(repository, wish.branch);
    const parent = current ?? branchSha(repository, repository.defaultBranch);
    const author = wish.author ?? signatureOf(hub, by);
    const { message, changes } = wish;
    const sha = await writeCommit(repository.git, {
      parent,
      changes,
      message,
      author,
      ...(wish.committer === undefined ? {} : { committer: wish.committer }),
    });
    wish.check?.(sha, parent);
    const ref = `refs/heads/${wish.branch}`;
    await moveRefs(hub, repository, by, [{ ref, before: current ?? noCommit, after: sha }]);
    return sha;
  });
}

/** Makes a merge commit without moving a ref; undefined when `theirs` is in `ours` already, a 409 on a conflict. */
export async function mergeCommit(
  hub: Hub,
  repository: Repository,
  by: Account,
  merge: { readonly ours: string; readonly theirs: string; readonly message: string; readonly squash?: boolean },
): Promise<string | undefined> {
  const { ours, theirs, message } = merge;
  if (await isAncestor(repository.git, theirs, ours)) return undefined;
  const merged = await mergeTrees(repository.git, ours, theirs);
  if (merged.kind === "conflict") throw new Problem(409, "Merge conflict");
  const seconds = Math.floor(hub.now() / 1000);
  return commitTree(repository.git, {
    tree: merged.tree,
    parents: merge.squash === true ? [ours] : [ours, theirs],
    message,
    author: signatureOf(hub, by),
    committer: { name: "GitHub", email: "noreply@github.com", seconds },
  });
}

/** Older gits take no base for a merge, so a history is made up in which the parent is the only thing in common. */
export async function bringOver(repository: Repository, sha: string, parent: string, onto: string) {
  const nobody = { name: "GitHub", email: "noreply@github.com", seconds: 1_000_000_000 };
  const alone = async (of: string, parents: readonly string[]) => {
    const tree = (await repository.git.commit(of))?.tree ?? "";
    return commitTree(repository.git, { tree, parents, message: "", author: nobody, committer: nobody });
  };
  const base = await alone(parent, []);
  return mergeTrees(repository.git, await alone(onto, [base]), await alone(sha, [base]));
}

/** Puts each commit of a branch, but for its merges, onto another anew; undefined when there is none. */
export async function rebaseCommits(
  hub: Hub,
  repository: Repository,
  ours: string,
  theirs: string,
): Promise<string | undefined> {
  const compared = await compareCommits(repository.git, ours, theirs);
  let tip: string | undefined;
  for (const commit of await commitsOf(repository.git, compared?.ahead ?? [])) {
    const [parent, ...others] = commit.parents;
    if (parent === undefined || others.length > 0) continue;
    const onto: string = tip ?? ours;
    const merged = await bringOver(repository, commit.sha, parent, onto);
    if (merged.kind === "conflict") throw new Problem(409, "Merge conflict");
    const committer = { name: "GitHub", email: "noreply@github.com", seconds: Math.floor(hub.now() / 1000) };
    const { message, author } = commit;
    tip = commitTree(repository.git, { tree: merged.tree, parents: [onto], message, author, committer });
  }
  return tip;
}

/** `POST /repos/{owner}/{repo}/merges`: undefined when there is nothing to merge. */
export function mergeBranch(
  hub: Hub,
  repository: Repository,
  by: Account,
  wish: {
    readonly base: string;
    readonly theirs: string;
    readonly message: string;
    readonly check?: (sha: string) => void;
  },
): Promise<string | undefined> {
  return repository.git.exclusive(async () => {
    const ours = branchSha(repository, wish.base);
    if (ours === undefined) throw new Problem(404, "Base does not exist");
    const sha = await mergeCommit(hub, repository, by, { ours, theirs: wish.theirs, message: wish.message });
    if (sha === undefined) return undefined;
    wish.check?.(sha);
    await moveRefs(hub, repository, by, [{ ref: `refs/heads/${wish.base}`, before: ours, after: sha }]);
    return sha;
  });
}

/**
 * Makes commits and merges. Only objects are made here, never refs: the caller moves refs through `updateRefs`, so that
 * a refused move leaves nothing but an unreachable object, as in git itself.
 */
import type { BareRepository } from "./bare-repository.ts";
import { compareCommits } from "./history.ts";
import { type Commit, commitContent, type Signature } from "./objects.ts";
import { tryGit } from "./run-git.ts";
import { editTree } from "./tree-edits.ts";

export type FileWrite = {
  readonly path: string;
  /** null deletes. */
  readonly content: Buffer | null;
  readonly executable?: boolean;
};

/** Makes a commit of a tree that is there already. */
export function commitTree(repository: BareRepository, commit: Omit<Commit, "sha">): string {
  return repository.write("commit", commitContent(commit));
}

/** Makes a commit that changes files of its parent. */
export async function writeCommit(
  repository: BareRepository,
  commit: {
    readonly parent: string | undefined;
    readonly changes: readonly FileWrite[];
    readonly message: string;
    readonly author: Signature;
    readonly committer?: Signature;
  },
): Promise<string> {
  const { parent, message, author, committer = author } = commit;
  const edits = commit.changes.map(({ path, content, executable }) => {
    const mode = executable ? "100755" : "100644";
    return { path, entry: content === null ? null : { mode, sha: repository.write("blob", content) } };
  });
  const base = parent === undefined ? undefined : (await repository.commit(parent))?.tree;
  if (parent !== undefined && base === undefined) throw new Error(`there is no commit ${parent}`);
  const tree = await editTree(repository, base, edits);
  return commitTree(repository, { tree, parents: parent === undefined ? [] : [parent], message, author, committer });
}

export type MergeResult =
  | { readonly kind: "merged"; readonly tree: string }
  | { readonly kind: "conflict"; readonly files: readonly string[] };

const mergedTrees = new WeakMap<BareRepository, Map<string, Promise<MergeResult>>>();

/** The tree that merging `theirs` into `ours` gives, or the files in conflict. Remembered: both are immutable. */
export function mergeTrees(repository: BareRepository, ours: string, theirs: string): Promise<MergeResult> {
  const cache = mergedTrees.get(repository) ?? new Map<string, Promise<MergeResult>>();
  mergedTrees.set(repository, cache);
  return repository.remember(cache, `${ours} ${theirs}`, async () => {
    // Most branches are merged into what they were made from, and then theirs is all that there is.
    const ahead = (await compareCommits(repository, ours, theirs))?.behind === 0;
    const tree = ahead ? (await repository.commit(theirs))?.tree : undefined;
    if (tree !== undefined) return { kind: "merged", tree };
    const args = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs];
    const result = await tryGit(repository.folder, args);
    const [merged = "", ...files] = result.stdout.toString().split("\0");
    if (result.code === 0) return { kind: "merged", tree: merged.trim() };
    if (result.code === 1) return { kind: "conflict", files: files.filter((file) => file !== "") };
    throw new Error(`git merge-tree ended with ${result.code}: ${result.stderr.trim()}`);
  });
}

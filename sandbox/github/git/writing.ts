/**
 * Makes commits, merges and annotated tags. Only objects are made here, never refs: the caller moves refs through
 * `updateRefs`, so that a refused move leaves nothing but an unreachable object, as in git itself.
 */
import type { BareRepository } from "./bare-repository.ts";
import { noCommit } from "./bare-repository.ts";
import type { Signature } from "./objects.ts";
import { git, tryGit } from "./run-git.ts";

export type FileWrite = {
  readonly path: string;
  /** null deletes. */
  readonly content: Buffer | null;
  readonly executable?: boolean;
};

function person(signature: Signature): string {
  // Angle brackets and line breaks would end the field; git itself leaves them out.
  const clean = (text: string) => text.replace(/[<>\n\0]/g, "");
  return `${clean(signature.name)} <${clean(signature.email)}> ${signature.seconds} +0000`;
}

/** Makes one commit with `git fast-import`, which writes blobs, trees and commit in a single process. */
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
  const parts: (string | Buffer)[] = [];
  const data = (content: Buffer) => parts.push(`data ${content.length}\n`, content, "\n");
  // fast-import wants a ref to write to; this one is taken away again in the same run.
  const ref = "refs/signalbox/being-written";
  parts.push(`commit ${ref}\nmark :1\n`);
  parts.push(`author ${person(commit.author)}\ncommitter ${person(commit.committer ?? commit.author)}\n`);
  data(Buffer.from(commit.message));
  if (commit.parent !== undefined) parts.push(`from ${commit.parent}\n`);
  for (const { path, content, executable } of commit.changes) {
    const quoted = `"${path.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;
    if (content === null) {
      parts.push(`D ${quoted}\n`);
    } else {
      parts.push(`M ${executable ? "100755" : "100644"} inline ${quoted}\n`);
      data(content);
    }
  }
  parts.push(`get-mark :1\nreset ${ref}\nfrom ${noCommit}\n\n`);
  const input = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  const printed = await git(repository.folder, ["fast-import", "--quiet", "--force"], { input });
  return printed.trim();
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
    const args = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs];
    const result = await tryGit(repository.folder, args);
    const [tree = "", ...files] = result.stdout.toString().split("\0");
    if (result.code === 0) return { kind: "merged", tree: tree.trim() };
    if (result.code === 1) return { kind: "conflict", files: files.filter((file) => file !== "") };
    throw new Error(`git merge-tree ended with ${result.code}: ${result.stderr.trim()}`);
  });
}

/** Makes a commit of a tree that is there already. */
export async function commitTree(
  repository: BareRepository,
  commit: {
    readonly tree: string;
    readonly parents: readonly string[];
    readonly message: string;
    readonly author: Signature;
    readonly committer: Signature;
  },
): Promise<string> {
  const args = ["commit-tree", commit.tree, ...commit.parents.flatMap((parent) => ["-p", parent]), "-F", "-"];
  const printed = await git(repository.folder, args, {
    input: commit.message,
    environment: {
      GIT_AUTHOR_NAME: commit.author.name,
      GIT_AUTHOR_EMAIL: commit.author.email,
      GIT_AUTHOR_DATE: `${commit.author.seconds} +0000`,
      GIT_COMMITTER_NAME: commit.committer.name,
      GIT_COMMITTER_EMAIL: commit.committer.email,
      GIT_COMMITTER_DATE: `${commit.committer.seconds} +0000`,
    },
  });
  return printed.trim();
}

export async function writeTag(
  repository: BareRepository,
  tag: {
    readonly object: string;
    readonly type: string;
    readonly name: string;
    readonly message: string;
    readonly tagger: Signature;
  },
): Promise<string> {
  const input = `object ${tag.object}\ntype ${tag.type}\ntag ${tag.name}\ntagger ${person(tag.tagger)}\n\n${tag.message}\n`;
  return (await git(repository.folder, ["hash-object", "-t", "tag", "-w", "--stdin"], { input })).trim();
}

export async function writeBlob(repository: BareRepository, content: Buffer): Promise<string> {
  return (await git(repository.folder, ["hash-object", "-w", "--stdin"], { input: content })).trim();
}

/** Makes one tree out of entries, which must exist. */
export async function writeTree(
  repository: BareRepository,
  entries: readonly { readonly mode: string; readonly type: string; readonly sha: string; readonly name: string }[],
): Promise<string> {
  const input = entries.map(({ mode, type, sha, name }) => `${mode} ${type} ${sha}\t${name}\0`).join("");
  return (await git(repository.folder, ["mktree", "-z"], { input })).trim();
}

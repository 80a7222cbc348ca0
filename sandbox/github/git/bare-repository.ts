/**
 * One bare repository: its refs (mirrored in memory, because a view must be given without waiting), its objects, and
 * an order for whatever writes to it. Nothing else may move refs, but for a push, which must have its turn in `exclusive`
 * and be followed by `reload`.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createDiffTree } from "./diff-tree.ts";
import { type ObjectType, writeLoose } from "./loose-objects.ts";
import { createObjectReader } from "./object-reader.ts";
import { type AnnotatedTag, type Commit, parseCommit, parseTag, parseTree, type TreeEntry } from "./objects.ts";
import { isGoodRef, isInTheWay, removeRef, writeRef } from "./ref-files.ts";
import { git } from "./run-git.ts";

export const noCommit = "0".repeat(40);

export type RefUpdate = { readonly ref: string; readonly before: string; readonly after: string };

export type BareRepository = {
  readonly folder: string;
  readonly refs: ReadonlyMap<string, string>;
  /** Runs one writer at a time. */
  exclusive<T>(run: () => Promise<T>): Promise<T>;
  /**
   * Moves refs, each compared with its `before`; `noCommit` stands for "is not". Rejects, with nothing moved, when one
   * cannot be. Call it inside `exclusive`.
   */
  updateRefs(updates: readonly RefUpdate[]): Promise<void>;
  /** Reads the refs again and tells what changed. */
  reload(): Promise<readonly RefUpdate[]>;
  /** Stores an object, which no ref reaches yet, and returns its SHA. */
  write(type: ObjectType, content: Buffer): string;
  commit(sha: string): Promise<Commit | undefined>;
  tag(sha: string): Promise<AnnotatedTag | undefined>;
  tree(name: string): Promise<{ readonly sha: string; readonly entries: readonly TreeEntry[] } | undefined>;
  blob(name: string): Promise<{ readonly sha: string; readonly content: Buffer } | undefined>;
  /** The full SHA and type behind a full or abbreviated SHA, or `<commit>:<path>`. */
  object(name: string): Promise<{ readonly sha: string; readonly type: string } | undefined>;
  /** What the tree `to` changed against the tree `from`, as `diff-tree.ts` has it. */
  difference(from: string, to: string): Promise<string>;
  /** What a value derived from immutable objects was last time; computed once for each key. */
  remember<T>(cache: Map<string, Promise<T>>, key: string, compute: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

const mostRemembered = 2_000;

const config = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
[receive]
\tautogc = false
`;

/** What `git init --bare --template=` makes. No push may set off a gc, which would pack the refs away. */
async function makeFolder(folder: string, defaultBranch: string): Promise<void> {
  for (const inside of ["objects/info", "objects/pack", "refs/heads", "refs/tags"]) {
    await mkdir(join(folder, inside), { recursive: true });
  }
  await writeFile(join(folder, "HEAD"), `ref: refs/heads/${defaultBranch}\n`);
  await writeFile(join(folder, "config"), config);
}

export async function createBareRepository(folder: string, defaultBranch: string): Promise<BareRepository> {
  await makeFolder(folder, defaultBranch);
  const reader = createObjectReader(folder);
  const diffTree = createDiffTree(folder);
  const refs = new Map<string, string>();
  const commits = new Map<string, Promise<Commit | undefined>>();
  let last: Promise<unknown> = Promise.resolve();

  function remember<T>(cache: Map<string, Promise<T>>, key: string, compute: () => Promise<T>): Promise<T> {
    const known = cache.get(key);
    if (known !== undefined) return known;
    if (cache.size >= mostRemembered) cache.clear();
    const computed = compute();
    cache.set(key, computed);
    // What is missing or failed now may be there later, so only an answer is kept.
    computed.then(
      (value) => value === undefined && cache.delete(key),
      () => cache.delete(key),
    );
    return computed;
  }

  return {
    folder,
    refs,
    exclusive(run) {
      const mine = last.then(run, run);
      last = mine.catch(() => undefined);
      return mine;
    },
    async updateRefs(updates) {
      for (const { ref, before, after } of updates) {
        const now = refs.get(ref) ?? noCommit;
        if (now !== before) throw new Error(`${ref} is at ${now}, not at ${before}`);
        if (after === noCommit) continue;
        if (!isGoodRef(ref) || (before === noCommit && isInTheWay(refs, ref))) throw new Error(`${ref} cannot be made`);
        const type = (await reader.read(after))?.type;
        if (type === undefined || (ref.startsWith("refs/heads/") && type !== "commit")) {
          throw new Error(`${ref} cannot be at ${after}, which is ${type === undefined ? "not there" : `a ${type}`}`);
        }
      }
      for (const { ref, before, after } of updates) {
        if (after !== noCommit) {
          writeRef(folder, ref, after);
          refs.set(ref, after);
        } else if (before !== noCommit) {
          removeRef(folder, ref);
          refs.delete(ref);
        }
      }
    },
    async reload() {
      const listed = await git(folder, ["for-each-ref", "--format=%(objectname) %(refname)"]);
      const now = new Map(
        listed
          .split("\n")
          .filter((line) => line !== "")
          .map((line): [string, string] => [line.slice(41), line.slice(0, 40)]),
      );
      const updates: RefUpdate[] = [];
      for (const ref of new Set([...refs.keys(), ...now.keys()])) {
        const before = refs.get(ref) ?? noCommit;
        const after = now.get(ref) ?? noCommit;
        if (before !== after) updates.push({ ref, before, after });
      }
      refs.clear();
      for (const [ref, sha] of now) refs.set(ref, sha);
      return updates;
    },
    write: (type, content) => writeLoose(folder, type, content),
    commit: (sha) =>
      remember(commits, sha, async () => {
        const object = await reader.read(sha);
        return object?.type === "commit" ? parseCommit(object.sha, object.content) : undefined;
      }),
    async tag(sha) {
      const object = await reader.read(sha);
      return object?.type === "tag" ? parseTag(object.sha, object.content) : undefined;
    },
    async tree(name) {
      const object = await reader.read(name);
      return object?.type === "tree" ? { sha: object.sha, entries: parseTree(object.content) } : undefined;
    },
    async blob(name) {
      const object = await reader.read(name);
      return object?.type === "blob" ? { sha: object.sha, content: object.content } : undefined;
    },
    async object(name) {
      const object = await reader.read(name);
      return object === undefined ? undefined : { sha: object.sha, type: object.type };
    },
    difference: (from, to) => diffTree.between(from, to),
    remember,
    async close() {
      await Promise.all([reader.close(), diffTree.close()]);
    },
  };
}

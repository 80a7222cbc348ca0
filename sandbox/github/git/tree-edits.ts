/** Changes trees path by path, as `git fast-import` would. Only makes objects. */
import type { BareRepository } from "./bare-repository.ts";
import { emptyTree, type TreeEntry, treeContent, typeOf } from "./objects.ts";

export type TreeEdit = {
  readonly path: string;
  /** null deletes, whatever is there, if anything is. */
  readonly entry: { readonly mode: string; readonly sha: string } | null;
};

/** What is in a folder; a folder within it stays an entry until something in it is changed. */
type Folder = Map<string, TreeEntry | Folder>;

/** Whether git could check out a file of this path. */
export function isGoodPath(path: string): boolean {
  return !path.split("/").some((part) => part === "" || part === "." || part === ".." || /^\.git$|\0/i.test(part));
}

/**
 * Makes the tree that the edits give, one after the other, on top of `base`; returns its SHA. What an edit puts where a
 * folder was takes the folder's place, and the other way round; a folder in which nothing is left goes.
 */
export async function editTree(
  repository: BareRepository,
  base: string | undefined,
  edits: readonly TreeEdit[],
): Promise<string> {
  const root: Folder = base === undefined ? new Map() : await open(repository, base);
  for (const edit of edits) await apply(repository, root, edit);
  return await write(repository, root);
}

async function open(repository: BareRepository, sha: string): Promise<Folder> {
  const tree = await repository.tree(sha);
  if (tree === undefined) throw new Error(`there is no tree ${sha}`);
  return new Map(tree.entries.map((entry) => [entry.name, entry]));
}

async function apply(repository: BareRepository, root: Folder, { path, entry }: TreeEdit): Promise<void> {
  if (!isGoodPath(path)) throw new Error(`${JSON.stringify(path)} is no path of a file`);
  const parents = path.split("/");
  const last = parents.pop() ?? "";
  let folder = root;
  for (const name of parents) {
    let inside = folder.get(name);
    if (!(inside instanceof Map)) {
      if (inside?.type !== "tree" && entry === null) return;
      inside = inside?.type === "tree" ? await open(repository, inside.sha) : new Map();
      folder.set(name, inside);
    }
    folder = inside;
  }
  if (entry === null) folder.delete(last);
  else folder.set(last, { ...entry, type: typeOf(entry.mode), name: last });
}

async function write(repository: BareRepository, folder: Folder): Promise<string> {
  const entries: TreeEntry[] = [];
  for (const [name, entry] of folder) {
    if (!(entry instanceof Map)) entries.push(entry);
    else {
      const sha = await write(repository, entry);
      if (sha !== emptyTree) entries.push({ mode: "040000", type: "tree", name, sha });
    }
  }
  return repository.write("tree", treeContent(entries));
}

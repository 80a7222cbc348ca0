/**
 * Walks over commits and trees as they are stored, for questions that are asked all the time: reading them
 * takes a fraction of what starting a git for each question does. Only reads.
 */
import type { BareRepository } from "./bare-repository.ts";
import type { Commit, TreeEntry } from "./objects.ts";

type Commits = ReadonlyMap<string, Commit>;

/** The commit and all that it is built on. */
async function reachable(repository: BareRepository, from: string): Promise<Commits> {
  const found = new Map<string, Commit>();
  for (let next = [from]; next.length > 0; ) {
    const read = await Promise.all(next.map((sha) => repository.commit(sha)));
    for (const [index, commit] of read.entries()) {
      if (commit === undefined) throw new Error(`there is no commit ${next[index]}`);
      found.set(commit.sha, commit);
    }
    const parents = read.flatMap((commit) => commit?.parents ?? []);
    next = [...new Set(parents)].filter((sha) => !found.has(sha));
  }
  return found;
}

/** As `git rev-list --reverse --topo-order` has them: none before what it is built on, and no line of work in another. */
function oldestFirst(tip: string, commits: Commits): readonly string[] {
  const children = new Map<string, number>();
  for (const { parents } of commits.values()) {
    for (const parent of parents) children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  const newestFirst: string[] = [];
  const free = [tip];
  for (let sha = free.pop(); sha !== undefined; sha = free.pop()) {
    const commit = commits.get(sha);
    if (commit === undefined) continue;
    newestFirst.push(sha);
    for (const parent of commit.parents) {
      const left = (children.get(parent) ?? 0) - 1;
      children.set(parent, left);
      if (left === 0) free.push(parent);
    }
  }
  return newestFirst.reverse();
}

function without(commits: Commits, others: Commits): Commits {
  return new Map([...commits].filter(([sha]) => !others.has(sha)));
}

/** The newest of what both are built on and nothing else of that is built on. */
function baseOf(common: Commits): string | undefined {
  const builtOn = new Set([...common.values()].flatMap(({ parents }) => parents));
  const best = [...common.values()].filter(({ sha }) => !builtOn.has(sha));
  return best.reduce<Commit | undefined>((newest, commit) => {
    return newest === undefined || commit.committer.seconds > newest.committer.seconds ? commit : newest;
  }, undefined)?.sha;
}

export type Comparison = {
  readonly mergeBase: string;
  /** Commits of `head` that `base` lacks, oldest first. */
  readonly ahead: readonly string[];
  readonly behind: number;
};

/** undefined when the two have no common ancestor. */
export async function compare(repository: BareRepository, base: string, head: string): Promise<Comparison | undefined> {
  const [ofBase, ofHead] = await Promise.all([reachable(repository, base), reachable(repository, head)]);
  const ahead = without(ofHead, ofBase);
  const mergeBase = baseOf(without(ofHead, ahead));
  if (mergeBase === undefined) return undefined;
  return { mergeBase, ahead: oldestFirst(head, ahead), behind: without(ofBase, ofHead).size };
}

export type TouchedPaths = { readonly added: string[]; readonly removed: string[]; readonly modified: string[] };

/** The paths that a commit touched against its first parent; what was moved is removed there and added here. */
export async function pathsTouchedBy(repository: BareRepository, commit: Commit): Promise<TouchedPaths> {
  const touched: TouchedPaths = { added: [], removed: [], modified: [] };
  const [parent] = commit.parents;
  const before = parent === undefined ? undefined : (await repository.commit(parent))?.tree;
  await noteDifference(repository, before, commit.tree, "", touched);
  return touched;
}

async function noteDifference(
  repository: BareRepository,
  before: string | undefined,
  after: string | undefined,
  folder: string,
  touched: TouchedPaths,
): Promise<void> {
  if (before === after) return;
  const [old, now] = await Promise.all([entriesOf(repository, before), entriesOf(repository, after)]);
  for (const name of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const [was, is] = [old.get(name), now.get(name)];
    if (was?.sha === is?.sha && was?.mode === is?.mode) continue;
    const path = `${folder}${name}`;
    if (name.endsWith("/")) await noteDifference(repository, was?.sha, is?.sha, path, touched);
    else (was === undefined ? touched.added : is === undefined ? touched.removed : touched.modified).push(path);
  }
}

/** By their names, with a slash behind that of a folder: git orders them so, and a file is not a folder of its name. */
async function entriesOf(
  repository: BareRepository,
  tree: string | undefined,
): Promise<ReadonlyMap<string, TreeEntry>> {
  if (tree === undefined) return new Map();
  const found = await repository.tree(tree);
  if (found === undefined) throw new Error(`there is no tree ${tree}`);
  return new Map(found.entries.map((entry) => [entry.type === "tree" ? `${entry.name}/` : entry.name, entry]));
}

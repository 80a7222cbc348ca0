/** Questions about history: what two commits have in common, what lies between, what differs. Only reads. */
import type { BareRepository } from "./bare-repository.ts";
import type { Commit } from "./objects.ts";
import { git, tryGit } from "./run-git.ts";

export type Comparison = {
  readonly mergeBase: string;
  /** Commits of `head` that `base` lacks, oldest first. */
  readonly ahead: readonly string[];
  readonly behind: number;
};

export type ChangedFile = {
  readonly path: string;
  readonly previousPath?: string;
  readonly status: "added" | "removed" | "modified" | "renamed" | "copied" | "changed";
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
  readonly patch?: string;
};

type Caches = {
  readonly comparisons: Map<string, Promise<Comparison | undefined>>;
  readonly differences: Map<string, Promise<readonly ChangedFile[]>>;
  readonly touched: Map<string, Promise<TouchedPaths | undefined>>;
};

const caches = new WeakMap<BareRepository, Caches>();

function cachesOf(repository: BareRepository): Caches {
  const known = caches.get(repository);
  if (known !== undefined) return known;
  const made: Caches = { comparisons: new Map(), differences: new Map(), touched: new Map() };
  caches.set(repository, made);
  return made;
}

/** undefined when the two have no common ancestor. */
export function compareCommits(
  repository: BareRepository,
  base: string,
  head: string,
): Promise<Comparison | undefined> {
  if (base === head) return Promise.resolve({ mergeBase: base, ahead: [], behind: 0 });
  return repository.remember(cachesOf(repository).comparisons, `${base} ${head}`, async () => {
    const [found, listed] = await Promise.all([
      tryGit(repository.folder, ["merge-base", base, head]),
      git(repository.folder, ["rev-list", "--reverse", "--topo-order", "--left-right", `${base}...${head}`]),
    ]);
    if (found.code !== 0) return undefined;
    const lines = listed.split("\n");
    return {
      mergeBase: found.stdout.toString().trim(),
      ahead: lines.filter((line) => line.startsWith(">")).map((line) => line.slice(1)),
      behind: lines.filter((line) => line.startsWith("<")).length,
    };
  });
}

export async function isAncestor(repository: BareRepository, ancestor: string, of: string): Promise<boolean> {
  const compared = await compareCommits(repository, ancestor, of);
  return compared !== undefined && compared.behind === 0;
}

/** The empty tree, which git knows without its being stored. */
export const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

const statuses: Readonly<Record<string, ChangedFile["status"]>> = {
  A: "added",
  D: "removed",
  M: "modified",
  R: "renamed",
  C: "copied",
  T: "changed",
};

/** What `to` changed against `from`, both commits or trees; with the patches when they are wanted. */
export function changedFiles(
  repository: BareRepository,
  from: string,
  to: string,
  wanted: "patches" | "names",
): Promise<readonly ChangedFile[]> {
  if (from === to) return Promise.resolve([]);
  return repository.remember(cachesOf(repository).differences, `${from} ${to} ${wanted}`, async () => {
    const [listed, patches] = await Promise.all([
      git(repository.folder, ["diff", "-M", "--raw", "--numstat", "--no-abbrev", "-z", from, to]),
      wanted === "patches" ? git(repository.folder, ["diff", "-M", "--no-abbrev", "--no-color", from, to]) : "",
    ]);
    return joinDifference(listed, patches);
  });
}

function joinDifference(listed: string, patches: string): readonly ChangedFile[] {
  const tokens = listed.split("\0");
  const files: Omit<ChangedFile, "additions" | "deletions">[] = [];
  const counts: { additions: number; deletions: number }[] = [];
  for (let at = 0; at < tokens.length; ) {
    const token = tokens[at] ?? "";
    at += 1;
    const raw = /^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) ([A-Z])/.exec(token);
    if (raw !== null) {
      const status = statuses[raw[3] ?? ""] ?? "changed";
      const moved = status === "renamed" || status === "copied";
      const sha = (status === "removed" ? raw[1] : raw[2]) ?? "";
      const first = tokens[at] ?? "";
      files.push(
        moved ? { path: tokens[at + 1] ?? "", previousPath: first, status, sha } : { path: first, status, sha },
      );
      at += moved ? 2 : 1;
      continue;
    }
    const counted = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(token);
    if (counted === null) continue;
    // A binary file is counted as "-", a moved one has its two names in tokens of their own.
    counts.push({ additions: Number(counted[1]) || 0, deletions: Number(counted[2]) || 0 });
    if (counted[3] === "") at += 2;
  }
  const parts = patches === "" ? [] : patches.split(/^(?=diff --git )/m);
  return files.map((file, index) => {
    const part = parts[index] ?? "";
    const at = part.search(/^@@ /m);
    return {
      ...file,
      ...(counts[index] ?? { additions: 0, deletions: 0 }),
      ...(at < 0 ? {} : { patch: part.slice(at).replace(/\n$/, "") }),
    };
  });
}

/** Commits from `sha` back, newest first, optionally only those that touched `path`. */
export async function log(
  repository: BareRepository,
  sha: string,
  options: { readonly path?: string; readonly since?: string; readonly until?: string } = {},
): Promise<readonly string[]> {
  const args = ["rev-list", "--topo-order"];
  if (options.since !== undefined) args.push(`--since=${options.since}`);
  if (options.until !== undefined) args.push(`--until=${options.until}`);
  args.push(sha);
  if (options.path !== undefined) args.push("--", `:(literal)${options.path}`);
  return (await git(repository.folder, args)).split("\n").filter((line) => line !== "");
}

export async function commitsOf(repository: BareRepository, shas: readonly string[]): Promise<readonly Commit[]> {
  const found = await Promise.all(shas.map((sha) => repository.commit(sha)));
  return found.filter((commit) => commit !== undefined);
}

export type TouchedPaths = { readonly added: string[]; readonly removed: string[]; readonly modified: string[] };

/** The paths that each commit touched against its first parent, in one process for all that were not asked for yet. */
export async function touchedPaths(
  repository: BareRepository,
  commits: readonly Commit[],
): Promise<ReadonlyMap<string, TouchedPaths>> {
  const { touched } = cachesOf(repository);
  const known = commits.map(({ sha }) => touched.get(sha));
  const read = readTouchedPaths(
    repository,
    commits.filter((_, index) => known[index] === undefined),
  );
  const found = new Map<string, TouchedPaths>();
  for (const [index, { sha }] of commits.entries()) {
    const paths = await (known[index] ?? repository.remember(touched, sha, async () => (await read).get(sha)));
    if (paths !== undefined) found.set(sha, paths);
  }
  return found;
}

async function readTouchedPaths(repository: BareRepository, commits: readonly Commit[]) {
  const touched = new Map<string, TouchedPaths>();
  if (commits.length === 0) return touched;
  const args = ["-c", "core.quotePath=false", "diff-tree", "--stdin", "--root", "-r", "--name-status"];
  const input = commits.map(({ sha, parents }) => `${[sha, ...parents.slice(0, 1)].join(" ")}\n`).join("");
  let paths: TouchedPaths | undefined;
  for (const line of (await git(repository.folder, args, { input })).split("\n")) {
    if (/^[0-9a-f]{40}/.test(line)) {
      paths = { added: [], removed: [], modified: [] };
      touched.set(line.slice(0, 40), paths);
      continue;
    }
    const [status = "", path = ""] = line.split("\t");
    if (paths === undefined || path === "") continue;
    (status === "A" ? paths.added : status === "D" ? paths.removed : paths.modified).push(path);
  }
  return touched;
}

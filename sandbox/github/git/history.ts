/** Questions about history: what two commits have in common, what lies between, what differs. Only reads. */
import type { BareRepository } from "./bare-repository.ts";
import type { Commit } from "./objects.ts";
import { git } from "./run-git.ts";
import { type Comparison, compare, pathsTouchedBy, type TouchedPaths } from "./walk.ts";

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
  readonly touched: Map<string, Promise<TouchedPaths>>;
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
  const { comparisons } = cachesOf(repository);
  return repository.remember(comparisons, `${base} ${head}`, () => compare(repository, base, head));
}

export async function isAncestor(repository: BareRepository, ancestor: string, of: string): Promise<boolean> {
  const compared = await compareCommits(repository, ancestor, of);
  return compared !== undefined && compared.behind === 0;
}

const statuses: Readonly<Record<string, ChangedFile["status"]>> = {
  A: "added",
  D: "removed",
  M: "modified",
  R: "renamed",
  C: "copied",
  T: "changed",
};

/** What `to` changed against `from`, both commits or trees. */
export function changedFiles(repository: BareRepository, from: string, to: string): Promise<readonly ChangedFile[]> {
  if (from === to) return Promise.resolve([]);
  return repository.remember(cachesOf(repository).differences, `${from} ${to}`, async () => {
    const treeOf = async (sha: string) => (await repository.commit(sha))?.tree ?? sha;
    const difference = await repository.difference(await treeOf(from), await treeOf(to));
    // The patches stand behind an empty entry, and no name is empty.
    const [listed = "", ...patches] = difference.split("\0\0");
    return joinDifference(listed, patches.join("\0\0"));
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

/** The paths that each commit touched against its first parent. */
export async function touchedPaths(
  repository: BareRepository,
  commits: readonly Commit[],
): Promise<ReadonlyMap<string, TouchedPaths>> {
  const { touched } = cachesOf(repository);
  const found = commits.map(async (commit) => {
    const paths = await repository.remember(touched, commit.sha, () => pathsTouchedBy(repository, commit));
    return [commit.sha, paths] as const;
  });
  return new Map(await Promise.all(found));
}

/**
 * Which files of a repository belong to a service, by the patterns of its `paths`. They are matched by RE2, in time that
 * grows with the path alone, since a repository may have a hundred thousand files and the patterns come from a file.
 */
import { createHash } from "node:crypto";
import { RE2JS } from "re2js";

/** Longer paths are looked at by their beginning alone. */
const longestPath = 1_000;

/** A file of a commit as git keeps it. */
export type TreeFile = { readonly path: string; readonly mode: string; readonly sha: string };

/**
 * `*` is anything within one folder's name, `**` anything across folders, `?` one character. A pattern without any of
 * these names a file, or a folder with all that is in it. After `!` it takes out what an earlier one took in; the last
 * one that matches counts.
 */
export function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  const rules = patterns.map((pattern) => {
    const out = pattern.startsWith("!");
    return { out, matches: matcherOf(out ? pattern.slice(1) : pattern) };
  });
  return (path) => {
    const looked = path.slice(0, longestPath);
    const last = rules.findLast(({ matches }) => matches(looked));
    return last !== undefined && !last.out;
  };
}

/**
 * One hash for what the patterns hold: equal for two commits exactly when all those files, with their modes, are equal.
 * `files` in any order.
 */
export function contentOf(files: readonly TreeFile[], patterns: readonly string[]): string {
  const belongs = pathMatcher(patterns);
  const lines = files
    .filter(({ path }) => belongs(path))
    .map(({ path, mode, sha }) => JSON.stringify([path, mode, sha]))
    .toSorted();
  return createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 40);
}

function matcherOf(pattern: string): (path: string) => boolean {
  const bare = pattern.replace(/^\.?\/+/u, "").replace(/\/+$/u, "");
  // The usual ones, without any engine.
  const folder = bare.replace(/\/\*\*$/u, "");
  if (!/[*?]/u.test(folder)) {
    const within = `${folder}/`;
    return (path) => path.startsWith(within) || (folder === bare && path === folder);
  }
  const compiled = RE2JS.compile(expressionOf(bare));
  return (path) => compiled.matches(path);
}

/** Everything but the wildcards stands for itself. */
function expressionOf(pattern: string): string {
  const parts = pattern.split(/(\*\*\/|\*\*|\*|\?)/u);
  return parts.map((part) => wildcards.get(part) ?? RE2JS.quote(part)).join("");
}

const wildcards: ReadonlyMap<string, string> = new Map([
  ["**/", "(?:.*/)?"],
  ["**", ".*"],
  ["*", "[^/]*"],
  ["?", "[^/]"],
]);

/**
 * Refs as git keeps them: a file for each, which holds a SHA. Whether a ref may move is for the caller to say; nothing is
 * compared here, and nobody else may write refs meanwhile.
 */
import { mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** As `git check-ref-format` has it. */
export function isGoodRef(ref: string): boolean {
  return (
    /^refs\/[^\s~^:?*[\\]+$/.test(ref) &&
    !/\.\.|\/\/|@\{|\/\.|\.lock(\/|$)|[./]$/.test(ref) &&
    [...ref].every((letter) => letter >= " " && letter !== "\x7f")
  );
}

/** Since refs are files, `a` and `a/b` cannot both be there. */
export function isInTheWay(refs: ReadonlyMap<string, string>, ref: string): boolean {
  return [...refs.keys()].some((one) => one.startsWith(`${ref}/`) || ref.startsWith(`${one}/`));
}

export function writeRef(folder: string, ref: string, sha: string): void {
  const file = join(folder, ref);
  mkdirSync(dirname(file), { recursive: true });
  // Whoever reads meanwhile finds the one or the other. A git that wanted to write as well would see that it must not.
  writeFileSync(`${file}.lock`, `${sha}\n`, { flag: "wx" });
  renameSync(`${file}.lock`, file);
}

/** Takes the folders along that are empty then, since a ref may get the name of one. */
export function removeRef(folder: string, ref: string): void {
  rmSync(join(folder, ref));
  for (let parent = dirname(ref); parent.split("/").length > 2; parent = dirname(parent)) {
    try {
      rmdirSync(join(folder, parent));
    } catch {
      return;
    }
  }
}

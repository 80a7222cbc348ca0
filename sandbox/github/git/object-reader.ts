/**
 * Finds objects by the names that the sandbox uses: a SHA, what it stands for, a path in it. Only what is in a pack, as
 * after a large push, and what is named by an abbreviated SHA is asked of git.
 */
import { createCatFile } from "./cat-file.ts";
import { type GitObject, readLoose } from "./loose-objects.ts";
import { parseCommit, parseTag, parseTree, type TreeEntry } from "./objects.ts";

export type ObjectReader = {
  /**
   * A full or abbreviated SHA, or one with `^{commit}`, `^{tree}` or `:<path>` behind it; undefined when there is no such
   * object or the name is ambiguous.
   */
  read(name: string): Promise<GitObject | undefined>;
  close(): Promise<void>;
};

const known = /^([0-9a-f]{40})(?:\^\{(commit|tree)\}|:(.+))?$/s;

export function createObjectReader(folder: string): ObjectReader {
  const catFile = createCatFile(folder);

  async function bySha(sha: string): Promise<GitObject | undefined> {
    return readLoose(folder, sha) ?? (await catFile.read(sha));
  }

  return {
    async read(name) {
      const [, sha, kind, path] = known.exec(name) ?? [];
      if (sha === undefined) return await catFile.read(name);
      let object = await bySha(sha);
      if (kind === undefined && path === undefined) return object;
      while (object?.type === "tag") object = await bySha(parseTag(object.sha, object.content).object);
      if (object?.type === "commit" && kind !== "commit") {
        object = await bySha(parseCommit(object.sha, object.content).tree);
      }
      if (object?.type !== (kind ?? "tree")) return undefined;
      for (const part of path?.split("/") ?? []) {
        const entries: readonly TreeEntry[] = object?.type === "tree" ? parseTree(object.content) : [];
        const entry = entries.find((one) => one.name === part);
        object = entry === undefined ? undefined : await bySha(entry.sha);
      }
      return object;
    },
    close: () => catFile.close(),
  };
}

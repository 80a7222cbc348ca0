/** Asks git for objects. It only reads. */
import { createLongRunningGit, type Taken } from "./long-running.ts";
import type { GitObject } from "./loose-objects.ts";

export type CatFile = {
  /** Any name that git understands; undefined when there is no such object or the name is ambiguous. */
  read(name: string): Promise<GitObject | undefined>;
  close(): Promise<void>;
};

function takeObject(come: Buffer): Taken<GitObject | undefined> | undefined {
  const end = come.indexOf(10);
  if (end < 0) return undefined;
  const header = /^([0-9a-f]{40}) (\w+) (\d+)$/.exec(come.subarray(0, end).toString());
  if (header === null) return { answer: undefined, length: end + 1 };
  const [, sha = "", type = "", size = ""] = header;
  const until = end + 1 + Number(size);
  if (come.length < until + 1) return undefined;
  return { answer: { sha, type, content: Buffer.from(come.subarray(end + 1, until)) }, length: until + 1 };
}

export function createCatFile(folder: string): CatFile {
  const git = createLongRunningGit<GitObject | undefined>(folder, ["cat-file", "--batch"]);
  return {
    async read(name) {
      // A line break would be read as two names, and every later answer would go to the wrong reader.
      if (name === "" || /[\n\0]/.test(name)) return undefined;
      return await git.ask(`${name}\n`, takeObject);
    },
    close: () => git.close(),
  };
}

/** Asks git what one tree changed against another, with the patches. It only reads. */
import { randomUUID } from "node:crypto";
import { createLongRunningGit } from "./long-running.ts";

export type DiffTree = {
  /** As `git diff-tree --raw --numstat --patch -z` prints it. Rejects when one of them is not there. */
  between(from: string, to: string): Promise<string>;
  close(): Promise<void>;
};

const asked = ["-r", "-M", "--raw", "--numstat", "--patch", "--no-abbrev", "--no-color", "-z"];

export function createDiffTree(folder: string): DiffTree {
  const git = createLongRunningGit<string | undefined>(folder, ["diff-tree", "--stdin", ...asked]);
  return {
    async between(from, to) {
      const header = `${from} ${to}\n`;
      // What is no pair of trees is printed as it is: so one knows where the answer ends, whatever files are called.
      const end = `end of ${randomUUID()}\n`;
      const answer = await git.ask(`${header}${end}`, (come) => {
        const at = come.indexOf(end);
        if (at < 0) return undefined;
        const said = come.subarray(0, at).toString();
        // Of trees that are not there it says nothing here.
        return { answer: said.startsWith(header) ? said.slice(header.length) : undefined, length: at + end.length };
      });
      if (answer === undefined) throw new Error(`${from} and ${to} are not two trees of ${folder}`);
      return answer;
    },
    close: () => git.close(),
  };
}

/**
 * Moves refs through one long-running `git update-ref --stdin` for each repository, so that not every move starts a
 * process. Each move is a transaction of its own: all of its refs move, or none. `close` ends the process.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { gitEnvironment } from "./run-git.ts";

export type RefWriter = {
  /** Lines as `git update-ref --stdin` reads them; rejects, with nothing moved, when git refuses one. */
  write(lines: readonly string[]): Promise<void>;
  close(): Promise<void>;
};

type Waiting = { resolve(): void; reject(error: Error): void };

export function createRefWriter(folder: string): RefWriter {
  let child: ChildProcessWithoutNullStreams | undefined;
  let closed: Promise<void> = Promise.resolve();
  let last: Promise<unknown> = Promise.resolve();
  let waiting: Waiting | undefined;

  /** It ends itself when it refuses a move; the next move starts another. */
  function start(): ChildProcessWithoutNullStreams {
    const started = spawn("git", ["update-ref", "--stdin"], { cwd: folder, env: gitEnvironment() });
    let printed = "";
    let complaint = "";
    closed = new Promise((resolve) => {
      const end = () => {
        if (child === started) child = undefined;
        waiting?.reject(new Error(`git update-ref ended: ${complaint.trim()}`));
        waiting = undefined;
        resolve();
      };
      started.once("close", end);
      started.once("error", end);
    });
    started.stdin.on("error", () => undefined);
    started.stderr.on("data", (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    started.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      if (!printed.endsWith("commit: ok\n")) return;
      printed = "";
      waiting?.resolve();
      waiting = undefined;
    });
    return started;
  }

  function writeOne(lines: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      child ??= start();
      waiting = { resolve, reject };
      child.stdin.write(["start", ...lines, "prepare", "commit", ""].join("\n"));
    });
  }

  return {
    write(lines) {
      const mine = last.then(() => writeOne(lines));
      last = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      await last;
      child?.stdin.end();
      await closed;
    },
  };
}

/**
 * Asks git for objects through one long-running `git cat-file --batch` for each repository, which is started when it is
 * first asked. It only reads; `close` ends the process.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { GitObject } from "./loose-objects.ts";
import { gitEnvironment } from "./run-git.ts";

export type CatFile = {
  /** Any name that git understands; undefined when there is no such object or the name is ambiguous. */
  read(name: string): Promise<GitObject | undefined>;
  close(): Promise<void>;
};

type Waiting = { resolve(object: GitObject | undefined): void; reject(error: Error): void };

export function createCatFile(folder: string): CatFile {
  let child: ChildProcessWithoutNullStreams | undefined;
  let closed: Promise<void> = Promise.resolve();
  let waiting: Waiting[] = [];
  let buffer: Buffer = Buffer.alloc(0);

  function start(): ChildProcessWithoutNullStreams {
    const started = spawn("git", ["cat-file", "--batch"], { cwd: folder, env: gitEnvironment() });
    buffer = Buffer.alloc(0);
    closed = new Promise((resolve) => {
      started.once("close", () => {
        if (child === started) child = undefined;
        const left = waiting;
        waiting = [];
        for (const one of left) one.reject(new Error("git cat-file ended before it answered"));
        resolve();
      });
    });
    started.once("error", () => undefined);
    started.stdin.on("error", () => undefined);
    started.stderr.resume();
    started.stdout.on("data", (chunk: Buffer) => {
      buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
      while (takeOne()) {
        // Each turn settles one waiting read.
      }
    });
    return started;
  }

  function takeOne(): boolean {
    const end = buffer.indexOf(10);
    if (end < 0) return false;
    const header = buffer.subarray(0, end).toString();
    const found = /^([0-9a-f]{40}) (\w+) (\d+)$/.exec(header);
    if (found === null) {
      buffer = buffer.subarray(end + 1);
      waiting.shift()?.resolve(undefined);
      return true;
    }
    const size = Number(found[3]);
    if (buffer.length < end + 1 + size + 1) return false;
    const content = Buffer.from(buffer.subarray(end + 1, end + 1 + size));
    buffer = buffer.subarray(end + 1 + size + 1);
    waiting.shift()?.resolve({ sha: found[1] ?? "", type: found[2] ?? "", content });
    return true;
  }

  return {
    read(name) {
      // A line break would be read as two names, and every later answer would go to the wrong reader.
      if (name === "" || /[\n\0]/.test(name)) return Promise.resolve(undefined);
      return new Promise((resolve, reject) => {
        child ??= start();
        waiting.push({ resolve, reject });
        child.stdin.write(`${name}\n`);
      });
    },
    async close() {
      child?.stdin.end();
      await closed;
    },
  };
}

/**
 * A git that is asked many questions, one a line, and answers them in order: starting one for each question takes longer
 * than most answers. It is started when it is first asked; `close` ends it.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { gitEnvironment } from "./run-git.ts";

/** What has come for one question so far, as far as it is whole; `length` is how many bytes of it that were. */
export type Taken<Answer> = { readonly answer: Answer; readonly length: number };

export type LongRunningGit<Answer> = {
  /** `question` is written as it is, and must end its own line. Rejects when git ends before it has answered. */
  ask(question: string, take: (come: Buffer) => Taken<Answer> | undefined): Promise<Answer>;
  close(): Promise<void>;
};

type Waiting<Answer> = {
  readonly take: (come: Buffer) => Taken<Answer> | undefined;
  resolve(answer: Answer): void;
  reject(error: Error): void;
};

export function createLongRunningGit<Answer>(folder: string, args: readonly string[]): LongRunningGit<Answer> {
  let child: ChildProcessWithoutNullStreams | undefined;
  let closed: Promise<void> = Promise.resolve();
  let waiting: Waiting<Answer>[] = [];
  let come: Buffer = Buffer.alloc(0);

  function start(): ChildProcessWithoutNullStreams {
    const started = spawn("git", [...args], { cwd: folder, env: gitEnvironment() });
    let complaint = "";
    come = Buffer.alloc(0);
    closed = new Promise((resolve) => {
      started.once("close", () => {
        if (child === started) child = undefined;
        const left = waiting;
        waiting = [];
        for (const one of left) one.reject(new Error(`git ${args[0]} ended before it answered. ${complaint}`));
        resolve();
      });
    });
    started.once("error", () => undefined);
    started.stdin.on("error", () => undefined);
    started.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      complaint = (complaint + chunk).slice(-1_000);
    });
    started.stdout.on("data", (chunk: Buffer) => {
      come = come.length === 0 ? chunk : Buffer.concat([come, chunk]);
      for (let first = waiting[0]; first !== undefined && come.length > 0; first = waiting[0]) {
        const taken = first.take(come);
        if (taken === undefined) break;
        come = come.subarray(taken.length);
        waiting.shift();
        first.resolve(taken.answer);
      }
    });
    return started;
  }

  return {
    ask(question, take) {
      return new Promise((resolve, reject) => {
        child ??= start();
        waiting.push({ take, resolve, reject });
        child.stdin.write(question);
      });
    },
    async close() {
      child?.stdin.end();
      await closed;
    },
  };
}

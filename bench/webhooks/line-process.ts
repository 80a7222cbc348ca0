/** A program of the bench that takes lines and gives lines; it ends with its standard input, so never outlives us. */
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Bench } from "../measure.ts";

export type LineProcess = {
  readonly pid: number;
  /** Writes a line, if there is one to write, and resolves with the next line that comes. */
  ask(line?: string): Promise<string>;
};

export function lineProcess(bench: Bench, program: string, env: Readonly<Record<string, string>> = {}): LineProcess {
  const script = fileURLToPath(new URL(program, import.meta.url));
  const child = bench.context.processes.spawn(process.execPath, [script], {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error(`${program} could not be started`);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  bench.onEnd(async () => {
    stdin.end();
    await ended;
  });
  return {
    pid: child.pid ?? 0,
    async ask(line) {
      if (line !== undefined) stdin.write(`${line}\n`);
      const next = await lines.next();
      if (next.done === true) throw new Error(`${program} ended before its time`);
      return next.value;
    },
  };
}

/** A real context that knows what was begun by it and has not ended: timers, and processes. */
import type { ChildProcess } from "node:child_process";
import { basename } from "node:path";
import { type Context, createContext, type Timer } from "../../src/context.ts";

export type NotedContext = {
  readonly context: Context;
  /** Each thing that is not over: what it is, and for a timer who had set it. */
  underWay(): readonly string[];
};

function whoAsked(): string {
  const lines = (new Error().stack ?? "").split("\n").slice(3);
  return lines.find((line) => line.includes("/src/"))?.trim() ?? lines[0]?.trim() ?? "";
}

export function notedContext(): NotedContext {
  const real = createContext();
  const open = new Set<string>();
  let begun = 0;

  function begin(what: string): () => void {
    begun += 1;
    const name = `${what} (${begun})`;
    open.add(name);
    return () => void open.delete(name);
  }
  const cancelling = (timer: Timer, end: () => void): Timer => ({
    cancel() {
      timer.cancel();
      end();
    },
  });
  const context: Context = {
    ...real,
    clock: {
      ...real.clock,
      after(ms, run) {
        const end = begin(`timer ${whoAsked()}`);
        const over = () => {
          end();
          run();
        };
        return cancelling(real.clock.after(ms, over), end);
      },
      every(ms, run) {
        return cancelling(real.clock.every(ms, run), begin(`timer ${whoAsked()}`));
      },
      async sleep(ms, signal) {
        const end = begin(`sleep ${whoAsked()}`);
        await real.clock.sleep(ms, signal).finally(end);
      },
    },
    processes: {
      ...real.processes,
      spawn(command, args, options): ChildProcess {
        const end = begin(`process ${basename(command)} ${args.map((arg) => basename(arg)).join(" ")}`);
        const child = real.processes.spawn(command, args, options);
        return child.once("exit", end).once("error", end);
      },
    },
  };
  return { context, underWay: () => [...open] };
}

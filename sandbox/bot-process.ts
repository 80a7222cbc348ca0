/**
 * The bot as a process of its own: started, killed as `kill -9` does, started again, stopped. It is the ordinary bot
 * with ordinary settings; nothing here reaches into it but a signal and its `/readyz`.
 */
import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { Context } from "../src/context.ts";
import type { BotControl, BotState } from "./page/play.ts";

/** What a bot is given, however it is run. */
export type BotOptions = {
  readonly context: Context;
  readonly host: string;
  readonly port: number;
  /** The bot's settings; it gets these and what any program needs of the machine, nothing else. */
  readonly settings: Readonly<Record<string, string>>;
  /** Takes the bot's lines of log, without their line ends. */
  readonly print: (line: string) => void;
};

export type BotProcessOptions = BotOptions & {
  /** The bot's main module; the ordinary one unless said. */
  readonly script?: string;
};

export type BotProcess = BotControl & {
  readonly pid: () => number | undefined;
  /** SIGTERM, then, when it has not ended in time, SIGKILL. */
  stop(): Promise<void>;
};

const ordinaryScript = fileURLToPath(new URL("../src/signalbox.js", import.meta.url));

/**
 * As `npm start` and the Dockerfile start it: a small heap that grows in small steps, since garbage that nobody collects
 * stays resident for good; WebAssembly compiled once and simply, since optimising the one huge function of fetch's HTTP
 * parser takes tens of MB that malloc keeps; no compiler between the quick and the best, which holds 10 MB and more; and
 * no help with collecting what is young, which is done before helpers have woken up, and takes PostgreSQL's processor.
 */
const nodeFlags = [
  "--max-semi-space-size=4",
  "--heap-growing-percent=25",
  "--liftoff-only",
  "--no-maglev",
  "--no-parallel-scavenge",
];

/** The first start makes a database, on a slow machine in many seconds. */
const readyWithinMs = 60_000;
const lookEveryMs = 50;
const stopWithinMs = 15_000;
/** What a program needs of the machine. The bot's own settings never come from the sandbox's surroundings. */
const passedOn = [
  "PATH",
  "HOME",
  "USER",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "TEMP",
  "TMP",
  "SystemRoot",
  "NODE_ENV",
  "NODE_COMPILE_CACHE",
];

export function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, host, () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** The settings, and what any program needs of the machine. */
export function botEnvironment(settings: Readonly<Record<string, string>>): Record<string, string> {
  const kept = passedOn.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), ...settings };
}

function printLines(stream: NodeJS.ReadableStream | null, print: (line: string) => void): void {
  let rest = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (part: string) => {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) print(line);
  });
  stream?.on("end", () => {
    if (rest !== "") print(rest);
  });
}

export function createBotProcess(options: BotProcessOptions): BotProcess {
  const { context } = options;
  const listeners = new Set<() => void>();
  let state: BotState = "stopped";
  let note = "It has not been started yet.";
  let child: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();
  /** True while somebody here has asked for its end. */
  let asked = false;

  function become(next: BotState, why: string): void {
    state = next;
    note = why;
    for (const listener of listeners) listener();
  }

  async function isReady(): Promise<boolean> {
    try {
      const response = await context.fetch(`http://${options.host}:${options.port}/readyz`, {
        signal: AbortSignal.timeout(2_000),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }

  function launch(): ChildProcess {
    const started = context.processes.spawn(
      process.execPath,
      [...nodeFlags, options.script ?? ordinaryScript],
      // A group of its own: Ctrl-C in the terminal reaches the sandbox alone, which then stops the bot in good order.
      {
        // One place for what malloc keeps, not one for each thread.
        env: { MALLOC_ARENA_MAX: "1", ...botEnvironment(options.settings) },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
      },
    );
    printLines(started.stdout, options.print);
    printLines(started.stderr, options.print);
    ended = new Promise((resolve) => {
      const end = (code: number | null, signal: string | null) => {
        if (child === started) child = undefined;
        if (!asked) become("failed", `The bot ended by itself (${signal ?? `exit code ${code}`}). The log says why.`);
        resolve();
      };
      started.once("exit", end);
      started.once("error", (error) => {
        options.print(`The bot could not be started: ${error.message}`);
        end(null, "not started");
      });
    });
    return started;
  }

  async function start(): Promise<void> {
    if (child) return;
    asked = false;
    const began = context.clock.monotonic();
    const started = launch();
    child = started;
    become("starting", "It is starting.");
    while (child === started && context.clock.monotonic() - began < readyWithinMs) {
      if (await isReady()) {
        const seconds = ((context.clock.monotonic() - began) / 1000).toFixed(1);
        if (child === started) become("running", `Ready after ${seconds} s.`);
        return;
      }
      await context.clock.sleep(lookEveryMs);
    }
    if (child === started) become("failed", "The bot runs but does not become ready. The log says why.");
  }

  async function end(signal: NodeJS.Signals, why: string): Promise<void> {
    const running = child;
    if (!running) return;
    asked = true;
    running.kill(signal);
    const late =
      signal === "SIGTERM" ? context.clock.after(stopWithinMs, () => void running.kill("SIGKILL")) : undefined;
    await ended;
    late?.cancel();
    become("stopped", why);
  }

  return {
    state: () => state,
    note: () => note,
    pid: () => child?.pid,
    kill: () => end("SIGKILL", "Killed with signal 9, in the middle of whatever it did."),
    start,
    stop: () => end("SIGTERM", "Stopped."),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

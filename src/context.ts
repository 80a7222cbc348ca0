/**
 * The only way to the clock, timers, ids, randomness, fetch, child processes, files and fault points.
 *
 * Everything else takes a `Context`, so that a test (or a simulation of the whole bot from one seed) can stand in for
 * all of it. The lint forbids the globals that this stands for everywhere else in `src/`.
 */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import * as files from "node:fs/promises";
import type { Network } from "./network.ts";

/** A running timer; `cancel` is safe to call twice. Timers do not keep the process alive. */
export type Timer = { cancel(): void };

export type Clock = {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds from an arbitrary start, never going back: for measuring. */
  monotonic(): number;
  /** However long it is: 25 days are too much for a timer of Node, which would fire at once. */
  after(ms: number, run: () => void): Timer;
  every(ms: number, run: () => void): Timer;
  /** Resolves after `ms`; rejects with the signal's reason when aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Runs once all that has arrived by now was read: at the end of this turn of the event loop. Takes no time. */
  atTurnsEnd(run: () => void): void;
};

/**
 * Named places that a crash could split. In production `at` does nothing; a drill makes it throw, wait, or kill the
 * process. A name is `<part>.<what has just happened>`, for example `inbox.stored`.
 */
export type FaultPoints = { at(name: string): Promise<void> | void };

export type Context = {
  readonly clock: Clock;
  readonly ids: {
    /** A new random UUID (version 4). */
    uuid(): string;
    /** `bytes` random bytes as lower-case hex, fit for a secret. */
    secret(bytes: number): string;
  };
  /** A number in [0, 1), for jitter and the names of passing files: never for what nobody may guess. */
  readonly random: () => number;
  readonly fetch: typeof globalThis.fetch;
  /** For requests to addresses that must be judged before they are connected to; all else takes `fetch`. */
  readonly network: Network;
  readonly processes: {
    spawn(command: string, args: readonly string[], options: SpawnOptions): ChildProcess;
    /** Sends a signal; a negative id names a process group. False when there is no such process. */
    kill(pid: number, signal: NodeJS.Signals | 0): boolean;
  };
  readonly files: typeof files;
  readonly faults: FaultPoints;
};

/** In ms: what goes beyond it fires after one. https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const longestTimer = 2 ** 31 - 1;

function realClock(): Clock {
  const after = (ms: number, run: () => void): Timer => {
    let timer: NodeJS.Timeout;
    const wait = (left: number) => {
      const now = Math.min(left, longestTimer);
      timer = setTimeout(() => (left > now ? wait(left - now) : run()), now);
      timer.unref();
    };
    wait(ms);
    return { cancel: () => clearTimeout(timer) };
  };
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after,
    every(ms, run) {
      const timer = setInterval(run, ms);
      timer.unref();
      return { cancel: () => clearInterval(timer) };
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        const abort = () => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener("abort", abort);
          resolve();
        }, ms);
        if (signal?.aborted) return abort();
        signal?.addEventListener("abort", abort, { once: true });
      });
    },
    atTurnsEnd: (run) => void setImmediate(run),
  };
}

function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}

/** Loaded when it is wanted: it brings HTTP and TLS, which would take a supervisor as long to load as all of Node. */
const realNetwork: Network = {
  resolve: async (host) => (await import("./network.ts")).realNetwork.resolve(host),
  requestAt: async (address, url, options) =>
    (await import("./network.ts")).realNetwork.requestAt(address, url, options),
};

/** By the global, which loads what it needs when it is first asked: a supervisor needs none of it. */
const realIds: Context["ids"] = {
  uuid: () => globalThis.crypto.randomUUID(),
  secret: (bytes) => Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(bytes))).toString("hex"),
};

/** Builds the real context; `overrides` replaces whole parts, for tests. */
export function createContext(overrides: Partial<Context> = {}): Context {
  return {
    clock: realClock(),
    ids: realIds,
    random: () => Math.random(),
    fetch: (input, init) => globalThis.fetch(input, init),
    network: realNetwork,
    processes: { spawn: (command, args, options) => spawn(command, [...args], options), kill },
    files,
    faults: { at: () => undefined },
    ...overrides,
  };
}

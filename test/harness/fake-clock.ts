/**
 * A clock that stands still until a test moves it. Timers fire in the order of their times, those of the same time in
 * the order in which they were set, each with the clock at its own time.
 */
import type { Clock, Timer } from "../../src/context.ts";

export type FakeClock = Clock & {
  /** Moves the clock, firing what falls due on the way; between two timers what they started may run. */
  advance(ms: number): Promise<void>;
  /** Moves the clock to a moment that is not before the present one. */
  advanceTo(time: number): Promise<void>;
  /** How many timers are set: a test that ends with some has left something running. */
  readonly waiting: number;
};

type Set = {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  readonly everyMs: number | undefined;
};

export function fakeClock(start: number): FakeClock {
  let time = start;
  let order = 0;
  const timers = new Map<object, Set>();

  function set(at: number, run: () => void, everyMs: number | undefined, key: object = {}): Timer {
    order += 1;
    timers.set(key, { at, order, run, everyMs });
    return { cancel: () => void timers.delete(key) };
  }

  function nextUntil(end: number): [object, Set] | undefined {
    return [...timers]
      .filter(([, timer]) => timer.at <= end)
      .sort(([, a], [, b]) => a.at - b.at || a.order - b.order)[0];
  }

  async function advanceTo(end: number): Promise<void> {
    if (end < time) throw new Error(`the clock stands at ${time} and cannot go back to ${end}`);
    await settle();
    for (let next = nextUntil(end); next !== undefined; next = nextUntil(end)) {
      const [key, timer] = next;
      timers.delete(key);
      time = Math.max(time, timer.at);
      if (timer.everyMs !== undefined) set(time + timer.everyMs, timer.run, timer.everyMs, key);
      timer.run();
      await settle();
    }
    time = end;
  }

  return {
    now: () => time,
    monotonic: () => time - start,
    after: (ms, run) => set(time + Math.max(0, ms), run, undefined),
    every: (ms, run) => set(time + Math.max(1, ms), run, Math.max(1, ms)),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const abort = () => {
          timer.cancel();
          reject(signal?.reason);
        };
        const timer = set(
          time + Math.max(0, ms),
          () => {
            signal?.removeEventListener("abort", abort);
            resolve();
          },
          undefined,
        );
        signal?.addEventListener("abort", abort, { once: true });
      }),
    // No time passes until then, so that it needs nobody to move the clock.
    atTurnsEnd: (run) => void setImmediate(run),
    advance: (ms) => advanceTo(time + ms),
    advanceTo,
    get waiting() {
      return timers.size;
    },
  };
}

/** Lets promises that are already settled run on, without waiting for any amount of time. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

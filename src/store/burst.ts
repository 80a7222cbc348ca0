/**
 * Tells whether deliveries come in a burst, and lets what is not urgent wait for its end: those who wait to be answered
 * give up after seconds, while what is stored waits as long as it has to. Bounded, so that nothing is ever starved.
 */
import type { Clock } from "../context.ts";

export type Burst = {
  /** To be called before what has arrived is worked on. */
  arrived(): void;
  /** Resolves when nobody waits for an answer and the burst, if there is one, is over; or when it has lasted for long. */
  over(): Promise<void>;
};

/** So many within so long are a burst: more than people make, who should not wait where there is none. */
const burstOf = 20;
export const burstWithinMs = 200;
/** Longer ones are not waited for: what arrived at their beginning is handled beside the rest. */
export const burstAtMostMs = 2_000;

export function createBurst(parts: {
  readonly clock: Pick<Clock, "monotonic" | "after" | "sleep">;
  /** Whether nobody waits for an answer. */
  readonly isIdle: () => boolean;
  readonly idle: () => Promise<void>;
}): Burst {
  const { clock, isIdle, idle } = parts;
  /** When each of the latest arrived, in a ring: the next one is written over the oldest. */
  const times = new Float64Array(burstOf).fill(Number.NEGATIVE_INFINITY);
  let next = 0;
  /** When somebody first had to wait; undefined since it was calm. */
  let since: number | undefined;

  /** For how long (ms) it will pass for a burst even if nothing more arrives; zero or less when there is none. */
  function lasts(now: number): number {
    return (times[next] ?? Number.NEGATIVE_INFINITY) + burstWithinMs - now;
  }

  function idleWithin(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const late = clock.after(ms, resolve);
      void idle().then(() => {
        late.cancel();
        resolve();
      });
    });
  }

  return {
    arrived() {
      const now = clock.monotonic();
      if (isIdle() && lasts(now) <= 0) since = undefined;
      times[next] = now;
      next = (next + 1) % burstOf;
    },
    async over() {
      for (;;) {
        const now = clock.monotonic();
        const remains = lasts(now);
        if (isIdle() && remains <= 0) {
          since = undefined;
          return;
        }
        since ??= now;
        const left = since + burstAtMostMs - now;
        if (left <= 0) return;
        if (remains > 0) await clock.sleep(Math.min(remains, left));
        else await idleWithin(left);
      }
    },
  };
}

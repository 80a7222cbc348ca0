/** Fault points that remember where the code has been, and that a test may arm to break it just there. */
import type { FaultPoints } from "../../src/context.ts";

/** What an armed point does: throw this error, or run this (which may throw, wait, or look at the state). */
export type Fault = Error | (() => Promise<void> | void);

export type TestFaults = FaultPoints & {
  /** Every name passed, in order. */
  readonly reached: readonly string[];
  /** The next `times` passes of the point meet the fault, after `skip` passes that do not. */
  arm(name: string, fault?: Fault, options?: { readonly times?: number; readonly skip?: number }): void;
  disarm(name?: string): void;
  /** Resolves when the point has been passed `count` times since the start. */
  passed(name: string, count?: number): Promise<void>;
};

/** What an armed point throws unless told otherwise. */
export class InjectedCrash extends Error {
  constructor(name: string) {
    super(`crash injected at ${name}`);
    this.name = "InjectedCrash";
  }
}

export function testFaults(): TestFaults {
  const reached: string[] = [];
  const armed = new Map<string, { fault: Fault; skip: number; times: number }>();
  const waiting = new Set<{ name: string; count: number; resolve: () => void }>();
  const count = (name: string) => reached.filter((passed) => passed === name).length;

  return {
    reached,
    async at(name) {
      reached.push(name);
      for (const wait of waiting) {
        if (wait.name !== name || count(name) < wait.count) continue;
        waiting.delete(wait);
        wait.resolve();
      }
      const arm = armed.get(name);
      if (arm === undefined) return;
      if (arm.skip > 0) {
        arm.skip -= 1;
        return;
      }
      arm.times -= 1;
      if (arm.times <= 0) armed.delete(name);
      if (arm.fault instanceof Error) throw arm.fault;
      await arm.fault();
    },
    arm(name, fault = new InjectedCrash(name), { times = 1, skip = 0 } = {}) {
      armed.set(name, { fault, skip, times });
    },
    disarm(name) {
      if (name === undefined) armed.clear();
      else armed.delete(name);
    },
    passed(name, times = 1) {
      if (count(name) >= times) return Promise.resolve();
      return new Promise((resolve) => waiting.add({ name, count: times, resolve }));
    },
  };
}

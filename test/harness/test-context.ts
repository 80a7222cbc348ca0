/**
 * A `Context` for tests: a clock that stands still, ids and randomness from a seed, and fault points that can be armed.
 * Files, processes and fetch are the real ones; the network is closed by `closed-network.ts`.
 */
import { createHash } from "node:crypto";
import { type Context, createContext } from "../../src/context.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";
import { type TestFaults, testFaults } from "./fault-points.ts";

/** A Wednesday, ten in the morning in London. */
export const testStart = Date.UTC(2026, 10, 18, 10, 0, 0);

export type TestContext = {
  readonly context: Context;
  readonly clock: FakeClock;
  readonly faults: TestFaults;
  /** How much was drawn from the seed; set to the same, another context goes on with the same ids and numbers. */
  readonly seed: { drawn: number };
};

export type TestContextOptions = {
  readonly start?: number;
  readonly seed?: string;
  readonly overrides?: Partial<Context>;
};

export function testContext(options: TestContextOptions = {}): TestContext {
  const clock = fakeClock(options.start ?? testStart);
  const faults = testFaults();
  const seed = { drawn: 0 };
  const drawing = seeded(options.seed ?? "signalbox", seed);
  const context = createContext({ clock, faults, ...drawing, ...options.overrides });
  return { context, clock, faults, seed };
}

/** The same on the machine's own clock, for what talks to real processes and waits for them. */
export function realTimeContext(options: Omit<TestContextOptions, "start"> = {}): Omit<TestContext, "clock" | "seed"> {
  const faults = testFaults();
  return { context: createContext({ faults, ...seeded(options.seed ?? "signalbox"), ...options.overrides }), faults };
}

/** Ids and numbers that are the same in each run, and look like real ones. */
function seeded(seed: string, counted = { drawn: 0 }): Pick<Context, "ids" | "random"> {
  const next = (bytes: number): Buffer => {
    const blocks: Buffer[] = [];
    for (let length = 0; length < bytes; length += 32) {
      counted.drawn += 1;
      blocks.push(createHash("sha256").update(`${seed}:${counted.drawn}`).digest());
    }
    return Buffer.concat(blocks).subarray(0, bytes);
  };
  return {
    ids: {
      uuid() {
        const hex = next(16).toString("hex");
        const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
        return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
      },
      secret: (bytes) => next(bytes).toString("hex"),
    },
    random: () => next(6).readUIntBE(0, 6) / 2 ** 48,
  };
}

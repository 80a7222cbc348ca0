/** What every deployer that asks GitHub does alike: a far side that does not answer is asked again until the deadline. */
import type { Context } from "../context.ts";
import { OutsideError } from "../operations/ports.ts";
import type { Attempt, Observation } from "./contract.ts";

/** What GitHub said, or why it said nothing; anything else that is thrown is a bug and goes on. */
export async function asked<T>(answer: Promise<T>): Promise<{ readonly said: T } | { readonly silent: OutsideError }> {
  try {
    return { said: await answer };
  } catch (error) {
    if (error instanceof OutsideError) return { silent: error };
    throw error;
  }
}

export function notTold(context: Context, silent: OutsideError): Observation {
  const wait = (silent.retryAt ?? 0) - context.clock.now();
  return { state: "running", message: silent.message, lookAgainMs: Math.max(wait, seldomMs) };
}

const oftenMs = 2_000;
const seldomMs = 30_000;

/**
 * Often at first and then more and more seldom: each look costs calls of an hourly limit, and news of a change wakes
 * sooner anyway.
 */
export function lookAgainMs(context: Context, since: number): number {
  const passed = context.clock.now() - since;
  return Math.min(seldomMs, Math.max(oftenMs, Math.round(passed / 10)));
}

export function isLate(context: Context, attempt: Attempt): boolean {
  return context.clock.now() >= attempt.deadlineAt;
}

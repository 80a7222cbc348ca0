/** What every deployer that asks GitHub does alike: a far side that does not answer is asked again until the deadline. */
import type { Context } from "../context.ts";
import { OutsideError, Refusal } from "../operations/ports.ts";
import type { Attempt, Observation } from "./contract.ts";

/** Longer than a far side still works on a request whose sender is gone: GitHub gives up after 10 s. */
export const requestOutlivesMs = 15_000;

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

/** Tells from now on whether that much time is over: a start asks before it begins anything. */
export function overAfter({ clock }: Context, ms: number): () => boolean {
  const last = clock.monotonic() + ms;
  return () => clock.monotonic() > last;
}

const patienceMs = 15_000;

/**
 * The same for what a start has to know before it begins anything: asked again for a while, since a start that cannot
 * even look ends as an error. A no is a no at once, and a limit that ends later is not waited for.
 */
export async function askedPatiently<T>(context: Context, ask: () => Promise<T>): ReturnType<typeof asked<T>> {
  const began = context.clock.monotonic();
  for (let pause = 500; ; pause *= 2) {
    const answer = await asked(ask());
    if (!("silent" in answer) || answer.silent instanceof Refusal || answer.silent.retryAt !== undefined) return answer;
    if (context.clock.monotonic() - began + pause > patienceMs) return answer;
    await context.clock.sleep(pause);
  }
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

/** GitHub promises nothing about it. Too long costs no more than a minute's wait for what is really gone. */
const newForMs = 60_000;

/** What was begun a moment ago GitHub may not know everywhere yet: a 404 tells only later that it is gone. */
export function isNew(context: Context, since: number): boolean {
  return context.clock.now() - since < newForMs;
}

export function isLate(context: Context, attempt: Attempt): boolean {
  return context.clock.now() >= attempt.deadlineAt;
}

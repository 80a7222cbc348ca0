/**
 * When what waits in a queue will have its turn, as far as past deployments tell. It never invents: too few successes, an
 * end that nobody can tell, or another gate that is closed leave the turn unknown.
 */
import type { Instant } from "./model.ts";

/** Fewer successes than this say nothing of how long the next one takes. */
export const fewestSuccesses = 3;
/** Older ones than the latest so many are not looked at: what they ran may have been another pipeline. */
export const mostSuccesses = 15;

/** The median of how long the latest successes took, in ms; undefined when there are too few. */
export function usualDuration(successesMs: readonly number[]): number | undefined {
  if (successesMs.length < fewestSuccesses) return undefined;
  const sorted = successesMs.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  const lower = sorted[sorted.length % 2 === 1 ? middle : middle - 1];
  return upper === undefined || lower === undefined ? undefined : Math.round((lower + upper) / 2);
}

/** What holds the environment's slot now. */
export type Holder =
  | { readonly kind: "free" }
  | { readonly kind: "running"; readonly since: Instant }
  /** It has ended without proof, so that a person has to settle it. */
  | { readonly kind: "unsettled" };

export type ExpectedTurn = {
  readonly at: Instant;
  /** What runs takes longer than usual already, so the time is the earliest there is. */
  readonly late: boolean;
};

/** `ahead`: how many go first, what runs not counted. `usual`: what `usualDuration` gave. */
export function expectedTurn(
  now: Instant,
  holder: Holder,
  ahead: number,
  usual: number | undefined,
): ExpectedTurn | undefined {
  if (usual === undefined || holder.kind === "unsettled") return undefined;
  const ends = holder.kind === "running" ? holder.since + usual : now;
  return { at: Math.max(now, ends) + ahead * usual, late: ends < now };
}

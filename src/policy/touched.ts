/**
 * Whether a merge is anything to a service that has `paths`: only what its environment would not have already. It is
 * compared with what is live and on its way there, and not with the last push, so that a change counts whose deployment
 * was held up, gave way or failed. What is not known counts.
 */
import type { Sha } from "./model.ts";

export type TouchFacts = {
  /** What the service's paths hold at the branch's head. */
  readonly content: Sha;
  /** The newest that has not ended, with the policy under which it goes: `present` while it has not started. */
  readonly coming?: { readonly content: Sha; readonly policy: "present" | "another" };
  /** Absent while nothing is live. */
  readonly live?: { readonly content: Sha; readonly policy: "present" | "another"; readonly uncertain: boolean };
};

export function isTouched({ content, coming, live }: TouchFacts): boolean {
  if (coming !== undefined) return coming.content !== content || coming.policy === "another";
  return live === undefined || live.uncertain || live.content !== content || live.policy === "another";
}

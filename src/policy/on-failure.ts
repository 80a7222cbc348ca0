/**
 * `on_failure: rollback`: whether a deployment that failed is taken back without anybody asking, and if not, why not.
 *
 * Only what ran and said no is taken back by itself. What could not be carried out, or what nobody can tell, is for a
 * person: it may well be running.
 */
import type { RequestKind } from "./model.ts";
import type { RollbackChoice } from "./rollback-target.ts";

export type EndedFacts = {
  readonly status: "success" | "failure" | "error" | "cancelled";
  readonly kind: RequestKind;
  /** Whether a stage that changes the environment had begun. */
  readonly changed: boolean;
};

/** Why nothing is taken back by itself. */
export type LeftBecause =
  | { readonly code: "changed-nothing" }
  | { readonly code: "cannot-tell" }
  | { readonly code: "was-rollback" }
  | { readonly code: "nothing-before" }
  /** Something else has changed the environment since, or a person has settled it. */
  | { readonly code: "moved-on" }
  /** A person's rollback runs or is next, whichever revision it goes back to; or one to the same revision waits. */
  | { readonly code: "asked-already"; readonly rollback: number }
  | { readonly code: "too-often"; readonly times: number }
  /** The pipeline file names the environment no more, or says otherwise by now. */
  | { readonly code: "not-wanted" };

export type Following =
  | { readonly kind: "nothing" }
  /** It is to be found out where to go back to. */
  | { readonly kind: "look" }
  | { readonly kind: "leave"; readonly why: LeftBecause };

/** What follows from the end of a deployment alone. */
export function afterEnd(onFailure: "rollback" | undefined, ended: EndedFacts): Following {
  if (onFailure === undefined || ended.status === "success" || ended.status === "cancelled") return { kind: "nothing" };
  const leave = (code: "changed-nothing" | "cannot-tell" | "was-rollback"): Following => ({
    kind: "leave",
    why: { code },
  });
  if (!ended.changed) return leave("changed-nothing");
  if (ended.kind === "rollback") return leave("was-rollback");
  return ended.status === "failure" ? { kind: "look" } : leave("cannot-tell");
}

/** For each environment, in any 24 hours. */
const mostRollbacksADay = 3;

export type RollbackFacts = {
  readonly onFailure: "rollback" | undefined;
  /** The deployment that failed. */
  readonly failed: number;
  /** The deployment that left the environment uncertain, if it still is. */
  readonly uncertain: number | undefined;
  readonly choice: RollbackChoice;
  /** How often the environment was rolled back by itself in the last 24 hours. */
  readonly lately: number;
};

/** The target of a rollback that Signalbox asks for, or why it asks for none. */
export function whatToUndo(facts: RollbackFacts): Extract<RollbackChoice, { readonly kind: "target" }> | LeftBecause {
  const { onFailure, failed, uncertain, choice, lately } = facts;
  if (onFailure === undefined) return { code: "not-wanted" };
  if (uncertain !== failed) return { code: "moved-on" };
  // Where nothing was ever live there is nothing to go back to; what it left is still the failed deployment's.
  if (choice.kind === "none") return { code: "nothing-before" };
  if (choice.undoes.deployment !== failed) return { code: "moved-on" };
  if (choice.target !== "previous") return { code: "nothing-before" };
  if (lately >= mostRollbacksADay) return { code: "too-often", times: lately };
  return choice;
}

/** What every gate is: a pure question to the facts, answered with a reason and who can change the answer. */
import type { Clearer, Facts, GateName, GateResult } from "../model.ts";
import type { Reason } from "../reasons.ts";

export type Gate = (facts: Facts) => GateResult;

/** The reasons that one gate may give: those whose code begins with its name. */
export type ReasonOf<Name extends GateName> = Extract<Reason, { readonly code: `${Name}.${string}` }>;

export function pass<Name extends GateName>(gate: Name, reason: ReasonOf<Name>): GateResult {
  return { gate, result: "pass", reason, clearedBy: [] };
}

export function wait<Name extends GateName>(gate: Name, reason: ReasonOf<Name>, ...clearedBy: Clearer[]): GateResult {
  return { gate, result: "wait", reason, clearedBy };
}

export function block<Name extends GateName>(gate: Name, reason: ReasonOf<Name>, ...clearedBy: Clearer[]): GateResult {
  return { gate, result: "block", reason, clearedBy };
}

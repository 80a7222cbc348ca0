/**
 * After a rollback nothing brings the bad revision straight back. Only what a person asks for, descends from the bad
 * revision and is confirmed to contain the fix goes through.
 */
import type { Facts, GateResult } from "../model.ts";
import { settlersOf } from "../rights.ts";
import { pass, wait } from "./gate.ts";

export function hold({ environment, policy, request }: Facts): GateResult {
  const held = environment.hold;
  if (held === undefined) return pass("hold", { code: "hold.none" });
  if (request.kind === "rollback") return pass("hold", { code: "hold.passed-by-rollback" });
  if (request.kind === "destroy") return pass("hold", { code: "hold.passed-by-destroy" });
  const { rollback, comparedToBad: comparison } = held;
  const bad = held.bad.sha;
  const people = { kind: "whoever-may-ask" } as const;
  // Trying again what a rollback took out, or what it interrupted, brings no fix.
  if (request.kind === "merge" || !request.typed || request.retryOf !== undefined) {
    return wait("hold", { code: "hold.stands", bad, rollback }, people);
  }
  if (comparison !== "ahead") {
    return wait("hold", { code: "hold.not-a-descendant", bad, rollback, comparison }, { kind: settlersOf(policy) });
  }
  if (request.fixConfirmedBy === undefined) return wait("hold", { code: "hold.confirm-fix", bad, rollback }, people);
  return pass("hold", { code: "hold.fix-confirmed", by: request.fixConfirmedBy, bad });
}

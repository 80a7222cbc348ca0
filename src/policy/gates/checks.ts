/** The GitHub checks and statuses that the environment names are green on the revision. */
import type { CheckFacts, Facts, GateResult } from "../model.ts";
import { block, pass, wait } from "./gate.ts";

export function checks({ policy, revision, request }: Facts): GateResult {
  const names = [...new Set(policy.checks)];
  if (names.length === 0) return pass("checks", { code: "checks.none-required" });
  if (request.kind === "rollback") return pass("checks", { code: "checks.passed-by-rollback" });
  const named = (state: CheckState) => names.filter((name) => stateOf(name, revision.checks) === state);
  const failed = named("failure");
  if (failed.length > 0) return block("checks", { code: "checks.failed", names: failed }, clearedBy(failed));
  const pending = named("pending");
  if (pending.length > 0) return wait("checks", { code: "checks.pending", names: pending }, clearedBy(pending));
  const missing = named("missing");
  if (missing.length > 0) return wait("checks", { code: "checks.missing", names: missing }, clearedBy(missing));
  return pass("checks", { code: "checks.ok", names });
}

type CheckState = CheckFacts["state"] | "missing";

/** Several apps may report under one name: the name is green only when all of them are. */
function stateOf(name: string, all: readonly CheckFacts[]): CheckState {
  const states = all.filter((check) => check.name === name).map((check) => check.state);
  if (states.length === 0) return "missing";
  if (states.includes("failure")) return "failure";
  return states.includes("pending") ? "pending" : "success";
}

function clearedBy(names: readonly string[]) {
  return { kind: "checks", names } as const;
}

/** Content that a rollback took out of service stays out until someone allows it; a rollback to it is no exception. */
import type { Facts, GateResult } from "../model.ts";
import { block, pass } from "./gate.ts";

export function quarantine({ revision, request }: Facts): GateResult {
  // Nothing is deployed by it.
  if (request.kind === "destroy") return pass("quarantine", { code: "quarantine.passed-by-destroy" });
  if (revision.quarantine === undefined) return pass("quarantine", { code: "quarantine.clear" });
  const { environment, by, reason } = revision.quarantine;
  const why = { code: "quarantine.quarantined", sha: revision.sha, environment, by, reason } as const;
  return block("quarantine", why, { kind: "approvers" });
}

/**
 * How long the content has been live and healthy in the environment before, without a break. What waits goes on when the
 * time is over; where it was taken out before that, only to deploy it there again helps. A rollback and a hotfix pass.
 */
import type { Facts, GateResult } from "../model.ts";
import { pass, wait } from "./gate.ts";

export function soak({ now, policy, before, environment, revision, request }: Facts): GateResult {
  const need = policy.soak;
  if (need === undefined) return pass("soak", { code: "soak.none" });
  if (request.kind === "rollback") return pass("soak", { code: "soak.passed-by-rollback" });
  if (request.hotfix === true) return pass("soak", { code: "soak.passed-by-hotfix" });
  // Deploying again what is live here brings nothing that was not proven.
  if (environment.live?.revision.tree === revision.tree) return pass("soak", { code: "soak.redeploy" });
  const name = before?.name ?? policy.after ?? "";
  const was = before?.sameContent;
  // The gate `order` says what is to be done about it.
  if (was === undefined || was.rolledBack) return wait("soak", { code: "soak.not-begun", before: name, need });
  const had = (was.until ?? now) - was.at;
  if (had >= need) return pass("soak", { code: "soak.done", before: name, had, need });
  if (was.until !== undefined) {
    const reason = { code: "soak.broken", before: name, had, need, at: was.until } as const;
    return wait("soak", reason, { kind: "whoever-may-ask" });
  }
  const at = was.at + need;
  return wait("soak", { code: "soak.runs", before: name, since: was.at, need, until: at }, { kind: "time", at });
}

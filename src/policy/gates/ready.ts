/**
 * What came by itself starts by itself only when nothing speaks against it: a pull request that was merged while it was
 * not ready, and what is only offered, wait until a person asks for the revision. A rollback over migrations, whoever
 * asked for it, waits until a person confirms it.
 */
import type { Facts, GateResult } from "../model.ts";
import { pass, wait } from "./gate.ts";

export function ready({ request }: Facts): GateResult {
  const { kind, pullRequest, readyWhenMerged, offered, migrations, migrationsConfirmedBy: by } = request;
  if (request.unmerged === true) {
    return readyWhenMerged === true
      ? pass("ready", { code: "ready.may-be-merged" })
      : wait("ready", { code: "ready.not-ready-yet", pullRequest: pullRequest ?? 0 });
  }
  const person = { kind: "whoever-may-ask" } as const;
  if (kind === "merge" && readyWhenMerged === false) {
    return wait("ready", { code: "ready.merged-while-not-ready", pullRequest: pullRequest ?? 0 }, person);
  }
  // A rollback is never only offered, and what others carry out is theirs to start.
  if (offered !== undefined && kind !== "rollback" && kind !== "external") {
    return wait("ready", { code: "ready.offered", because: offered }, person);
  }
  if (migrations !== undefined && by === undefined) {
    return wait("ready", { code: "ready.confirm-migrations", migrations }, person);
  }
  if (migrations !== undefined && by !== undefined) return pass("ready", { code: "ready.migrations-confirmed", by });
  // A push without a pull request is a merge as well, and so is a demo's.
  const merged = kind === "merge" && pullRequest !== undefined;
  return pass("ready", { code: merged ? "ready.ok" : "ready.not-a-merge" });
}

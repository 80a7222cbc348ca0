/** Whether a newer request takes the place of an older one that has not started. */
import type { GateResult, Instant, RequestKind, Sha, Status } from "./model.ts";
import type { EnvironmentPolicy } from "./pipeline.ts";
import { isPending } from "./transitions.ts";

export type Supersedable = {
  readonly kind: RequestKind;
  readonly status: Status;
  readonly requestedAt: Instant;
  /** The environment needs approvals and this request has enough of them (`approvals.enough`). */
  readonly approved: boolean;
  readonly hotfix: boolean;
};

/**
 * A newer request takes the place only of what has not started. What is approved, a hotfix or a rollback gives way only to
 * what is approved itself, so this is asked again when a request that waits has come to be approved.
 *
 * A rollback takes the place of another rollback only: what waits beside it goes forward, is held after it, and is
 * offered again when the hold ends.
 */
export function supersedes(
  newer: Supersedable,
  older: Supersedable,
  policy: Pick<EnvironmentPolicy, "queue">,
): boolean {
  if (policy.queue !== "supersede") return false;
  if (!isPending(older.status) || newer.requestedAt < older.requestedAt) return false;
  // With what takes a demo away, nothing older is wanted there any more.
  if (newer.kind === "destroy") return true;
  if (newer.kind === "rollback" && older.kind !== "rollback") return false;
  const kept = older.approved || older.hotfix || older.kind === "rollback";
  return !kept || newer.approved;
}

/**
 * Whether a request is the very one that an older one waits for, which then ends, also where nothing else is superseded:
 * what came by itself and is left to a person, when a person asks for the same revision; and a rollback, when one is asked
 * for to the same revision that takes back more, since something has changed the environment meanwhile.
 */
export function asksForWhatWaits(
  newer: { readonly kind: RequestKind; readonly sha: Sha; readonly typed: boolean },
  older: {
    readonly kind: RequestKind;
    readonly sha: Sha;
    readonly typed: boolean;
    readonly gates: readonly GateResult[];
  },
): boolean {
  if (!newer.typed || newer.sha !== older.sha) return false;
  if (older.typed) return newer.kind === "rollback" && older.kind === "rollback";
  return older.gates.some((gate) => gate.gate === "ready" && gate.result === "wait");
}

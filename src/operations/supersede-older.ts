/**
 * Which deployments that have not started a newer request takes the place of: when it is made, and again when it has come
 * to be approved, since what is approved gives way only to what is approved itself. Reads only.
 */
import type { Transaction } from "kysely";
import type { Verdict } from "../policy/model.ts";
import type { EnvironmentPolicy } from "../policy/pipeline.ts";
import { asksForWhatWaits, type Supersedable, supersedes } from "../policy/supersede.ts";
import type { Database, DeploymentRow } from "../store/schema.ts";
import { pendingOf } from "./facts.ts";
import type { Outcome } from "./outcome.ts";

export type Superseded = { readonly row: DeploymentRow; readonly outcome: Outcome };

/** Of those that waited when it was made. */
export function supersededBy(
  newer: DeploymentRow,
  pending: readonly DeploymentRow[],
  policy: EnvironmentPolicy,
): readonly Superseded[] {
  return pending
    .filter(
      (older) =>
        asksForWhatWaits(newer, { ...older, gates: older.verdict?.gates ?? [] }) ||
        supersedes(supersedable(newer), supersedable(older), policy),
    )
    .map((row) => ({ row, outcome: { code: "superseded", by: newer.id, askedBy: newer.requested_by } }));
}

/** None unless this verdict is the first to find it approved. */
export async function supersededByApproved(
  trx: Transaction<Database>,
  newer: DeploymentRow,
  verdict: Verdict,
  policy: EnvironmentPolicy,
): Promise<readonly Superseded[]> {
  if (!isApproved(verdict) || isApproved(newer.verdict)) return [];
  const older = (await pendingOf(trx, newer.environment_id)).filter((row) => row.id < newer.id);
  return supersededBy({ ...newer, verdict }, older, policy);
}

function isApproved(verdict: Verdict | null): boolean {
  const answers = verdict?.gates.filter(({ gate }) => gate === "approvals") ?? [];
  return (
    answers.some(({ reason }) => reason.code === "approvals.enough") && answers.every(({ result }) => result === "pass")
  );
}

function supersedable(row: DeploymentRow): Supersedable {
  const { kind, status, hotfix } = row;
  return { kind, status, requestedAt: row.requested_at.getTime(), approved: isApproved(row.verdict), hotfix };
}

/** Where it stood in the queue when it was last judged; none while something else is waited for as well. */
export function positionOf({ status, verdict }: Pick<DeploymentRow, "status" | "verdict">): number | undefined {
  const reason = verdict?.gates.find((gate) => gate.gate === "queue")?.reason;
  return status === "queued" && reason !== undefined && "position" in reason ? reason.position : undefined;
}

/** What a person, or Signalbox by itself, would ask for a second time: it is named then, and nothing is stored. Reads only. */
import type { Transaction } from "kysely";
import { type RequestKind, runningStatuses } from "../policy/model.ts";
import { isPending } from "../policy/transitions.ts";
import type { Database, DeploymentRow, EnvironmentRow } from "../store/schema.ts";
import type { Request } from "./request.ts";

function isSame(other: DeploymentRow, wanted: Request): boolean {
  // A hotfix passes what another request for the same may wait for.
  if (wanted.hotfix === true && !other.hotfix && isPending(other.status)) return false;
  const isRollback = wanted.kind === "rollback" && other.kind === "rollback";
  // What a person has chosen to go back to stands, whichever revision it is; one that waits for others stops nothing.
  if (wanted.byItself === true && isRollback && other.status !== "waiting") return true;
  // A rollback to the same revision takes back something else when another has begun to change the environment since.
  if (isRollback && other.undoes_sha !== (wanted.undoes ?? null)) return false;
  return other.sha === wanted.revision.sha && wayOf(other.kind) === wayOf(wanted.kind);
}

function wayOf(kind: RequestKind): RequestKind | undefined {
  return kind === "rollback" || kind === "destroy" ? kind : undefined;
}

/** The same that a person asked for and that waits, or that runs and that nobody has asked to stop. */
export async function alreadyAsked(
  trx: Transaction<Database>,
  environment: EnvironmentRow,
  pending: readonly DeploymentRow[],
  wanted: Request,
): Promise<DeploymentRow | undefined> {
  const waiting = pending.find((other) => other.typed && isSame(other, wanted));
  if (waiting !== undefined) return waiting;
  const row = await trx
    .selectFrom("deployment")
    .selectAll()
    .where("environment_id", "=", environment.id)
    .where("status", "in", [...runningStatuses])
    .where("cancel_at", "is", null)
    .executeTakeFirst();
  return row !== undefined && isSame(row, wanted) ? row : undefined;
}

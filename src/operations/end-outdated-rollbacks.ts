/** Ends the rollbacks that wait to take back what something newer has taken the place of. */
import type { Transaction } from "kysely";
import type { Database, DeploymentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { endPending } from "./end-pending.ts";
import { pendingOf } from "./facts.ts";
import type { ServiceRef } from "./place.ts";

/**
 * Called by whoever makes `live` live, under the environment's lock. A rollback that stayed would bring an older revision
 * over one that nobody has said is bad, and whoever confirms it was shown the migrations of another.
 */
export async function endOutdatedRollbacks(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  live: DeploymentRow,
): Promise<void> {
  const outcome = { code: "superseded", by: live.id, askedBy: live.requested_by } as const;
  for (const row of await pendingOf(trx, live.environment_id)) {
    if (row.kind === "rollback" && cameBefore(row, live))
      await endPending(trx, bot, service, row, "supersede", outcome);
  }
}

/** What had started when the rollback was asked for is what it takes back, also where it succeeds before it is stopped. */
function cameBefore(rollback: DeploymentRow, live: DeploymentRow): boolean {
  // What a person has chosen to go back to stands, however far another rollback has gone back meanwhile.
  if (live.kind === "rollback" && !rollback.by_itself) return false;
  return live.id > rollback.id || (live.started_at !== null && live.started_at > rollback.requested_at);
}

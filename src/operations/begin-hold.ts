/**
 * What a rollback leaves behind, from its start on: the bad revision in quarantine, and a hold, so that nothing that
 * waits brings it straight back, whether the rollback succeeds or not.
 */
import type { Transaction } from "kysely";
import { pendingStatuses } from "../policy/model.ts";
import type { Database, DeploymentRow, EnvironmentRow } from "../store/schema.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import type { Place } from "./place.ts";
import { say } from "./tell.ts";

export async function beginHold(
  trx: Transaction<Database>,
  bot: Bot,
  place: Place,
  environment: EnvironmentRow,
  rollback: DeploymentRow,
): Promise<void> {
  const bad = await undone(trx, environment, rollback);
  if (bad === undefined || bad.tree === rollback.tree) return;
  const at = new Date(bot.context.clock.now());
  const reason = rollback.reason ?? "";
  await trx
    .insertInto("quarantine")
    .values({
      service_id: place.service.id,
      sha: bad.sha,
      tree: bad.tree,
      environment_id: environment.id,
      deployment_id: rollback.id,
      by: rollback.requested_by,
      reason,
      since: at,
    })
    .execute();
  await trx
    .updateTable("environment")
    .set({ hold_deployment_id: rollback.id, hold_bad_sha: bad.sha, hold_bad_tree: bad.tree, hold_since: at })
    .where("id", "=", environment.id)
    .execute();
  // Whoever confirmed a fix spoke of what was rolled back then, not of this.
  await trx
    .updateTable("deployment")
    .set({ fix_confirmed_by: null, fix_confirmed_at: null })
    .where("environment_id", "=", environment.id)
    .where("status", "in", [...pendingStatuses])
    .where("fix_confirmed_by", "is not", null)
    .execute();
  await audit(trx, {
    at: at.getTime(),
    actor: rollback.requested_by,
    action: "hold.began",
    service: place.service.id,
    environment: environment.id,
    deployment: rollback.id,
    detail: { bad: bad.sha, reason },
  });
  await say(trx, bot, {
    key: `hold/${rollback.id}`,
    content: {
      code: "hold-began",
      service: place.service.name,
      environment: environment.name,
      bad: { sha: bad.sha, tree: bad.tree },
      rollback: rollback.id,
    },
    channel: rollback.channel,
    deployment: rollback.id,
  });
}

/** The revision that the rollback takes out: that of the deployment it names, else what is live. */
async function undone(trx: Transaction<Database>, environment: EnvironmentRow, rollback: DeploymentRow) {
  if (rollback.rolls_back_deployment_id !== null) {
    return await trx
      .selectFrom("deployment")
      .select(["sha", "tree"])
      .where("id", "=", rollback.rolls_back_deployment_id)
      .executeTakeFirst();
  }
  if (environment.live_sha === null || environment.live_tree === null) return undefined;
  return { sha: environment.live_sha, tree: environment.live_tree };
}

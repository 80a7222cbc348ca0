/** What follows for a demo when a deployment there has ended: what is on GitHub's page of it, and whether it is still there. */
import type { Transaction } from "kysely";
import type { Database, DeploymentRow, EnvironmentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { pendingOf } from "./facts.ts";
import { noLock, planLook } from "./look-at-environment.ts";
import type { ServiceRef } from "./place.ts";
import { touchDeployment } from "./tell.ts";

/** Nothing is live there any more, and nothing is uncertain or held. */
export const nothingThere = {
  live_deployment_id: null,
  live_sha: null,
  live_tree: null,
  live_version: null,
  live_since: null,
  live_policy: null,
  uncertain_deployment_id: null,
  uncertain_since: null,
  hold_deployment_id: null,
  hold_bad_sha: null,
  hold_bad_tree: null,
  hold_since: null,
} as const;

/** `before`: the environment's row as it was until this success. Its row is locked by the caller. */
export async function afterDemoSuccess(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  before: EnvironmentRow,
  row: DeploymentRow,
): Promise<void> {
  // What was pushed meanwhile makes it anew.
  const isOver = row.kind === "destroy" && (await pendingOf(trx, before.id)).length === 0;
  if (isOver) await removeDemo(trx, bot, before);
  // GitHub keeps what is transient as it was: it is told what is no longer there.
  const shown = [before.live_deployment_id, before.uncertain_deployment_id].filter(
    (id) => id !== null && id !== row.id,
  );
  for (const id of shown) {
    const old = await trx.selectFrom("deployment").selectAll().where("id", "=", id).executeTakeFirst();
    if (old !== undefined) await touchDeployment(trx, bot, service, old);
  }
}

/** It is no longer there: it counts no more, and what held it holds nothing. */
export async function removeDemo(trx: Transaction<Database>, bot: Bot, row: EnvironmentRow): Promise<void> {
  const now = new Date(bot.context.clock.now());
  await trx
    .updateTable("environment_freeze")
    .set({ ended_at: now })
    .where("environment_id", "=", row.id)
    .where("ended_at", "is", null)
    .execute();
  await trx
    .updateTable("environment")
    .set((eb) => ({ version: eb("version", "+", 1), ...noLock, removed_at: now, demo_ends_at: null }))
    .where("id", "=", row.id)
    .execute();
  await planLook(trx, row.id);
}

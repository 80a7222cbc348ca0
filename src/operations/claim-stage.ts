/**
 * The claim of a stage, in the caller's transaction: the first together with the start, as deciding and claiming are one,
 * and each later one when those before it have succeeded. Also what can be made ready when a start is foreseen.
 */
import type { Transaction } from "kysely";
import type { Database, DeploymentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import type { Place } from "./place.ts";
import type { PlannedStage } from "./stages.ts";

/**
 * False when it is claimed already: the unique index on attempts lets one of two claimers through. `row` is the running
 * deployment, locked by the caller.
 */
export async function claimStage(
  trx: Transaction<Database>,
  bot: Bot,
  row: DeploymentRow,
  stage: PlannedStage,
): Promise<boolean> {
  const now = bot.context.clock.now();
  const added = await trx
    .insertInto("attempt")
    .values({
      token: bot.context.ids.uuid(),
      deployment_id: row.id,
      phase: stage.phase,
      position: stage.position,
      stage: stage.definition.name,
      number: 1,
      state: "claimed",
      claimed_at: new Date(now),
      deadline_at: new Date(now + timeoutOf(row)),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("token")
    .executeTakeFirst();
  if (added === undefined) return false;
  if (stage.definition.changesEnvironment && row.changing_since === null) {
    await trx
      .updateTable("deployment")
      .set({ changing_since: new Date(now) })
      .where("id", "=", row.id)
      .execute();
  }
  return true;
}

/** How long each stage of the deployment may take, in ms. */
export function timeoutOf(row: DeploymentRow): number {
  return row.policy?.timeout ?? 60 * 60_000;
}

/** What carries the first stage out gets itself ready while the rest is decided and written down. */
export function expectStart(bot: Bot, place: Place): void {
  const [first] = place.policy.deploy;
  if (first !== undefined) bot.deployers[first.deployer.kind].expect?.();
}

/**
 * What is live has moved while a deployment waited: what it brings is told from there, since whoever approves it, is told
 * of it or reads its release notes must see what will really change.
 */
import type { Transaction } from "kysely";
import type { Database, DeploymentRow, EnvironmentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import type { Outside } from "./gather-outside.ts";
import type { Place } from "./place.ts";
import type { Ships } from "./ships.ts";
import { shipsBetween } from "./ships-between.ts";
import { touchDeployment } from "./tell.ts";

/** A rollback keeps what it was confirmed with, and what is destroyed is compared with nothing. */
function isOutdated(row: DeploymentRow, { live_sha: live }: Pick<EnvironmentRow, "live_sha">): boolean {
  return row.previous_sha !== live && row.kind !== "rollback" && row.kind !== "destroy";
}

/** Undefined where what stands on the row still holds. */
export async function comparedAnew(
  bot: Bot,
  place: Place,
  row: DeploymentRow,
  outside: Outside,
): Promise<Ships | undefined> {
  return isOutdated(row, place.environment) ? await shipsBetween(bot, place, outside, row.sha) : undefined;
}

/** `environment` is locked by the caller, and as it was when `ships` was found. */
export async function keepCompared(
  trx: Transaction<Database>,
  bot: Bot,
  place: Place,
  environment: EnvironmentRow,
  row: DeploymentRow,
  ships: Ships | undefined,
): Promise<DeploymentRow> {
  if (ships === undefined || !isOutdated(row, environment)) return row;
  const compared = await trx
    .updateTable("deployment")
    .set({
      previous_sha: environment.live_sha,
      previous_tree: environment.live_tree,
      previous_version: environment.live_version,
      ships: JSON.stringify(ships),
    })
    .where("id", "=", row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await touchDeployment(trx, bot, place.service, compared);
  return compared;
}

/** What the environment before says of a revision: whether the same content was live there, and for how long. */
import { sql, type Transaction } from "kysely";
import { optional } from "../optional.ts";
import type { BeforeFacts } from "../policy/model.ts";
import type { Database, EnvironmentRow } from "../store/schema.ts";
import type { Place } from "./place.ts";
import type { Promoted } from "./promotions.ts";

export function liveOf(row: EnvironmentRow) {
  if (row.live_deployment_id === null || row.live_sha === null || row.live_tree === null) return undefined;
  return {
    deployment: row.live_deployment_id,
    revision: { sha: row.live_sha, tree: row.live_tree, ...optional("version", row.live_version) },
    since: row.live_since?.getTime() ?? 0,
  };
}

export function uncertainOf(row: EnvironmentRow) {
  if (row.uncertain_deployment_id === null) return undefined;
  return { deployment: row.uncertain_deployment_id, since: row.uncertain_since?.getTime() ?? 0 };
}

/** Of the environment that a policy of the place names by `after`. */
export async function beforeFacts(
  trx: Transaction<Database>,
  place: Place,
  after: string | undefined,
  tree: string,
  promoted?: Promoted,
): Promise<BeforeFacts | undefined> {
  if (after === undefined) return undefined;
  const row = await trx
    .selectFrom("environment")
    .selectAll()
    .where("service_id", "=", place.service.id)
    .where("name", "=", after)
    .executeTakeFirst();
  if (row === undefined) return { name: after };
  return {
    name: after,
    ...optional("live", liveOf(row)),
    ...optional("uncertain", uncertainOf(row)),
    ...optional("sameContent", (await sameContent(trx, row.id, tree)) ?? (await patched(trx, row.id, tree, promoted))),
  };
}

/** Patches go onto what is promoted: it was live there without them. */
async function patched(
  trx: Transaction<Database>,
  environment: number,
  tree: string,
  promoted: Promoted | undefined,
): Promise<BeforeFacts["sameContent"]> {
  if (promoted?.content !== tree) return undefined;
  const was = await sameContent(trx, environment, promoted.snapshot.tree);
  return was && { ...was, patchedIn: promoted.pullRequest };
}

async function sameContent(
  trx: Transaction<Database>,
  environment: number,
  tree: string,
): Promise<BeforeFacts["sameContent"]> {
  const success = await trx
    .selectFrom("deployment")
    .select(["id", "ended_at"])
    .where("environment_id", "=", environment)
    .where("tree", "=", tree)
    .where("status", "=", "success")
    .orderBy("ended_at", "desc")
    .limit(1)
    .executeTakeFirst();
  if (success === undefined || success.ended_at === null) return undefined;
  const rolledBack = await trx
    .selectFrom("quarantine")
    .select("id")
    .where("environment_id", "=", environment)
    .where("tree", "=", tree)
    .where("cleared_at", "is", null)
    .where("since", ">=", success.ended_at)
    .limit(1)
    .executeTakeFirst();
  return {
    deployment: success.id,
    at: success.ended_at.getTime(),
    rolledBack: rolledBack !== undefined,
    ...optional("until", await changedAfter(trx, environment, success.ended_at)),
  };
}

/** When something else first began to change the environment after that, whatever became of it. */
async function changedAfter(trx: Transaction<Database>, environment: number, after: Date): Promise<number | undefined> {
  const began = sql<Date>`coalesce(changing_since, ended_at)`;
  const next = await trx
    .selectFrom("deployment")
    .select(began.as("at"))
    .where("environment_id", "=", environment)
    .where(sql<boolean>`(changing_since is not null or status = 'success')`)
    .where(began, ">", after)
    .orderBy(began)
    .limit(1)
    .executeTakeFirst();
  return next?.at.getTime();
}

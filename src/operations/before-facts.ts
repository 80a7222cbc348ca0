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

/** The last time that this content was deployed there, whether it was rolled back since, and when something else came. */
async function sameContent(
  trx: Transaction<Database>,
  environment: number,
  tree: string,
): Promise<BeforeFacts["sameContent"]> {
  const began = sql<Date>`coalesce(next.changing_since, next.ended_at)`;
  const success = await trx
    .selectFrom("deployment")
    .select((eb) => [
      "id",
      "ended_at",
      eb
        .exists(
          eb
            .selectFrom("quarantine")
            .select("quarantine.id")
            .where("quarantine.environment_id", "=", environment)
            .where("quarantine.tree", "=", tree)
            .where("quarantine.cleared_at", "is", null)
            .whereRef("quarantine.since", ">=", "deployment.ended_at"),
        )
        .as("rolled_back"),
      // Whatever became of it.
      eb
        .selectFrom("deployment as next")
        .select(began.as("at"))
        .where("next.environment_id", "=", environment)
        .where(sql<boolean>`(next.changing_since is not null or next.status = 'success')`)
        .where(began, ">", eb.ref("deployment.ended_at"))
        .orderBy(began)
        .limit(1)
        .as("until"),
    ])
    .where("environment_id", "=", environment)
    .where("tree", "=", tree)
    .where("status", "=", "success")
    .where("ended_at", "is not", null)
    .orderBy("ended_at", "desc")
    .limit(1)
    .executeTakeFirst();
  if (success?.ended_at == null) return undefined;
  return {
    deployment: success.id,
    at: success.ended_at.getTime(),
    rolledBack: Boolean(success.rolled_back),
    ...optional("until", success.until?.getTime()),
  };
}

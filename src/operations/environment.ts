/** An environment's row: its lock, its version, and who looks again when it moved. */
import { type QueryCreator, sql, type Transaction, type Updateable } from "kysely";
import type { Wake } from "../jobs/wake.ts";
import { pendingStatuses } from "../policy/model.ts";
import type { Database, EnvironmentRow } from "../store/schema.ts";
import { wakeFollowers } from "./follow-homes.ts";
import { raiseGates } from "./raise-gates.ts";

/**
 * Locks the row until the transaction ends: at most one decision about an environment is taken at a time. Rows that only
 * name the environment can still be added by others, so that nobody waits here for what decides nothing.
 */
export async function lockEnvironment(trx: Transaction<Database>, environment: number): Promise<EnvironmentRow> {
  return await trx
    .selectFrom("environment")
    .selectAll()
    .where("id", "=", environment)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
}

/**
 * The same of several. Whoever needs more than one locks them all here before anything else, by their ids, so that no two
 * can wait for each other.
 */
export async function lockEnvironments(
  trx: Transaction<Database>,
  environments: readonly number[],
): Promise<readonly EnvironmentRow[]> {
  if (environments.length === 0) return [];
  return await trx
    .selectFrom("environment")
    .selectAll()
    .where("id", "in", [...environments])
    .orderBy("id")
    .forNoKeyUpdate()
    .execute();
}

/**
 * Waits for decisions about this service that are under way, and lets none be taken until the transaction ends; false when
 * the environment has moved since this row of it was read.
 */
export async function awaitDecisions(trx: Transaction<Database>, read: EnvironmentRow): Promise<boolean> {
  const rows = await trx
    .selectFrom("environment")
    .select(["id", "version"])
    .where("service_id", "=", read.service_id)
    .orderBy("id")
    .forShare()
    .execute();
  return rows.some(({ id, version }) => id === read.id && version === read.version);
}

/** Who holds the environment now; a lock whose time is over is nobody's. */
export function lockHolder(row: Pick<EnvironmentRow, "lock_by" | "lock_until">, now: number): string | undefined {
  if (row.lock_by === null || (row.lock_until !== null && row.lock_until.getTime() <= now)) return undefined;
  return row.lock_by;
}

/**
 * Every writer raises the version, with what it changes: a decision whose facts were gathered before then looks again.
 * Locks the row as `lockEnvironment` does.
 */
export async function raiseVersion(
  trx: Transaction<Database>,
  environment: number,
  changes: Updateable<Database["environment"]> = {},
): Promise<void> {
  await trx
    .updateTable("environment")
    .set((eb) => ({ ...changes, version: eb("version", "+", 1) }))
    .where("id", "=", environment)
    .execute();
}

/**
 * Which other environments are woken with those that moved: the ones that come after them, whose order depends on them,
 * or every later one of the service, as when something is taken out of service or let in again.
 */
export type Reach = "following" | "later";

/** Wakes what waits here and in the environments that come after this one. */
export async function wakeEnvironment(
  trx: Transaction<Database>,
  wake: Wake,
  environment: number,
  except?: number,
): Promise<void> {
  await wakeEnvironments(trx, wake, [environment], { except });
}

/**
 * What waits in these and in the others within reach, what is said on open pull requests into their branches, and who
 * looks on. Several at once, since the verdicts that this raises too are locked in one order.
 */
export async function wakeEnvironments(
  trx: Transaction<Database>,
  wake: Wake,
  moved: readonly number[],
  { except, reach = "following" }: { readonly except?: number | undefined; readonly reach?: Reach } = {},
): Promise<void> {
  if (moved.length === 0) return;
  const woken = await trx
    .with("reached", (db) =>
      db
        .selectFrom("environment")
        .select(["id", "service_id"])
        .where("id", "in", [...moved])
        .union(reach === "later" ? later(db, moved) : following(db, moved)),
    )
    .selectFrom("reached")
    .innerJoin("deployment", "deployment.environment_id", "reached.id")
    .where("deployment.status", "in", [...pendingStatuses])
    .select([sql.lit<Woken>("waiting").as("kind"), "deployment.id"])
    .union((db) =>
      db
        .selectFrom("reached")
        .innerJoin("pull_request_gate", "pull_request_gate.environment_id", "reached.id")
        .where("pull_request_gate.ended", "is", null)
        .select([sql.lit<Woken>("judged").as("kind"), "reached.id"]),
    )
    .union((db) =>
      db
        .selectFrom("reached")
        .innerJoin("home_service", "home_service.service_id", "reached.service_id")
        .select([sql.lit<Woken>("shown").as("kind"), "reached.service_id as id"]),
    )
    .orderBy("id")
    .execute();
  const ids = (kind: Woken) => woken.flatMap((one) => (one.kind === kind ? [one.id] : []));
  await wake.advance(
    trx,
    ids("waiting").filter((id) => id !== except),
  );
  const judged = ids("judged");
  if (judged.length > 0) await raiseGates(trx, wake, (gates) => gates.where("environment_id", "in", judged));
  await wakeFollowers(trx, wake, ids("shown"));
}

/** Deployments that wait, environments whose verdicts on pull requests stand, and services that somebody looks at. */
type Woken = "waiting" | "judged" | "shown";

/**
 * The environments whose policy names one of these as the one before, in the pipeline file or as it was when what is live
 * there came: nothing else of another environment is asked at a decision but what is in quarantine.
 */
function following(db: QueryCreator<Database>, environments: readonly number[]) {
  return db
    .selectFrom("environment as moved")
    .innerJoin("environment", "environment.service_id", "moved.service_id")
    .innerJoin("service", "service.id", "environment.service_id")
    .innerJoin("repository", "repository.id", "service.repository_id")
    .leftJoin("pipeline_file", "pipeline_file.id", "repository.pipeline_file_id")
    .where("moved.id", "in", [...environments])
    .where(
      sql<boolean>`(environment.live_policy->'environment'->>'after' = moved.name or jsonb_path_exists(
        pipeline_file.pipeline,
        '$.services[*] ? (@.name == $service).environments[*] ? (@.name == $name && @.after == $after)',
        jsonb_build_object('service', service.name, 'name', environment.name, 'after', moved.name)))`,
    )
    .select(["environment.id", "environment.service_id"]);
}

function later(db: QueryCreator<Database>, environments: readonly number[]) {
  return db
    .selectFrom("environment as moved")
    .innerJoin("environment", (join) =>
      join
        .onRef("environment.service_id", "=", "moved.service_id")
        .onRef("environment.position", ">", "moved.position"),
    )
    .where("moved.id", "in", [...environments])
    .select(["environment.id", "environment.service_id"]);
}

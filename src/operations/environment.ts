/** An environment's row: its lock, its version, and who looks again when it moved. */
import type { Kysely, Transaction } from "kysely";
import type { Wake } from "../jobs/wake.ts";
import { pendingStatuses } from "../policy/model.ts";
import type { Database, EnvironmentRow } from "../store/schema.ts";
import { wakeHomesOf } from "./follow-homes.ts";
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

/** Who holds the environment now; a lock whose time is over is nobody's. */
export function lockHolder(row: Pick<EnvironmentRow, "lock_by" | "lock_until">, now: number): string | undefined {
  if (row.lock_by === null || (row.lock_until !== null && row.lock_until.getTime() <= now)) return undefined;
  return row.lock_by;
}

/** Every writer raises the version: a decision whose facts were gathered before then looks again. */
export async function raiseVersion(trx: Transaction<Database>, environment: number): Promise<void> {
  await trx
    .updateTable("environment")
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("id", "=", environment)
    .execute();
}

/** Wakes what waits here and in the service's later environments, whose order depends on this one. */
export async function wakeEnvironment(
  trx: Transaction<Database>,
  wake: Wake,
  environment: number,
  except?: number,
): Promise<void> {
  await wakeEnvironments(trx, wake, [environment], except);
}

/** The same of several: verdicts are raised at once, since they too are locked in one order. */
export async function wakeEnvironments(
  trx: Transaction<Database>,
  wake: Wake,
  environments: readonly number[],
  except?: number,
): Promise<void> {
  if (environments.length === 0) return;
  for (const id of await waitingFrom(trx, environments)) if (id !== except) await wake.advance(trx, id);
  await raiseFrom(trx, wake, environments);
  for (const environment of environments) await wakeHomesOf(trx, wake, environment);
}

/** What is said on open pull requests into the environments' branches follows from the same state. */
async function raiseFrom(trx: Transaction<Database>, wake: Wake, environments: readonly number[]): Promise<void> {
  await raiseGates(trx, wake, (gates) =>
    gates.where("environment_id", "in", (eb) =>
      eb
        .selectFrom("environment as moved")
        .innerJoin("environment", (join) =>
          join
            .onRef("environment.service_id", "=", "moved.service_id")
            .onRef("environment.position", ">=", "moved.position"),
        )
        .where("moved.id", "in", [...environments])
        .select("environment.id"),
    ),
  );
}

async function waitingFrom(db: Kysely<Database>, environments: readonly number[]): Promise<readonly number[]> {
  const rows = await db
    .selectFrom("environment as moved")
    .innerJoin("environment", (join) =>
      join
        .onRef("environment.service_id", "=", "moved.service_id")
        .onRef("environment.position", ">=", "moved.position"),
    )
    .innerJoin("deployment", "deployment.environment_id", "environment.id")
    .where("moved.id", "in", [...environments])
    .where("deployment.status", "in", [...pendingStatuses])
    .select("deployment.id")
    .distinct()
    .orderBy("deployment.id")
    .execute();
  return rows.map((row) => row.id);
}

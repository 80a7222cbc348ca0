/** An environment's row: its lock, its version, and who looks again when it moved. */
import type { Kysely, Transaction } from "kysely";
import type { Wake } from "../jobs/wake.ts";
import { pendingStatuses } from "../policy/model.ts";
import type { Database, EnvironmentRow } from "../store/schema.ts";
import { wakeHomesOf } from "./follow-homes.ts";
import { raiseGates } from "./raise-gates.ts";

/** Locks the row until the transaction ends: at most one decision about an environment is taken at a time. */
export async function lockEnvironment(trx: Transaction<Database>, environment: number): Promise<EnvironmentRow> {
  return await trx
    .selectFrom("environment")
    .selectAll()
    .where("id", "=", environment)
    .forUpdate()
    .executeTakeFirstOrThrow();
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
  for (const id of await waitingFrom(trx, environment)) if (id !== except) await wake.advance(trx, id);
  await raiseFrom(trx, wake, environment);
  await wakeHomesOf(trx, wake, environment);
}

/** What is said on open pull requests into the environments' branches follows from the same state. */
async function raiseFrom(trx: Transaction<Database>, wake: Wake, environment: number): Promise<void> {
  await raiseGates(trx, wake, (gates) =>
    gates.where("environment_id", "in", (eb) =>
      eb
        .selectFrom("environment as moved")
        .innerJoin("environment", (join) =>
          join
            .onRef("environment.service_id", "=", "moved.service_id")
            .onRef("environment.position", ">=", "moved.position"),
        )
        .where("moved.id", "=", environment)
        .select("environment.id"),
    ),
  );
}

async function waitingFrom(db: Kysely<Database>, environment: number): Promise<readonly number[]> {
  const rows = await db
    .selectFrom("environment as moved")
    .innerJoin("environment", (join) =>
      join
        .onRef("environment.service_id", "=", "moved.service_id")
        .onRef("environment.position", ">=", "moved.position"),
    )
    .innerJoin("deployment", "deployment.environment_id", "environment.id")
    .where("moved.id", "=", environment)
    .where("deployment.status", "in", [...pendingStatuses])
    .select("deployment.id")
    .orderBy("deployment.id")
    .execute();
  return rows.map((row) => row.id);
}

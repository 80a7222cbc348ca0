/** Says that verdicts on pull requests have to be judged again, in the transaction that changed what they follow from. */
import { type SelectQueryBuilder, sql, type Transaction } from "kysely";
import type { Wake } from "../jobs/wake.ts";
import type { Database } from "../store/schema.ts";

export type Gates = SelectQueryBuilder<Database, "pull_request_gate", object>;

/**
 * Raises those that `which` leaves over of all that stand, and wakes their environments. They are locked in one order by
 * everybody, so that two who raise some of the same cannot wait for each other. `forget` is what GitHub is asked anew.
 */
export async function raiseGates(
  trx: Transaction<Database>,
  wake: Wake,
  which: (gates: Gates) => Gates,
  forget?: "everything" | "checks",
): Promise<void> {
  const locked = await which(trx.selectFrom("pull_request_gate").where("pull_request_gate.ended", "is", null))
    .select(["repository_id", "number", "environment_id"])
    .orderBy("repository_id")
    .orderBy("number")
    .orderBy("environment_id")
    .forUpdate()
    .execute();
  if (locked.length === 0) return;
  await trx
    .updateTable("pull_request_gate")
    .set((eb) => ({
      wanted: eb("wanted", "+", 1),
      ...(forget === "everything" ? { outside: null } : {}),
      ...(forget === "checks" ? { outside: sql<string>`outside - 'checks'` } : {}),
    }))
    .where((eb) =>
      eb(
        eb.refTuple("repository_id", "number", "environment_id"),
        "in",
        locked.map((row) => eb.tuple(row.repository_id, row.number, row.environment_id)),
      ),
    )
    .execute();
  for (const environment of new Set(locked.map((row) => row.environment_id))) await wake.judge(trx, environment);
}

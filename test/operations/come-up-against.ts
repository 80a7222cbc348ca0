/** An operation that comes up against rows which somebody else holds, as when two do something at the same moment. */
import { sql, type Transaction } from "kysely";
import { expect } from "vitest";
import type { Database } from "../../src/store/schema.ts";
import type { World } from "./world.ts";

/** While a row is held, starts the operation, waits until it has come up against it, and looks at what else is free. */
export async function comeUpAgainst(
  world: World,
  held: (trx: Transaction<Database>) => Promise<unknown>,
  operation: () => Promise<unknown>,
  later: (trx: Transaction<Database>) => Promise<unknown> = async () => undefined,
): Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  await world.db.transaction().execute(async (trx) => {
    await held(trx);
    let ended = false;
    running = operation();
    const end = () => {
      ended = true;
    };
    running.then(end, end);
    while (!(await somebodyWaits(world))) expect(ended, "it did not come up against what is held").toBe(false);
    await later(trx);
  });
  await running;
}

/** Outside of any transaction, in which PostgreSQL would go on telling what it told first. */
async function somebodyWaits(world: World): Promise<boolean> {
  const { rows } = await sql<{ waits: boolean }>`
    select exists (
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    ) as waits`.execute(world.db);
  return rows[0]?.waits === true;
}

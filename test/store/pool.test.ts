/** What a server that goes away does to those who are connected. */
import { sql } from "kysely";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { takesWrites } from "../../src/store/database.ts";
import { openKysely, openPool } from "../../src/store/pool.ts";
import { type TestDatabase, testDatabase } from "../harness/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ foreign: true });
});
afterAll(() => database.drop());

test.each(["between two queries", "during a query"])(
  "a connection that is closed within a transaction, %s, ends nothing else",
  async (when) => {
    const db = openKysely(openPool(database.connection, pino({ level: "silent" })));
    const broken = db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
      const going = when === "during a query" ? sql`select pg_sleep(60)`.execute(trx) : undefined;
      going?.catch(() => undefined);
      await sql`select pg_terminate_backend(${rows[0]?.pid ?? 0}, 10000)`.execute(database.db);
      await (going ?? sql`select 1`.execute(trx));
    });
    await expect(broken).rejects.toThrow(/connection/i);
    const { rows } = await sql<{ one: number }>`select 1 as one`.execute(db);
    expect(rows).toEqual([{ one: 1 }]);
    await db.destroy();
  },
);

test("a connection that says nothing more is given up, within a transaction too, and others are opened", async () => {
  const pool = openPool(database.connection, pino({ level: "silent" }), { answerWithinMs: 100 });
  pool.options.max = 1;
  const db = openKysely(pool);
  const silent = sql`select pg_sleep(60)`;
  await expect(silent.execute(db)).rejects.toThrow("the database did not answer within 0.1 s");
  const within = db.transaction().execute((trx) => silent.execute(trx));
  await expect(within).rejects.toThrow();
  const { rows } = await sql<{ one: number }>`select 1 as one`.execute(db);
  expect(rows).toEqual([{ one: 1 }]);
  await db.destroy();
});

test("the server lets go of what a bot has locked that vanished within a transaction", async () => {
  const db = openKysely(openPool(database.connection, pino({ level: "silent" })));
  const { rows } = await sql<{ after: string }>`
    select current_setting('idle_in_transaction_session_timeout') as after`.execute(db);
  expect(rows).toEqual([{ after: "1min" }]);
  await db.destroy();
});

test("a database that only lets read, as one that was failed over to too early, is not one to work with", async () => {
  expect(await takesWrites(database.db)).toBe(true);
  const reading = await database.db.transaction().setAccessMode("read only").execute(takesWrites);
  expect(reading).toBe(false);
});

import { sql } from "kysely";
import type { Pool } from "pg";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createContext } from "../../src/context.ts";
import { createJobs } from "../../src/jobs/jobs.ts";
import { openKysely, openPool } from "../../src/store/pool.ts";
import { PreparingClient } from "../../src/store/preparing-client.ts";
import { type TestDatabase, testDatabase } from "../harness/database.ts";

let database: TestDatabase;
let pool: Pool;
beforeEach(async () => {
  database = await testDatabase({ foreign: true });
  pool = openPool(database.connection, pino({ level: "silent" }));
  pool.options.max = 1;
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

const preparedTexts = async (asked: Pick<Pool, "query">): Promise<readonly string[]> => {
  const { rows } = await asked.query<{ statement: string }>("select statement from pg_prepared_statements");
  return rows.map(({ statement }) => statement);
};

test("what is asked with values is parsed once in each connection, however it is asked", async () => {
  const db = openKysely(pool);
  for (const id of [1, 2, 3]) {
    await pool.query("select $1::int as pooled", [id]);
    await db.transaction().execute((trx) => sql`select ${id}::int as within`.execute(trx));
    expect((await sql<{ one: number }>`select ${id}::int as one`.execute(db)).rows).toEqual([{ one: id }]);
  }
  expect((await preparedTexts(pool)).toSorted()).toEqual([
    "select $1::int as one",
    "select $1::int as pooled",
    "select $1::int as within",
  ]);
});

test("the job queue's statements are prepared too", async () => {
  const connect = vi.spyOn(PreparingClient.prototype, "connect");
  const context = createContext();
  const log = pino({ level: "silent" });
  try {
    await (await createJobs({ context, log, db: database.db, connection: database.connection })).stop();
    const connected = connect.mock.contexts.map((client) => Reflect.get(client as object, "connectionParameters"));
    expect(connected).toContainEqual(expect.objectContaining({ application_name: "signalbox jobs" }));
  } finally {
    connect.mockRestore();
  }
});

test("texts without end do not fill the server's memory", async () => {
  for (let at = 0; at < 600; at += 1) await pool.query(`select $1::int as n${at}`, [at]);
  expect((await preparedTexts(pool)).length).toBeLessThanOrEqual(500);
  expect((await pool.query("select $1::int as n599", [7])).rows).toEqual([{ n599: 7 }]);
});

test("once a column has come by another's hand, one statement is refused and none after it, in no connection", async () => {
  const others = openPool(database.connection, pino({ level: "silent" }));
  const about = "select * from audit where id = $1";
  for (const one of [pool, others]) await one.query(about, [1]);
  await database.pool.query("alter table audit add column more text");
  await expect(pool.query(about, [1])).rejects.toThrow("cached plan must not change result type");
  for (const one of [others, pool, others]) {
    const { fields } = await one.query(about, [1]);
    expect(fields.map(({ name }) => name)).toContain("more");
  }
  await others.end();
});

test("a transaction that meets it is told, and the next succeeds", async () => {
  const db = openKysely(pool);
  const look = () =>
    db.transaction().execute((trx) => trx.selectFrom("audit").selectAll().where("id", "=", 1).execute());
  await look();
  await database.pool.query("alter table audit add column more text");
  await expect(look()).rejects.toThrow("cached plan must not change result type");
  expect(await look()).toEqual([]);
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore, tooOld, withoutSecrets } from "../../src/store/database.ts";
import { migrate, migrations } from "../../src/store/migrate.ts";
import { openKysely, openPool, parseInt8 } from "../../src/store/pool.ts";
import { type TestDatabase, testDatabase } from "../harness/database.ts";
import { realTimeContext } from "../harness/test-context.ts";

const log = pino({ level: "silent" });
let database: TestDatabase;
let dataDir: string;

beforeEach(async () => {
  database = await testDatabase({ migrated: false });
  dataDir = await mkdtemp(join(tmpdir(), "signalbox-migrate-"));
});
afterEach(async () => {
  await database.drop();
  await rm(dataDir, { recursive: true });
});

const open = (databaseUrl: string) =>
  openStore({ context: realTimeContext().context, log, settings: { databaseUrl, dataDir } });

test("replicas that start at once migrate once", async () => {
  const replicas = Array.from({ length: 4 }, () => openKysely(openPool(database.connection, log)));
  const done = await Promise.all(replicas.map((db) => migrate(db)));
  expect(done.flat()).toEqual(Object.keys(migrations));
  expect(await migrate(database.db)).toEqual([]);
  await Promise.all(replicas.map((db) => db.destroy()));
});

test("a migration that fails leaves nothing of itself, and says which it was", async () => {
  const broken = {
    ...migrations,
    "0002-broken": {
      async up(db: typeof database.db) {
        await sql`create table half (id int)`.execute(db);
        await sql`create table nonsense (id nothing)`.execute(db);
      },
    },
  };
  await expect(migrate(database.db, broken)).rejects.toThrow(/could not be migrated \(0002-broken\)/);
  const half = await sql<{ there: string | null }>`select to_regclass('half') as there`.execute(database.db);
  expect(half.rows).toEqual([{ there: null }]);
});

test("a database of a newer version is refused and left as it is", async () => {
  await migrate(database.db, { ...migrations, "0999-future": { up: async () => {} } });
  await expect(open(database.url)).rejects.toThrow(
    /made by a newer Signalbox: it has 0999-future, which this version does not know/,
  );
  const names = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(database.db);
  expect(names.rows.map((row) => row.name)).toEqual([...Object.keys(migrations), "0999-future"]);
});

test("DATABASE_URL: opened, migrated, numbers and times as the code expects them, closed twice", async () => {
  const store = await open(database.url);
  const at = new Date(Date.UTC(2026, 10, 18, 10, 0, 0, 123));
  await store.db
    .insertInto("audit")
    .values({ at, actor: "alice", action: "x", detail: JSON.stringify({ a: [1] }) })
    .execute();
  const row = await store.db.selectFrom("audit").selectAll().executeTakeFirstOrThrow();
  expect(row).toMatchObject({ id: 1, at, detail: { a: [1] } });
  await Promise.all([store.close(), store.close()]);
});

test("a DATA_DIR is held with DATABASE_URL as well: two bots in one folder would share its checkouts", async () => {
  const store = await open(database.url);
  await expect(open("postgresql://bot@127.0.0.1:1/other")).rejects.toThrow(
    new RegExp(`${dataDir} is held by another Signalbox: process ${process.pid} on .+ another DATA_DIR`),
  );
  await store.close();
  // Given back at its end, and where a start fails.
  await expect(open("postgresql://bot@127.0.0.1:1/other")).rejects.toThrow("cannot be reached");
  await (await open(database.url)).close();
});

test("the parsers are those of our pool alone", async () => {
  const { Pool } = await import("pg");
  const other = new Pool({ ...database.connection, max: 1 });
  // The server may still say goodbye to what is just being closed.
  other.on("error", () => undefined);
  expect((await other.query("select 1::bigint as n")).rows).toEqual([{ n: "1" }]);
  await other.end();
  expect((await database.pool.query("select 1::bigint as n")).rows).toEqual([{ n: 1 }]);
  expect(() => parseInt8("9007199254740993")).toThrow(/too large/);
});

test.each([
  [149_999, true],
  [150_000, false],
  [180_004, false],
  [Number.NaN, true],
])("server version %d is too old: %s", (number, old) => {
  expect(tooOld(number)).toBe(old);
});

test("a server that does not answer is named without its password", async () => {
  const url = "postgresql://bot:hunter2@127.0.0.1:1/signalbox";
  const error = await open(url).catch((reason: unknown) => String(reason));
  expect(error).toMatch(/cannot be reached \(PostgreSQL at 127.0.0.1:1, database signalbox\): connect ECONNREFUSED/);
  expect(error).not.toContain("hunter2");
  expect(withoutSecrets("not a url")).toBe("the database of DATABASE_URL");
});

/** A database that was given back and is handed out again is like a new one, and what may not be is not handed out. */
import { type Kysely, sql } from "kysely";
import { Pool } from "pg";
import { expect, test } from "vitest";
import type { Database } from "../../src/store/schema.ts";
import { openWorld, push } from "../operations/world.ts";
import { type TestDatabase, testDatabase } from "./database.ts";

async function nameOf({ db }: { readonly db: Kysely<Database> }): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db);
  return rows[0]?.name;
}

async function rowsOf(db: Kysely<Database>, from: string, less: readonly string[] = []): Promise<readonly unknown[]> {
  const { rows } = await sql`
    select to_jsonb(one) - ${less}::text[] as it from ${sql.raw(from)} as one order by 1`.execute(db);
  return rows;
}

/** Where the server keeps a table and what it has counted of it; and how many numbers it has set aside in its log. */
const ofNoConcern = "relfilenode relpages reltuples relallvisible relallfrozen relfrozenxid relminmxid log_cnt".split(
  " ",
);
const catalogs = "pg_class pg_attribute pg_attrdef pg_constraint pg_index pg_trigger pg_proc pg_type pg_namespace";

/** All that a database holds, and how it is made. */
async function everythingOf({ db }: { readonly db: Kysely<Database> }): Promise<ReadonlyMap<string, unknown>> {
  const { rows: held } = await sql<{ name: string }>`
    select pg_class.oid::regclass::text as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where nspname in ('public', 'pgboss') and relkind in ('r', 'S') order by 1`.execute(db);
  const everything = new Map<string, unknown>();
  for (const name of [...held.map((one) => one.name), ...catalogs.split(" ")]) {
    everything.set(name, await rowsOf(db, `(select * from ${name})`, ofNoConcern));
  }
  everything.set("settings", await rowsOf(db, "(select name, setting from pg_settings)"));
  everything.set(
    "locks",
    await rowsOf(
      db,
      "(select mode from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database()))",
    ),
  );
  return everything;
}

test("it holds nothing of what was, its numbers begin anew, and nothing else about it is different", async () => {
  const one = await testDatabase();
  const fresh = await everythingOf(one);
  const name = await nameOf(one);
  await one.drop();

  const world = await openWorld();
  expect(await nameOf(world)).toBe(name);
  await push(world, "a");
  await push(world, "b");
  await world.command("U0000ALICE", { kind: "promote", environment: "production" });
  // Enough to be cleaned away.
  await sql`insert into note (key, content, at) select 'note-' || n, '{}', now() from generate_series(1, 5000) n`.execute(
    world.db,
  );
  const used = await everythingOf(world);
  for (const table of ["deployment", "audit", "note", "deployment_id_seq"]) {
    expect(used.get(table), table).not.toEqual(fresh.get(table));
  }
  await world.close();

  const again = await testDatabase();
  expect(await nameOf(again)).toBe(name);
  expect(await everythingOf(again)).toEqual(fresh);
  const sizes = await sql`select pg_relation_size('note') as note`.execute(again.db);
  expect(sizes.rows).toEqual([{ note: 0 }]);
  await again.drop();
});

test("whoever still uses what was given back is refused, and disturbs nobody", async () => {
  const one = await testDatabase();
  await one.drop();
  const two = await testDatabase();
  await expect(sql`select 1`.execute(one.db)).rejects.toThrow();
  await expect(one.pool.query("select 1")).rejects.toThrow("the database was given back");
  expect((await two.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  await two.drop();
});

test("what one held is put into another as it was, and the numbers go on", async () => {
  const [one, two] = [await testDatabase(), await testDatabase()];
  await sql`insert into note (key, content, at) values
    ('gone', '{}', now()), ('null', 'null', now()), (e'"quoted", \\\\ and {braced}', '[null, "\\u00e9\\\\", 1e3]', now())`.execute(
    one.db,
  );
  await sql`delete from note where key = 'gone'`.execute(one.db);
  await two.put(await one.rows());
  expect(await everythingOf(two)).toEqual(await everythingOf(one));
  await sql`insert into note (key, content, at) values ('next', '{}', now())`.execute(two.db);
  expect(await two.db.selectFrom("note").select("id").orderBy("id").execute()).toEqual([
    { id: 2 },
    { id: 3 },
    { id: 4 },
  ]);
  await one.drop();
  await two.drop();
});

const spoilers: readonly (readonly [string, (database: TestDatabase) => Promise<unknown>])[] = [
  ["its schema was changed", ({ db }) => sql`alter table audit disable trigger user`.execute(db)],
  ["something was added to its schema", ({ pool }) => pool.query("create table more (id int)")],
  ["a setting of a connection was changed", ({ pool }) => pool.query({ text: "set work_mem = '5MB'" })],
  ["a setting was changed by a function", ({ db }) => sql`select set_config('work_mem', '5MB', false)`.execute(db)],
  ["a lock is held", ({ db }) => sql`select pg_advisory_lock(1)`.execute(db)],
  ["a transaction was left open", ({ pool }) => pool.query("begin")],
  ["a connection is still in use", ({ pool }) => pool.connect().then((client) => setImmediate(() => client.release()))],
  ["the job queue was used", ({ db }) => sql`insert into pgboss.job (name, data) values ('advance', '{}')`.execute(db)],
  [
    "somebody else was connected",
    async ({ connection }) => {
      const other = new Pool(connection);
      // The server may still say goodbye to what is just being closed.
      other.on("error", () => undefined);
      await other.query("select 1");
      await other.end();
    },
  ],
];

test.each(spoilers)("it is not handed out again where %s", async (_why, spoil) => {
  const one = await testDatabase();
  const name = await nameOf(one);
  await spoil(one);
  await one.drop();
  const next = await testDatabase();
  expect(await nameOf(next)).not.toBe(name);
  await next.drop();
});

/** However much has happened, what people and machines wait for reads only what it needs: nothing scans the history. */
import { sql } from "kysely";
import { afterEach, expect, test } from "vitest";
import { longPast } from "../../bench/ledger/past.ts";
import { readPipelines } from "../../src/operations/read-pipelines.ts";
import { ask, rollBack } from "./steps.ts";
import { openWorld, push, repository, type World } from "./world.ts";

/** Enough for a scan to stand out: what is asked for here reads a few hundred. */
const rows = 5_000;

let world: World;
afterEach(async () => {
  await world.close();
});

/** A long past: everything in it has ended and was shown. */
async function past(): Promise<void> {
  for (const statement of longPast(rows, repository.id)) await statement.execute(world.db);
}

/** Rows read so far, by scanning a table or along an index, by table; counted by the server when a connection has ended. */
async function scanned(): Promise<ReadonlyMap<string, number>> {
  return await world.db.connection().execute(async (connection) => {
    await sql`select pg_terminate_backend(pid, 5000) from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid()`.execute(connection);
    await sql`select pg_stat_force_next_flush()`.execute(connection);
    const read = await sql<{ name: string; rows: number }>`
      select relname as name, seq_tup_read + coalesce(idx_tup_fetch, 0) as rows from pg_stat_user_tables where schemaname = 'public'
    `.execute(connection);
    return new Map(read.rows.map((row) => [row.name, row.rows]));
  });
}

test("a merge, a request, its approval, a rollback, a look at the standing and one after a gap read no table from end to end", async () => {
  world = await openWorld();
  await past();
  const before = await scanned();

  for (const letter of ["a", "b"]) {
    await push(world, letter);
    const asked = await ask(world, "production");
    await world.react("U0000ROSA", asked);
  }
  await rollBack(world, "production");
  await push(world, "c");
  await ask(world, "production");
  await world.command("U0000ALICE", { kind: "status" });
  for (const kind of ["why", "diff", "history"] as const) {
    await world.command("U0000ALICE", { kind, environment: "production" });
  }
  await world.command("U0000ALICE", { kind: "history" });
  await world.command("U0000ALICE", { kind: "queue" });
  await world.command("U0000ALICE", { kind: "where", number: 1 });
  await world.sweep();
  await readPipelines(world.bot, [repository], world.clock.now());
  expect((await world.environment("staging")).live_sha).toMatch(/^ccc/u);

  const after = await scanned();
  const read = [...after].map(([name, total]) => [name, total - (before.get(name) ?? 0)] as const);
  expect(read.filter(([, count]) => count >= rows)).toEqual([]);
});

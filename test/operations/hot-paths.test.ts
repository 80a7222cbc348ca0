/** However much has happened, what people and machines wait for reads only what it needs: nothing scans the history. */
import { sql } from "kysely";
import { afterEach, expect, test } from "vitest";
import { ask, rollBack } from "./steps.ts";
import { openWorld, push, repository, type World } from "./world.ts";

const rows = 20_000;

let world: World;
afterEach(async () => {
  await world.close();
});

/** A long past: everything in it has ended and was shown. */
async function past(): Promise<void> {
  const { db } = world;
  const statements = [
    sql`insert into deployment (environment_id, kind, typed, status, sha, tree, requested_by, requested_at, started_at,
          ended_at, ask, request_key)
        select (select id from environment where name = case when n % 2 = 0 then 'staging' else 'production' end),
          'merge', false, (array['superseded', 'success', 'failure', 'success'])[n % 4 + 1], md5(n::text),
          md5('tree' || n), 'alice', '2020-01-01', '2020-01-01', '2020-01-02', 1, 'past-' || n
        from generate_series(1, ${rows}) n`,
    sql`insert into attempt (token, deployment_id, phase, position, stage, number, state, outcome, claimed_at)
        select 'past-' || id, id, 'deploy', 0, 'deploy', 1, 'ended', 'success', '2020-01-01' from deployment`,
    sql`insert into approval (deployment_id, ask, login, answer, via, at)
        select id, 1, 'rosa', 'approve', 'reaction', '2020-01-01' from deployment`,
    sql`insert into decision (deployment_id, at, facts, verdict) select id, '2020-01-01', '{}', '{}' from deployment`,
    sql`insert into note (deployment_id, key, content, at) select id, 'past-' || id, '{}', '2020-01-01' from deployment`,
    sql`insert into projection (key, surface, subject, lane, wanted, shown, external)
        select 'slack.message/' || id || '/1', 'slack.message', id || '/1', 'C1', 1, 1,
          jsonb_build_object('team', 'T1', 'channel', 'C1', 'ts', 'past-' || id) from deployment`,
    sql`insert into reaction (team, channel, ts, slack_user, emoji, present, event_ts)
        select 'T1', 'C1', 'past-' || id, 'U0000ROSA', 'ship', true, '1' from deployment`,
    sql`insert into quarantine (service_id, sha, tree, environment_id, deployment_id, by, reason, since, cleared_at)
        select (select min(id) from service), sha, tree, environment_id, id, 'alice', '', '2020-01-01', '2020-01-02'
        from deployment`,
    sql`insert into pull_request (repository_id, number, title, body, author, draft, state, head_sha, head_ref, base_ref,
          from_fork, updated_at, merge_sha)
        select ${repository.id}, n, '', '', 'alice', false, 'closed', md5('head' || n), 'branch', 'main', false,
          '2020-01-01', md5(n::text) from generate_series(1, ${rows}) n`,
    sql`insert into audit (at, actor, action, detail) select '2020-01-01', 'alice', 'past', '{}'
        from generate_series(1, ${rows})`,
    sql`analyze`,
  ];
  for (const statement of statements) await statement.execute(db);
}

/** Rows read by scanning whole tables so far, by table; counted by the server when a connection has ended. */
async function scanned(): Promise<ReadonlyMap<string, number>> {
  return await world.db.connection().execute(async (connection) => {
    await sql`select pg_terminate_backend(pid, 5000) from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid()`.execute(connection);
    await sql`select pg_stat_force_next_flush()`.execute(connection);
    const read = await sql<{ name: string; rows: number }>`
      select relname as name, seq_tup_read as rows from pg_stat_user_tables where schemaname = 'public'
    `.execute(connection);
    return new Map(read.rows.map((row) => [row.name, row.rows]));
  });
}

test("a merge, a request, its approval, a rollback and a look at the standing read no table from end to end", async () => {
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
  await world.sweep();
  expect((await world.environment("staging")).live_sha).toMatch(/^ccc/u);

  const after = await scanned();
  const read = [...after].map(([name, total]) => [name, total - (before.get(name) ?? 0)] as const);
  expect(read.filter(([, count]) => count >= rows)).toEqual([]);
});

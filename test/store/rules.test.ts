/** What the database itself refuses, whatever the code above it believes. */
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Status } from "../../src/policy/model.ts";
import { type TestDatabase, testDatabase } from "../harness/database.ts";
import { testStart } from "../harness/test-context.ts";

let database: TestDatabase;
const at = new Date(testStart);

beforeAll(async () => {
  database = await testDatabase();
  const { db } = database;
  await db
    .insertInto("repository")
    .values({ id: 1, full_name: "acme/shop", installation_id: 2, default_branch: "main", private: false })
    .execute();
  await db.insertInto("service").values({ repository_id: 1, name: "shop" }).execute();
});
afterAll(() => database.drop());

async function environment(name: string): Promise<number> {
  const row = await database.db
    .insertInto("environment")
    .values({ service_id: 1, name, position: 0 })
    .returning("id")
    .executeTakeFirstOrThrow();
  return row.id;
}

async function deployment(environmentId: number, status: Status, more: { request_key?: string } = {}): Promise<number> {
  const row = await database.db
    .insertInto("deployment")
    .values({
      environment_id: environmentId,
      kind: "deploy",
      typed: true,
      status,
      sha: "a".repeat(40),
      tree: "b".repeat(40),
      requested_by: "alice",
      requested_at: at,
      ...more,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return row.id;
}

test.each([
  ["in_progress", "in_progress"],
  ["in_progress", "verifying"],
  ["verifying", "in_progress"],
] as const)("one deployment in progress for each environment: %s, then %s", async (first, second) => {
  const here = await environment(`${first}-${second}`);
  await deployment(here, first);
  await expect(deployment(here, second)).rejects.toThrow(/deployment_one_in_progress/);
  await deployment(here, "queued");
  await deployment(await environment(`${first}-${second}-elsewhere`), second);
});

test("two that start at the same moment: one of them is refused", async () => {
  const here = await environment("race");
  const ids = await Promise.all([deployment(here, "queued"), deployment(here, "queued")]);
  const started = await Promise.allSettled(
    ids.map((id) =>
      database.db.updateTable("deployment").set({ status: "in_progress" }).where("id", "=", id).execute(),
    ),
  );
  expect(started.map((result) => result.status).toSorted()).toEqual(["fulfilled", "rejected"]);
});

test("one request from one command, in each environment", async () => {
  const here = await environment("once");
  await deployment(here, "success", { request_key: "slack/1" });
  await expect(deployment(here, "requested", { request_key: "slack/1" })).rejects.toThrow(/deployment_one_per_request/);
  await deployment(await environment("once-elsewhere"), "requested", { request_key: "slack/1" });
});

test("one answer per person and ask", async () => {
  const id = await deployment(await environment("approved"), "waiting");
  const answer = (login: string, ask: number) =>
    database.db
      .insertInto("approval")
      .values({ deployment_id: id, ask, login, answer: "approve", via: "reaction", at, acted_at: at })
      .execute();
  await answer("bob", 1);
  await expect(answer("bob", 1)).rejects.toThrow(/approval_pkey/);
  await answer("bob", 2);
  await answer("carol", 1);
});

test("one row per delivery", async () => {
  const store = (source: "github" | "slack") =>
    database.db
      .insertInto("inbox")
      .values({ source, key: "x", name: "push", payload: "{}", received_at: at, look_at: at })
      .execute();
  await store("github");
  await expect(store("github")).rejects.toThrow(/inbox_one_row_per_delivery/);
  await store("slack");
});

test("a stage starts once", async () => {
  const id = await deployment(await environment("stage"), "queued");
  const claim = (token: string, number: number) =>
    database.db
      .insertInto("attempt")
      .values({
        token,
        deployment_id: id,
        phase: "deploy",
        position: 0,
        stage: "deploy",
        number,
        state: "claimed",
        claimed_at: at,
      })
      .execute();
  await claim("t1", 1);
  await expect(claim("t2", 1)).rejects.toThrow(/attempt_once/);
  await claim("t3", 2);
});

test.each([
  ["changed", sql`update audit set actor = 'mallory'`],
  ["deleted", sql`delete from audit`],
  ["truncated", sql`truncate audit`],
  ["truncated by the way", sql`truncate deployment, audit cascade`],
])("audit rows are only ever added: they cannot be %s", async (_name, statement) => {
  await database.db.insertInto("audit").values({ at, actor: "alice", action: "deploy", detail: "{}" }).execute();
  await expect(statement.execute(database.db)).rejects.toThrow("audit rows are only ever added");
  const left = await database.db.selectFrom("audit").select("actor").execute();
  expect(new Set(left.map((row) => row.actor))).toEqual(new Set(["alice"]));
});

/** The pull request that takes back what was rolled back, over real HTTP and real git: made once, adopted after a crash. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { EventRepository } from "../../src/github/events.ts";
import type { Projections } from "../../src/projections/engine.ts";
import { touch } from "../../src/projections/touch.ts";
import { recordedWake } from "../harness/recorded-wake.ts";
import { aGround, type Ground } from "./a-ground.ts";

let ground: Ground;
let world: Ground["world"];
let database: Ground["database"];
let projections: Projections;
let home: string;
let shop: EventRepository;
let tests = 0;

beforeAll(async () => {
  ground = await aGround();
  ({ world, database } = ground);
});

afterAll(async () => {
  await ground.close();
});

beforeEach(async () => {
  tests += 1;
  home = `acme/revert-${tests}`;
  shop = await ground.repository(home, { basket: "old", till: "old" });
  projections = ground.engine();
});

afterEach(async () => {
  await projections.stop();
  world.faults.disarm();
});

const commit = async (branch: string, path: string, content: string) =>
  await world.sandbox.commit(home, "alice", { branch, message: `Change ${path}`, changes: [{ path, content }] });

/** A pull request that changes the basket, merged, as the bot has seen it. */
async function merged(): Promise<number> {
  await commit("feature", "basket", "broken");
  const number = await world.sandbox.openPullRequest(home, "alice", {
    title: "Mend <b>the basket</b>",
    body: "",
    head: "feature",
    base: "main",
  });
  await world.sandbox.mergePullRequest(home, "rosa", number);
  await database.db
    .insertInto("pull_request")
    .values({
      repository_id: shop.id,
      number,
      title: "Mend <b>the basket</b>",
      author: "alice",
      base_ref: "main",
      head_ref: "feature",
      head_sha: "a".repeat(40),
      state: "closed",
      merged_at: new Date(0),
      merged_by: "rosa",
      merge_sha: null,
      body: "",
      draft: false,
      from_fork: false,
      updated_at: new Date(0),
      assignees: "[]",
      requested_reviewers: "[]",
      reviewed_by: "[]",
      versions: null,
      file_mistakes: null,
      issues: "[]",
      readiness: null,
      ready_when_merged: null,
    })
    .execute();
  return number;
}

const keyOf = (number: number, rollback: number) => `github.revert/${shop.id}/${number}/${rollback}`;

async function write(number: number, rollback = 7): Promise<void> {
  const subject = `${shop.id}/${number}/${rollback}`;
  const touched = { surface: "github.revert", subject, lane: `github/${shop.installationId}` } as const;
  await database.db.transaction().execute((trx) => touch(trx, recordedWake(), touched));
  await projections.project(keyOf(number, rollback));
}

const reverts = (number: number) => world.sandbox.view(home).pullRequests.filter((pull) => pull.number !== number);

test("it is made by GitHub from the merge, with words of ours, and left to people", async () => {
  const number = await merged();
  await commit("main", "till", "new");
  await write(number);
  const [made] = reverts(number);
  expect(made).toMatchObject({ state: "open", base: { ref: "main" }, head: { ref: `revert-${number}-feature` } });
  expect(made?.title).toContain("Revert");
  expect(made?.body).toContain(`Reverts #${number}, which rollback 7 took out of service.`);
  await world.sandbox.mergePullRequest(home, "rosa", made?.number ?? 0);
  const files = await world.sandbox.files(home, "main");
  expect([files["basket"], files["till"]]).toEqual(["old", "new"]);
});

test("asked for again, by another rollback or after it was closed, it is not made twice", async () => {
  const number = await merged();
  await write(number);
  await write(number);
  await write(number, 8);
  const [made] = reverts(number);
  await world.sandbox.closePullRequest(home, "rosa", made?.number ?? 0);
  await write(number, 9);
  expect(reverts(number)).toHaveLength(1);
});

test("a crash after it was made makes no second one", async () => {
  const number = await merged();
  world.faults.arm("projection.created");
  await write(number).catch(() => undefined);
  await projections.stop();
  const free = { lease_until: null, look_at: null };
  await database.db.updateTable("projection").set(free).where("key", "=", keyOf(number, 7)).execute();
  projections = ground.engine();
  await projections.project(keyOf(number, 7));
  expect(reverts(number)).toHaveLength(1);
});

test("where it conflicts GitHub says no, and that is no fault of the connection", async () => {
  const number = await merged();
  await commit("main", "basket", "newer");
  await write(number).catch(() => undefined);
  expect(reverts(number)).toEqual([]);
  const row = await database.db
    .selectFrom("projection")
    .select(["refused", "external"])
    .where("key", "=", keyOf(number, 7))
    .executeTakeFirstOrThrow();
  expect(row).toEqual({ refused: 1, external: null });
});

/** The pull request that promotes, over real HTTP and real git: made once, moved on, adopted after a crash, left to people. */
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
let environment: number;
let tests = 0;
/** What is promoted. */
let live: string;

beforeAll(async () => {
  ground = await aGround();
  ({ world, database } = ground);
});

afterAll(async () => {
  await ground.close();
});

beforeEach(async () => {
  tests += 1;
  home = `acme/shop-${tests}`;
  shop = await ground.repository(home, { "README.md": "shop" });
  const { db } = database;
  const service = await db
    .insertInto("service")
    .values({ repository_id: shop.id, name: "shop", channel: null })
    .returning("id")
    .executeTakeFirstOrThrow();
  const made = await db
    .insertInto("environment")
    .values({ service_id: service.id, name: "staging", position: 1 })
    .returning("id")
    .executeTakeFirstOrThrow();
  environment = made.id;
  await world.sandbox.createRef(home, "rosa", "refs/heads/staging", "main");
  live = await commit("main", "one");
  projections = ground.engine();
});

afterEach(async () => {
  await projections.stop();
  world.faults.disarm();
});

const commit = async (branch: string, content: string) =>
  await world.sandbox.commit(home, "alice", {
    branch,
    message: `Change to ${content}`,
    changes: [{ path: "basket", content }],
  });

async function promotion(snapshot = true): Promise<number> {
  const row = await database.db
    .insertInto("promotion")
    .values({
      environment_id: environment,
      request_key: `key-${tests}`,
      sha: live,
      tree: "tree",
      before: "development",
      snapshot,
      branch: snapshot ? "signalbox/staging-1-abc" : "main",
      base: "staging",
      notes: JSON.stringify({
        groups: [
          {
            group: "features",
            changes: [
              { number: 5, title: "Add <b>", scope: "api", author: "alice", issues: [{ repository: home, number: 1 }] },
            ],
          },
        ],
        authors: ["alice"],
      }),
      requested_by: "alice",
      requested_by_slack: null,
      channel: null,
      requested_at: new Date(0),
      replaced_by: null,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return row.id;
}

async function write(id: number): Promise<void> {
  const touched = { surface: "github.promotion", subject: `${id}`, lane: `github/${shop.installationId}` } as const;
  await database.db.transaction().execute((trx) => touch(trx, recordedWake(), touched));
  await projections.project(`github.promotion/${id}`);
}

/** The process dies at the fault point: its lease runs out, and the next one takes over. */
async function takeOver(id: number): Promise<void> {
  await projections.stop();
  const free = { lease_until: null, look_at: null };
  await database.db.updateTable("projection").set(free).where("key", "=", `github.promotion/${id}`).execute();
  projections = ground.engine();
  await projections.project(`github.promotion/${id}`);
}

const pulls = () => world.sandbox.view(home).pullRequests;
const branches = () => world.sandbox.view(home).branches;
const snapshotHead = () => branches().find(({ name }) => name === "signalbox/staging-1-abc")?.sha;

test("its branch is made at what was live, and its description has the notes", async () => {
  await write(await promotion());
  const [pull] = pulls();
  expect(pull).toMatchObject({
    title: "Promote shop from development to staging",
    base: { ref: "staging" },
    state: "open",
  });
  expect(snapshotHead()).toBe(live);
  expect(pull?.body).toContain("This brings what is live in `development`");
  expect(pull?.body).toContain("### Features\n\n- **api:** Add");
  expect(pull?.body).toContain("#5 by alice, for #1");
  expect(pull?.body).not.toContain("<b>");
});

test.each(["projection.posting", "github.promotion-branch-made", "projection.created"])(
  "killed at %s, there is one branch and one pull request",
  async (point) => {
    const id = await promotion();
    world.faults.arm(point);
    await write(id);
    await takeOver(id);
    expect(pulls()).toHaveLength(1);
    expect(snapshotHead()).toBe(live);
  },
);

async function remembered(id: number) {
  const row = await database.db
    .selectFrom("projection")
    .select("external")
    .where("key", "=", `github.promotion/${id}`)
    .executeTakeFirstOrThrow();
  return row.external;
}

test.each(["projection.posting", "github.promotion-branch-made", "projection.created"])(
  "killed at %s, and promoted again meanwhile, its branch holds what its description tells of",
  async (point) => {
    const id = await promotion();
    world.faults.arm(point);
    await write(id);
    const next = await commit("main", "two");
    await database.db.updateTable("promotion").set({ sha: next }).where("id", "=", id).execute();
    await takeOver(id);
    expect(pulls()).toHaveLength(1);
    expect(snapshotHead()).toBe(next);
    expect(await remembered(id)).toEqual({ number: pulls()[0]?.number, at: next });
  },
);

test.each(["github.promotion-branch-made", "projection.created"])(
  "what somebody pushed after a crash at %s is theirs as well",
  async (point) => {
    const id = await promotion();
    world.faults.arm(point);
    await write(id);
    const patch = await commit("signalbox/staging-1-abc", "patched");
    await database.db
      .updateTable("promotion")
      .set({ sha: await commit("main", "two") })
      .where("id", "=", id)
      .execute();
    await takeOver(id);
    expect(pulls()).toHaveLength(1);
    expect(snapshotHead()).toBe(patch);
  },
);

test("it moves on with what is live, while it holds what the bot put there", async () => {
  const id = await promotion();
  await write(id);
  const next = await commit("main", "two");
  await database.db.updateTable("promotion").set({ sha: next }).where("id", "=", id).execute();
  await write(id);
  expect(snapshotHead()).toBe(next);
  expect(pulls()).toHaveLength(1);
  const patch = await commit("signalbox/staging-1-abc", "patched");
  await database.db
    .updateTable("promotion")
    .set({ sha: await commit("main", "three") })
    .where("id", "=", id)
    .execute();
  await write(id);
  expect(snapshotHead()).toBe(patch);
});

test("merged before it could be moved on, it is remembered to have missed that", async () => {
  const id = await promotion();
  await write(id);
  const number = pulls()[0]?.number ?? 0;
  await world.sandbox.mergePullRequest(home, "rosa", number);
  await database.db.updateTable("promotion").set({ before: "test" }).where("id", "=", id).execute();
  await write(id);
  expect(await remembered(id)).toEqual({ number, at: live });
  await database.db
    .updateTable("promotion")
    .set({ sha: await commit("main", "two") })
    .where("id", "=", id)
    .execute();
  await write(id);
  expect(await remembered(id)).toEqual({ number, at: live, missed: 1 });
});

test("a description that a person wrote is left alone", async () => {
  const id = await promotion();
  await write(id);
  await world.sandbox.editPullRequest(home, "rosa", pulls()[0]?.number ?? 0, { body: "My own words." });
  await database.db
    .updateTable("promotion")
    .set({ sha: await commit("main", "two") })
    .where("id", "=", id)
    .execute();
  await write(id);
  expect(pulls()[0]?.body).toBe("My own words.");
});

test("replaced by another, it is closed", async () => {
  const id = await promotion();
  await write(id);
  await database.db.updateTable("promotion").set({ replaced_by: id }).where("id", "=", id).execute();
  await write(id);
  expect(pulls()[0]?.state).toBe("closed");
});

test.each(["projection.posting", "github.promotion-branch-made", "projection.created"])(
  "killed at %s, and replaced meanwhile, no pull request is open",
  async (point) => {
    const id = await promotion();
    world.faults.arm(point);
    await write(id);
    await database.db.updateTable("promotion").set({ replaced_by: id }).where("id", "=", id).execute();
    await takeOver(id);
    expect(pulls().filter(({ state }) => state === "open")).toEqual([]);
    await database.db.updateTable("promotion").set({ before: "test" }).where("id", "=", id).execute();
    await write(id);
    const number = pulls()[0]?.number;
    expect(await remembered(id)).toEqual(number === undefined ? {} : { number });
    const { error } = await database.db
      .selectFrom("projection")
      .select("error")
      .where("key", "=", `github.promotion/${id}`)
      .executeTakeFirstOrThrow();
    expect(error).toBeNull();
  },
);

test("from an environment's own branch, one that somebody opened by hand is taken for it", async () => {
  const opened = { title: "To staging", body: "By hand.", head: "main", base: "staging" };
  const number = await world.sandbox.openPullRequest(home, "rosa", opened);
  const id = await promotion(false);
  await write(id);
  expect(pulls()).toHaveLength(1);
  expect(await remembered(id)).toEqual({ number });
  await database.db
    .updateTable("promotion")
    .set({ sha: await commit("main", "two") })
    .where("id", "=", id)
    .execute();
  await write(id);
  expect(pulls()[0]?.body).toBe("By hand.");
});

/** The release that a deployment asks for, over real HTTP and real git: its tag, its notes, after crashes, beside people's. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { EventRepository } from "../../src/github/events.ts";
import { readPipelineFile } from "../../src/policy/pipeline-file/read.ts";
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
let live: string;
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
  home = `acme/shop-${tests}`;
  shop = await ground.repository(home, { "package.json": '{"version": "1.4.0"}' });
  live = world.sandbox.view(home).branches.find(({ name }) => name === "main")?.sha ?? "";
  projections = ground.engine();
});

afterEach(async () => {
  await projections.stop();
  world.faults.disarm();
});

/** A deployment of what main holds, under this pipeline file. */
async function deployment(text = "environments: {staging: {release: after, deploy: x}}"): Promise<number> {
  const { db } = database;
  const reading = readPipelineFile({ sources: [{ name: "file", text }], repository: home });
  if (reading.kind !== "good") throw new Error(JSON.stringify(reading));
  const name = reading.pipeline.services[0]?.name ?? "";
  const file = await db
    .insertInto("pipeline_file")
    .values({
      repository_id: shop.id,
      hash: `${tests}`,
      sources: "[]",
      pipeline: JSON.stringify(reading.pipeline),
      mistakes: null,
      read_at: new Date(0),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await db.updateTable("repository").set({ pipeline_file_id: file.id }).where("id", "=", shop.id).execute();
  const service = await db
    .insertInto("service")
    .values({ repository_id: shop.id, name, channel: null })
    .returning("id")
    .executeTakeFirstOrThrow();
  const place = await db
    .insertInto("environment")
    .values({ service_id: service.id, name: "staging", position: 0 })
    .returning("id")
    .executeTakeFirstOrThrow();
  environment = place.id;
  return await another();
}

async function another(): Promise<number> {
  const row = await database.db
    .insertInto("deployment")
    .values({
      environment_id: environment,
      kind: "merge",
      typed: false,
      status: "success",
      sha: live,
      tree: "tree",
      requested_by: "alice",
      requested_at: new Date(0),
      ships: JSON.stringify({ comparison: "ahead", commits: 1, authors: ["alice"], pullRequests: [] }),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return row.id;
}

/** The subject of a version that was finished. */
async function finished(tag: string): Promise<string> {
  const { service_id: service } = await database.db
    .selectFrom("environment")
    .select("service_id")
    .where("id", "=", environment)
    .executeTakeFirstOrThrow();
  const compareUrl = `https://github.test/${home}/compare/v1.4.0...${tag}`;
  const row = await database.db
    .insertInto("candidate")
    .values({
      service_id: service,
      step: "finish",
      version: tag.slice(1),
      tag,
      asked_by: "rosa",
      asked_by_slack: null,
      channel: null,
      asked_at: new Date(0),
      request_key: tag,
      plan: "{}",
      sha: live,
      ships: JSON.stringify({ comparison: "ahead", commits: 1, authors: [], pullRequests: [], compareUrl }),
      problem: null,
      look_at: null,
      ended_at: new Date(0),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return `version/${row.id}`;
}

async function write(id: number | string): Promise<void> {
  const touched = { surface: "github.release", subject: `${id}`, lane: `github/${shop.installationId}` } as const;
  await database.db.transaction().execute((trx) => touch(trx, recordedWake(), touched));
  await projections.project(`github.release/${id}`);
}

async function takeOver(id: number | string): Promise<void> {
  await projections.stop();
  const free = { lease_until: null, look_at: null };
  await database.db.updateTable("projection").set(free).where("key", "=", `github.release/${id}`).execute();
  projections = ground.engine();
  await projections.project(`github.release/${id}`);
}

async function releases() {
  const octokit = await world.github.installation(shop.installationId);
  const [owner = "", repo = ""] = home.split("/");
  const { data } = await octokit.rest.repos.listReleases({ owner, repo });
  return data.map(({ tag_name: tag, prerelease, body }) => ({ tag, prerelease, body: body ?? "" }));
}

async function by(person: { readonly tag: string; readonly body: string }): Promise<void> {
  const octokit = await world.github.installation(shop.installationId);
  const [owner = "", repo = ""] = home.split("/");
  await octokit.rest.repos.createRelease({ owner, repo, tag_name: person.tag, body: person.body });
}

const today = () => new Date(world.context.clock.now()).toISOString().slice(0, 10);

test("without a version it is named by the day, and made once for a commit", async () => {
  await write(await deployment());
  await write(await another());
  const found = await releases();
  expect(found).toMatchObject([{ tag: `release-${today()}`, prerelease: false }]);
  expect(found[0]?.body).toContain("No pull request is among the changes.");
});

test("with a version's tag on the commit it is that version's, and a candidate's is a prerelease", async () => {
  await world.sandbox.createRef(home, "rosa", "refs/tags/v1.5.0-rc.1", "main");
  await write(await deployment());
  expect(await releases()).toMatchObject([{ tag: "v1.5.0-rc.1", prerelease: true }]);
});

test("with a version in a file it is tagged so", async () => {
  await write(await deployment("versions: {from: package.json}\nenvironments: {staging: {release: after, deploy: x}}"));
  expect(await releases()).toMatchObject([{ tag: "v1.4.0", prerelease: false }]);
});

test("a release that a person made for the tag is left as it is", async () => {
  await world.sandbox.createRef(home, "rosa", "refs/tags/v1.5.0", "main");
  await by({ tag: "v1.5.0", body: "My own words." });
  await write(await deployment());
  expect(await releases()).toEqual([{ tag: "v1.5.0", prerelease: false, body: "My own words." }]);
});

test("that of a finished version is for its tag, whatever else tags the commit, with what it brings", async () => {
  await deployment();
  for (const tag of ["v1.5.0", "v1.6.0"]) await world.sandbox.createRef(home, "rosa", `refs/tags/${tag}`, "main");
  const id = await finished("v1.5.0");
  world.faults.arm("projection.created");
  await write(id);
  await takeOver(id);
  const found = await releases();
  expect(found).toMatchObject([{ tag: "v1.5.0", prerelease: false }]);
  expect(found[0]?.body).toContain("No pull request is among the changes.");
  expect(found[0]?.body).toContain("/compare/v1.4.0...v1.5.0");
});

test("a tag of this day on another commit is not moved", async () => {
  await world.sandbox.createRef(home, "rosa", `refs/tags/release-${today()}`, "main");
  const changes = [{ path: "basket", content: "basket" }];
  live = await world.sandbox.commit(home, "alice", { branch: "main", message: "Add the basket", changes });
  await write(await deployment());
  expect(await releases()).toMatchObject([{ tag: `release-${today()}.2` }]);
});

test.each(["projection.posting", "projection.created"])("killed at %s, there is one", async (point) => {
  const id = await deployment();
  world.faults.arm(point);
  await write(id);
  await takeOver(id);
  expect(await releases()).toHaveLength(1);
});

test.each(["cancelled", "failure", "error"] as const)(
  "for a deployment that ended as %s none is made",
  async (status) => {
    const id = await deployment();
    await database.db.updateTable("deployment").set({ status }).where("id", "=", id).execute();
    await write(id);
    expect(await releases()).toEqual([]);
  },
);

test("for one that runs it is made, and stays when that fails", async () => {
  const id = await deployment();
  const ends = (status: "verifying" | "failure") =>
    database.db.updateTable("deployment").set({ status }).where("id", "=", id).execute();
  await ends("verifying");
  await write(id);
  await ends("failure");
  await write(id);
  expect(await releases()).toHaveLength(1);
});

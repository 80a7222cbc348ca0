/**
 * A demo's whole life, killed at every point that it passes: whoever told what was lost tells it again, or the sweep finds
 * it. In the end each deployment was asked for and each stage started once, as in peace.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { followAllDemos } from "../../src/operations/follow-demos.ts";
import { lookAtEnvironment } from "../../src/operations/look-at-environment.ts";
import { type KillStory, type Step, tellStory } from "./kill-story.ts";
import { nothing, openWorld, repository, sha, tellPush, type World } from "./world.ts";

const file = `
channel: "#shop-deploys"
people: {alice: U0000ALICE}
environments:
  staging: {branch: main, deploy: make deploy}
demos:
  branches: "feature-demo/*"
  ttl: 14d
  deploy: make demo
  destroy: make demo-destroy
`;

const day = 86_400_000;
const [one, two] = ["feature-demo/one", "feature-demo/two"];

const push =
  (letter: string, branch: string): Step =>
  async (world) => {
    const known = world.github.commits.some((commit) => commit.sha === sha(letter));
    if (!known) world.commit(letter, { branch });
    await tellPush(world, branch, nothing);
  };

const story: KillStory = [
  ["main has something", push("m", "main")],
  ["one is pushed", push("a", one)],
  ["two is pushed", push("b", two)],
  ["one is pushed to again", push("c", one)],
  [
    "one is deleted",
    async (world) => {
      world.github.branches.delete(one);
      await tellPush(world, one, nothing);
    },
  ],
  [
    "two is destroyed by command",
    async (world) => world.command("U0000ALICE", { kind: "demo", step: "destroy", name: "two" }, "destroy-two"),
  ],
  ["two is pushed again", push("d", two)],
  [
    "two was pushed to while nobody listened",
    async (world) => {
      if (!world.github.commits.some((commit) => commit.sha === sha("e"))) world.commit("e", { branch: two });
      await followAllDemos(world.bot, [repository]);
      await world.settle();
    },
  ],
  [
    "the time of two is over",
    async (world) => {
      const row = await world.db
        .selectFrom("environment")
        .select("demo_ends_at")
        .where("demo_branch", "=", two)
        .executeTakeFirstOrThrow();
      const left = (row.demo_ends_at?.getTime() ?? 0) - world.clock.now();
      if (left > 0 && left > 2 * day) await world.clock.advance(left);
      const due = await world.db
        .selectFrom("environment")
        .select("id")
        .where("look_at", "<=", new Date(world.clock.now()))
        .execute();
      for (const { id } of due) await lookAtEnvironment(world.bot, id);
      await world.settle();
    },
  ],
];

async function standing(world: World) {
  const deployments = await world.db
    .selectFrom("deployment")
    .innerJoin("environment", "environment.id", "deployment.environment_id")
    .select(["environment.name", "deployment.kind", "deployment.status", "deployment.sha"])
    .orderBy("deployment.id")
    .execute();
  const environments = await world.db
    .selectFrom("environment")
    .select(["name", "live_sha", "slot_deployment_id", "uncertain_deployment_id", "heard_sha", "demo_pushes"])
    .select((eb) => eb("removed_at", "is not", null).as("removed"))
    .orderBy("name")
    .execute();
  const notes = await world.db.selectFrom("note").select("content").execute();
  return {
    deployments,
    environments,
    said: notes.map(({ content }) => content.code).toSorted(),
    starts: world.deployer.starts.map(({ environment, kind, sha: at }) => `${kind} ${environment} ${at.slice(0, 1)}`),
  };
}

let world: World;
let peace: Awaited<ReturnType<typeof standing>>;
let points: readonly string[];

beforeAll(async () => {
  world = await openWorld({ file });
  const passed = new Set<string>();
  const at = world.bot.context.faults.at.bind(world.bot.context.faults);
  const watched: World["bot"]["context"]["faults"]["at"] = async (point) => {
    passed.add(point);
    await at(point);
  };
  Object.assign(world.bot.context.faults, { at: watched });
  await tellStory(world, story);
  peace = await standing(world);
  points = [...passed];
});

afterAll(async () => {
  await world.close();
});

test("in peace: made, refreshed, destroyed with the branch, by command and by time, and made again", () => {
  expect(peace.starts).toEqual([
    "merge staging m",
    "merge demo/one a",
    "merge demo/two b",
    "merge demo/one c",
    "destroy demo/one c",
    "destroy demo/two b",
    "merge demo/two d",
    "merge demo/two e",
    "destroy demo/two e",
  ]);
  expect(peace.environments.map(({ name, removed }) => [name, removed])).toEqual([
    ["demo/one", true],
    ["demo/two", true],
    ["staging", false],
  ]);
  expect(points).toEqual(expect.arrayContaining(["demo.prepared", "demo.asked", "demo.over"]));
});

test.each([
  "demo.prepared",
  "request.committed",
  "demo.asked",
  "demo.over",
  "stage.calling",
  "stage.started",
  "stage.ended",
  "deployment.ended",
])("killed at %s", async (point) => {
  expect(await tellStory(world, story, { point, atMost: 2 })).toBeGreaterThan(0);
  expect(await standing(world)).toEqual(peace);
});

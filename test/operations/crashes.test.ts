/**
 * A whole story is told once in peace, and then again with the bot killed at every point that the first telling passed,
 * in every step of the story. Whoever told it what was lost tells it again, as GitHub, Slack and the inbox do. In the
 * end everything has to be as in peace: the same deployments, each stage started once, everything said once.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { noteReaction } from "../../src/operations/note-reaction.ts";
import { answerOf } from "../../src/slack/emoji.ts";
import { type KillStory, type Step, tellStory } from "./kill-story.ts";
import { nothing, openWorld, push, sha, tellPush, type World } from "./world.ts";

let reactions = 0;
function react(slackUser: string, key: string): Step {
  reactions += 1;
  const eventTs = `${1_000 + reactions}.000000`;
  return async (world) => {
    const { id } = await deploymentOf(world, key);
    const at = await world.post(id);
    await noteReaction(world.bot, answerOf, { ...at, team: "T1", slackUser, emoji: "ship", present: true, eventTs });
    await world.settle();
  };
}

const moveMain =
  (letter: string): Step =>
  async (world) => {
    // The commit is there once, however often the bot hears of it.
    const commit = world.github.commits.find(({ sha: known }) => known === sha(letter));
    if (commit === undefined) await push(world, letter);
    else await tellPush(world, "main", commit.parents[0] ?? nothing);
    await world.settle();
  };

const command =
  (slackUser: string, asked: Parameters<World["command"]>[1], key: string): Step =>
  (world) =>
    world.command(slackUser, asked, key);

const production = "production";
const story: KillStory = [
  ["main moves to a", moveMain("a")],
  ["a is asked for", command("U0000ALICE", { kind: "deploy", environment: production }, "ask-a")],
  ["a is approved", react("U0000ROSA", "ask-a")],
  ["main moves to b", moveMain("b")],
  ["b is asked for", command("U0000ALICE", { kind: "promote", environment: production }, "ask-b")],
  ["the asker approves it herself", react("U0000ALICE", "ask-b")],
  ["b is approved", react("U0000BOB", "ask-b")],
  ["b is rolled back", command("U0000ALICE", { kind: "rollback", environment: production, reason: "bad" }, "back")],
  ["main moves to c", moveMain("c")],
  ["c is asked for", command("U0000ALICE", { kind: "deploy", environment: production }, "ask-c")],
  [
    "c is confirmed to contain the fix",
    async (world) => world.click("U0000ALICE", "confirm-fix", (await deploymentOf(world, "ask-c")).id, "confirm"),
  ],
  ["c is approved", react("U0000ROSA", "ask-c")],
  ["production is locked", command("U0000BOB", { kind: "lock", environment: production, reason: "sale" }, "lock")],
  ["main moves to d", moveMain("d")],
  ["d is refused", command("U0000ALICE", { kind: "deploy", environment: production }, "ask-d")],
  ["production is unlocked", command("U0000BOB", { kind: "unlock", environment: production }, "unlock")],
  ["d is asked for", command("U0000ALICE", { kind: "deploy", environment: production }, "ask-d-again")],
  [
    "it is cancelled",
    async (world) => {
      const { id: deployment } = await deploymentOf(world, "ask-d-again");
      return await world.command("U0000ALICE", { kind: "cancel", deployment }, "cancel");
    },
  ],
];

async function deploymentOf(world: World, key: string) {
  return await world.db.selectFrom("deployment").select("id").where("request_key", "=", key).executeTakeFirstOrThrow();
}

/** A step is told again at most so often, and killed one pass later each time. */
const killsAtMost = 3;

async function standing(world: World) {
  const environments = await world.db
    .selectFrom("environment")
    .select(["name", "live_sha", "uncertain_deployment_id", "slot_deployment_id", "lock_by", "hold_bad_sha"])
    .orderBy("position")
    .execute();
  const deployments = await world.db
    .selectFrom("deployment")
    .innerJoin("environment", "environment.id", "deployment.environment_id")
    .select(["environment.name", "kind", "status", "sha", "ask", "settled", "request_key", "cancel_by"])
    .orderBy("deployment.id")
    .execute();
  const attempts = await world.db
    .selectFrom("attempt")
    .select(["stage", "number", "state", "outcome"])
    .orderBy("deployment_id")
    .orderBy("phase")
    .orderBy("position")
    .orderBy("number")
    .execute();
  const quarantined = await world.db.selectFrom("quarantine").select(["sha", "cleared_at"]).orderBy("id").execute();
  const said = (await world.notes()).toSorted();
  const started = world.deployer.starts.map(({ environment, kind, sha: what, stage }) => [
    environment,
    kind,
    what,
    stage.name,
  ]);
  return { environments, deployments, attempts, quarantined, said, started };
}

let world: World;
let inPeace: Awaited<ReturnType<typeof standing>>;
beforeAll(async () => {
  world = await openWorld();
  await tellStory(world, story);
  inPeace = await standing(world);
});
afterAll(async () => {
  await world.close();
});

/** Passed in every telling; a point that is added and not listed here fails the first test below. */
const points = [
  "repository.met",
  "repository.stored",
  "pipeline.fetched",
  "pipeline.committed",
  "branch.asked",
  "request.gathered",
  "request.committed",
  "reaction.stored",
  "approval.committed",
  "decide.gathered",
  "decide.committed",
  "stage.claimed",
  "stage.calling",
  "stage.started",
  "stage.remembered",
  "stage.ended",
  "deployment.ended",
] as const;

/** Passed before the story begins; `repositories.test.ts` kills there. */
const met = new Set<string>(["repository.met", "repository.stored", "pipeline.fetched", "pipeline.committed"]);

test("in peace, the story ends as it should", () => {
  const [staging, last] = inPeace.environments;
  expect([staging?.live_sha, last?.live_sha]).toEqual([sha("d"), sha("c")]);
  expect(inPeace.deployments.map(({ name, kind, status }) => `${name} ${kind} ${status}`)).toEqual([
    "staging merge success",
    "production deploy success",
    "staging merge success",
    "production promotion success",
    "production rollback success",
    "staging merge success",
    "production deploy success",
    "staging merge success",
    "production deploy cancelled",
  ]);
  expect(new Set(world.faults.reached)).toEqual(new Set(points));
});

test.each(points.filter((point) => !met.has(point)))(
  "killed at %s in each step, it ends as in peace",
  async (point) => {
    expect(await tellStory(world, story, { point, atMost: killsAtMost })).toBeGreaterThan(0);
    expect(await standing(world)).toEqual(inPeace);
    const tokens = world.deployer.starts.map((attempt) => attempt.token);
    expect(new Set(tokens).size).toBe(tokens.length);
  },
);

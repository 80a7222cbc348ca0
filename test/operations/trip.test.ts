/** The story of a change, told to the operations: to staging, asked for, approved, rolled back, mended. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { nothing, openWorld, push, sha, tellPush, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

async function toProduction(letter: string): Promise<number> {
  await push(world, letter);
  const asked = await world.command("U0000ALICE", { kind: "deploy", environment: "production" });
  if (asked.code !== "requested") throw new Error(`not requested: ${asked.code}`);
  await world.react("U0000ROSA", asked.deployment);
  return asked.deployment;
}

test("a merge to main is deployed to staging, once, however often it is told", async () => {
  const a = await push(world, "a");
  await tellPush(world, "main", nothing);
  expect(world.deployer.starts.map((attempt) => [attempt.environment, attempt.sha])).toEqual([["staging", a]]);
  expect((await world.environment("staging")).live_sha).toBe(a);
});

test("production waits for the release manager; the asker's own yes does not count, and the thread says why", async () => {
  const a = await push(world, "a");
  const asked = await world.command("U0000ALICE", { kind: "deploy", environment: "production" });
  expect(asked).toMatchObject({ code: "requested", environment: "production", verdict: { outcome: "wait" } });
  if (asked.code !== "requested") return;
  await world.react("U0000ALICE", asked.deployment);
  expect((await world.deployment(asked.deployment)).status).toBe("waiting");
  expect(await world.notes()).toContain("approval-refused");
  await world.react("U0000ROSA", asked.deployment);
  const ended = await world.deployment(asked.deployment);
  expect(ended.status).toBe("success");
  expect((await world.environment("production")).live_sha).toBe(a);
  const production = world.deployer.starts.filter((attempt) => attempt.environment === "production");
  expect(production.map((attempt) => attempt.stage.name)).toEqual(["test", "migrate", "deploy"]);
});

test("a reaction taken away before the start takes the approval away", async () => {
  await push(world, "a");
  await world.command("U0000ALICE", { kind: "lock", environment: "staging", reason: "looking at it" });
  const asked = await world.command("U0000ALICE", { kind: "deploy", environment: "production" });
  if (asked.code !== "requested") throw new Error(asked.code);
  // A second approver is asked for, so that the first yes alone does not start it.
  world.github.file = world.github.file?.replace("count: 1", "count: 2");
  const { readPipeline } = await import("../../src/operations/read-pipeline.ts");
  const { repository } = await import("./world.ts");
  await readPipeline(world.bot, repository);
  await world.settle();
  await world.react("U0000ROSA", asked.deployment);
  await world.react("U0000ROSA", asked.deployment, "white_check_mark", false);
  await world.react("U0000BOB", asked.deployment);
  expect((await world.deployment(asked.deployment)).status).toBe("waiting");
  await world.react("U0000ROSA", asked.deployment, "ship");
  expect((await world.deployment(asked.deployment)).status).toBe("success");
});

test("what never was on staging is stopped, by the gate order", async () => {
  await toProduction("a");
  world.commit("b", { branch: "feature" });
  const asked = await world.command("U0000ALICE", { kind: "deploy", environment: "production", revision: "feature" });
  expect(asked.code).toBe("stopped");
  if (asked.code !== "stopped") return;
  const blocked = asked.verdict.gates.filter((gate) => gate.result === "block");
  expect(blocked.map((gate) => gate.reason.code)).toEqual(["order.never-live-before"]);
});

test("a rollback brings back what was there; the bad one stays out until a confirmed fix succeeds", async () => {
  const first = await toProduction("a");
  await toProduction("b");
  expect((await world.environment("production")).live_sha).toBe(sha("b"));

  const back = await world.command("U0000ALICE", {
    kind: "rollback",
    environment: "production",
    reason: "the basket is empty",
  });
  expect(back.code).toBe("requested");
  const production = await world.environment("production");
  expect(production.live_sha).toBe(sha("a"));
  expect(production.hold_bad_sha).toBe(sha("b"));
  expect((await world.deployment(first)).status).toBe("success");
  const stages = world.deployer.starts
    .filter((attempt) => attempt.kind === "rollback")
    .map((attempt) => attempt.stage.name);
  expect(stages).toEqual(["test", "deploy"]);

  const again = await world.command("U0000ALICE", { kind: "promote", environment: "production" });
  expect(again.code).toBe("stopped");
  if (again.code === "stopped") {
    const blocked = again.verdict.gates.filter((gate) => gate.result === "block").map((gate) => gate.gate);
    expect(blocked).toContain("quarantine");
  }

  await push(world, "c");
  const fix = await world.command("U0000ALICE", { kind: "deploy", environment: "production" });
  if (fix.code !== "requested") throw new Error(fix.code);
  await world.react("U0000ROSA", fix.deployment);
  expect((await world.deployment(fix.deployment)).status).toBe("waiting");
  const { takeAction } = await import("../../src/operations/take-action.ts");
  const clicked = {
    action: "confirm-fix",
    deployment: fix.deployment,
    ask: 1,
    team: "T1",
    slackUser: "U0000ALICE",
    channel: "C1",
    key: "k1",
    at: world.clock.now(),
  } as const;
  expect(await takeAction(world.bot, clicked)).toMatchObject({ code: "fix-confirmed" });
  await world.settle();
  await world.react("U0000BOB", fix.deployment);
  expect((await world.deployment(fix.deployment)).status).toBe("success");
  const after = await world.environment("production");
  expect([after.live_sha, after.hold_deployment_id]).toEqual([sha("c"), null]);
});

test("one person's lock stops another and not its holder", async () => {
  await push(world, "a");
  expect(
    await world.command("U0000ROSA", { kind: "lock", environment: "production", reason: "the sale" }),
  ).toMatchObject({ code: "locked" });
  const stopped = await world.command("U0000ALICE", { kind: "deploy", environment: "production" });
  expect(stopped.code).toBe("stopped");
  const mine = await world.command("U0000ROSA", { kind: "deploy", environment: "production" });
  expect(mine.code).toBe("requested");
});

test("killed between the call and its record, the stage is found and not started again", async () => {
  world.deployer.script = () => ({ state: "running", lookAgainMs: 60_000 });
  world.faults.arm("stage.started");
  await push(world, "a").catch(() => undefined);
  expect(world.deployer.starts).toHaveLength(1);
  world.restart();
  world.deployer.script = () => ({ state: "success", proven: true });
  await world.clock.advance(5_000);
  const { createAdvancer } = await import("../../src/operations/advance.ts");
  const advancer = createAdvancer(world.bot);
  await advancer.advance(1);
  await advancer.stop();
  expect(world.deployer.starts).toHaveLength(1);
  expect((await world.deployment(1)).status).toBe("success");
});

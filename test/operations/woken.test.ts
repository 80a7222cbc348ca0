/** What runs elsewhere is looked at as soon as there is news of it, and as seldom as ever without. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { looksAgainAt } from "../../src/operations/checks-changed.ts";
import { byChecks, byPullRequest, hearOf } from "../../src/operations/woken-by.ts";
import { openWorld, repository, sha, type World } from "./world.ts";

let world: World;
let looks: number;
beforeEach(async () => {
  world = await openWorld({
    file: "channel: '#shop-deploys'\npeople: {alice: U0000ALICE}\nenvironments: {staging: {deploy: [{scan: {check: SonarQube}}]}}",
  });
  looks = 0;
  world.checker.script = () => {
    looks += 1;
    return { state: "running", lookAgainMs: 25_000 };
  };
  world.checker.onStart = (attempt) => ({
    kind: "started",
    handle: {},
    wokenBy: byChecks(attempt.repository.id, attempt.sha),
  });
  await world.pipeline(world.github.file);
  world.commit("a");
});
afterEach(async () => await world.close());

async function deploy(): Promise<void> {
  await world.command("U0000ALICE", { kind: "deploy", environment: "staging", revision: "main" });
  await world.settle();
}

test("a check on the revision wakes the stage that waits for one, another commit's does not", async () => {
  await deploy();
  const before = looks;
  await looksAgainAt(world.bot, repository, sha("b"));
  await world.settle();
  expect(looks).toBe(before);
  world.checker.script = () => ({ state: "success", proven: true });
  await looksAgainAt(world.bot, repository, sha("a"));
  await world.settle();
  expect(await world.deployment(1)).toMatchObject({ status: "success" });
});

test("a pull request that was merged wakes the stage that waits for it", async () => {
  world.checker.onStart = (attempt) => ({
    kind: "started",
    handle: {},
    wokenBy: byPullRequest(attempt.repository.id, 12),
  });
  await deploy();
  const before = looks;
  await hearOf(world.bot, byPullRequest(repository.id, 13));
  await world.settle();
  expect(looks).toBe(before);
  await hearOf(world.bot, byPullRequest(repository.id, 12));
  await world.settle();
  expect(looks).toBeGreaterThan(before);
});

test("without any news it is looked at when its time has come", async () => {
  await deploy();
  world.checker.script = () => ({ state: "success", proven: true });
  await world.tick(24_000);
  expect(await world.deployment(1)).toMatchObject({ status: "in_progress" });
  await world.tick(2_000);
  expect(await world.deployment(1)).toMatchObject({ status: "success" });
});

test("what has ended is not woken any more", async () => {
  await deploy();
  world.checker.script = () => ({ state: "failure", proven: true, message: "SonarQube says no" });
  await looksAgainAt(world.bot, repository, sha("a"));
  await world.settle();
  expect(await world.deployment(1)).toMatchObject({ status: "failure" });
  looks = 0;
  await looksAgainAt(world.bot, repository, sha("a"));
  await world.settle();
  expect(looks).toBe(0);
});

test("a stage that is called off is told so, and ends at once", async () => {
  await deploy();
  const asked: boolean[] = [];
  // As with a check: there is nobody who could be told.
  world.checker.cancel = async () => undefined;
  world.checker.script = (attempt) => {
    asked.push(attempt.cancelAsked);
    return attempt.cancelAsked ? { state: "cancelled", proven: true } : { state: "running", lookAgainMs: 25_000 };
  };
  await world.command("U0000ALICE", { kind: "cancel", deployment: 1 });
  await world.settle();
  expect(asked.at(-1)).toBe(true);
  expect(await world.deployment(1)).toMatchObject({ status: "cancelled", settled: true });
});

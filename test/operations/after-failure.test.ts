/** What the buttons of a failed deployment do: each asks for the rights, and is handled once. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadDeploymentView } from "../../src/operations/load-view.ts";
import { seeDeployment } from "../../src/operations/see-deployment.ts";
import { ask, deploymentsOf, slowly, statusOf, toProduction } from "./steps.ts";
import { openWorld, push, repository, sha, shopPipeline, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

/** The stage of this name fails in production, from now on. */
function fails(stage: string): void {
  world.deployer.script = (attempt) =>
    attempt.environment === "production" && attempt.stage.name === stage
      ? { state: "failure", proven: true, outputTail: "no space left on device\n" }
      : { state: "success", proven: true };
}

test("what failed after it had begun to change the environment is taken back, once", async () => {
  const good = await toProduction(world, "a");
  fails("deploy");
  const bad = await toProduction(world, "b");
  expect([await statusOf(world, good), await statusOf(world, bad)]).toEqual(["success", "failure"]);
  expect((await loadDeploymentView(world.db, bad))?.leftUncertain).toBe(true);

  world.deployer.script = () => ({ state: "running", lookAgainMs: 1_000 });
  const reply = await world.click("U0000ALICE", "roll-back", bad, "one-click");
  expect(reply).toMatchObject({ code: "requested", revision: { sha: "a".repeat(40) } });
  // The same click again, and another person's.
  expect(await world.click("U0000ALICE", "roll-back", bad, "one-click")).toMatchObject({ code: "requested" });
  expect(await world.click("U0000BOB", "roll-back", bad)).toMatchObject({ code: "already-requested" });
  const rollbacks = (await deploymentsOf(world, "production")).filter(({ kind }) => kind === "rollback");
  expect(rollbacks).toMatchObject([{ reason: `deployment ${bad} failed`, rolls_back_deployment_id: bad }]);

  world.deployer.script = () => ({ state: "success", proven: true });
  await world.tick(1_000);
  expect((await loadDeploymentView(world.db, bad))?.leftUncertain).toBe(false);
  const late = { code: "no-longer-broken", deployment: bad, environment: "production" };
  expect(await world.click("U0000ROSA", "roll-back", bad)).toEqual(late);
});

test("the button of what failed does not take back the fix that has begun since", async () => {
  await toProduction(world, "a");
  fails("deploy");
  const bad = await toProduction(world, "b");
  const { end } = slowly(world, "production");
  const fix = await toProduction(world, "c");
  expect(await world.deployment(fix)).toMatchObject({ status: "in_progress", changing_since: null });
  await end(fix, undefined, "test");
  expect((await world.deployment(fix)).changing_since).not.toBeNull();

  expect(await world.click("U0000BOB", "roll-back", bad)).toMatchObject({ code: "no-longer-broken" });
  expect(await world.deployment(fix)).toMatchObject({ status: "in_progress", cancel_at: null });
});

test("what failed before it changed anything leaves nothing to take back", async () => {
  await toProduction(world, "a");
  fails("test");
  const bad = await toProduction(world, "b");
  expect((await loadDeploymentView(world.db, bad))?.leftUncertain).toBe(false);
  expect(await world.click("U0000ALICE", "roll-back", bad)).toMatchObject({ code: "no-longer-broken" });
  expect((await world.environment("production")).live_sha).toBe("a".repeat(40));
});

test("what failed last is tried again by its button, once", async () => {
  fails("test");
  const first = await toProduction(world, "a");
  expect((await loadDeploymentView(world.db, first))?.canRetry).toBe(true);
  const wanted = await wantedOf(first);
  expect(await world.click("U0000ALICE", "retry", first)).toMatchObject({ code: "requested" });
  // Its message is written anew, without the button.
  expect(await wantedOf(first)).toBeGreaterThan(wanted);
  expect((await loadDeploymentView(world.db, first))?.canRetry).toBe(false);
  expect(await world.click("U0000ALICE", "retry", first)).toMatchObject({ code: "requested" });
  expect((await deploymentsOf(world, "production")).filter(({ retry_of }) => retry_of === first)).toHaveLength(1);
  expect(await world.click("U0000ROSA", "retry", first)).toMatchObject({ code: "not-latest" });
});

test.each([
  [
    "is adopted",
    () => world.command("U0000ROSA", { kind: "adopt", environment: "production", revision: "d".repeat(40) }),
  ],
  [
    "went live by another way",
    () => {
      const end = { repository, deployment: 9, environment: "production", sha: sha("d"), by: "bob" } as const;
      return seeDeployment(world.bot, { ...end, state: "success", at: world.clock.now() + 1_000 });
    },
  ],
])("what had failed loses its buttons when another %s", async (_how, goLive) => {
  fails("deploy");
  const uncertain = await toProduction(world, "b");
  fails("test");
  const latest = await toProduction(world, "c");
  await push(world, "d");
  // One that never started in between changes nothing about either.
  await world.command("U0000ALICE", { kind: "cancel", deployment: await ask(world, "production") });
  const shown = async () => {
    const view = await Promise.all([uncertain, latest].map((id) => loadDeploymentView(world.db, id)));
    return { leftUncertain: view[0]?.leftUncertain, canRetry: view[1]?.canRetry };
  };
  expect(await shown()).toEqual({ leftUncertain: true, canRetry: true });
  const wanted = [await wantedOf(uncertain), await wantedOf(latest)] as const;

  await goLive();
  expect(await shown()).toEqual({ leftUncertain: false, canRetry: false });
  expect(await wantedOf(uncertain)).toBeGreaterThan(wanted[0]);
  expect(await wantedOf(latest)).toBeGreaterThan(wanted[1]);
});

test("what had failed is no longer to be taken back once that is another's, which failed after it", async () => {
  fails("deploy");
  const first = await toProduction(world, "b");
  await push(world, "c");
  const second = await ask(world, "production");
  const wanted = await wantedOf(first);
  await world.react("U0000ROSA", second);
  expect(await world.environment("production")).toMatchObject({ uncertain_deployment_id: second });
  expect(await wantedOf(first)).toBeGreaterThan(wanted);
});

/** How often the deployment's message was to be looked at. */
async function wantedOf(deployment: number): Promise<number> {
  const row = await world.db
    .selectFrom("projection")
    .select("wanted")
    .where("key", "=", `slack.message/${deployment}/1`)
    .executeTakeFirstOrThrow();
  return row.wanted;
}

test("what a stage has written is in the thread, whether it succeeded or failed", async () => {
  world.deployer.script = (attempt) => ({ state: "success", proven: true, outputTail: `ran ${attempt.stage.name}\n` });
  await push(world, "a");
  fails("deploy");
  await toProduction(world, "b");
  const ends = (await world.said()).filter((note) => note.code === "stage-ended");
  expect(ends).toContainEqual(expect.objectContaining({ outcome: "success", outputTail: "ran deploy\n" }));
  expect(ends).toContainEqual(expect.objectContaining({ outcome: "failure", outputTail: "no space left on device\n" }));
});

test("rights are asked for: pushing to take back, reading to see the log, a link for both", async () => {
  fails("deploy");
  const bad = await toProduction(world, "a");
  expect(await world.click("U0000OLAF", "roll-back", bad)).toMatchObject({ code: "may-not", needs: "push" });
  expect(await world.click("U0000OLAF", "see-log", bad)).toEqual({
    code: "log",
    deployment: bad,
    stage: "deploy",
    outputTail: "no space left on device\n",
  });
  world.github.permissions.set("olaf", "none");
  expect(await world.click("U0000OLAF", "see-log", bad, "again")).toMatchObject({ code: "may-not", needs: "read" });
  expect(await world.click("U0STRANGER", "see-log", bad)).toEqual({ code: "not-linked" });
});

test("a failure is told to who asked, and a merge's to who merged, where the person is known", async () => {
  fails("deploy");
  const bad = await toProduction(world, "a");
  expect(await loadDeploymentView(world.db, bad)).toMatchObject({
    requestedBy: "alice",
    requestedBySlack: "U0000ALICE",
  });
  const [merge] = await deploymentsOf(world, "staging");
  if (merge === undefined) throw new Error("the push was deployed");
  expect(await loadDeploymentView(world.db, merge.id)).toMatchObject({ requestedBySlack: "U0000ALICE" });
});

test("a request says who may approve, with their users in Slack, until there are enough", async () => {
  await push(world, "a");
  const asked = await ask(world, "production");
  expect(await loadDeploymentView(world.db, asked)).toMatchObject({
    mayApprove: [
      { login: "rosa", slackUser: "U0000ROSA" },
      { login: "bob", slackUser: "U0000BOB" },
    ],
    approversNamed: ["release-managers"],
  });
  await world.react("U0000ROSA", asked);
  expect(await loadDeploymentView(world.db, asked)).toMatchObject({ mayApprove: [] });
});

test("a request says how many migrations it brings, by the globs of the policy", async () => {
  await world.pipeline(
    shopPipeline.replace("    approvals:", '    migrations: ["db/migrate/**", "*.sql"]\n    approvals:'),
  );
  await toProduction(world, "a");
  await push(world, "b");
  world.github.changed.set("b".repeat(40), ["db/migrate/1/up.rb", "db/seeds.rb", "schema.sql", "src/schema.sql"]);
  const asked = await ask(world, "production");
  expect((await world.deployment(asked)).ships?.migrations).toEqual({ files: 2, atLeast: false });
  const [staging] = await deploymentsOf(world, "staging");
  expect(staging?.ships?.migrations).toBeUndefined();
});

test("of three hundred listed files there may be more", async () => {
  await world.pipeline(shopPipeline.replace("    approvals:", '    migrations: ["m/*"]\n    approvals:'));
  await toProduction(world, "a");
  await push(world, "b");
  world.github.changed.set(
    "b".repeat(40),
    Array.from({ length: 300 }, (_, n) => (n < 7 ? `m/${n}` : `src/${n}`)),
  );
  const asked = await ask(world, "production");
  expect((await world.deployment(asked)).ships?.migrations).toEqual({ files: 7, atLeast: true });
});

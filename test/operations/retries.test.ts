/** Trying again: which deployment may be, from which stage on, what is asked again, and what still counts. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Observation } from "../../src/deployers/contract.ts";
import type { ReplyContent } from "../../src/operations/said.ts";
import { tidyAttempts } from "../../src/operations/tidy-attempts.ts";
import { ask, closed, deploymentsOf, gateOf, hour, rollBack, statusOf, toProduction } from "./steps.ts";
import { openWorld, push, sha, shopPipeline, type World } from "./world.ts";

const failure: Observation = { state: "failure", proven: true };
const success: Observation = { state: "success", proven: true };

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

/** From now on this stage of production ends so; every other succeeds. */
function stageEnds(stage: string | undefined, ending: Observation = failure, environment = "production") {
  world.deployer.script = (attempt) =>
    attempt.environment === environment && attempt.stage.name === stage ? ending : success;
}

const retry = (deployment: number, stage?: string, who = "U0000ALICE", key?: string) =>
  world.command(who, { kind: "retry", deployment, ...(stage === undefined ? {} : { stage }) }, key);

function idOf(reply: ReplyContent): number {
  if (reply.code !== "requested") throw new Error(`not requested: ${JSON.stringify(reply)}`);
  return reply.deployment;
}

/** A deployment to production that failed in this stage. */
async function failedIn(stage: string, letter = "a", ending: Observation = failure): Promise<number> {
  stageEnds(stage, ending);
  return await toProduction(world, letter);
}

const startsOf = (deployment: number) =>
  world.deployer.starts.filter((attempt) => attempt.deployment === deployment).map((attempt) => attempt.stage.name);

describe("without a stage", () => {
  test("is told how the stage was carried out before, unless its definition is another now", async () => {
    world.deployer.onStart = (attempt) => ({ kind: "started", handle: { of: attempt.deployment } });
    world.deployer.script = () => failure;
    await push(world, "a");
    const failed = (await deploymentsOf(world, "staging"))[0]?.id ?? 0;
    const again = idOf(await retry(failed));
    expect(world.deployer.starts.at(-1)).toMatchObject({ deployment: again, former: { of: failed } });
    expect(world.deployer.starts[0]).not.toHaveProperty("former");
    await world.pipeline(shopPipeline.replace("deploy: make deploy", "deploy: make deploy-it"));
    const changed = idOf(await retry(again));
    expect(world.deployer.starts.at(-1)).toMatchObject({ deployment: changed });
    expect(world.deployer.starts.at(-1)).not.toHaveProperty("former");
  });

  test("begins at the first that did not succeed, in the checkout of the others, and is told in both threads", async () => {
    const failed = await failedIn("deploy");
    expect(await statusOf(world, failed)).toBe("failure");
    stageEnds(undefined);
    const again = idOf(await retry(failed));
    expect(await world.deployment(again)).toMatchObject({
      status: "success",
      kind: "deploy",
      retry_of: failed,
      retry_from: "deploy",
      stages: ["deploy"],
      requested_by: "alice",
    });
    expect(startsOf(again)).toEqual(["deploy"]);
    expect(world.deployer.starts.at(-1)?.checkout).toBe(failed);
    expect(await world.environment("production")).toMatchObject({ live_sha: sha("a"), uncertain_deployment_id: null });
    const said = { code: "retried", by: "alice", of: failed, as: again, from: "deploy", kept: ["test", "migrate"] };
    expect((await world.said()).filter((note) => note.code === "retried")).toEqual([said, said]);
    const threads = await world.db
      .selectFrom("note")
      .select("deployment_id")
      .where("key", "like", "retried/%")
      .orderBy("id")
      .execute();
    expect(threads.map((note) => note.deployment_id)).toEqual([failed, again]);
  });

  test("finds the tree of the others however long it was left, until another deployment takes its place", async () => {
    const kept = async () => {
      let named: ReadonlySet<number> = new Set();
      await tidyAttempts(world.bot, "nowhere", async ({ unsettled }) => {
        named = unsettled.deployments;
        return { attempts: 0, trees: 0 };
      });
      return [...named].toSorted();
    };
    const failed = await failedIn("deploy");
    expect(await kept()).toEqual([failed]);
    const again = idOf(await retry(failed));
    expect(await statusOf(world, again)).toBe("failure");
    // It works in the checkout of the first.
    expect(await kept()).toEqual([failed]);
    stageEnds(undefined);
    await toProduction(world, "b");
    expect(await kept()).toEqual([]);
  });

  test("keeps through several what each had done", async () => {
    const first = await failedIn("migrate");
    stageEnds("deploy");
    const second = idOf(await retry(first));
    expect(startsOf(second)).toEqual(["migrate", "deploy"]);
    stageEnds(undefined);
    const third = idOf(await retry(second));
    expect(startsOf(third)).toEqual(["deploy"]);
    expect(world.deployer.starts.at(-1)?.checkout).toBe(first);
  });

  test("begins anew in a checkout of its own when nothing had succeeded", async () => {
    const failed = await failedIn("test");
    stageEnds(undefined);
    const again = idOf(await retry(failed));
    expect(startsOf(again)).toEqual(["test", "migrate", "deploy"]);
    expect(world.deployer.starts.at(-1)?.checkout).toBe(again);
  });

  test("does a stage again that the pipeline file has changed since", async () => {
    const failed = await failedIn("deploy");
    stageEnds(undefined);
    await world.pipeline(shopPipeline.replace("make migrate", "make migrate-all"));
    const again = idOf(await retry(failed));
    await world.react("U0000ROSA", again);
    expect(startsOf(again)).toEqual(["migrate", "deploy"]);
  });

  test("begins anew, and goes on with nothing, when something else went live while it waited", async () => {
    const older = world.commit("9");
    world.deployer.onStart = (attempt) => ({ kind: "started", handle: { of: attempt.deployment } });
    const failed = await failedIn("deploy");
    stageEnds(undefined);
    await world.tick(9 * hour);
    const again = idOf(await retry(failed));
    await world.tick(1_000);
    await world.command("U0000ROSA", { kind: "adopt", environment: "production", revision: older });
    await world.react("U0000ROSA", again);
    expect(startsOf(again)).toEqual(["test", "migrate", "deploy"]);
    expect(world.deployer.starts.at(-1)).toMatchObject({ deployment: again, checkout: again });
    expect(world.deployer.starts.at(-1)).not.toHaveProperty("former");
  });

  test("only verifies when that alone had failed", async () => {
    await world.pipeline(`${shopPipeline}    verify: make smoke\n`);
    const failed = await failedIn("verify");
    expect(await world.deployment(failed)).toMatchObject({
      status: "failure",
      outcome: { code: "verification-failed" },
    });
    stageEnds(undefined);
    const again = idOf(await retry(failed));
    expect(startsOf(again)).toEqual(["verify"]);
    expect(await world.environment("production")).toMatchObject({
      live_deployment_id: again,
      uncertain_deployment_id: null,
    });
  });
});

describe("with a stage", () => {
  test("begins there, and also before what had succeeded", async () => {
    const failed = await failedIn("deploy");
    stageEnds(undefined);
    const again = idOf(await retry(failed, "migrate"));
    expect(startsOf(again)).toEqual(["migrate", "deploy"]);
  });

  test("never leaves out one that has not succeeded", async () => {
    const failed = await failedIn("test");
    expect(await retry(failed, "deploy")).toEqual({
      code: "stage-not-reached",
      deployment: failed,
      stage: "deploy",
      first: "test",
    });
    expect(await retry(failed, "migrat")).toEqual({
      code: "unknown-stage",
      deployment: failed,
      found: "migrat",
      nearest: "migrate",
      choices: ["test", "migrate", "deploy"],
    });
    expect(await deploymentsOf(world, "production")).toHaveLength(1);
  });
});

describe("which may be tried again", () => {
  test("only the environment's latest", async () => {
    const failed = await failedIn("deploy");
    await push(world, "b");
    const newer = await ask(world, "production");
    const notLatest = { code: "not-latest", deployment: failed, latest: newer };
    expect(await retry(failed)).toEqual(notLatest);
    // One that never started has changed nothing.
    await world.command("U0000ALICE", { kind: "cancel", deployment: newer });
    stageEnds(undefined);
    expect(await statusOf(world, idOf(await retry(failed)))).toBe("success");
    expect(await retry(failed)).toMatchObject({ code: "not-latest" });
  });

  test("what failed, met an error or was cancelled; nothing that succeeded, waits or runs", async () => {
    const done = await toProduction(world, "a");
    expect(await retry(done)).toEqual({ code: "not-retriable", deployment: done, status: "success" });
    await push(world, "b");
    const waiting = await ask(world, "production");
    expect(await retry(waiting)).toEqual({ code: "not-retriable", deployment: waiting, status: "waiting" });
    stageEnds("test", { state: "running", lookAgainMs: 1_000 });
    await world.react("U0000ROSA", waiting);
    expect(await retry(waiting)).toEqual({ code: "not-retriable", deployment: waiting, status: "in_progress" });
    await world.command("U0000ALICE", { kind: "cancel", deployment: waiting });
    await world.tick(2_000);
    expect(await statusOf(world, waiting)).toBe("cancelled");
    stageEnds(undefined);
    expect(await statusOf(world, idOf(await retry(waiting)))).toBe("success");
  });

  test("nothing of which it is not proven that it has ended, until a person settles it", async () => {
    const unsure = await failedIn("deploy", "a", { state: "unknown", proven: false });
    expect(await retry(unsure)).toEqual({ code: "retry-unsettled", deployment: unsure });
    await world.command("U0000ROSA", { kind: "resolve", deployment: unsure, outcome: "failure", reason: "it is gone" });
    stageEnds(undefined);
    expect(await statusOf(world, idOf(await retry(unsure)))).toBe("success");
  });

  test("for whoever may ask for the environment, once for each command", async () => {
    const failed = await failedIn("deploy");
    expect(await retry(failed, undefined, "U0000OLAF")).toMatchObject({ code: "may-not", needs: "ask" });
    expect(await retry(failed, undefined, "U0000NOBODY")).toEqual({ code: "not-linked" });
    expect(await retry(999)).toEqual({ code: "unknown-deployment", deployment: 999 });
    const again = idOf(await retry(failed, undefined, "U0000ALICE", "twice"));
    expect(idOf(await retry(failed, undefined, "U0000ALICE", "twice"))).toBe(again);
    expect(await deploymentsOf(world, "production")).toHaveLength(2);
  });

  test("two who ask at once get one", async () => {
    const failed = await failedIn("deploy");
    stageEnds("deploy", { state: "running", lookAgainMs: 60_000 });
    const replies = await Promise.all([retry(failed, undefined, "U0000ALICE"), retry(failed, undefined, "U0000BOB")]);
    const [no] = replies.map(({ code }) => code).filter((code) => code !== "requested");
    // By when the second looks, the first has asked or is just asking.
    expect(["already-requested", "not-latest"]).toContain(no);
    expect(await deploymentsOf(world, "production")).toHaveLength(2);
  });
});

describe("what is asked again", () => {
  test("every gate: a lock that came since blocks it", async () => {
    const failed = await failedIn("deploy");
    await world.command("U0000BOB", { kind: "lock", environment: "production", reason: "looking" });
    const reply = await retry(failed);
    if (reply.code !== "stopped") throw new Error(JSON.stringify(reply));
    expect(closed(reply.verdict)).toContain("lock.held");
  });

  test("a yes counts for as long as its ask would have stood, and no longer", async () => {
    const failed = await failedIn("deploy");
    await world.tick(7 * hour);
    const again = idOf(await retry(failed));
    expect(gateOf((await world.deployment(again)).verdict, "approvals")?.reason).toEqual({
      code: "approvals.enough",
      by: ["rosa"],
    });
    expect(await statusOf(world, again)).toBe("failure");
    await world.tick(2 * hour);
    const late = idOf(await retry(again));
    expect(closed((await world.deployment(late)).verdict)).toEqual(["approvals.missing"]);
    stageEnds(undefined);
    await world.react("U0000BOB", late);
    expect(await statusOf(world, late)).toBe("success");
  });

  test("whoever tries again does not approve it: their own yes does not count", async () => {
    const failed = await failedIn("deploy");
    const again = idOf(await retry(failed, undefined, "U0000ROSA"));
    expect(closed((await world.deployment(again)).verdict)).toEqual(["approvals.missing"]);
  });

  test("a yes to another policy does not count", async () => {
    const failed = await failedIn("deploy");
    await world.pipeline(shopPipeline.replace("count: 1", "count: 1, authors: true"));
    const again = idOf(await retry(failed));
    expect(closed((await world.deployment(again)).verdict)).toEqual(["approvals.missing"]);
  });

  test("after a rollback it waits for the hold, like what comes by itself", async () => {
    await toProduction(world, "a");
    await toProduction(world, "b");
    const failed = await failedIn("deploy", "c");
    stageEnds(undefined);
    const back = await rollBack(world, "production");
    expect(await statusOf(world, back)).toBe("success");
    expect(await retry(failed)).toMatchObject({ code: "not-latest", latest: back });
  });

  test("a rollback stays one: it passes what a rollback passes, and holds what it took out", async () => {
    await toProduction(world, "a");
    await toProduction(world, "b");
    stageEnds("deploy");
    const back = await rollBack(world, "production");
    expect(await statusOf(world, back)).toBe("failure");
    await world.command("U0000BOB", { kind: "lock", environment: "production", reason: "looking" });
    stageEnds(undefined);
    const again = idOf(await retry(back));
    expect(await world.deployment(again)).toMatchObject({ status: "success", kind: "rollback", sha: sha("a") });
    expect(await world.environment("production")).toMatchObject({ live_sha: sha("a"), hold_bad_sha: sha("b") });
  });

  test("a rollback over migrations asks for a confirmation of its own", async () => {
    await world.pipeline(shopPipeline.replace("  production:\n", '  production:\n    migrations: ["db/**"]\n'));
    await toProduction(world, "a");
    world.github.changed.set(sha("b"), ["db/1.sql"]);
    await toProduction(world, "b");
    stageEnds("deploy");
    const back = await rollBack(world, "production");
    await world.click("U0000ALICE", "confirm-migrations", back);
    expect(await statusOf(world, back)).toBe("failure");
    stageEnds(undefined);
    const again = idOf(await retry(back));
    expect(await world.deployment(again)).toMatchObject({ undoes_sha: sha("b"), ships: { comparison: "behind" } });
    expect(closed((await world.deployment(again)).verdict)).toEqual(["ready.confirm-migrations"]);
    await world.click("U0000ALICE", "confirm-migrations", again);
    expect(await statusOf(world, again)).toBe("success");
  });

  test("a merge is tried again by a person", async () => {
    stageEnds("deploy", failure, "staging");
    await push(world, "a");
    const [merge] = await deploymentsOf(world, "staging");
    expect(merge).toMatchObject({ kind: "merge", status: "failure" });
    stageEnds(undefined);
    const again = idOf(await retry(merge?.id ?? 0, undefined, "U0000BOB"));
    expect(await world.deployment(again)).toMatchObject({
      kind: "deploy",
      typed: true,
      requested_by: "bob",
      status: "success",
    });
  });

  test("a hotfix is one again only for those who may ask for one", async () => {
    await world.pipeline(
      shopPipeline.replace("  production:", "  production:\n    hotfix: {from: [release-managers]}"),
    );
    await push(world, "a");
    stageEnds("deploy");
    const reply = await world.command("U0000ROSA", {
      kind: "deploy",
      environment: "production",
      revision: "main",
      hotfix: "down",
    });
    const urgent = idOf(reply);
    await world.react("U0000BOB", urgent);
    expect(await statusOf(world, urgent)).toBe("failure");
    const refused = await retry(urgent, undefined, "U0000ALICE");
    if (refused.code !== "stopped") throw new Error(JSON.stringify(refused));
    expect(closed(refused.verdict)).toContain("access.not-in-hotfix");
    const again = idOf(await retry(urgent, undefined, "U0000ROSA"));
    expect(await world.deployment(again)).toMatchObject({ hotfix: true, reason: "down" });
  });
});

/** What runs: how it ends, what is then certain, who holds the slot, and what a rollback takes out. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createAdvancer } from "../../src/operations/advance.ts";
import { noteCallback } from "../../src/operations/note-callback.ts";
import { OutsideError } from "../../src/operations/ports.ts";
import { takeAction } from "../../src/operations/take-action.ts";
import { releaseLeases } from "../../src/store/release-leases.ts";
import { ask, closed, deploymentsOf, hour, rollBack, slowly, statusOf, toProduction } from "./steps.ts";
import { openWorld, push, sha, shopPipeline, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

const verified = shopPipeline.replace(
  "    deploy: make deploy\n  production",
  "    deploy: make deploy\n    verify: [{run: make smoke}]\n  production",
);

async function attemptsOf(deployment: number) {
  return await world.db
    .selectFrom("attempt")
    .selectAll()
    .where("deployment_id", "=", deployment)
    .orderBy("claimed_at")
    .execute();
}

function stagesRun(deployment: number): readonly string[] {
  return world.deployer.starts.filter((one) => one.deployment === deployment).map((one) => one.stage.name);
}

async function latestOf(environment: string) {
  const rows = await deploymentsOf(world, environment);
  const row = rows.at(-1);
  if (row === undefined) throw new Error(`nothing was deployed to ${environment}`);
  return row;
}

describe("a stage says no", () => {
  test("it is a failure, the environment is uncertain, nothing is promoted from it until the next success", async () => {
    await push(world, "a");
    world.deployer.script = () => ({ state: "failure", message: "exit 2", proven: true });
    await push(world, "b");
    const failed = await latestOf("staging");
    expect(failed).toMatchObject({
      status: "failure",
      outcome: { code: "stage-failed", stage: "deploy", message: "exit 2" },
      settled: true,
    });
    const staging = await world.environment("staging");
    expect([staging.live_sha, staging.uncertain_deployment_id, staging.slot_deployment_id]).toEqual([
      sha("a"),
      failed.id,
      null,
    ]);
    const stopped = await world.command("U0000ALICE", { kind: "promote", environment: "production" });
    expect(stopped.code === "stopped" && closed(stopped.verdict)).toContain("order.uncertain-before");
    world.deployer.script = () => ({ state: "success", proven: true });
    await ask(world, "staging");
    expect((await world.environment("staging")).uncertain_deployment_id).toBeNull();
    expect((await world.command("U0000ALICE", { kind: "promote", environment: "production" })).code).toBe("requested");
  });

  test("before anything was changed, the environment stays certain and no later stage starts", async () => {
    await toProduction(world, "a");
    world.deployer.script = (attempt) =>
      attempt.stage.name === "test" ? { state: "failure", proven: true } : { state: "success", proven: true };
    const failed = await toProduction(world, "b");
    expect([await statusOf(world, failed), stagesRun(failed)]).toEqual(["failure", ["test"]]);
    const production = await world.environment("production");
    expect([production.live_sha, production.uncertain_deployment_id]).toEqual([sha("a"), null]);
  });

  test("refused at its start, it ends as the deployer said", async () => {
    world.deployer.onStart = () => ({ kind: "refused", outcome: "error", message: "not granted: DB_PASSWORD" });
    await push(world, "a");
    expect(await latestOf("staging")).toMatchObject({
      status: "error",
      settled: true,
      outcome: { code: "stage-error", stage: "deploy", message: "not granted: DB_PASSWORD" },
    });
    expect((await world.environment("staging")).slot_deployment_id).toBeNull();
  });

  test("refused at its start, it has changed nothing, and what came before it counts for itself", async () => {
    await toProduction(world, "a");
    const refuse = (stage: string) => {
      world.deployer.onStart = (attempt) =>
        attempt.stage.name === stage && attempt.sha !== sha("a")
          ? { kind: "refused", outcome: "failure", message: "no" }
          : { kind: "started", handle: {} };
    };
    refuse("migrate");
    const first = await toProduction(world, "b");
    expect(await world.deployment(first)).toMatchObject({ status: "failure", changing_since: null });
    expect((await world.environment("production")).uncertain_deployment_id).toBeNull();
    // What the stage before it has changed is not taken back by the refusal.
    refuse("deploy");
    const second = await toProduction(world, "c");
    expect((await world.deployment(second)).changing_since).not.toBeNull();
    expect((await world.environment("production")).uncertain_deployment_id).toBe(second);
  });

  test("a verification that fails is a failure, one that cannot be carried out is an error", async () => {
    await world.pipeline(verified);
    const smoke = (state: "failure" | "error") => {
      world.deployer.script = (attempt) =>
        attempt.stage.deployer.kind === "run" && attempt.stage.deployer.run === "make smoke"
          ? { state, proven: true }
          : { state: "success", proven: true };
    };
    smoke("failure");
    await push(world, "a");
    expect(await latestOf("staging")).toMatchObject({ status: "failure", outcome: { code: "verification-failed" } });
    smoke("error");
    await push(world, "b");
    expect(await latestOf("staging")).toMatchObject({ status: "error", outcome: { code: "stage-error" } });
    const staging = await world.environment("staging");
    expect([staging.live_sha, staging.uncertain_deployment_id]).toEqual([null, (await latestOf("staging")).id]);
  });
});

describe("nobody can tell", () => {
  async function unproven(letter: string): Promise<number> {
    world.deployer.script = () => ({ state: "unknown", message: "the host is gone", proven: false });
    await push(world, letter);
    world.deployer.script = () => ({ state: "success", proven: true });
    return (await latestOf("staging")).id;
  }

  test("the slot is kept, what comes after waits, and a person settles it as failed", async () => {
    await push(world, "a");
    const lost = await unproven("b");
    expect(await world.deployment(lost)).toMatchObject({
      status: "error",
      settled: false,
      outcome: { code: "end-unknown", stage: "deploy", message: "the host is gone" },
    });
    await push(world, "c");
    const next = await latestOf("staging");
    expect([next.status, closed(next.verdict)]).toEqual(["queued", ["queue.unsettled"]]);
    await world.tick(24 * hour);
    await world.sweep(true);
    expect(await statusOf(world, next.id)).toBe("queued");

    const resolve = { kind: "resolve", deployment: lost, outcome: "failure", reason: "nothing runs there" } as const;
    world.github.permissions.set("rosa", "admin");
    expect(await world.command("U0000ALICE", resolve)).toMatchObject({ code: "may-not", needs: "approve" });
    expect(await world.command("U0000ROSA", resolve)).toEqual({ code: "settled", deployment: lost, as: "failure" });
    expect(await world.deployment(lost)).toMatchObject({ status: "failure", settled: true });
    expect(await statusOf(world, next.id)).toBe("success");
    const staging = await world.environment("staging");
    expect([staging.live_sha, staging.uncertain_deployment_id, staging.slot_deployment_id]).toEqual([
      sha("c"),
      null,
      null,
    ]);
    expect(await world.command("U0000ROSA", resolve)).toMatchObject({ code: "settled" });
    expect(await world.command("U0000ROSA", { ...resolve, reason: "once more" })).toMatchObject({
      code: "nothing-to-settle",
    });
  });

  test("also of a stage that changes nothing: the slot is kept, and the environment is not uncertain", async () => {
    world.deployer.script = (attempt) =>
      attempt.stage.name === "test" ? { state: "unknown", proven: false } : { state: "success", proven: true };
    const lost = await toProduction(world, "a");
    expect(await world.deployment(lost)).toMatchObject({ status: "error", settled: false });
    const production = await world.environment("production");
    expect([production.slot_deployment_id, production.uncertain_deployment_id]).toEqual([lost, null]);
    const resolve = { kind: "resolve", deployment: lost, outcome: "failure", reason: "looked" } as const;
    expect(await world.command("U0000ROSA", resolve)).toMatchObject({ code: "settled" });
    expect((await world.environment("production")).slot_deployment_id).toBeNull();
  });

  test("settled as failed, what was live before still is, and may be promoted", async () => {
    await push(world, "a");
    world.github.permissions.set("rosa", "admin");
    const lost = await unproven("b");
    await world.command("U0000ROSA", { kind: "resolve", deployment: lost, outcome: "failure", reason: "looked" });
    const staging = await world.environment("staging");
    expect([staging.live_sha, staging.uncertain_deployment_id, staging.slot_deployment_id]).toEqual([
      sha("a"),
      null,
      null,
    ]);
  });

  test("settled as a success, it is live", async () => {
    world.github.permissions.set("rosa", "admin");
    const lost = await unproven("a");
    await world.command("U0000ROSA", { kind: "resolve", deployment: lost, outcome: "success", reason: "it runs" });
    const staging = await world.environment("staging");
    expect([staging.live_sha, staging.live_deployment_id, staging.slot_deployment_id]).toEqual([sha("a"), lost, null]);
    expect(await ask(world, "production")).toBeGreaterThan(lost);
  });

  test("a failure that left the environment uncertain may be vouched for", async () => {
    await push(world, "a");
    world.github.permissions.set("rosa", "admin");
    world.deployer.script = () => ({ state: "failure", proven: true });
    await push(world, "b");
    const failed = await latestOf("staging");
    await world.command("U0000ROSA", {
      kind: "resolve",
      deployment: failed.id,
      outcome: "failure",
      reason: "as before",
    });
    expect((await world.environment("staging")).uncertain_deployment_id).toBeNull();
    expect((await world.deployment(failed.id)).status).toBe("failure");
    const outcome = { code: "settled", by: "rosa", as: "failure", reason: "as before" };
    expect(await world.said()).toContainEqual({ code: "ended", status: "failure", outcome });
  });

  test("cancelled, but not proven to have ended, it keeps the slot and can be settled", async () => {
    const stages = slowly(world, "staging");
    world.github.permissions.set("rosa", "admin");
    world.deployer.cancel = async () => undefined;
    await push(world, "a");
    const { id } = await latestOf("staging");
    await world.command("U0000ALICE", { kind: "cancel", deployment: id });
    await stages.end(id, { state: "cancelled", proven: false, message: "the far side did not say" });
    expect(await world.deployment(id)).toMatchObject({ status: "error", settled: false });
    expect((await world.environment("staging")).slot_deployment_id).toBe(id);
    const settled = await world.command("U0000ROSA", {
      kind: "resolve",
      deployment: id,
      outcome: "failure",
      reason: "looked",
    });
    expect(settled).toMatchObject({ code: "settled" });
    expect((await world.environment("staging")).slot_deployment_id).toBeNull();
  });
});

describe("cancelling what runs", () => {
  test("is a request: it ends when the deployer proves it, and the next goes on", async () => {
    const stages = slowly(world, "staging");
    world.deployer.cancel = async (attempt) => void world.deployer.cancelled.push(`asked ${attempt.token}`);
    await push(world, "a");
    const { id } = await latestOf("staging");
    await push(world, "b");
    const reply = await world.command("U0000ALICE", { kind: "cancel", deployment: id });
    expect(reply).toEqual({ code: "cancel-asked", deployment: id });
    await world.tick(5_000);
    expect(await world.deployment(id)).toMatchObject({ status: "in_progress", cancel_by: "alice" });
    expect(world.deployer.cancelled.length).toBeGreaterThan(0);
    await stages.end(id, { state: "cancelled", proven: true });
    expect(await world.deployment(id)).toMatchObject({
      status: "cancelled",
      outcome: { code: "cancelled", by: "alice" },
      settled: true,
    });
    // It had begun to change the environment.
    expect((await world.environment("staging")).uncertain_deployment_id).toBe(id);
    const next = await latestOf("staging");
    expect(next.status).toBe("in_progress");
    // Where it runs, a stage may be cancelled without having been asked to from here.
    await stages.end(next.id, { state: "cancelled", message: "the run was cancelled", proven: true });
    const elsewhere = { code: "cancelled-elsewhere", stage: "deploy", message: "the run was cancelled" };
    expect(await world.deployment(next.id)).toMatchObject({ status: "cancelled", outcome: elsewhere });
  });

  test("a deployer that cannot be asked is looked at all the same", async () => {
    const stages = slowly(world, "staging");
    world.deployer.cancel = async () => {
      throw new OutsideError("no answer");
    };
    await push(world, "a");
    const { id } = await latestOf("staging");
    await world.command("U0000ALICE", { kind: "cancel", deployment: id });
    await stages.end(id);
    expect(await statusOf(world, id)).toBe("success");
  });

  test("between two stages the next is not started", async () => {
    const stages = slowly(world, "production");
    const id = await toProduction(world, "a");
    expect(stagesRun(id)).toEqual(["test"]);
    world.deployer.cancel = async () => undefined;
    await world.command("U0000ALICE", { kind: "cancel", deployment: id });
    await stages.end(id);
    expect([await statusOf(world, id), stagesRun(id)]).toEqual(["cancelled", ["test"]]);
    expect((await world.environment("production")).uncertain_deployment_id).toBeNull();
  });
});

describe("time", () => {
  test("a far side that never answers again ends as an error whose end nobody can tell", async () => {
    world.deployer.observe = async () => {
      throw new OutsideError("connection refused");
    };
    await push(world, "a").catch(() => undefined);
    const { id } = await latestOf("staging");
    expect(await statusOf(world, id)).toBe("in_progress");
    for (let minute = 0; minute < 65; minute += 1) {
      await world.clock.advance(60_000);
      await world.sweep();
    }
    expect(await world.deployment(id)).toMatchObject({
      status: "error",
      settled: false,
      outcome: { code: "end-unknown", stage: "deploy" },
    });
  });

  test("what runs past its time is given up as an error, and keeps the slot", async () => {
    slowly(world, "staging");
    await push(world, "a");
    const { id } = await latestOf("staging");
    await world.tick(59 * 60_000);
    expect(await statusOf(world, id)).toBe("in_progress");
    await world.tick(3 * 60_000);
    expect(await world.deployment(id)).toMatchObject({ status: "error", settled: false });
  });

  test("a bot that was down between claiming and starting takes nothing from the stage's time", async () => {
    world.faults.arm("request.committed");
    await push(world, "a").catch(() => undefined);
    world.restart();
    expect(world.deployer.starts).toHaveLength(0);
    await world.clock.advance(2 * hour);
    await world.sweep();
    expect(world.deployer.starts).toHaveLength(1);
    expect((world.deployer.starts[0]?.deadlineAt ?? 0) - world.clock.now()).toBeGreaterThan(hour - 60_000);
  });

  test("a call that is repeated is told so, since the one before may have begun something", async () => {
    let calls = 0;
    world.deployer.onStart = () => {
      calls += 1;
      if (calls === 1) throw new OutsideError("no answer");
      return { kind: "started", handle: {} };
    };
    world.deployer.onFind = () => ({ kind: "impossible" });
    await push(world, "a");
    await world.tick(5_000);
    expect(world.deployer.starts.map(({ calledBefore }) => calledBefore)).toEqual([false, true]);
  });

  test("what took its time before it did not answer is looked for as soon as that may be", async () => {
    let looks = 0;
    world.deployer.onStart = async () => {
      await world.clock.advance(900);
      throw new OutsideError("no answer");
    };
    world.deployer.onFind = () => {
      looks += 1;
      return { kind: "started", handle: {} };
    };
    await push(world, "a");
    // Twice the call's own second, and a moment.
    await world.tick(1_200);
    expect(looks).toBe(1);
  });

  test.each([
    [0, 0],
    [15_000, 14_000],
  ])("what a killed bot has sent is given %i ms to arrive before anybody looks for it", async (outlives, waits) => {
    world.deployer.callOutlivesMs = outlives;
    let looks = 0;
    world.deployer.onFind = () => {
      looks += 1;
      return { kind: "started", handle: {} };
    };
    world.faults.arm("stage.started");
    await push(world, "a").catch(() => undefined);
    world.restart();
    await releaseLeases(world.db, world.clock.now());
    // A bot that is killed again and again still comes to look.
    await world.clock.advance(waits / 2);
    await releaseLeases(world.db, world.clock.now());
    await world.sweep();
    await world.clock.advance(waits / 2);
    await world.settle();
    expect(looks).toBe(outlives === 0 ? 1 : 0);
    await world.tick(1_500);
    const { id } = await latestOf("staging");
    expect([looks, await statusOf(world, id), world.deployer.starts.length]).toEqual([1, "success", 1]);
  });

  test("what runs is looked at without a timer", async () => {
    const stages = slowly(world, "staging");
    await push(world, "a");
    const { id } = await latestOf("staging");
    world.restart();
    await world.clock.advance(60_000);
    await stages.end(id);
    expect(await statusOf(world, id)).toBe("in_progress");
    await world.sweep();
    expect(await statusOf(world, id)).toBe("success");
  });
});

describe("what a running stage says", () => {
  /** How often its message was asked to be written again. */
  async function wanted(deployment: number): Promise<number> {
    const key = `slack.message/${deployment}/1`;
    const row = await world.db.selectFrom("projection").select("wanted").where("key", "=", key).executeTakeFirst();
    return row?.wanted ?? 0;
  }

  /** Looked at every 500 ms, it says whatever `lines` holds at that time. */
  async function talking(lines: string[], lookAgainMs = 500): Promise<number> {
    world.deployer.script = (attempt) => {
      if (attempt.environment !== "staging") return { state: "success", proven: true };
      const outputTail = lines.join("\n");
      return { state: "running", lookAgainMs, outputTail, outputBytes: outputTail.length };
    };
    await push(world, "a");
    return (await latestOf("staging")).id;
  }

  test("is told at most every five seconds, however often it says something", async () => {
    const lines: string[] = [];
    const id = await talking(lines);
    const before = await wanted(id);
    for (let half = 0; half < 24; half += 1) {
      lines.push(`line ${half}`);
      await world.tick(500);
    }
    // Twelve seconds.
    expect((await wanted(id)) - before).toBe(2);
    expect((await attemptsOf(id))[0]?.output_tail).toContain("line 22");
  });

  test("the last of it is told too, once the five seconds are over, and then it is quiet", async () => {
    const lines: string[] = [];
    const id = await talking(lines, 20_000);
    const before = await wanted(id);
    lines.push("only this");
    await world.tick(20_000);
    expect(await wanted(id)).toBe(before + 1);
    lines.push("and this");
    await world.db.transaction().execute((trx) => world.bot.wake.advance(trx, id));
    await world.tick(1_000);
    expect(await wanted(id)).toBe(before + 1);
    await world.tick(4_000);
    expect(await wanted(id)).toBe(before + 2);
    await world.tick(60_000);
    expect(await wanted(id)).toBe(before + 2);
  });

  test("kept, and the bot killed before it was told: told by whoever looks next", async () => {
    const lines: string[] = [];
    const id = await talking(lines);
    await world.tick(6_000);
    const before = await wanted(id);
    lines.push("the one line");
    world.faults.arm("stage.output-kept");
    await world.tick(500).catch(() => undefined);
    expect(await attemptsOf(id)).toMatchObject([{ output_tail: "the one line", output_untold: true }]);
    expect(await wanted(id)).toBe(before);
    world.restart();
    await world.clock.advance(60_000);
    await world.sweep();
    expect(await attemptsOf(id)).toMatchObject([{ output_untold: false }]);
    expect(await wanted(id)).toBe(before + 1);
  });

  test("several replicas tell it once", async () => {
    const lines: string[] = [];
    const id = await talking(lines);
    const before = await wanted(id);
    world.restart();
    await world.clock.advance(10_000);
    lines.push("said once");
    const replicas = [createAdvancer(world.bot), createAdvancer(world.bot), createAdvancer(world.bot)];
    await Promise.all(replicas.map((replica) => replica.advance(id)));
    await Promise.all(replicas.map((replica) => replica.stop()));
    expect(await wanted(id)).toBe(before + 1);
  });

  test("its end is told at once", async () => {
    const lines = ["begun"];
    const id = await talking(lines);
    await world.tick(6_000);
    const before = await wanted(id);
    world.deployer.script = () => ({ state: "success", proven: true });
    await world.tick(500);
    expect(await statusOf(world, id)).toBe("success");
    expect(await wanted(id)).toBeGreaterThan(before);
  });
});

describe("the call to start", () => {
  test.each([
    ["started", 1, "success"],
    ["impossible", 2, "success"],
    ["unknown", 1, "error"],
  ] as const)("breaks off; found %s: %i start(s), %s", async (kind, starts, status) => {
    let breaks = 1;
    world.deployer.onStart = () => {
      breaks -= 1;
      if (breaks >= 0) throw new OutsideError("the connection was lost");
      return { kind: "started", handle: {} };
    };
    world.deployer.onFind = () =>
      kind === "started" ? { kind, handle: {} } : kind === "unknown" ? { kind, why: "cannot tell" } : { kind };
    await push(world, "a");
    const { id } = await latestOf("staging");
    expect(await statusOf(world, id)).toBe("in_progress");
    // Nobody takes over while the call may still be under way.
    await world.tick(1_500);
    expect((await attemptsOf(id))[0]?.state).toBe("calling");
    await world.tick(1_000);
    expect([world.deployer.starts.length, await statusOf(world, id)]).toEqual([starts, status]);
    expect(new Set(world.deployer.starts.map((one) => one.token)).size).toBe(1);
    expect((await world.deployment(id)).settled).toBe(kind !== "unknown");
  });

  test("was never made: cancelled then, nothing began and nothing is in doubt", async () => {
    world.faults.arm("request.committed", async () => {
      const { id } = await latestOf("staging");
      await world.command("U0000ALICE", { kind: "cancel", deployment: id });
    });
    await push(world, "a");
    expect(await latestOf("staging")).toMatchObject({ status: "cancelled", settled: true, changing_since: null });
    const staging = await world.environment("staging");
    expect([staging.slot_deployment_id, staging.uncertain_deployment_id]).toEqual([null, null]);
    expect(world.deployer.starts).toEqual([]);
  });

  test.each([
    ["before it is looked for", false],
    ["after it was not found", true],
  ] as const)("broke off and is cancelled %s: whether it began is asked, knowing of that", async (_when, late) => {
    world.deployer.onStart = () => {
      throw new OutsideError("the connection was lost");
    };
    await push(world, "a");
    const { id } = await latestOf("staging");
    const cancel = async () => {
      const asked = { cancel_by: "alice", cancel_at: new Date(world.clock.now()) };
      await world.db.updateTable("deployment").set(asked).where("id", "=", id).execute();
    };
    if (!late) await cancel();
    world.deployer.find = async ({ cancelAsked }) => {
      if (cancelAsked) return { kind: "unknown", why: "it may have begun all the same" };
      await cancel();
      return { kind: "impossible" };
    };
    await world.tick(2_500);
    expect(world.deployer.starts).toHaveLength(1);
    expect(await world.deployment(id)).toMatchObject({
      ...{ status: "error", settled: false },
      outcome: { code: "end-unknown", message: "it may have begun all the same" },
    });
    expect((await world.environment("staging")).slot_deployment_id).toBe(id);
  });

  test("broke off, is cancelled, and had certainly begun nothing: the slot is free and nothing is in doubt", async () => {
    world.deployer.onStart = () => {
      throw new OutsideError("the connection was lost");
    };
    world.deployer.onFind = () => ({ kind: "impossible" });
    await push(world, "a");
    const { id } = await latestOf("staging");
    await world.command("U0000ALICE", { kind: "cancel", deployment: id });
    await world.tick(2_500);
    expect(await world.deployment(id)).toMatchObject({ status: "cancelled", settled: true, changing_since: null });
    expect((await world.environment("staging")).slot_deployment_id).toBeNull();
  });

  test("is not made by who was held up on the way to it, and whom another has taken over from meanwhile", async () => {
    world.deployer.onFind = () => ({ kind: "impossible" });
    world.faults.arm("stage.calling", async () => {
      const { id } = await latestOf("staging");
      await world.clock.advance(180_000);
      await createAdvancer(world.bot).advance(id);
    });
    await push(world, "a");
    const { id } = await latestOf("staging");
    expect([world.deployer.starts.length, await statusOf(world, id)]).toEqual([1, "success"]);
  });

  test("is made anew by who was held up on the way to it, and whom nobody has taken over from", async () => {
    world.faults.arm("stage.calling", () => world.clock.advance(180_000));
    await push(world, "a");
    const [start] = world.deployer.starts;
    expect((start?.deadlineAt ?? 0) - world.clock.now()).toBeGreaterThan(hour - 60_000);
    expect((await latestOf("staging")).status).toBe("success");
  });

  describe("breaks off, and it cannot be cleared up", () => {
    beforeEach(() => {
      world.deployer.onStart = () => {
        throw new OutsideError("the connection was lost");
      };
    });
    const callAgain = async (times: number) => {
      for (let call = 0; call < times; call += 1) await world.tick(2_500);
    };

    test("nobody answers whether it began: past the time limit a person is asked", async () => {
      world.deployer.find = async () => {
        throw new OutsideError("403");
      };
      await push(world, "a");
      const { id } = await latestOf("staging");
      const sweepFor = async (minutes: number) => {
        await world.clock.advance(minutes * 60_000);
        await world.sweep(true);
      };
      await sweepFor(59);
      expect(await statusOf(world, id)).toBe("in_progress");
      await sweepFor(3);
      expect(await world.deployment(id)).toMatchObject({
        ...{ status: "error", settled: false },
        outcome: { code: "end-unknown", message: "nobody has answered whether it began, past its time limit" },
      });
    });

    test("it never begins: it is called a bounded number of times, and then nothing is in doubt", async () => {
      world.deployer.onFind = () => ({ kind: "impossible" });
      await push(world, "a");
      await callAgain(25);
      expect(world.deployer.starts).toHaveLength(20);
      expect(await latestOf("staging")).toMatchObject({
        ...{ status: "error", settled: true, changing_since: null },
        outcome: {
          code: "stage-error",
          message: "it could not be started: nobody answered, however often it was called",
        },
      });
      expect((await world.environment("staging")).slot_deployment_id).toBeNull();
    });

    test("it is called no more, and a far side that only refuses a second start may have begun: a person is asked", async () => {
      world.deployer.find = async ({ cancelAsked }) =>
        cancelAsked ? { kind: "unknown", why: "it may have begun all the same" } : { kind: "impossible" };
      await push(world, "a");
      await callAgain(25);
      expect(world.deployer.starts).toHaveLength(20);
      expect(await latestOf("staging")).toMatchObject({ status: "error", settled: false });
    });
  });

  test("two replicas that carry the same deployment start each stage once", async () => {
    const id = await toProduction(world, "a");
    expect(await statusOf(world, id)).toBe("success");
    const stages = slowly(world, "production");
    const next = await toProduction(world, "b");
    const replicas = [createAdvancer(world.bot), createAdvancer(world.bot), createAdvancer(world.bot)];
    await stages.end(next);
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(replicas.map((replica) => replica.advance(next)));
      await world.clock.advance(500);
    }
    await Promise.all(replicas.map((replica) => replica.stop()));
    await world.settle();
    expect([await statusOf(world, next), stagesRun(next)]).toEqual(["success", ["test", "migrate", "deploy"]]);
  });
});

describe("rolling back", () => {
  test("while something runs: it is cancelled, and it is what is taken out", async () => {
    await toProduction(world, "a");
    await toProduction(world, "b");
    slowly(world, "production");
    const running = await toProduction(world, "c");
    // Past the stages that only prove something.
    world.deployer.script = (attempt) =>
      attempt.stage.name === "test" || attempt.kind === "rollback"
        ? { state: "success", proven: true }
        : { state: "running", lookAgainMs: 1_000 };
    await world.tick(1_000);
    expect((await world.deployment(running)).changing_since).not.toBeNull();
    const back = await rollBack(world, "production");
    await world.tick(1_000);
    expect(await world.deployment(running)).toMatchObject({
      status: "cancelled",
      outcome: { code: "cancelled-by-rollback", rollback: back },
    });
    expect(await world.deployment(back)).toMatchObject({ status: "success", sha: sha("b") });
    const production = await world.environment("production");
    expect([production.live_sha, production.hold_bad_sha]).toEqual([sha("b"), sha("c")]);
  });

  test("what runs and succeeds before it can be stopped is taken out all the same", async () => {
    await toProduction(world, "a");
    await toProduction(world, "b");
    slowly(world, "production");
    const running = await toProduction(world, "c");
    world.deployer.cancel = async () => undefined;
    world.deployer.script = (attempt) =>
      attempt.stage.name === "deploy" && attempt.kind !== "rollback"
        ? { state: "running", lookAgainMs: 1_000 }
        : { state: "success", proven: true };
    await world.tick(1_000);
    const back = await rollBack(world, "production");
    world.deployer.script = () => ({ state: "success", proven: true });
    await world.tick(1_000);
    expect(await statusOf(world, running)).toBe("success");
    expect(await world.deployment(back)).toMatchObject({ status: "success", sha: sha("b") });
    const production = await world.environment("production");
    expect([production.live_sha, production.hold_bad_sha]).toEqual([sha("b"), sha("c")]);
  });

  test("what goes live while it is asked for is what it takes back, once the command is taken up again", async () => {
    await push(world, "a");
    await push(world, "b");
    world.faults.arm("request.gathered", async () => {
      await push(world, "c");
    });
    const back = () => world.command("U0000ALICE", { kind: "rollback", environment: "staging" }, "once");
    await expect(back()).rejects.toThrow(OutsideError);
    expect(await back()).toMatchObject({ code: "requested", revision: { sha: sha("b") } });
    expect(await world.environment("staging")).toMatchObject({ live_sha: sha("b"), hold_bad_sha: sha("c") });
    expect(await deploymentsOf(world, "staging")).toHaveLength(4);
  });

  test("another's that goes live before a command is taken up again was what it asked for", async () => {
    for (const letter of ["a", "b", "c"]) await push(world, letter);
    const at = world.clock.now();
    let others: number | undefined;
    world.faults.arm("request.gathered", async () => {
      await world.tick(1);
      others = await rollBack(world, "staging", "U0000ALICE");
    });
    const back = () => world.command("U0000BOB", { kind: "rollback", environment: "staging" }, "bobs", at);
    await expect(back()).rejects.toThrow(OutsideError);
    expect(await back()).toEqual({ code: "already-requested", deployment: others });
    expect(await world.environment("staging")).toMatchObject({ live_sha: sha("b"), hold_bad_sha: sha("c") });
  });

  test("one that failed can be tried again and goes to the same place", async () => {
    await toProduction(world, "a");
    await toProduction(world, "b");
    await toProduction(world, "c");
    world.deployer.script = (attempt) => ({
      state: attempt.stage.name === "deploy" ? "failure" : "success",
      proven: true,
    });
    const failed = await rollBack(world, "production");
    expect(await world.deployment(failed)).toMatchObject({ status: "failure", sha: sha("b") });
    world.deployer.script = () => ({ state: "success", proven: true });
    const again = await rollBack(world, "production");
    expect(await world.deployment(again)).toMatchObject({ status: "success", sha: sha("b") });
    const production = await world.environment("production");
    expect([production.live_sha, production.uncertain_deployment_id]).toEqual([sha("b"), null]);
  });

  test("however often one fails that takes back a broken deployment, what was healthy before stays", async () => {
    await toProduction(world, "a");
    await toProduction(world, "b");
    world.deployer.script = (attempt) => ({
      state: attempt.environment === "production" && attempt.stage.name === "deploy" ? "failure" : "success",
      proven: true,
    });
    const broken = await toProduction(world, "c");
    for (let time = 0; time < 2; time += 1) {
      const failed = await rollBack(world, "production");
      expect(await world.deployment(failed)).toMatchObject({
        ...{ status: "failure", sha: sha("b"), rolls_back_deployment_id: broken, undoes_sha: sha("c") },
      });
    }
    world.deployer.script = () => ({ state: "success", proven: true });
    const again = await rollBack(world, "production");
    expect(await world.deployment(again)).toMatchObject({ status: "success", sha: sha("b"), undoes_sha: sha("c") });
    const quarantined = await world.db.selectFrom("quarantine").select("tree").distinct().execute();
    expect(quarantined).toEqual([{ tree: "tree-c" }]);
  });

  test("what it took out of staging is stopped in production too, until it is allowed", async () => {
    await push(world, "a");
    await push(world, "b");
    const back = await rollBack(world, "staging");
    expect(await statusOf(world, back)).toBe("success");
    const refused = await world.command("U0000ALICE", {
      kind: "deploy",
      environment: "production",
      revision: sha("b"),
    });
    expect(refused.code === "stopped" && closed(refused.verdict)).toEqual([
      "order.rolled-back-before",
      "quarantine.quarantined",
      "approvals.missing",
    ]);
    const allow = { kind: "allow", revision: sha("b"), reason: "it was the database" } as const;
    expect(await world.command("U0000ALICE", allow)).toMatchObject({ code: "may-not" });
    expect(await world.command("U0000ROSA", allow)).toMatchObject({ code: "allowed", revision: { sha: sha("b") } });
    expect(await world.command("U0000ROSA", allow)).toMatchObject({ code: "not-quarantined" });
    await ask(world, "production", sha("b"));
  });

  test("a fix confirmed for one rollback is not confirmed for the next", async () => {
    await toProduction(world, "a");
    await toProduction(world, "b");
    await toProduction(world, "c");
    await rollBack(world, "production");
    await push(world, "d");
    const fix = await ask(world, "production");
    expect(await world.click("U0000ALICE", "confirm-fix", fix)).toMatchObject({ code: "fix-confirmed" });
    expect(closed((await world.deployment(fix)).verdict)).toEqual(["approvals.missing"]);
    await rollBack(world, "production");
    expect(closed((await world.deployment(fix)).verdict)).toContain("hold.confirm-fix");
  });

  test("a fix that was confirmed before a rollback and is heard of after it is not confirmed for that one", async () => {
    await toProduction(world, "a");
    await toProduction(world, "b");
    await toProduction(world, "c");
    await rollBack(world, "production");
    await push(world, "d");
    const fix = await ask(world, "production");
    const clickedAt = world.clock.now();
    await world.tick(1_000);
    await rollBack(world, "production");
    const click = { action: "confirm-fix", deployment: fix, ask: 1, team: "T1", channel: "C1", key: "late" } as const;
    const by = { slackUser: "U0000ALICE", at: clickedAt };
    expect(await takeAction(world.bot, { ...click, ...by })).toEqual({ code: "message-outdated", deployment: fix });
    expect((await world.deployment(fix)).fix_confirmed_by).toBeNull();
  });

  test("a person who may not confirm confirms nothing", async () => {
    await toProduction(world, "a");
    await toProduction(world, "b");
    await rollBack(world, "production");
    await push(world, "c");
    const fix = await ask(world, "production");
    expect(await world.click("U0000OLAF", "confirm-fix", fix)).toMatchObject({ code: "may-not" });
    expect(await world.click("U0000NOBODY", "confirm-fix", fix)).toEqual({ code: "not-linked" });
    expect((await world.deployment(fix)).fix_confirmed_by).toBeNull();
  });

  test("with nothing before there is nothing to go back to", async () => {
    await toProduction(world, "a");
    expect(await world.command("U0000ALICE", { kind: "rollback", environment: "production" })).toMatchObject({
      code: "nothing-to-roll-back-to",
    });
  });

  test("however much waited and was refused since, what was live before is found", async () => {
    await toProduction(world, "a");
    await toProduction(world, "b");
    const { id: environment } = await world.environment("production");
    const at = new Date(world.clock.now());
    const refused = Array.from({ length: 600 }, () => ({
      environment_id: environment,
      kind: "deploy" as const,
      typed: true,
      status: "superseded" as const,
      sha: sha("f"),
      tree: "tree-f",
      requested_by: "alice",
      requested_at: at,
      ended_at: at,
    }));
    await world.db.insertInto("deployment").values(refused).execute();
    const back = await rollBack(world, "production");
    expect(await world.deployment(back)).toMatchObject({ status: "success", sha: sha("a") });
  });
});

describe("what a person says runs there", () => {
  test("adopt starts the history, and what was adopted may be promoted", async () => {
    world.commit("a");
    world.github.permissions.set("rosa", "admin");
    const adopt = { kind: "adopt", environment: "staging", revision: sha("a") } as const;
    expect(await world.command("U0000ALICE", adopt)).toMatchObject({ code: "may-not" });
    const adopted = await world.command("U0000ROSA", adopt, "trigger-adopt");
    expect(adopted).toMatchObject({ code: "adopted", environment: "staging", revision: { sha: sha("a") } });
    expect(await world.command("U0000ROSA", adopt, "trigger-adopt")).toEqual(adopted);
    expect((await world.environment("staging")).live_sha).toBe(sha("a"));
    expect(world.deployer.starts).toEqual([]);
    const asked = await ask(world, "production");
    await world.react("U0000ROSA", asked);
    expect(await statusOf(world, asked)).toBe("success");
  });

  test("nothing is adopted over what runs, nor what is not in the repository", async () => {
    world.github.permissions.set("rosa", "admin");
    slowly(world, "staging");
    await push(world, "a");
    const { id } = await latestOf("staging");
    expect(await world.command("U0000ROSA", { kind: "adopt", environment: "staging", revision: sha("a") })).toEqual({
      code: "slot-taken",
      environment: "staging",
      deployment: id,
    });
    expect(
      await world.command("U0000ROSA", { kind: "adopt", environment: "staging", revision: "nowhere" }),
    ).toMatchObject({ code: "unknown-revision" });
  });
});

describe("the pipeline file changes under what runs", () => {
  test("its stages stay as they were at the start", async () => {
    const stages = slowly(world, "production");
    const id = await toProduction(world, "a");
    await world.pipeline(shopPipeline.replace("      - migrate: make migrate\n", "      - other: make other\n"));
    await stages.end(id);
    expect([await statusOf(world, id), stagesRun(id)]).toEqual(["success", ["test", "migrate", "deploy"]]);
  });

  test("its service is gone: it comes to its end, is live, and nothing waits for ever", async () => {
    const stages = slowly(world, "production");
    const id = await toProduction(world, "a");
    const production = (await world.deployment(id)).environment_id;
    await world.pipeline(`service: another\n${shopPipeline}`);
    await stages.end(id);
    expect(await statusOf(world, id)).toBe("success");
    const row = await world.db
      .selectFrom("environment")
      .selectAll()
      .where("id", "=", production)
      .executeTakeFirstOrThrow();
    expect([row.live_sha, row.slot_deployment_id]).toEqual([sha("a"), null]);
  });
});

test("every change raises the environment's version and leaves a trace", async () => {
  const versions: number[] = [];
  const note = async () => versions.push((await world.environment("production")).version);
  await push(world, "a");
  await note();
  const asked = await ask(world, "production");
  await note();
  await world.react("U0000OLAF", asked);
  await note();
  await world.command("U0000BOB", { kind: "lock", environment: "production", reason: "wait" });
  await note();
  // A request that waited already is not refused by a lock that comes later.
  expect(await world.deployment(asked)).toMatchObject({ status: "waiting" });
  await world.command("U0000BOB", { kind: "unlock", environment: "production" });
  await note();
  await world.pipeline(shopPipeline.replace("8h", "9h"));
  await note();
  expect(versions).toEqual([...new Set(versions)].toSorted((one, other) => one - other));
  const actions = await world.db.selectFrom("audit").select("action").orderBy("id").execute();
  expect(new Set(actions.map((row) => row.action))).toEqual(
    new Set([
      "pipeline.in-force",
      "deployment.requested",
      "deployment.started",
      "deployment.success",
      "approval.approve",
      "environment.locked",
      "environment.unlocked",
    ]),
  );
});

test("every status that a deployment comes into is counted, once", async () => {
  await world.pipeline(verified);
  await push(world, "a");
  slowly(world, "staging");
  await push(world, "b");
  await push(world, "c");
  expect(world.counted).toEqual([
    ...["requested", "in_progress", "verifying", "success"],
    ...["requested", "in_progress"],
    ...["requested", "queued"],
  ]);
});

test("of what the far side reports of a stage its first end stands, and whoever looked before looks again", async () => {
  const staging = slowly(world, "staging");
  await push(world, "a");
  const { id } = await latestOf("staging");
  const [before] = await attemptsOf(id);
  const report = (status: "in_progress" | "success" | "failure") =>
    noteCallback(world.bot, { deployment: id, token: before?.token ?? "", status });
  for (const status of ["in_progress", "failure", "success", "in_progress"] as const) await report(status);
  const [after] = await attemptsOf(id);
  expect(after?.handle).toMatchObject({ status: "failure" });
  expect(after?.epoch).toBe((before?.epoch ?? 0) + 2);
  await staging.end(id);
});

test("what holds the slot is named when something is adopted, and a delivery that comes again adopts once", async () => {
  await push(world, "a");
  const adopt = { kind: "adopt", environment: "staging", revision: sha("a") } as const;
  world.github.permissions.set("alice", "admin");
  const first = await world.command("U0000ALICE", adopt, "again");
  slowly(world, "staging");
  await push(world, "b");
  const { id } = await latestOf("staging");
  expect(await world.command("U0000ALICE", adopt)).toEqual({
    code: "slot-taken",
    environment: "staging",
    deployment: id,
  });
  expect(await world.command("U0000ALICE", adopt, "again")).toEqual(first);
});

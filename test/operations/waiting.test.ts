/** What waits: superseded, in line, cancelled, offered, expired, asked anew, and never waiting for nobody. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { looksAgainAt } from "../../src/operations/checks-changed.ts";
import { OutsideError } from "../../src/operations/ports.ts";
import { ask, closed, deploymentsOf, gateOf, hour, rollBack, slowly, statusOf, toProduction } from "./steps.ts";
import { openWorld, push, repository, sha, shopPipeline, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

const queueing = shopPipeline.replace("    approvals:", "    queue: queue\n    approvals:");
const twoNeeded = shopPipeline.replace("count: 1", "count: 2");

describe("superseding", () => {
  test("a newer request takes the place of one that waits, and both say so", async () => {
    await push(world, "a");
    const first = await ask(world, "production");
    await push(world, "b");
    const second = await ask(world, "production");
    expect(await world.deployment(first)).toMatchObject({
      status: "superseded",
      superseded_by: second,
      outcome: { code: "superseded", by: second, askedBy: "alice" },
    });
    expect(await statusOf(world, second)).toBe("waiting");
    const judged = await world.db.selectFrom("decision").select("facts").where("deployment_id", "=", second).execute();
    // Already the first verdict stands in no line with what it took the place of.
    expect(judged.map(({ facts }) => facts.environment.queue)).toEqual([[]]);
    expect(await world.said()).toContainEqual({
      code: "ended",
      status: "superseded",
      outcome: { code: "superseded", by: second, askedBy: "alice" },
    });
  });

  test("what comes to be approved takes the place of what was approved before it, and says at which position", async () => {
    await toProduction(world, "a");
    const stages = slowly(world, "production");
    await push(world, "b");
    const running = await ask(world, "production");
    await world.react("U0000ROSA", running);
    await push(world, "c");
    const older = await ask(world, "production");
    await world.react("U0000ROSA", older);
    await push(world, "d");
    const newer = await ask(world, "production", undefined, "U0000BOB");
    expect([await statusOf(world, older), await statusOf(world, newer)]).toEqual(["queued", "waiting"]);
    await world.react("U0000ROSA", newer);
    expect([await statusOf(world, older), await statusOf(world, newer)]).toEqual(["superseded", "queued"]);
    const outcome = { code: "superseded", by: newer, askedBy: "bob" };
    expect(await world.said()).toContainEqual({ code: "ended", status: "superseded", outcome, position: 1 });
    expect(gateOf((await world.deployment(newer)).verdict, "queue")?.reason).toEqual({
      code: "queue.running",
      deployment: running,
      position: 1,
    });
    await stages.end(running);
  });

  test("an approval takes nobody's place who came later, nor where each waits its turn", async () => {
    await push(world, "a");
    const older = await ask(world, "production");
    await world.pipeline(queueing);
    await push(world, "b");
    const newer = await ask(world, "production");
    await world.command("U0000BOB", {
      kind: "freeze",
      environment: "production",
      until: world.clock.now() + hour,
      reason: "sale",
    });
    await world.react("U0000ROSA", newer);
    expect([await statusOf(world, older), await statusOf(world, newer)]).toEqual(["waiting", "waiting"]);
    await world.pipeline(shopPipeline);
    await world.react("U0000ROSA", older);
    expect([await statusOf(world, older), await statusOf(world, newer)]).toEqual(["waiting", "waiting"]);
  });

  test("one that is approved is not taken out by one that is not, and goes first", async () => {
    await toProduction(world, "a");
    const stages = slowly(world, "production");
    await push(world, "b");
    const running = await ask(world, "production");
    await world.react("U0000ROSA", running);
    expect(await statusOf(world, running)).toBe("in_progress");
    await push(world, "c");
    const approved = await ask(world, "production");
    await world.react("U0000ROSA", approved);
    expect(await statusOf(world, approved)).toBe("queued");
    await push(world, "d");
    const unapproved = await ask(world, "production");
    expect(await statusOf(world, approved)).toBe("queued");
    expect(await statusOf(world, unapproved)).toBe("waiting");
    await stages.end(running);
    // What is live moved, so the yes was to something else: it is asked for anew.
    expect(await world.deployment(approved)).toMatchObject({ status: "waiting", ask: 2 });
    expect(await statusOf(world, unapproved)).toBe("waiting");
  });

  test("merges collapse into the newest while one runs", async () => {
    const stages = slowly(world, "staging");
    await push(world, "a");
    await push(world, "b");
    await push(world, "c");
    await push(world, "d");
    const [a, b, c, d] = await deploymentsOf(world, "staging");
    expect([a?.status, b?.status, c?.status, d?.status]).toEqual(["in_progress", "superseded", "superseded", "queued"]);
    await stages.end(a?.id ?? 0);
    await stages.end(d?.id ?? 0);
    expect((await world.environment("staging")).live_sha).toBe(sha("d"));
    expect(world.deployer.starts.map((attempt) => attempt.sha)).toEqual([sha("a"), sha("d")]);
  });

  test("a check that turns green just before a request is stored lets it go all the same", async () => {
    await world.pipeline(shopPipeline.replace("    branch: main", "    branch: main\n    checks: [ci]"));
    world.github.checksOf.set(sha("a"), [{ name: "ci", state: "pending" }]);
    world.faults.arm("request.gathered", async () => {
      world.github.checksOf.set(sha("a"), [{ name: "ci", state: "success" }]);
      // Nothing is stored yet that this could wake.
      await looksAgainAt(world.bot, repository, sha("a"));
    });
    await push(world, "a");
    expect((await deploymentsOf(world, "staging")).map(({ status }) => status)).toEqual(["success"]);
  });

  test("a merge that is blocked takes nobody's place", async () => {
    await world.pipeline(
      shopPipeline.replace("    branch: main", "    branch: main\n    checks: [ci]\n    queue: supersede"),
    );
    world.github.checksOf.set(sha("a"), [{ name: "ci", state: "pending" }]);
    await push(world, "a");
    const [waiting] = await deploymentsOf(world, "staging");
    expect(closed(waiting?.verdict ?? null)).toEqual(["checks.pending"]);
    world.github.checksOf.set(sha("b"), [{ name: "ci", state: "failure" }]);
    await push(world, "b");
    const [first, second] = await deploymentsOf(world, "staging");
    expect([first?.status, second?.status]).toEqual(["waiting", "rejected"]);
  });

  test("where the environment says `queue`, nobody is taken out and each knows its position", async () => {
    await world.pipeline(
      queueing.replace("{count: 1, from: [release-managers], requester: false, expires: 8h}", "off"),
    );
    const stages = slowly(world, "production");
    const ids: number[] = [];
    for (const letter of ["a", "b", "c"]) {
      await push(world, letter);
      ids.push(await ask(world, "production"));
    }
    const [first = 0, second = 0, third = 0] = ids;
    const positions = async () =>
      Promise.all([second, third].map(async (id) => gateOf((await world.deployment(id)).verdict, "queue")?.reason));
    expect(await positions()).toEqual([
      { code: "queue.running", deployment: first, position: 1 },
      { code: "queue.running", deployment: first, position: 2 },
    ]);
    await stages.end(first);
    expect(await statusOf(world, second)).toBe("in_progress");
    expect(await positions()).toEqual([
      { code: "queue.free" },
      { code: "queue.running", deployment: second, position: 1 },
    ]);
    await stages.end(second);
    await stages.end(third);
    expect((await world.environment("production")).live_sha).toBe(sha("c"));
  });
});

describe("cancelling", () => {
  test("what waits ends at once, by whom is said, and the next in line goes on", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    const reply = await world.command("U0000BOB", { kind: "cancel", deployment: waiting });
    expect(reply).toEqual({ code: "cancelled", deployment: waiting });
    expect(await world.deployment(waiting)).toMatchObject({
      status: "cancelled",
      outcome: { code: "cancelled", by: "bob" },
    });
    expect(await world.command("U0000BOB", { kind: "cancel", deployment: waiting })).toMatchObject({
      code: "already-ended",
    });
    await world.react("U0000ROSA", waiting);
    expect(await statusOf(world, waiting)).toBe("cancelled");
  });

  test("whoever may not ask may not cancel", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    expect(await world.command("U0000OLAF", { kind: "cancel", deployment: waiting })).toMatchObject({
      code: "may-not",
    });
    expect(await world.command("U0000NOBODY", { kind: "cancel", deployment: waiting })).toEqual({ code: "not-linked" });
    expect(await statusOf(world, waiting)).toBe("waiting");
  });
});

describe("soak and window", () => {
  test("what has to soak waits for it, begins anew with what changes the environment, and then starts by itself", async () => {
    await world.pipeline(shopPipeline.replace("    approvals:", "    soak: 2h\n    approvals:"));
    await push(world, "a");
    const first = await ask(world, "production");
    await world.react("U0000ROSA", first);
    expect(closed((await world.deployment(first)).verdict)).toEqual(["soak.runs"]);
    await world.tick(2 * hour - 60_000);
    expect(await statusOf(world, first)).toBe("waiting");
    await push(world, "b");
    expect(closed((await world.deployment(first)).verdict)).toEqual(["soak.broken"]);
    const second = await ask(world, "production");
    await world.react("U0000ROSA", second);
    await world.tick(2 * hour - 1_000);
    expect(closed((await world.deployment(second)).verdict)).toEqual(["soak.runs"]);
    await world.tick(1_000);
    expect(await statusOf(world, second)).toBe("success");
  });

  test("outside of its window it waits, and starts when the window opens", async () => {
    const opens = new Date(Math.ceil(world.clock.now() / hour) * hour + hour);
    const allow = `${opens.toISOString().slice(11, 16)}-${new Date(opens.getTime() + hour).toISOString().slice(11, 16)}`;
    const window = `    window: {allow: "${allow}", timezone: UTC}\n`;
    await world.pipeline(shopPipeline.replace("    approvals:", `${window}    approvals:`));
    await push(world, "a");
    const asked = await ask(world, "production");
    await world.react("U0000ROSA", asked);
    expect(closed((await world.deployment(asked)).verdict)).toEqual(["window.closed"]);
    await world.tick(opens.getTime() - world.clock.now() - 1_000);
    expect(await statusOf(world, asked)).toBe("waiting");
    await world.tick(1_000);
    expect(await statusOf(world, asked)).toBe("success");
  });
});

describe("locks", () => {
  test("a merge waits behind a lock and goes by itself when the lock's time is over", async () => {
    const until = world.clock.now() + hour;
    await world.command("U0000ROSA", { kind: "lock", environment: "staging", reason: "looking", until });
    await push(world, "a");
    const [merge] = await deploymentsOf(world, "staging");
    expect(closed(merge?.verdict ?? null)).toEqual(["lock.held"]);
    await world.tick(hour / 2);
    expect(await statusOf(world, merge?.id ?? 0)).toBe("waiting");
    await world.tick(hour / 2);
    expect(await statusOf(world, merge?.id ?? 0)).toBe("success");
  });

  test("the end of a lock is found without a wake too", async () => {
    const until = world.clock.now() + hour;
    await world.command("U0000ROSA", { kind: "lock", environment: "staging", reason: "looking", until });
    await push(world, "a");
    world.restart();
    await world.clock.advance(hour);
    await world.sweep();
    expect((await world.environment("staging")).live_sha).toBe(sha("a"));
  });

  test("unlock starts nothing: what waited is offered, and starts when a person asks for it", async () => {
    await world.command("U0000ROSA", { kind: "lock", environment: "staging", reason: "looking" });
    await push(world, "a");
    const [merge] = await deploymentsOf(world, "staging");
    const unlocked = await world.command("U0000ROSA", { kind: "unlock", environment: "staging" });
    expect(unlocked).toEqual({ code: "unlocked", environment: "staging", offers: merge?.id });
    const offered = await world.deployment(merge?.id ?? 0);
    expect([offered.status, closed(offered.verdict)]).toEqual(["waiting", ["ready.offered"]]);
    await world.sweep(true);
    expect(world.deployer.starts).toEqual([]);
    const asked = await ask(world, "staging");
    expect(await statusOf(world, asked)).toBe("success");
    expect(await statusOf(world, merge?.id ?? 0)).toBe("superseded");
  });

  test("a lock whose time is over holds nobody, and is nobody's to give back", async () => {
    const until = world.clock.now() + hour;
    await world.command("U0000ROSA", { kind: "lock", environment: "production", reason: "the sale", until });
    await world.tick(2 * hour);
    expect(await world.command("U0000ALICE", { kind: "unlock", environment: "production" })).toEqual({
      code: "not-locked",
      environment: "production",
    });
    expect(
      await world.command("U0000ALICE", { kind: "lock", environment: "production", reason: "mine" }),
    ).toMatchObject({ code: "locked" });
  });

  test("another's lock is given back by those who approve alone", async () => {
    await world.command("U0000ALICE", { kind: "lock", environment: "production", reason: "mine" });
    expect(
      await world.command("U0000BOB", { kind: "lock", environment: "production", reason: "no, mine" }),
    ).toMatchObject({ code: "already-locked", by: "alice", reason: "mine" });
    expect(await world.command("U0000OLAF", { kind: "unlock", environment: "production" })).toMatchObject({
      code: "may-not",
      needs: "approve",
    });
    expect(await world.command("U0000BOB", { kind: "unlock", environment: "production" })).toMatchObject({
      code: "unlocked",
    });
    expect((await world.environment("production")).lock_by).toBeNull();
  });

  test("`auto: false` only offers a merge", async () => {
    await world.pipeline(shopPipeline.replace("    branch: main", "    branch: main\n    auto: false"));
    await push(world, "a");
    const [merge] = await deploymentsOf(world, "staging");
    expect([merge?.status, closed(merge?.verdict ?? null)]).toEqual(["waiting", ["ready.offered"]]);
    await ask(world, "staging");
    expect((await world.environment("staging")).live_sha).toBe(sha("a"));
  });
});

describe("approvals", () => {
  test("a request shows until when it stands, and ends when its time is over", async () => {
    await push(world, "a");
    const before = world.clock.now();
    const waiting = await ask(world, "production");
    const { verdict } = await world.deployment(waiting);
    expect(gateOf(verdict, "approvals")?.reason).toMatchObject({
      code: "approvals.missing",
      expiresAt: before + 8 * hour,
    });
    await world.tick(8 * hour - 1_000);
    expect(await statusOf(world, waiting)).toBe("waiting");
    await world.tick(1_000);
    expect(await world.deployment(waiting)).toMatchObject({ status: "expired", outcome: { code: "expired" } });
    const decisions = world.db.selectFrom("decision").select("at").where("deployment_id", "=", waiting);
    expect((await decisions.execute()).at(-1)?.at).toEqual((await world.deployment(waiting)).ended_at);
  });

  test("its end is found without a wake too", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    world.restart();
    await world.clock.advance(8 * hour);
    await world.sweep();
    expect(await statusOf(world, waiting)).toBe("expired");
  });

  test("a yes that comes too late counts for nothing", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    await world.clock.advance(8 * hour);
    await world.react("U0000ROSA", waiting);
    expect(await statusOf(world, waiting)).toBe("expired");
    expect(world.deployer.starts.map((attempt) => attempt.environment)).toEqual(["staging"]);
  });

  test("the time starts anew when the last other gate opens", async () => {
    await world.pipeline(shopPipeline.replace("    approvals:", "    checks: [ci]\n    approvals:"));
    await push(world, "a");
    world.github.checksOf.set(sha("a"), [{ name: "ci", state: "pending" }]);
    const waiting = await ask(world, "production");
    await world.tick(7 * hour);
    world.github.checksOf.set(sha("a"), [{ name: "ci", state: "success" }]);
    const opened = world.clock.now();
    await looksAgainAt(world.bot, repository, sha("a"));
    await world.settle();
    const { verdict } = await world.deployment(waiting);
    expect(gateOf(verdict, "approvals")?.reason).toMatchObject({ expiresAt: opened + 8 * hour });
    await world.tick(2 * hour);
    await world.react("U0000ROSA", waiting);
    expect(await statusOf(world, waiting)).toBe("success");
  });

  test("a request that nobody can approve says so, and does not wait for ever", async () => {
    await push(world, "a");
    await world.pipeline(
      shopPipeline.replace("from: [release-managers]", "from: [rosa]").replace("count: 1", "count: 1"),
    );
    const waiting = await ask(world, "production", undefined, "U0000ROSA");
    const { verdict } = await world.deployment(waiting);
    expect(closed(verdict)).toEqual(["approvals.cannot-be-reached"]);
    await world.tick(8 * hour);
    expect(await statusOf(world, waiting)).toBe("expired");
  });

  test("one no ends it, by whom is said", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    await world.react("U0000BOB", waiting, "x");
    expect(await world.deployment(waiting)).toMatchObject({
      status: "rejected",
      outcome: { code: "rejected", by: "bob" },
    });
  });

  test("the no of one who may not approve ends nothing", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    await world.react("U0000OLAF", waiting, "x");
    await world.react("U0000ALICE", waiting, "-1");
    expect(await statusOf(world, waiting)).toBe("waiting");
    await world.react("U0000ROSA", waiting);
    expect(await statusOf(world, waiting)).toBe("success");
  });

  test("when what is live moves, a new message asks and old approvals do not count", async () => {
    await world.pipeline(twoNeeded.replace("    approvals:", "    queue: queue\n    approvals:"));
    await push(world, "a");
    const first = await ask(world, "production");
    await push(world, "b");
    const second = await ask(world, "production");
    await world.react("U0000ROSA", second);
    const old = await world.post(second);
    await world.react("U0000ROSA", first);
    await world.react("U0000BOB", first);
    expect(await statusOf(world, first)).toBe("success");
    const asked = await world.deployment(second);
    expect([asked.ask, asked.ask_from]).toEqual([2, sha("a")]);
    // What it brings is told from there too: it was asked for when nothing was live.
    expect(asked).toMatchObject({ previous_sha: sha("a"), ships: { comparison: "ahead", commits: 1 } });
    const reason = gateOf(asked.verdict, "approvals")?.reason;
    expect(reason).toMatchObject({
      code: "approvals.missing",
      by: [],
      expiresAt: (asked.asked_at?.getTime() ?? 0) + 8 * hour,
    });
    expect(await world.said()).toContainEqual({ code: "asked-anew", changed: ["from"], is: sha("a") });
    // A click on the old message approves nothing.
    const { noteReaction } = await import("../../src/operations/note-reaction.ts");
    const { answerOf } = await import("../../src/slack/emoji.ts");
    const late = { slackUser: "U0000BOB", emoji: "ship", present: true, eventTs: "9999999999.000000" };
    await noteReaction(world.bot, answerOf, { ...old, team: "T1", ...late });
    await world.settle();
    expect(gateOf((await world.deployment(second)).verdict, "approvals")?.reason).toMatchObject({ by: [] });
    await world.react("U0000BOB", second);
    await world.react("U0000ROSA", second, "ship");
    expect(await statusOf(world, second)).toBe("success");
  });

  test("when the policy changes, a new message asks and old approvals do not count", async () => {
    await world.pipeline(twoNeeded);
    await push(world, "a");
    const waiting = await ask(world, "production");
    await world.react("U0000ROSA", waiting);
    await world.pipeline(shopPipeline);
    const asked = await world.deployment(waiting);
    expect([asked.status, asked.ask, closed(asked.verdict)]).toEqual(["waiting", 2, ["approvals.missing"]]);
    expect(await world.said()).toContainEqual({ code: "asked-anew", changed: ["policy"] });
    await world.react("U0000BOB", waiting);
    expect(await statusOf(world, waiting)).toBe("success");
  });

  test("a change elsewhere in the file asks nobody anew", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    await world.pipeline(shopPipeline.replace("deploy: make deploy\n  production", "deploy: make it\n  production"));
    expect(await world.deployment(waiting)).toMatchObject({ status: "waiting", ask: 1 });
  });

  test("whoever left the group no longer counts", async () => {
    await world.pipeline(twoNeeded);
    await push(world, "a");
    const waiting = await ask(world, "production");
    await world.react("U0000ROSA", waiting);
    await world.pipeline(twoNeeded.replace("[rosa, bob]", "[bob, olaf]"));
    await world.react("U0000BOB", waiting);
    expect(await statusOf(world, waiting)).toBe("waiting");
  });

  test("a yes taken away while it waits in line takes it out of the line", async () => {
    await toProduction(world, "a");
    const stages = slowly(world, "production");
    const back = await ask(world, "production", sha("a"));
    await world.react("U0000ROSA", back);
    await push(world, "b");
    const next = await ask(world, "production");
    await world.react("U0000ROSA", next);
    expect(await statusOf(world, next)).toBe("queued");
    await world.react("U0000ROSA", next, "white_check_mark", false);
    expect(await statusOf(world, next)).toBe("waiting");
    await stages.end(back);
    expect(await statusOf(world, next)).toBe("waiting");
  });
});

describe("what changed outside", () => {
  test("whoever may no longer push gets nothing started", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    world.github.permissions.set("alice", "read");
    await world.react("U0000ROSA", waiting);
    const ended = await world.deployment(waiting);
    expect([ended.status, closed(ended.verdict)]).toEqual(["rejected", ["access.no-permission"]]);
  });

  test("GitHub does not answer: nothing is decided, and it is looked at again without being woken", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    world.github.down = true;
    await expect(world.react("U0000ROSA", waiting)).rejects.toThrow("GitHub does not answer");
    expect(await statusOf(world, waiting)).toBe("waiting");
    world.restart();
    world.github.down = false;
    await world.tick(30_000);
    await world.sweep();
    expect(await statusOf(world, waiting)).toBe("success");
  });

  test("the environment leaves the pipeline file: what waits ends and says why; back again, it is as it was", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    await world.pipeline(shopPipeline.slice(0, shopPipeline.indexOf("  production:")));
    expect(await world.deployment(waiting)).toMatchObject({
      status: "cancelled",
      outcome: { code: "environment-removed" },
    });
    await world.pipeline(shopPipeline);
    const again = await ask(world, "production");
    await world.react("U0000ROSA", again);
    expect(await statusOf(world, again)).toBe("success");
  });

  test("the service leaves the pipeline file: what waits ends", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    await world.pipeline(`service: another\n${shopPipeline}`);
    expect(await world.deployment(waiting)).toMatchObject({ outcome: { code: "environment-removed" } });
  });

  test("the pipeline file is taken away: what waits ends", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    await world.pipeline(undefined);
    expect(await world.deployment(waiting)).toMatchObject({ outcome: { code: "environment-removed" } });
  });

  test("the bot is taken out of the repository: what waits ends", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    const { loseRepository } = await import("../../src/operations/see-repository.ts");
    await loseRepository(world.bot, 1);
    await world.settle();
    expect(await world.deployment(waiting)).toMatchObject({ outcome: { code: "environment-removed" } });
  });

  test("a file with mistakes changes nothing; mended, it is in force and both are said", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    await world.pipeline(shopPipeline.replace("count: 1", "count: many"));
    await world.pipeline(shopPipeline.replace("count: 1", "count: many"));
    expect(await world.deployment(waiting)).toMatchObject({ status: "waiting", ask: 1 });
    await world.pipeline(shopPipeline);
    expect(await world.deployment(waiting)).toMatchObject({ status: "waiting", ask: 1 });
    const said = (await world.notes()).filter((code) => code.startsWith("pipeline"));
    expect(said).toEqual(["pipeline-mistakes", "pipeline-mended"]);
    await world.react("U0000ROSA", waiting);
    expect(await statusOf(world, waiting)).toBe("success");
  });

  test("commands are no longer allowed: what waits is stopped and nothing runs", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    world.commandsAllowed = false;
    await world.react("U0000ROSA", waiting);
    expect(closed((await world.deployment(waiting)).verdict)).toEqual(["access.commands-not-allowed"]);
    expect(world.deployer.starts.map((attempt) => attempt.environment)).toEqual(["staging"]);
  });
});

describe("repeated", () => {
  test("a command delivered twice is one request", async () => {
    await push(world, "a");
    const first = await world.command("U0000ALICE", { kind: "deploy", environment: "production" }, "trigger-x");
    const second = await world.command("U0000ALICE", { kind: "deploy", environment: "production" }, "trigger-x");
    expect(second).toEqual(first);
    expect(await deploymentsOf(world, "production")).toHaveLength(1);
  });

  test("another command for the same is answered with what waits already", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    expect(await world.command("U0000BOB", { kind: "deploy", environment: "production" })).toEqual({
      code: "already-requested",
      deployment: waiting,
    });
  });

  test("what runs already is not run again after it; once it was asked to stop, it may be", async () => {
    await toProduction(world, "a");
    await toProduction(world, "b");
    slowly(world, "production");
    const back = await rollBack(world, "production");
    const again = await world.command("U0000BOB", { kind: "rollback", environment: "production" });
    expect(again).toEqual({ code: "already-requested", deployment: back });
    world.deployer.cancel = async () => undefined;
    await world.command("U0000BOB", { kind: "cancel", deployment: back });
    expect(await rollBack(world, "production")).toBeGreaterThan(back);
  });

  test.each(["promote", "deploy"] as const)("a late %s takes nothing that has gone live before since", async (kind) => {
    await push(world, "a");
    const at = world.clock.now();
    const typed = () => world.command("U0000ALICE", { kind, environment: "production" }, "typed", at);
    world.github.down = true;
    await expect(typed()).rejects.toThrow(OutsideError);
    world.github.down = false;
    await world.tick(1);
    await push(world, "b");
    expect(await typed()).toEqual({ code: "live-changed", service: "shop", before: "staging" });
    expect(await deploymentsOf(world, "production")).toEqual([]);
  });

  test.each(["promote", "deploy"] as const)(
    "a %s that was stored is found again, whatever has gone live",
    async (kind) => {
      await push(world, "a");
      const at = world.clock.now();
      const typed = () => world.command("U0000ALICE", { kind, environment: "production" }, "typed", at);
      const first = await typed();
      await push(world, "b");
      expect(await typed()).toEqual(first);
    },
  );

  test("a rollback delivered twice is one rollback, answered the same", async () => {
    await toProduction(world, "a");
    await toProduction(world, "b");
    const first = await world.command("U0000ALICE", { kind: "rollback", environment: "production" }, "trigger-r");
    const second = await world.command("U0000ALICE", { kind: "rollback", environment: "production" }, "trigger-r");
    expect(second).toMatchObject({ code: "requested", deployment: first.code === "requested" && first.deployment });
    expect((await world.environment("production")).live_sha).toBe(sha("a"));
  });
});

test("a merge of what was not ready waits for a person, and a later ready one goes", async () => {
  world.github.pulls.set(7, {
    number: 7,
    title: "Add the basket",
    body: "no issue",
    author: "alice",
    draft: false,
    state: "closed",
    headSha: sha("f"),
    headRef: "basket",
    baseRef: "main",
    fromFork: false,
    assignees: [],
    requestedReviewers: [],
    createdAt: world.clock.now(),
    updatedAt: world.clock.now(),
    mergedAt: world.clock.now(),
    mergedBy: "alice",
    mergeSha: sha("a"),
  });
  await push(world, "a");
  const [merge] = await deploymentsOf(world, "staging");
  expect([merge?.status, merge?.pull_request, closed(merge?.verdict ?? null)]).toEqual([
    "waiting",
    7,
    ["ready.merged-while-not-ready"],
  ]);
  await world.sweep(true);
  expect(world.deployer.starts).toEqual([]);
  await push(world, "b");
  const after = await deploymentsOf(world, "staging");
  expect(after.map((row) => row.status)).toEqual(["superseded", "success"]);
});

test("a rollback asked for while something else waits goes first and leaves it waiting", async () => {
  await toProduction(world, "a");
  await toProduction(world, "b");
  await push(world, "c");
  const waiting = await ask(world, "production");
  const back = await rollBack(world, "production");
  expect(await statusOf(world, back)).toBe("success");
  const left = await world.deployment(waiting);
  expect([left.status, left.ask, closed(left.verdict)]).toEqual([
    "waiting",
    2,
    ["hold.confirm-fix", "approvals.missing"],
  ]);
});

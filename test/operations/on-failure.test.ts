/** What is taken back without anybody asking, and what a person has to confirm. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Observation } from "../../src/deployers/contract.ts";
import { followFailure } from "../../src/operations/on-failure.ts";
import { seeDeployment } from "../../src/operations/see-deployment.ts";
import { slowly } from "./steps.ts";
import { openWorld, push, repository, sha, type World } from "./world.ts";

const file = (more = "") => `
channel: "#shop-deploys"
people: {alice: U0000ALICE, olaf: U0000OLAF}
environments:
  staging:
    branch: main
    on_failure: rollback
    migrations: ["db/**"]
    deploy: [{test: make test}, {backup: make backup}, {deploy: make deploy}]
    verify: [{smoke: make smoke}]
${more}`;

let world: World;
beforeEach(async () => {
  world = await openWorld({ file: file() });
});
afterEach(async () => {
  await world.close();
});

/** The named stage ends so, for this content; a rollback's too where it brings that. */
function breaks(letter: string, stage = "deploy", state: "failure" | "error" = "failure"): void {
  world.deployer.script = (attempt) => ({
    state: attempt.sha === sha(letter) && attempt.stage.name === stage ? state : "success",
    message: "no",
    proven: true,
  });
}

async function rows() {
  const all = await world.db.selectFrom("deployment").selectAll().orderBy("id").execute();
  return all.map(({ id, kind, status, sha: at, requested_by: by }) => ({ id, kind, status, at: at.slice(0, 1), by }));
}

async function said(code: string) {
  return (await world.said()).filter((note) => note.code === code);
}

/** What ends within a second is followed before what it woke is looked at. */
async function lookAtFailureFirst(): Promise<void> {
  world.faults.arm("deployment.ended");
  await world.tick(1_000).catch(() => undefined);
  await followFailure(world.bot, 3);
  await world.tick(31_000);
}

const whatWasLeft = async () => (await said("not-rolled-back")).map((note) => "why" in note && note.why);

describe("on_failure: rollback", () => {
  test("goes back to what was live and healthy before, asked for by Signalbox, and says so", async () => {
    await push(world, "a");
    breaks("b");
    await push(world, "b");
    expect(await rows()).toEqual([
      { id: 1, kind: "merge", status: "success", at: "a", by: "alice" },
      { id: 2, kind: "merge", status: "failure", at: "b", by: "alice" },
      { id: 3, kind: "rollback", status: "success", at: "a", by: "signalbox" },
    ]);
    expect(await world.deployment(3)).toMatchObject({
      reason: "deployment 2 failed, and the pipeline file says to roll back then",
      rolls_back_deployment_id: 2,
      undoes_sha: sha("b"),
      ships: { comparison: "behind", commits: 1 },
    });
    expect(await said("rolled-back-by-itself")).toEqual([
      { code: "rolled-back-by-itself", deployment: 2, rollback: 3, to: sha("a") },
    ]);
    const { live_sha, uncertain_deployment_id, hold_bad_sha } = await world.environment("staging");
    expect([live_sha, uncertain_deployment_id, hold_bad_sha]).toEqual([sha("a"), null, sha("b")]);
  });

  test("follows a verification that failed", async () => {
    await push(world, "a");
    breaks("b", "smoke");
    await push(world, "b");
    expect((await rows()).map(({ kind, status }) => [kind, status])).toEqual([
      ["merge", "success"],
      ["merge", "failure"],
      ["rollback", "success"],
    ]);
  });

  test.each([
    ["a stage that changes nothing", "test", "failure", "changed-nothing"],
    ["a backup", "backup", "failure", "changed-nothing"],
    ["what could not be carried out", "deploy", "error", "cannot-tell"],
    ["a verification that could not be carried out", "smoke", "error", "cannot-tell"],
  ] as const)("does not follow %s, and says why", async (_name, stage, state, code) => {
    await push(world, "a");
    breaks("b", stage, state);
    await push(world, "b");
    expect((await rows()).map(({ kind }) => kind)).toEqual(["merge", "merge"]);
    expect(await whatWasLeft()).toEqual([{ code }]);
  });

  test("never follows a rollback, and never where nothing was healthy before", async () => {
    breaks("a");
    await push(world, "a");
    expect(await whatWasLeft()).toEqual([{ code: "nothing-before" }]);
    breaks("x");
    await push(world, "b");
    await push(world, "c");
    breaks("b");
    await world.command("U0000ALICE", { kind: "rollback", environment: "staging" });
    expect((await rows()).map(({ kind, status }) => [kind, status])).toEqual([
      ["merge", "failure"],
      ["merge", "success"],
      ["merge", "success"],
      ["rollback", "failure"],
    ]);
    expect((await whatWasLeft()).at(-1)).toEqual({ code: "was-rollback" });
  });

  test("three times a day, and then it is left to people until a day has passed", async () => {
    await push(world, "a");
    world.github.permissions.set("alice", "admin");
    const fail = async (letter: string) => {
      breaks(letter);
      await push(world, letter);
      await world.command("U0000ALICE", { kind: "unlock", environment: "staging" });
      return (await rows()).filter(({ kind }) => kind === "rollback").length;
    };
    expect([await fail("b"), await fail("c"), await fail("d"), await fail("e")]).toEqual([1, 2, 3, 3]);
    expect(await whatWasLeft()).toEqual([{ code: "too-often", times: 3 }]);
    await world.tick(24 * 3_600_000);
    expect(await fail("f")).toBe(4);
  });

  test("what waits in line starts only after it, and is held then", async () => {
    await push(world, "a");
    breaks("b");
    let release = false;
    const { script } = world.deployer;
    world.deployer.script = (attempt) =>
      attempt.sha === sha("b") && attempt.stage.name === "deploy" && !release
        ? { state: "running", lookAgainMs: 1_000 }
        : script(attempt);
    await push(world, "b");
    await push(world, "c");
    release = true;
    await world.tick(1_000);
    expect(await rows()).toEqual([
      { id: 1, kind: "merge", status: "success", at: "a", by: "alice" },
      { id: 2, kind: "merge", status: "failure", at: "b", by: "alice" },
      { id: 3, kind: "merge", status: "waiting", at: "c", by: "alice" },
      { id: 4, kind: "rollback", status: "success", at: "a", by: "signalbox" },
    ]);
    expect(world.deployer.starts.filter((attempt) => attempt.sha === sha("c"))).toEqual([]);
  });

  test.each([
    ["runs", "running", { code: "asked-already", rollback: 4 }],
    ["has succeeded", "success", { code: "moved-on" }],
    ["has failed", "failure", { code: "moved-on" }],
  ] as const)("is not asked for beside a person's rollback to the same, which %s", async (_how, how, why) => {
    await push(world, "x");
    await push(world, "a");
    let stopped = false;
    world.deployer.cancel = async () => undefined;
    world.deployer.script = (attempt) => {
      if (attempt.stage.name !== "deploy") return { state: "success", proven: true };
      if (attempt.sha === sha("b")) return { state: stopped ? "failure" : "running", lookAgainMs: 1_000, proven: true };
      return { state: how, lookAgainMs: 1_000, proven: true };
    };
    await push(world, "b");
    const reply = await world.command("U0000ALICE", { kind: "rollback", environment: "staging" });
    expect(reply).toMatchObject({ code: "requested", revision: { sha: sha("a") } });
    stopped = true;
    await world.tick(1_000);
    expect((await rows()).slice(2)).toEqual([
      { id: 3, kind: "merge", status: "failure", at: "b", by: "alice" },
      { id: 4, kind: "rollback", status: how === "running" ? "in_progress" : how, at: "a", by: "alice" },
    ]);
    expect(await whatWasLeft()).toContainEqual(why);
    expect(await world.deployment(3)).toMatchObject({ on_failure: "left" });
  });

  test.each([
    ["runs", async () => world.tick(1_000)],
    ["is next in line", async () => lookAtFailureFirst()],
  ])("leaves it to a person's rollback to another revision, which %s", async (_how, look) => {
    await push(world, "d");
    await push(world, "a");
    let ended = false;
    world.deployer.cancel = async () => undefined;
    world.deployer.script = (attempt) => {
      if (attempt.stage.name !== "deploy") return { state: "success", proven: true };
      if (attempt.sha === sha("b")) return { state: ended ? "failure" : "running", lookAgainMs: 1_000, proven: true };
      return { state: attempt.sha === sha("d") && ended ? "running" : "success", lookAgainMs: 1_000, proven: true };
    };
    await push(world, "b");
    const reply = await world.command("U0000ALICE", { kind: "rollback", environment: "staging", to: sha("d") });
    expect(reply).toMatchObject({ code: "requested", deployment: 4 });
    ended = true;
    await look();
    world.deployer.script = () => ({ state: "success", proven: true });
    await world.tick(1_000);
    expect((await rows()).slice(2)).toEqual([
      { id: 3, kind: "merge", status: "failure", at: "b", by: "alice" },
      { id: 4, kind: "rollback", status: "success", at: "d", by: "alice" },
    ]);
    expect((await world.environment("staging")).live_sha).toBe(sha("d"));
  });

  test("goes before a person's rollback that waits to be confirmed, which stays", async () => {
    await push(world, "d");
    world.github.changed.set(sha("a"), ["db/1.sql"]);
    await push(world, "a");
    slowly(world, "staging");
    await push(world, "b");
    await world.command("U0000ALICE", { kind: "rollback", environment: "staging", to: sha("d") });
    breaks("b");
    await world.tick(1_000);
    expect((await rows()).slice(2)).toEqual([
      { id: 3, kind: "merge", status: "failure", at: "b", by: "alice" },
      { id: 4, kind: "rollback", status: "waiting", at: "d", by: "alice" },
      { id: 5, kind: "rollback", status: "success", at: "a", by: "signalbox" },
    ]);
  });

  test("does not follow what was refused before it began", async () => {
    await push(world, "a");
    world.deployer.onStart = (attempt) =>
      attempt.sha === sha("b") && attempt.stage.name === "deploy"
        ? { kind: "refused", outcome: "failure", message: "closed on Fridays" }
        : { kind: "started", handle: {} };
    await push(world, "b");
    expect((await rows()).map(({ kind, status }) => [kind, status])).toEqual([
      ["merge", "success"],
      ["merge", "failure"],
    ]);
    expect(await whatWasLeft()).toEqual([{ code: "changed-nothing" }]);
    expect((await world.environment("staging")).hold_deployment_id).toBeNull();
  });

  test("is not asked for when GitHub is down, but once it is back", async () => {
    await push(world, "a");
    breaks("b");
    const { script } = world.deployer;
    world.deployer.script = (attempt) => {
      world.github.down = attempt.sha === sha("b") && attempt.stage.name === "deploy";
      return script(attempt);
    };
    await push(world, "b").catch(() => undefined);
    expect((await world.deployment(2)).on_failure).toBe("wanted");
    world.github.down = false;
    world.deployer.script = script;
    await world.sweep();
    expect((await rows()).map(({ kind }) => kind)).toEqual(["merge", "merge", "rollback"]);
    expect((await world.deployment(2)).on_failure).toBe("asked");
  });

  test.each(["deployment.ended", "on-failure.asked", "request.gathered", "request.committed"])(
    "survives a crash at %s, and is asked for once",
    async (point) => {
      await push(world, "a");
      breaks("b");
      let armed = false;
      const { script } = world.deployer;
      world.deployer.script = (attempt) => {
        if (attempt.sha === sha("b") && attempt.stage.name === "deploy" && !armed) {
          armed = true;
          world.faults.arm(point);
        }
        return script(attempt);
      };
      await push(world, "b").catch(() => undefined);
      world.restart();
      await world.clock.advance(31_000);
      await world.sweep(true);
      expect((await rows()).map(({ kind, status }) => [kind, status])).toEqual([
        ["merge", "success"],
        ["merge", "failure"],
        ["rollback", "success"],
      ]);
      expect(await said("rolled-back-by-itself")).toHaveLength(1);
    },
  );
});

test("one that was asked for and has ended before that was noted is told of as asked for", async () => {
  await push(world, "a");
  breaks("b");
  world.faults.arm("on-failure.asked");
  await push(world, "b").catch(() => undefined);
  // Another replica looks at what waits in the meantime.
  await world.settle();
  expect((await world.deployment(3)).status).toBe("success");
  await world.sweep(true);
  expect((await world.deployment(2)).on_failure).toBe("asked");
  expect(await said("rolled-back-by-itself")).toHaveLength(1);
});

describe("migrations between", () => {
  const there = { environment: "staging" } as const;
  const back = { kind: "rollback", ...there } as const;
  const seen = (letter: string) =>
    seeDeployment(world.bot, {
      ...{ repository, deployment: 9, ...there, sha: sha(letter), state: "success", by: "bob" },
      at: world.clock.now() + 1_000,
    });

  async function withMigration(): Promise<void> {
    await push(world, "a");
    world.github.changed.set(sha("b"), ["db/1.sql", "src/app.ts"]);
  }

  test("a person is asked instead, and by confirming lets it go on", async () => {
    await withMigration();
    breaks("b");
    await push(world, "b");
    expect((await rows()).at(-1)).toMatchObject({ kind: "rollback", status: "waiting", at: "a", by: "signalbox" });
    const [waiting] = (await world.deployment(3)).verdict?.gates.filter(({ result }) => result === "wait") ?? [];
    expect(waiting?.reason).toEqual({ code: "ready.confirm-migrations", migrations: { files: 1, atLeast: false } });
    expect(await said("rolled-back-by-itself")).toMatchObject([{ rollback: 3, asksPerson: true }]);
    expect(await world.click("U0000OLAF", "confirm-migrations", 3)).toMatchObject({ code: "may-not" });
    expect(await world.click("U0000ALICE", "confirm-migrations", 3)).toEqual({
      code: "migrations-confirmed",
      deployment: 3,
    });
    expect(await world.deployment(3)).toMatchObject({ status: "success", migrations_confirmed_by: "alice" });
    expect(await world.click("U0000ALICE", "confirm-migrations", 3, "again")).toMatchObject({ code: "already-ended" });
  });

  test("whoever asks has to ask once more, and nothing is stopped before", async () => {
    await withMigration();
    await push(world, "b");
    world.github.changed.set(sha("c"), []);
    world.deployer.script = (attempt) =>
      attempt.sha === sha("c") && attempt.stage.name === "deploy" && !world.deployer.cancelled.includes(attempt.token)
        ? { state: "running", lookAgainMs: 1_000 }
        : { state: "success", proven: true };
    await push(world, "c");
    const named = { ...back, to: sha("a") };
    expect(await world.command("U0000ALICE", named)).toMatchObject({ code: "requested", deployment: 4 });
    await world.tick(2_000);
    expect(await world.deployment(3)).toMatchObject({ status: "in_progress", cancel_at: null });
    expect(await world.command("U0000ALICE", named)).toMatchObject({ code: "migrations-confirmed", deployment: 4 });
    await world.tick(2_000);
    expect((await world.deployment(3)).status).toBe("cancelled");
    expect(await world.deployment(4)).toMatchObject({ status: "success", sha: sha("a") });
  });

  test.each([
    ["a later deployment", async () => push(world, "c")],
    ["what is adopted", async () => world.command("U0000ALICE", { kind: "adopt", ...there, revision: sha("c") })],
    ["what others bring", async () => seen("c")],
    ["another rollback", async () => world.command("U0000ALICE", { ...back, to: sha("0") })],
  ])("one that waits ends with what it was to take back: %s is live by then", async (_what, goLive) => {
    await push(world, "0");
    await withMigration();
    breaks("b");
    await push(world, "b");
    expect(await world.deployment(4)).toMatchObject({ kind: "rollback", status: "waiting" });
    world.github.permissions.set("alice", "admin");
    world.commit("c");
    world.github.changed.set(sha("b"), []);
    await goLive();
    expect((await world.environment("staging")).live_deployment_id).toBe(5);
    expect(await world.deployment(4)).toMatchObject({ status: "superseded", superseded_by: 5 });
    expect(await world.click("U0000ALICE", "confirm-migrations", 4)).toMatchObject({ code: "already-ended" });
  });

  test("what has broken meanwhile is shown before it is taken back too: nobody has confirmed that", async () => {
    await withMigration();
    await push(world, "b");
    const named = { ...back, to: sha("a") };
    expect(await world.command("U0000ALICE", named)).toMatchObject({ code: "requested", deployment: 3 });
    world.github.changed.set(sha("c"), ["db/2.sql", "db/3.sql"]);
    world.deployer.script = (attempt) =>
      attempt.sha === sha("c") && attempt.stage.name === "deploy"
        ? { state: "error", message: "the network is gone" }
        : { state: "success", proven: true };
    await push(world, "c");
    expect(await world.deployment(4)).toMatchObject({ status: "error" });
    expect(await world.deployment(3)).toMatchObject({ status: "waiting", migrations_confirmed_by: null });

    expect(await world.command("U0000ALICE", named)).toMatchObject({ code: "requested", deployment: 5 });
    expect(await world.deployment(3)).toMatchObject({ status: "superseded", superseded_by: 5 });
    expect(await world.deployment(5)).toMatchObject({ status: "waiting", undoes_sha: sha("c") });
    expect(await world.command("U0000ALICE", named)).toMatchObject({ code: "migrations-confirmed", deployment: 5 });
    await world.tick(2_000);
    expect(await world.deployment(5)).toMatchObject({ status: "success", sha: sha("a") });
  });

  const failed = { state: "failure", proven: true } as const;
  test.each([
    ["a person", { state: "success", proven: true }, { state: "error", message: "the network is gone" }],
    ["Signalbox", failed, { state: "error", message: "the network is gone" }],
    ["Signalbox, which asks for the next as well", failed, failed],
  ] as const)(
    "no button confirms what its message did not show, but asks anew: %s had asked",
    async (_who, first, second) => {
      await withMigration();
      const ends = new Map<string, Observation>(Object.entries({ [sha("b")]: first, [sha("c")]: second }));
      world.deployer.script = ({ sha: at, stage }) =>
        (stage.name === "deploy" ? ends.get(at) : undefined) ?? { state: "success", proven: true };
      await push(world, "b");
      if (first !== failed) await world.command("U0000ALICE", { ...back, to: sha("a") });
      expect(await world.deployment(3)).toMatchObject({ status: "waiting", undoes_sha: sha("b") });
      world.github.changed.set(sha("c"), ["db/2.sql", "db/3.sql"]);
      await push(world, "c");

      const reply = await world.click("U0000ALICE", "confirm-migrations", 3, "click");
      const asked = (await rows()).length;
      expect(reply).toMatchObject({ code: "requested", deployment: asked });
      expect(await world.click("U0000ALICE", "confirm-migrations", 3, "click")).toEqual(reply);
      expect(await world.click("U0000ALICE", "confirm-migrations", 3, "again")).toMatchObject({
        code: "already-ended",
      });
      expect((await rows()).filter(({ status }) => status === "waiting")).toMatchObject([{ id: asked, by: "alice" }]);
      expect(await world.deployment(3)).toMatchObject({ status: "superseded", superseded_by: asked });
      expect(await world.deployment(asked)).toMatchObject({ undoes_sha: sha("c"), migrations_confirmed_by: null });
    },
  );

  test("the same delivery twice is no confirmation", async () => {
    await withMigration();
    await push(world, "b");
    await world.command("U0000ALICE", back, "once");
    await world.command("U0000ALICE", back, "once");
    expect((await rows()).at(-1)).toMatchObject({ kind: "rollback", status: "waiting" });
  });

  test("a crash after the confirmation stops what runs all the same", async () => {
    await withMigration();
    await push(world, "b");
    world.deployer.script = (attempt) =>
      attempt.sha === sha("c") && attempt.stage.name === "deploy"
        ? { state: "running", lookAgainMs: 1_000 }
        : { state: "success", proven: true };
    await push(world, "c");
    const named = { ...back, to: sha("a") };
    await world.command("U0000ALICE", named);
    world.faults.arm("rollback.confirmed");
    await expect(world.click("U0000ALICE", "confirm-migrations", 4, "click")).rejects.toThrow();
    await world.click("U0000ALICE", "confirm-migrations", 4, "click");
    await world.tick(2_000);
    expect((await world.deployment(4)).status).toBe("success");
  });

  test("without migrations among the changes nothing is asked", async () => {
    await push(world, "a");
    world.github.changed.set(sha("b"), ["src/app.ts"]);
    await push(world, "b");
    await world.command("U0000ALICE", back);
    expect((await rows()).at(-1)).toMatchObject({ kind: "rollback", status: "success" });
  });
});

test("what was rolled back is reverted by pull requests when somebody asks, once", async () => {
  await push(world, "a");
  await push(world, "b");
  await world.db
    .insertInto("pull_request")
    .values({
      repository_id: 1,
      number: 12,
      title: "Mend the basket",
      author: "alice",
      base_ref: "main",
      head_ref: "basket",
      head_sha: sha("b"),
      merge_sha: sha("b"),
      merged_at: new Date(0),
      merged_by: "rosa",
      body: "",
      draft: false,
      from_fork: false,
      updated_at: new Date(0),
      assignees: "[]",
      requested_reviewers: "[]",
      reviewed_by: "[]",
      versions: null,
      file_mistakes: null,
      issues: "[]",
      readiness: null,
      ready_when_merged: null,
      state: "closed",
    })
    .execute();
  world.github.changed.set(sha("b"), []);
  await world.command("U0000ALICE", { kind: "rollback", environment: "staging" });
  expect(await world.click("U0000OLAF", "revert", 3)).toMatchObject({ code: "may-not" });
  const asked = { code: "revert-asked", deployment: 3, pullRequests: [12] };
  expect(await world.click("U0000ALICE", "revert", 3)).toEqual(asked);
  expect(await world.click("U0000ALICE", "revert", 3, "again")).toEqual(asked);
  const surfaces = await world.db
    .selectFrom("projection")
    .select("key")
    .where("surface", "=", "github.revert")
    .execute();
  expect(surfaces).toEqual([{ key: "github.revert/1/12/3" }]);
  expect(await said("revert-asked")).toEqual([{ code: "revert-asked", by: "alice", pullRequests: [12] }]);
  expect(await world.click("U0000ALICE", "revert", 2)).toEqual({ code: "nothing-to-revert", deployment: 2, found: 0 });
});

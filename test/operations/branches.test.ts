/** Merges and pushes to the branches that environments follow, forced and deleted ones, and what is only offered. */
import { afterEach, describe, expect, test } from "vitest";
import { followAllBranches, followBranch } from "../../src/operations/follow-branch.ts";
import { loadDeploymentView } from "../../src/operations/load-view.ts";
import { renderDeploymentMessage } from "../../src/slack/blocks/deployment.ts";
import { type Branches, branchesPipeline, openBranches } from "./branches-world.ts";
import { nothing, openWorld, push, repository, sha, shopPipeline, tellPush, type World } from "./world.ts";

let world: World;
afterEach(async () => {
  await world.close();
});

async function open(file?: string): Promise<Branches> {
  const branches = await openBranches(file);
  world = branches.world;
  return branches;
}

async function pending(environment: string): Promise<number> {
  const row = await world.db
    .selectFrom("deployment")
    .innerJoin("environment", "environment.id", "deployment.environment_id")
    .where("environment.name", "=", environment)
    .where("deployment.status", "in", ["waiting", "queued"])
    .select("deployment.id")
    .executeTakeFirst();
  if (row === undefined) throw new Error(`nothing waits in ${environment}`);
  return row.id;
}

/** The action ids of the buttons on the deployment's message. */
async function buttons(deployment: number): Promise<readonly string[]> {
  const view = await loadDeploymentView(world.db, deployment);
  if (view === undefined) throw new Error(`no deployment ${deployment}`);
  const blocks = JSON.stringify(renderDeploymentMessage(view, view.ask).blocks);
  return [...blocks.matchAll(/"action_id":"([^"]+)"/gu)].map(([, id]) => id ?? "");
}

describe("every branch that an environment follows", () => {
  const file = `
channel: "#shop-deploys"
pull_requests: {closes: off, assignee: off, reviewer: off}
people: {alice: U0000ALICE}
environments:
  first: {branch: development, deploy: make deploy}
  second: {branch: staging, after: first, deploy: make deploy}
  third: {branch: master, after: second, deploy: make deploy}
  fourth: {branch: main, after: third, deploy: make deploy}
`;

  test("a push without a pull request goes where its branch is followed, and nowhere else", async () => {
    world = await openWorld({ file });
    const a = world.commit("a", { branch: "main" });
    for (const branch of ["development", "staging", "master"]) {
      world.github.branches.set(branch, a);
      await tellPush(world, branch, nothing);
    }
    await tellPush(world, "main", nothing);
    await tellPush(world, "some/other", nothing);
    const starts = world.deployer.starts.map((attempt) => [attempt.environment, attempt.ref, attempt.sha]);
    expect(starts).toEqual([
      ["first", "development", a],
      ["second", "staging", a],
      ["third", "master", a],
      ["fourth", "main", a],
    ]);
  });

  test.each(["merge", "squash", "rebase"] as const)("a pull request comes by %s", async (method) => {
    const branches = await open();
    const headSha = world.commit("a", { branch: "feature" });
    await branches.open(1, { headSha, baseRef: "development" });
    const merged = await branches.merge(1, { letter: "b", method });
    expect((await world.environment("development")).live_sha).toBe(merged);
    const row = await world.deployment(world.deployer.starts.at(-1)?.deployment ?? 0);
    expect([row.pull_request, row.merged_by, row.ready_when_merged]).toEqual([1, "alice", true]);
  });

  test("pushed on to the next branch as it is, it is asked for by whoever pushed it there", async () => {
    const branches = await open();
    const headSha = world.commit("a", { branch: "feature" });
    await branches.open(1, { headSha, baseRef: "development" });
    const merged = await branches.merge(1, { letter: "b" });
    for (const branch of ["staging", "production"]) {
      world.github.branches.set(branch, merged);
      await tellPush(world, branch, branches.first, { pusher: "rosa" });
    }
    const [asked] = await world.db.selectFrom("deployment").selectAll().where("status", "=", "waiting").execute();
    expect([asked?.pull_request, asked?.merged_by]).toEqual([null, "rosa"]);
    await world.react("U0000ROSA", asked?.id ?? 0);
    expect(await branches.statusOf("production")).toEqual(["1 success", "b waiting"]);
  });

  test("however often and in whatever order the news come, one deployment is made", async () => {
    const branches = await open();
    const headSha = world.commit("a", { branch: "feature" });
    await branches.open(1, { headSha, baseRef: "development" });
    await branches.merge(1, { letter: "b", told: "push first" });
    await tellPush(world, "development", branches.first);
    await followAllBranches(world.bot, [repository]);
    await world.settle();
    expect(await branches.statusOf("development")).toEqual(["1 success", "b success"]);
  });

  test("of several merges while one runs, the newest goes next and the others are told by what", async () => {
    const branches = await open();
    world.deployer.script = () => ({ state: "running", lookAgainMs: 3_600_000 });
    await push(world, "a", { branch: "development" });
    await push(world, "b", { branch: "development" });
    await push(world, "c", { branch: "development" });
    expect(await branches.statusOf("development")).toEqual(["1 success", "a in_progress", "b superseded", "c queued"]);
  });
});

describe("pushed again while the first push is handled", () => {
  const base = { repository, branch: "main", deleted: false, forced: false, pusher: "alice" } as const;

  test.each([
    ["reads the pipeline file", "pipeline.fetched"],
    ["gathers what its request is judged by", "request.gathered"],
  ])("and %s: the newest waits, and its ancestor takes nobody's place", async (_when, point) => {
    world = await openWorld();
    world.deployer.script = () => ({ state: "running", lookAgainMs: 3_600_000 });
    await push(world, "1");
    const [before, after] = [sha("1"), world.commit("a")];
    world.faults.arm(point, async () => {
      await followBranch(world.bot, { ...base, before: after, after: world.commit("b"), changedPaths: [] });
    });
    await followBranch(world.bot, { ...base, before, after, changedPaths: [".github/signalbox.yml"] });
    await world.settle();
    const rows = await world.db.selectFrom("deployment").select(["sha", "status"]).orderBy("id").execute();
    expect(rows.map(({ sha: one, status }) => `${one.slice(0, 1)} ${status}`)).toEqual(["1 in_progress", "b queued"]);
    expect((await world.environment("staging")).heard_sha).toBe(sha("b"));
  });

  test.each([
    ["and the news of the one that changed the pipeline file is late", "a", "b"],
    ["and the news of the one before it found that one's head already", "1", "a"],
  ])("%s: what it asks for is judged by that file", async (_when, before, after) => {
    world = await openWorld();
    await push(world, "1");
    world.commit("a");
    world.commit("b");
    world.github.file = shopPipeline.replace("branch: main", "branch: main\n    auto: false");
    await followBranch(world.bot, { ...base, before: sha(before), after: sha(after), changedPaths: [] });
    await world.settle();
    const rows = await world.db.selectFrom("deployment").select(["sha", "status"]).orderBy("id").execute();
    expect(rows.map(({ sha: one, status }) => `${one.slice(0, 1)} ${status}`)).toEqual(["1 success", "b waiting"]);
  });

  test("where nothing moves meanwhile, its head is read once", async () => {
    world = await openWorld();
    await push(world, "1");
    world.github.calls.clear();
    await push(world, "a");
    expect(world.github.calls.get("branchHead")).toBe(1);
    expect(world.github.calls.get("pipelineSources")).toBeUndefined();
  });
});

describe("merged early", () => {
  test("what is missing is asked for in Slack, and the deployment waits until it is there", async () => {
    const branches = await open();
    const headSha = world.commit("a", { branch: "development" });
    await tellPush(world, "development", branches.first);
    await branches.open(1, { headSha, headRef: "development", baseRef: "staging" });
    const staged = await branches.merge(1, { letter: "b" });
    await branches.open(2, { headSha: staged, headRef: "staging", baseRef: "production" });
    const merged = await branches.merge(2, { letter: "c" });
    expect(await branches.statusOf("production")).toEqual(["1 success", "c waiting"]);
    const waiting = await pending("production");
    expect(await buttons(waiting)).toEqual(["approve", "reject", "cancel"]);
    const message = await world.db
      .selectFrom("projection")
      .select("lane")
      .where("key", "=", `slack.message/${waiting}/1`)
      .executeTakeFirst();
    expect(message).toEqual({ lane: "#shop-deploys" });
    // Who merged cannot approve; somebody else can.
    await world.react("U0000ALICE", waiting);
    expect((await world.deployment(waiting)).status).toBe("waiting");
    await world.react("U0000BOB", waiting);
    expect((await world.environment("production")).live_sha).toBe(merged);
    expect((await branches.gate(2, "production"))?.ended).toBe("merged");
  });

  test("what never was in the environment before is stopped after the merge too", async () => {
    const branches = await open();
    const headSha = world.commit("a", { branch: "feature" });
    await branches.open(1, { headSha, baseRef: "staging" });
    await branches.merge(1, { letter: "b" });
    expect(await branches.statusOf("staging")).toEqual(["1 success", "b rejected"]);
    expect((await world.environment("staging")).live_sha).toBe(branches.first);
  });
});

describe("what only a person may start", () => {
  test("merged while not ready, it waits; the button is that person's own request", async () => {
    const branches = await open();
    const headSha = world.commit("a", { branch: "feature" });
    await branches.open(1, { headSha, baseRef: "development", title: "WIP: basket" });
    const merged = await branches.merge(1, { letter: "b" });
    const waiting = await pending("development");
    expect(await buttons(waiting)).toEqual(["start", "cancel"]);
    expect(await world.click("U0000OLAF", "start", waiting)).toMatchObject({ code: "stopped" });
    expect((await world.deployment(waiting)).status).toBe("waiting");
    const started = await world.click("U0000ALICE", "start", waiting);
    expect(started).toMatchObject({ code: "requested", environment: "development" });
    expect((await world.environment("development")).live_sha).toBe(merged);
    expect(await branches.statusOf("development")).toEqual(["1 success", "b superseded", "b success"]);
    const [, , own] = await world.db.selectFrom("deployment").selectAll().orderBy("id").offset(2).execute();
    expect([own?.kind, own?.typed, own?.requested_by, own?.requested_by_slack]).toEqual([
      "deploy",
      true,
      "alice",
      "U0000ALICE",
    ]);
  });

  test("edited after the merge, it is still what it was when it was merged", async () => {
    const branches = await open();
    const headSha = world.commit("a", { branch: "feature" });
    await branches.open(1, { headSha, baseRef: "development", title: "WIP: basket" });
    await branches.merge(1, { letter: "b" });
    await branches.edit(1, { title: "Basket" });
    await world.sweep(true);
    expect(await branches.statusOf("development")).toEqual(["1 success", "b waiting"]);
  });

  test("auto: false offers each merge, the newest in the place of the older; a second click does no harm", async () => {
    world = await openWorld({
      file: branchesPipeline.replace("{branch: development,", "{branch: development, auto: false,"),
    });
    await push(world, "a", { branch: "development" });
    await push(world, "b", { branch: "development" });
    const waiting = await pending("development");
    const row = await world.deployment(waiting);
    expect([row.sha, row.offered_because]).toEqual([sha("b"), "auto"]);
    expect(await buttons(waiting)).toEqual(["start", "cancel"]);
    expect(world.deployer.starts).toEqual([]);
    await world.click("U0000ALICE", "start", waiting);
    expect(await world.click("U0000BOB", "start", waiting)).toMatchObject({ code: "already-ended" });
    expect(world.deployer.starts.map((attempt) => attempt.sha)).toEqual([sha("b")]);
  });

  test("where nothing supersedes, the offer still ends when a person asks for the very revision", async () => {
    world = await openWorld({
      file: branchesPipeline.replace("{branch: development,", "{branch: development, auto: false, queue: queue,"),
    });
    await push(world, "a", { branch: "development" });
    await push(world, "b", { branch: "development" });
    await world.command("U0000ALICE", { kind: "deploy", environment: "development", revision: sha("b") });
    const rows = await world.db.selectFrom("deployment").select(["sha", "status"]).orderBy("id").execute();
    expect(rows.map(({ sha: one, status }) => `${one.slice(0, 1)} ${status}`)).toEqual([
      // Older than what is live from then on.
      "a rejected",
      "b superseded",
      "b success",
    ]);
  });

  test("an offer in production becomes a request that asks for approvals like any other", async () => {
    const file = branchesPipeline.replace("    branch: production\n", "    branch: production\n    auto: false\n");
    world = await openWorld({ file });
    const a = world.commit("a", { branch: "main" });
    for (const branch of ["development", "staging"]) {
      world.github.branches.set(branch, a);
      await tellPush(world, branch, nothing);
    }
    world.github.branches.set("production", a);
    await tellPush(world, "production", nothing);
    const waiting = await pending("production");
    expect(await buttons(waiting)).toEqual(["approve", "reject", "start", "cancel"]);
    const started = await world.click("U0000ALICE", "start", waiting);
    if (started.code !== "requested") throw new Error(started.code);
    expect(world.deployer.starts.filter((one) => one.environment === "production")).toEqual([]);
    await world.react("U0000ROSA", started.deployment);
    expect((await world.environment("production")).live_sha).toBe(a);
  });
});

describe("a branch that was forced or deleted", () => {
  test("forced elsewhere, it is told and not deployed, once; what is live stays", async () => {
    const branches = await open();
    const before = await push(world, "a", { branch: "development" });
    world.commit("b", { branch: "development", parents: [branches.first] });
    await tellPush(world, "development", before, { forced: true, pusher: "bob" });
    await tellPush(world, "development", before, { forced: true, pusher: "bob" });
    expect(await branches.statusOf("development")).toEqual(["1 success", "a success"]);
    const told = (await world.said()).filter(({ code }) => code === "branch-forced");
    expect(told).toEqual([
      {
        code: "branch-forced",
        service: "shop",
        branch: "development",
        to: sha("b"),
        environments: ["development"],
        by: "bob",
      },
    ]);
  });

  test("forced back while the bot was down, it is found at start and told the same way", async () => {
    const branches = await open();
    const before = await push(world, "a", { branch: "development" });
    world.commit("b", { branch: "development", parents: [branches.first] });
    await followAllBranches(world.bot, [repository]);
    await world.settle();
    await tellPush(world, "development", before, { forced: true });
    expect(await branches.statusOf("development")).toEqual(["1 success", "a success"]);
    expect((await world.notes()).filter((code) => code === "branch-forced")).toHaveLength(1);
  });

  test("told of a push only after the branch was forced, it tells that and deploys nothing", async () => {
    const branches = await open();
    const before = sha("a");
    world.commit("a", { branch: "development" });
    world.commit("b", { branch: "development", parents: [branches.first] });
    const push = { repository, branch: "development", deleted: false, changedPaths: [], pusher: "alice" };
    await followBranch(world.bot, { ...push, before: branches.first, after: before, forced: false });
    await world.settle();
    expect(await branches.statusOf("development")).toEqual(["1 success"]);
    await tellPush(world, "development", before, { forced: true });
    expect((await world.notes()).filter((code) => code === "branch-forced")).toHaveLength(1);
  });

  test("a branch that an environment has come to follow deploys nothing at start until it moves", async () => {
    await open(branchesPipeline.replace("branch: production", "branch: main"));
    const typed = await world.command("U0000ALICE", { kind: "deploy", environment: "staging" });
    expect(typed).toMatchObject({ code: "requested" });
    world.commit("a", { branch: "stable" });
    await world.pipeline(branchesPipeline.replace("branch: staging", "branch: stable"));
    const asked = async () =>
      (await world.db.selectFrom("deployment").select("sha").where("ref", "=", "stable").orderBy("id").execute()).map(
        (row) => row.sha,
      );
    await followAllBranches(world.bot, [repository]);
    await world.settle();
    expect(await asked()).toEqual([]);
    world.commit("b", { branch: "stable" });
    await followAllBranches(world.bot, [repository]);
    await world.settle();
    expect(await asked()).toEqual([sha("b")]);
  });

  test("what the bot missed while it was down is deployed when the branch went forward", async () => {
    const branches = await open();
    world.commit("a", { branch: "development" });
    world.commit("b", { branch: "development" });
    await followAllBranches(world.bot, [repository]);
    await world.settle();
    expect(await branches.statusOf("development")).toEqual(["1 success", "b success"]);
  });

  test("a person can ask for what it holds, and every gate is asked", async () => {
    const branches = await open();
    const before = await push(world, "a", { branch: "development" });
    world.commit("b", { branch: "development", parents: [branches.first] });
    await tellPush(world, "development", before, { forced: true });
    const stopped = await world.command("U0000ALICE", { kind: "deploy", environment: "development" });
    expect(stopped).toMatchObject({ code: "stopped" });
    // With what is live brought in again it goes forward.
    world.commit("c", { branch: "development", parents: [sha("b"), before] });
    const asked = await world.command("U0000ALICE", { kind: "deploy", environment: "development" });
    expect(asked).toMatchObject({ code: "requested" });
    expect((await world.environment("development")).live_sha).toBe(sha("c"));
  });

  test("a merge that waits and is on the branch no longer is left to a person; one that still is goes on", async () => {
    const branches = await open();
    await world.command("U0000ROSA", { kind: "lock", environment: "development", reason: "counting" });
    await push(world, "a", { branch: "development" });
    const kept = await pending("development");
    const before = world.commit("b", { branch: "development" });
    // The push of b is never told: the force takes it away again.
    world.github.branches.set("development", sha("a"));
    await tellPush(world, "development", before, { forced: true });
    expect((await world.deployment(kept)).offered_because).toBeNull();
    world.commit("c", { branch: "development", parents: [branches.first] });
    await tellPush(world, "development", sha("a"), { forced: true });
    expect((await world.deployment(kept)).offered_because).toBe("branch");
    expect((await world.deployment(kept)).verdict?.gates.map((gate) => gate.reason)).toContainEqual({
      code: "ready.offered",
      because: "branch",
    });
  });

  test.each(["forced", "deleted"] as const)(
    "told late that it was %s, a newer merge that waits goes on",
    async (how) => {
      const branches = await open();
      await world.command("U0000ROSA", { kind: "lock", environment: "development", reason: "counting" });
      const before = await push(world, "a", { branch: "development" });
      const forcedTo = world.commit("b", { branch: "development", parents: [branches.first] });
      await push(world, "c", { branch: "development" });
      const after = how === "forced" ? forcedTo : nothing;
      const late = { repository, branch: "development", before, after, changedPaths: [], pusher: "bob" };
      await followBranch(world.bot, { ...late, deleted: how === "deleted", forced: how === "forced" });
      await world.settle();
      const waits = await world.deployment(await pending("development"));
      expect([waits.sha, waits.offered_because]).toEqual([sha("c"), null]);
      expect(await world.notes()).toContain(`branch-${how}`);
    },
  );

  test("forced back and moved forward again, what it holds is asked for anew, however often it is told", async () => {
    const branches = await open();
    const before = await push(world, "a", { branch: "development" });
    world.github.branches.set("development", branches.first);
    await tellPush(world, "development", before, { forced: true });
    await world.command("U0000ALICE", { kind: "rollback", environment: "development" });
    await world.command("U0000ROSA", { kind: "allow", revision: before, reason: "not its fault" });
    expect((await world.environment("development")).live_sha).toBe(branches.first);
    world.github.branches.set("development", before);
    await tellPush(world, "development", branches.first);
    await tellPush(world, "development", branches.first);
    await tellPush(world, "development", before, { forced: true });
    await tellPush(world, "development", branches.first);
    // It waits for somebody to say that what it was rolled back for is fixed.
    expect(await branches.statusOf("development")).toEqual(["1 success", "a success", "1 success", "a waiting"]);
  });

  test("what waited when the branch was forced back is asked for anew once it is on it again", async () => {
    const branches = await open();
    await world.command("U0000ROSA", { kind: "lock", environment: "development", reason: "counting" });
    const before = await push(world, "a", { branch: "development" });
    world.github.branches.set("development", branches.first);
    await tellPush(world, "development", before, { forced: true });
    world.github.branches.set("development", before);
    await tellPush(world, "development", branches.first);
    expect(await branches.statusOf("development")).toEqual(["1 success", "a superseded", "a waiting"]);
    expect((await world.deployment(await pending("development"))).offered_because).toBeNull();
  });

  test.each(["forced away", "deleted"] as const)("%s and restored, what is live is not deployed again", async (how) => {
    const branches = await open();
    const before = await push(world, "a", { branch: "development" });
    if (how === "deleted") world.github.branches.delete("development");
    else world.github.branches.set("development", branches.first);
    await tellPush(world, "development", before, { forced: how === "forced away" });
    world.github.branches.set("development", before);
    await tellPush(world, "development", how === "deleted" ? nothing : branches.first);
    expect(await branches.statusOf("development")).toEqual(["1 success", "a success"]);
  });

  test("read before it was forced back and asked for after, what is on it no longer is not deployed", async () => {
    const branches = await open();
    const before = sha("1");
    world.faults.arm("request.gathered", async () => {
      world.github.branches.set("development", before);
      const force = {
        repository,
        branch: "development",
        before: sha("a"),
        after: before,
        deleted: false,
        forced: true,
      };
      await followBranch(world.bot, { ...force, changedPaths: [], pusher: "bob" });
    });
    await push(world, "a", { branch: "development" });
    expect(await branches.statusOf("development")).toEqual(["1 success"]);
  });

  test("deleted, it is told, at start too; made again, it is followed again", async () => {
    const branches = await open();
    const before = await push(world, "a", { branch: "development" });
    world.github.branches.delete("development");
    await tellPush(world, "development", before, { pusher: "bob" });
    await followAllBranches(world.bot, [repository]);
    expect((await world.said()).filter(({ code }) => code === "branch-deleted")).toEqual([
      { code: "branch-deleted", service: "shop", branch: "development", environments: ["development"], by: "bob" },
    ]);
    expect(await branches.statusOf("development")).toEqual(["1 success", "a success"]);
    world.commit("b", { branch: "development", parents: [before] });
    await tellPush(world, "development", nothing);
    expect(await branches.statusOf("development")).toEqual(["1 success", "a success", "b success"]);
  });

  test("one that nobody follows is nobody's news", async () => {
    await open();
    world.commit("a", { branch: "feature" });
    world.github.branches.delete("feature");
    await tellPush(world, "feature", sha("a"));
    expect((await world.notes()).filter((code) => code.startsWith("branch-"))).toEqual([]);
  });
});

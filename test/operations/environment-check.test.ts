/** What is said on open pull requests into an environment's branch, and when it turns. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { looksAgainAt } from "../../src/operations/checks-changed.ts";
import { raiseVersion, wakeEnvironment } from "../../src/operations/environment.ts";
import { judgePullRequestGates } from "../../src/operations/judge-pull-request-gate.ts";
import { loseMergeGroup, seeMergeGroup } from "../../src/operations/see-merge-group.ts";
import { showGatesAgain } from "../../src/operations/show-gates-again.ts";
import { type Branches, branchesPipeline, openBranches } from "./branches-world.ts";
import { comeUpAgainst } from "./come-up-against.ts";
import { repository, tellPush, type World } from "./world.ts";

let branches: Branches;
let world: World;
beforeEach(async () => {
  branches = await openBranches();
  world = branches.world;
});
afterEach(async () => {
  await world.close();
});

const hour = 3_600_000;

/** Projections of the check, newest state wanted. */
async function shown(number: number): Promise<readonly string[]> {
  const rows = await world.db
    .selectFrom("projection")
    .select(["subject", "wanted"])
    .where("surface", "=", "github.environment-check")
    .orderBy("subject")
    .execute();
  return rows.filter(({ subject }) => subject.split("/")[1] === `${number}`).map(({ wanted }) => `${wanted}`);
}

/** How often GitHub was asked for what these verdicts are made from. */
function asked(): Readonly<Record<string, number>> {
  const ours = ["tree", "compare", "branchHead", "checks"];
  return Object.fromEntries([...world.github.calls].filter(([name]) => ours.includes(name)));
}

/** A change that went through development, as a pull request from there into staging. */
async function inDevelopment(letter: string): Promise<string> {
  const before = world.github.branches.get("development") ?? "";
  const sha = world.commit(letter, { branch: "development" });
  await tellPush(world, "development", before);
  return sha;
}

/** The same through staging too, where it is merged with a commit of its own. */
async function inStaging(letter: string, merge: string, number: number): Promise<string> {
  const headSha = await inDevelopment(letter);
  await branches.open(number, { headSha, headRef: "development", baseRef: "staging" });
  return await branches.merge(number, { letter: merge });
}

describe("the verdict before the merge", () => {
  test("what was live in the environment before passes, though the branches have commits of their own", async () => {
    await inStaging("a", "b", 1);
    const headSha = await inDevelopment("c");
    await branches.open(2, { headSha, headRef: "development", baseRef: "staging" });
    expect(await branches.openGates(2, "staging")).toEqual({});
    expect((await branches.gate(2, "staging"))?.verdict?.outcome).toBe("go");
    // Merged, it goes through as was said.
    await branches.merge(2, { letter: "d" });
    expect(await branches.statusOf("staging")).toEqual(["1 success", "b success", "d success"]);
  });

  test("what never was there is stopped, and passes once it was", async () => {
    const headSha = world.commit("a", { branch: "feature", author: "alice" });
    await branches.open(1, { headSha, headRef: "feature", baseRef: "staging" });
    expect(await branches.openGates(1, "staging")).toEqual({ order: "order.never-live-before" });
    world.github.branches.set("development", headSha);
    await tellPush(world, "development", branches.first);
    expect(await branches.openGates(1, "staging")).toEqual({});
  });

  test("a decision under way when the pull request comes is waited for: it could not yet raise the verdict", async () => {
    const headSha = await inDevelopment("a");
    await comeUpAgainst(
      world,
      async (trx) => {
        const { id } = await trx
          .selectFrom("environment")
          .select("id")
          .where("name", "=", "staging")
          .executeTakeFirstOrThrow();
        await raiseVersion(trx, id, {
          lock_by: "rosa",
          lock_reason: "the audit",
          lock_at: new Date(world.clock.now()),
        });
        await wakeEnvironment(trx, world.bot.wake, id);
      },
      () => branches.open(1, { headSha, headRef: "development", baseRef: "staging" }),
    );
    expect(await branches.openGates(1, "staging")).toEqual({ lock: "lock.held" });
  });

  test("a hotfix that its branch lacks stops it, until that is merged too, though its merge starts nothing", async () => {
    await world.pipeline(branchesPipeline.replace("{branch: staging,", "{branch: staging, hotfix: {from: [rosa]},"));
    const fix = world.commit("f", { branch: "fix", parents: [await inStaging("a", "b", 1)] });
    await world.command("U0000ROSA", { kind: "deploy", environment: "staging", revision: fix, hotfix: "it is down" });
    await branches.open(2, { headSha: await inDevelopment("c"), headRef: "development", baseRef: "staging" });
    expect(await branches.openGates(2, "staging")).toEqual({ order: "order.diverged-from-live" });
    await branches.open(3, { headSha: fix, headRef: "fix", baseRef: "staging" });
    await branches.merge(3, { letter: "m" });
    expect(await branches.statusOf("staging")).toEqual(["1 success", "b success", "f success", "m rejected"]);
    expect(await branches.openGates(2, "staging")).toEqual({});
  });

  test("a pull request that is not ready would wait, and turns with its title", async () => {
    const headSha = await inDevelopment("a");
    await branches.open(1, { headSha, baseRef: "staging", title: "WIP: the basket" });
    expect(await branches.openGates(1, "staging")).toEqual({ ready: "ready.not-ready-yet" });
    await branches.edit(1, { title: "The basket" });
    expect(await branches.openGates(1, "staging")).toEqual({});
  });

  test("a lock is told, and its end too, by the time alone", async () => {
    const headSha = await inDevelopment("a");
    await branches.open(1, { headSha, baseRef: "staging" });
    const until = world.clock.now() + hour;
    await world.command("U0000ROSA", { kind: "lock", environment: "staging", reason: "counting", until });
    expect(await branches.openGates(1, "staging")).toEqual({ lock: "lock.held" });
    expect((await branches.gate(1, "staging"))?.look_at?.getTime()).toBe(until);
    await world.tick(hour + 1_000);
    expect(await branches.openGates(1, "staging")).toEqual({});
  });

  test("a merge queue's group is told the same from when it asks, as it turns, and nothing once it is gone", async () => {
    const headSha = await inDevelopment("a");
    await branches.open(1, { headSha, baseRef: "staging" });
    const group = { headSha: "9".repeat(40), headRef: `refs/heads/gh-readonly-queue/staging/pr-1-${"8".repeat(40)}` };
    const told = async () => {
      const rows = world.db.selectFrom("projection").select(["subject", "wanted"]).orderBy("subject");
      const all = await rows.where("surface", "=", "github.environment-check").execute();
      return all.filter(({ subject }) => subject.endsWith(group.headSha)).map(({ wanted }) => `${wanted}`);
    };
    await seeMergeGroup(world.bot, repository, group);
    expect(await told()).toEqual(["1"]);
    await world.command("U0000ROSA", { kind: "lock", environment: "staging", reason: "counting" });
    expect(await branches.openGates(1, "staging")).toEqual({ lock: "lock.held" });
    expect(await told()).toEqual(["2"]);
    await loseMergeGroup(world.bot, repository, group);
    await world.command("U0000ROSA", { kind: "unlock", environment: "staging" });
    expect(await branches.openGates(1, "staging")).toEqual({});
    expect(await told()).toEqual(["2"]);
  });

  test("a lock of whoever opened it holds up everybody else who may merge it", async () => {
    const headSha = await inDevelopment("a");
    await branches.open(1, { headSha, baseRef: "staging" });
    await world.command("U0000ALICE", { kind: "lock", environment: "staging", reason: "mine" });
    expect(await branches.openGates(1, "staging")).toEqual({ lock: "lock.held" });
  });

  test("a rollback quarantines the content and holds the environment: both are told", async () => {
    const staged = await inStaging("a", "b", 1);
    await branches.open(2, { headSha: staged, headRef: "staging", baseRef: "production" });
    expect(await branches.openGates(2, "production")).toEqual({ approvals: "approvals.missing" });
    await world.command("U0000ALICE", { kind: "rollback", environment: "staging", reason: "bad" });
    expect(await branches.openGates(2, "production")).toEqual({
      order: "order.rolled-back-before",
      quarantine: "quarantine.quarantined",
      approvals: "approvals.missing",
    });
  });

  test("required checks on the head are read again when one of them changes, and only they are", async () => {
    await world.pipeline(branchesPipeline.replace("{branch: staging,", "{branch: staging, checks: [ci/test],"));
    const headSha = await inDevelopment("a");
    await branches.open(1, { headSha, baseRef: "staging" });
    expect(await branches.openGates(1, "staging")).toEqual({ checks: "checks.missing" });
    world.github.checksOf.set(headSha, [{ name: "ci/test", state: "success" }]);
    world.github.calls.clear();
    await looksAgainAt(world.bot, repository, headSha);
    await world.settle();
    expect(await branches.openGates(1, "staging")).toEqual({});
    expect(asked()).toEqual({ checks: 1 });
  });
});

describe("what is written, and what is asked of GitHub", () => {
  test("an environment that asks for nothing costs no call and shows no check until something speaks against it", async () => {
    const headSha = world.commit("a", { branch: "feature" });
    world.github.calls.clear();
    await branches.open(1, { headSha, headRef: "feature", baseRef: "development", title: "WIP" });
    await branches.edit(1, { title: "The basket" });
    expect(asked()).toEqual({});
    expect(await shown(1)).toEqual([]);
    await world.command("U0000ROSA", { kind: "lock", environment: "development", reason: "counting" });
    expect(await shown(1)).toEqual(["1"]);
    await world.command("U0000ROSA", { kind: "unlock", environment: "development" });
    expect(await shown(1)).toEqual(["2"]);
  });

  test("GitHub is asked once for a head, and again only when what is live has changed", async () => {
    const headSha = await inDevelopment("a");
    world.github.calls.clear();
    await branches.open(1, { headSha, baseRef: "staging" });
    expect(asked()).toEqual({ tree: 1, compare: 1 });
    await branches.edit(1, { body: "More words" });
    await world.command("U0000ROSA", { kind: "lock", environment: "staging", reason: "counting" });
    await world.command("U0000ROSA", { kind: "unlock", environment: "staging" });
    expect(asked()).toEqual({ tree: 1, compare: 1 });
    expect(await shown(1)).toEqual(["3"]);
  });

  test("a verdict that stays the same is not written again", async () => {
    const headSha = await inDevelopment("a");
    await branches.open(1, { headSha, baseRef: "staging" });
    await inDevelopment("b");
    await branches.edit(1, { body: "More words" });
    expect(await shown(1)).toEqual(["1"]);
  });

  test("a new head gets a check of its own", async () => {
    const headSha = await inDevelopment("a");
    await branches.open(1, { headSha, baseRef: "staging" });
    await branches.edit(1, { headSha: await inDevelopment("b") });
    expect(await shown(1)).toEqual(["1", "1"]);
    expect((await branches.gate(1, "staging"))?.head_sha).toBe("b".repeat(40));
  });

  test("asked for again, everything is looked up anew and a fresh check is written", async () => {
    const headSha = await inDevelopment("a");
    await branches.open(1, { headSha, baseRef: "staging" });
    world.github.calls.clear();
    // Somebody is just writing the one of before, and brings it back no more.
    const leased = { external: '{"checkRun":5}', epoch: 3, lease_until: new Date(8e12) };
    await world.db.updateTable("projection").set(leased).where("surface", "=", "github.environment-check").execute();
    await showGatesAgain(world.bot, repository, headSha);
    await world.settle();
    expect(asked()).toEqual({ tree: 1, compare: 1 });
    expect(await shown(1)).toEqual(["2"]);
    const rows = world.db.selectFrom("projection").select(["external", "epoch", "lease_until"]);
    expect(await rows.where("surface", "=", "github.environment-check").execute()).toEqual([
      { external: null, epoch: 4, lease_until: null },
    ]);
  });

  test("broken off between asking and writing, it stays behind and is judged when looked at again", async () => {
    const headSha = await inDevelopment("a");
    const { id: environment } = await world.environment("staging");
    world.faults.arm("gate.gathered");
    await branches.open(1, { headSha, baseRef: "staging" }).catch(() => undefined);
    expect((await branches.gate(1, "staging"))?.verdict).toBeNull();
    await judgePullRequestGates(world.bot, environment);
    expect(await branches.openGates(1, "staging")).toEqual({});
  });

  test("retargeted, what was said comes to an end and the other environment speaks", async () => {
    const headSha = await inDevelopment("a");
    await branches.open(1, { headSha, baseRef: "staging" });
    await branches.edit(1, { baseRef: "production" });
    expect((await branches.gate(1, "staging"))?.ended).toBe("elsewhere");
    expect(await branches.openGates(1, "production")).toEqual({
      order: "order.never-live-before",
      approvals: "approvals.missing",
    });
    await branches.edit(1, { baseRef: "staging" });
    expect((await branches.gate(1, "staging"))?.ended).toBeNull();
    expect((await branches.gate(1, "production"))?.ended).toBe("elsewhere");
  });

  test("closed, it is left alone; reopened, it is judged anew", async () => {
    const headSha = await inDevelopment("a");
    await branches.open(1, { headSha, baseRef: "staging" });
    await branches.edit(1, { state: "closed" });
    expect((await branches.gate(1, "staging"))?.ended).toBe("closed");
    await world.command("U0000ROSA", { kind: "lock", environment: "staging", reason: "counting" });
    await branches.edit(1, { state: "open" });
    expect(await branches.openGates(1, "staging")).toEqual({ lock: "lock.held" });
  });

  test("an environment that begins to follow the branch speaks on pull requests that are open already", async () => {
    const headSha = await inDevelopment("a");
    await branches.open(1, { headSha, baseRef: "main" });
    expect(await branches.gate(1, "production")).toBeUndefined();
    await world.pipeline(branchesPipeline.replace("branch: production", "branch: main"));
    expect(await branches.openGates(1, "production")).toEqual({
      order: "order.never-live-before",
      approvals: "approvals.missing",
    });
  });
});

describe("reviews", () => {
  async function forProduction(): Promise<string> {
    const headSha = await inStaging("a", "b", 1);
    await branches.open(2, { headSha, headRef: "staging", baseRef: "production" });
    return headSha;
  }

  test("an approver's yes counts, and after the merge it deploys without another word", async () => {
    await forProduction();
    await branches.review(2, "rosa", "approved");
    expect(await branches.openGates(2, "production")).toEqual({});
    const merged = await branches.merge(2, { letter: "c" });
    expect(await branches.statusOf("production")).toEqual(["1 success", "c success"]);
    const via = await world.db
      .selectFrom("approval")
      .innerJoin("deployment", "deployment.id", "approval.deployment_id")
      .where("deployment.sha", "=", merged)
      .select(["login", "via"])
      .execute();
    expect(via).toEqual([{ login: "rosa", via: "review" }]);
  });

  test("the same when the push is told before the merge", async () => {
    await forProduction();
    await branches.review(2, "rosa", "approved");
    await branches.merge(2, { letter: "c", told: "push first" });
    expect(await branches.statusOf("production")).toEqual(["1 success", "c success"]);
  });

  test("somebody who may not approve changes nothing", async () => {
    await forProduction();
    world.github.calls.clear();
    await branches.review(2, "olaf", "approved");
    expect(asked()).toEqual({});
    expect(await branches.openGates(2, "production")).toEqual({ approvals: "approvals.missing" });
    expect(await world.db.selectFrom("review").selectAll().execute()).toEqual([]);
  });

  test("asking for changes rejects, and a later yes takes that back", async () => {
    await forProduction();
    await branches.review(2, "rosa", "changes-requested");
    expect(await branches.openGates(2, "production")).toEqual({ approvals: "approvals.rejected" });
    await branches.review(2, "rosa", "approved");
    expect(await branches.openGates(2, "production")).toEqual({});
  });

  test("a dismissed review counts no more, also when its dismissal is told first", async () => {
    await forProduction();
    const yes = await branches.review(2, "rosa", "approved");
    await branches.review(2, "rosa", "dismissed", { reviewId: yes.reviewId, at: yes.at });
    expect(await branches.openGates(2, "production")).toEqual({ approvals: "approvals.missing" });
    await branches.review(2, "bob", "dismissed", { reviewId: 50, at: yes.at });
    await branches.review(2, "bob", "approved", { reviewId: 50, at: yes.at });
    expect(await branches.openGates(2, "production")).toEqual({ approvals: "approvals.missing" });
  });

  test("a yes that is dismissed counts no more, though its reviewer was nobody's approver meanwhile", async () => {
    await forProduction();
    const yes = await branches.review(2, "rosa", "approved");
    const file = branches.world.github.file ?? "";
    await branches.world.pipeline(file.replace("[rosa, bob]", "[bob]"));
    await branches.review(2, "rosa", "dismissed", { reviewId: yes.reviewId, at: yes.at });
    await branches.world.pipeline(file);
    expect(await branches.openGates(2, "production")).toEqual({ approvals: "approvals.missing" });
  });

  test("an older word that arrives late changes nothing", async () => {
    await forProduction();
    const yes = await branches.review(2, "rosa", "approved");
    await branches.review(2, "rosa", "changes-requested", { reviewId: 0, at: yes.at - 60_000 });
    expect(await branches.openGates(2, "production")).toEqual({});
  });

  test("new commits after the review: it no longer counts, and the check says why", async () => {
    await forProduction();
    await branches.review(2, "rosa", "approved");
    const next = await inDevelopment("d");
    await branches.open(3, { headSha: next, headRef: "development", baseRef: "staging" });
    await branches.edit(2, { headSha: await branches.merge(3, { letter: "e" }) });
    expect(await branches.openGates(2, "production")).toEqual({ approvals: "approvals.missing" });
    const gate = await branches.gate(2, "production");
    expect(gate?.refused).toMatchObject([{ login: "rosa", answer: "approve", why: { code: "content-changed" } }]);
  });

  test("a review of an older commit is no yes to the head", async () => {
    const headSha = await forProduction();
    await branches.review(2, "rosa", "approved", { commitSha: branches.first });
    expect(headSha).not.toBe(branches.first);
    expect(await branches.openGates(2, "production")).toEqual({ approvals: "approvals.missing" });
  });

  test("something else went live: it no longer counts, also when the review is told only afterwards", async () => {
    await forProduction();
    const before = await branches.review(2, "rosa", "approved");
    const other = await inStaging("d", "e", 3);
    await branches.open(4, { headSha: other, headRef: "staging", baseRef: "production" });
    await branches.review(4, "rosa", "approved");
    await branches.merge(4, { letter: "f" });
    expect(await branches.statusOf("production")).toEqual(["1 success", "f success"]);
    expect((await branches.gate(2, "production"))?.refused).toMatchObject([{ why: { code: "from-changed" } }]);
    await branches.review(2, "bob", "approved", { at: before.at });
    expect((await branches.gate(2, "production"))?.refused).toMatchObject([
      { login: "bob", why: { code: "from-changed" } },
      { login: "rosa", why: { code: "from-changed" } },
    ]);
  });

  test("the policy changed: it no longer counts", async () => {
    await forProduction();
    await branches.review(2, "rosa", "approved");
    await world.pipeline(branchesPipeline.replace("[rosa, bob]", "[rosa, bob, olaf]"));
    expect(await branches.openGates(2, "production")).toEqual({ approvals: "approvals.missing" });
    expect((await branches.gate(2, "production"))?.refused).toMatchObject([{ why: { code: "policy-changed" } }]);
  });

  test("it stands for as long as an ask would, and then the check turns by itself", async () => {
    await forProduction();
    const yes = await branches.review(2, "rosa", "approved");
    expect((await branches.gate(2, "production"))?.look_at?.getTime()).toBe(yes.at + 8 * hour);
    await world.tick(8 * hour);
    expect(await branches.openGates(2, "production")).toEqual({ approvals: "approvals.missing" });
    await branches.merge(2, { letter: "c" });
    expect(await branches.statusOf("production")).toEqual(["1 success", "c waiting"]);
  });

  test("whoever merges cannot have approved it, and whoever wrote it neither", async () => {
    await forProduction();
    await branches.review(2, "rosa", "approved");
    await branches.merge(2, { letter: "c", by: "rosa" });
    expect(await branches.statusOf("production")).toEqual(["1 success", "c waiting"]);
    const refused = (await world.said()).filter((note) => note.code === "approval-refused");
    expect(refused).toMatchObject([{ person: "rosa", why: { code: "merger" } }]);
  });

  test("merged with other content than was reviewed, it does not count, and a reaction does", async () => {
    const headSha = await inStaging("a", "b", 1);
    await branches.open(2, { headSha, headRef: "staging", baseRef: "production" });
    await branches.review(2, "rosa", "approved");
    // The content that the merge makes was live in staging, but is not what rosa saw.
    const other = await inStaging("d", "e", 3);
    expect(other).not.toBe(headSha);
    await branches.merge(2, { letter: "c", content: "d" });
    expect(await branches.statusOf("production")).toEqual(["1 success", "c waiting"]);
    const refused = (await world.said()).filter((note) => note.code === "approval-refused");
    expect(refused).toMatchObject([{ person: "rosa", why: { code: "content-changed" } }]);
    const waiting = await world.db.selectFrom("deployment").select("id").where("status", "=", "waiting").execute();
    await world.react("U0000ROSA", waiting[0]?.id ?? 0);
    expect(await branches.statusOf("production")).toEqual(["1 success", "c success"]);
  });

  test("reviewed after an early merge, the deployment that waits goes on; dismissed before, it waits", async () => {
    await world.pipeline(branchesPipeline.replace("count: 1", "count: 2"));
    await forProduction();
    const headSha = world.github.pulls.get(2)?.headSha ?? "";
    await branches.merge(2, { letter: "c" });
    expect(await branches.statusOf("production")).toEqual(["1 success", "c waiting"]);
    const yes = await branches.review(2, "rosa", "approved", { commitSha: headSha });
    await branches.review(2, "rosa", "dismissed", { reviewId: yes.reviewId, at: yes.at });
    await branches.review(2, "bob", "approved");
    expect(await branches.statusOf("production")).toEqual(["1 success", "c waiting"]);
    await branches.review(2, "rosa", "approved");
    expect(await branches.statusOf("production")).toEqual(["1 success", "c success"]);
  });

  test("it does not come back for what is asked for later, once its reviewer has said no", async () => {
    await forProduction();
    await branches.review(2, "rosa", "approved");
    await world.command("U0000BOB", { kind: "lock", environment: "production", reason: "counting" });
    await branches.merge(2, { letter: "c" });
    const [waiting] = await world.db.selectFrom("deployment").select("id").where("status", "=", "waiting").execute();
    await world.react("U0000ROSA", waiting?.id ?? 0, "x");
    await world.command("U0000BOB", { kind: "unlock", environment: "production" });
    await world.command("U0000BOB", { kind: "deploy", environment: "production" });
    expect(await branches.statusOf("production")).toEqual(["1 success", "c rejected", "c waiting"]);
    await branches.review(2, "rosa", "approved");
    expect(await branches.statusOf("production")).toEqual(["1 success", "c rejected", "c success"]);
  });

  test.each([
    ["stands", async () => world.tick(9 * hour), "waiting"],
    ["was not taken back", async () => branches.review(2, "rosa", "dismissed", { reviewId: 1 }), "waiting"],
    ["was not followed by a no", async () => branches.review(2, "rosa", "changes-requested"), "rejected"],
    ["nothing of that was so", async () => branches.review(2, "bob", "dismissed", { reviewId: 50 }), "failure"],
  ] as const)("it goes over to a retry only while it %s", async (_while, meanwhile, status) => {
    await forProduction();
    const yes = await branches.review(2, "rosa", "approved");
    expect(yes.reviewId).toBe(1);
    world.deployer.script = () => ({ state: "failure", proven: true });
    await branches.merge(2, { letter: "c" });
    const [failed] = await world.db.selectFrom("deployment").select("id").where("status", "=", "failure").execute();
    await meanwhile();
    await world.command("U0000BOB", { kind: "retry", deployment: failed?.id ?? 0 });
    expect(await branches.statusOf("production")).toEqual(["1 success", "c failure", `c ${status}`]);
  });
});

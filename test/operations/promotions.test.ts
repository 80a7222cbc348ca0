/** Promoting by pull request: when it is one, which one stays open, patches on it, and what its merge deploys. */
import { sql } from "kysely";
import { afterEach, describe, expect, test } from "vitest";
import { promoteWhatMissed } from "../../src/operations/promotion.ts";
import { tellPromotion, tellRefusedPromotion } from "../../src/operations/promotions.ts";
import { type Branches, openBranches } from "./branches-world.ts";
import { tellPush, type World } from "./world.ts";

const file = `
channel: "#shop-deploys"
pull_requests: {closes: off, assignee: off, reviewer: off}
people: {alice: U0000ALICE, rosa: U0000ROSA, olaf: U0000OLAF}
environments:
  development: {branch: development, deploy: make deploy}
  staging: {branch: staging, deploy: make deploy}
  production: {branch: production, snapshot: false, approvals: {from: [rosa]}, deploy: make deploy}
`;

let branches: Branches;
let world: World;
afterEach(async () => {
  await world.close();
});

async function open(text = file): Promise<void> {
  branches = await openBranches(text);
  world = branches.world;
}

async function inDevelopment(letter: string): Promise<string> {
  const before = world.github.branches.get("development") ?? "";
  const sha = world.commit(letter, { branch: "development" });
  await tellPush(world, "development", before);
  return sha;
}

const promote = async (environment = "staging", person = "U0000ALICE") =>
  await world.command(person, { kind: "promote", environment });

async function rows() {
  return await world.db.selectFrom("promotion").selectAll().orderBy("id").execute();
}

/** What the surface does: the branch and the pull request are made, and GitHub tells of it. */
async function opened(number: number): Promise<void> {
  const row = (await rows()).at(-1);
  if (row === undefined) throw new Error("nothing was promoted");
  if (row.snapshot) world.github.branches.set(row.branch, row.sha);
  const external = JSON.stringify({ number, at: row.sha });
  const key = `github.promotion/${row.id}`;
  await world.db.updateTable("projection").set({ external }).where("key", "=", key).execute();
  await branches.open(number, {
    headSha: world.github.branches.get(row.branch) ?? "",
    headRef: row.branch,
    baseRef: row.base,
    author: "signalbox[bot]",
  });
}

describe("promoting into an environment with a branch", () => {
  test("asks for one pull request, and says where it is once it stands", async () => {
    await open();
    const a = await inDevelopment("a");
    expect(await promote()).toMatchObject({ code: "promotion-asked", environment: "staging", before: "development" });
    expect(await branches.statusOf("staging")).toEqual(["1 success"]);
    const [row] = await rows();
    expect(row).toMatchObject({ sha: a, base: "staging", snapshot: true, branch: "signalbox/staging-1-aaaaaaa" });
    await opened(7);
    await tellPromotion(world.bot, "1");
    expect((await world.said()).at(-1)).toMatchObject({
      code: "promotion-opened",
      number: 7,
      by: "alice",
      url: "https://github.example/acme/shop/pull/7",
    });
    expect((await branches.gate(7, "staging"))?.verdict?.outcome).toBe("go");
    await branches.merge(7, { letter: "m" });
    expect(await branches.statusOf("staging")).toEqual(["1 success", "m success"]);
    expect(await promote()).toMatchObject({ code: "promotion-nothing-new" });
  });

  test("the same command delivered again asks once, and another says that it stands", async () => {
    await open();
    await inDevelopment("a");
    const command = { kind: "promote", environment: "staging" } as const;
    await world.command("U0000ALICE", command, "once");
    expect(await world.command("U0000ALICE", command, "once")).toMatchObject({ code: "promotion-asked" });
    await opened(7);
    expect(await promote()).toMatchObject({ code: "promotion-open", number: 7 });
    expect(await rows()).toHaveLength(1);
  });

  test("two who ask at the same moment get one pull request", async () => {
    await open();
    await inDevelopment("a");
    world.faults.arm("promotion.gathered", async () => {
      expect(await promote()).toMatchObject({ code: "promotion-asked" });
    });
    expect(await promote()).toMatchObject({ code: "promotion-open" });
    expect(await rows()).toMatchObject([{ replaced_by: null }]);
  });

  test("is never moved back by whoever asked before somebody else brought it up to date", async () => {
    await open();
    await inDevelopment("a");
    await promote();
    await opened(7);
    await inDevelopment("b");
    world.faults.arm("promotion.gathered", async () => {
      const c = await inDevelopment("c");
      expect(await promote()).toMatchObject({ code: "promotion-updated" });
      await branches.edit(7, { headSha: c });
    });
    await promote();
    expect((await rows())[0]?.sha).toBe(world.github.branches.get("development"));
  });

  test("is brought up to date while nobody has pushed onto it, and left alone afterwards", async () => {
    await open();
    await inDevelopment("a");
    await promote();
    await opened(7);
    const b = await inDevelopment("b");
    expect(await promote()).toMatchObject({ code: "promotion-updated", number: 7 });
    expect(await rows()).toMatchObject([{ sha: b, branch: "signalbox/staging-1-aaaaaaa" }]);
    // The surface moves the branch, and a person patches it.
    const patch = world.commit("p", { branch: "patch", parents: [b] });
    await branches.edit(7, { headSha: patch });
    await inDevelopment("c");
    expect(await promote()).toMatchObject({ code: "promotion-pushed-onto", number: 7 });
    expect(await rows()).toMatchObject([{ sha: b }]);
  });

  test("a patch on it is built on what the surface put there, also when more was promoted before it was known", async () => {
    await open();
    const a = await inDevelopment("a");
    await promote();
    await opened(7);
    // GitHub has not told of the patch yet, and once it has, the surface leaves the branch alone.
    const patch = world.commit("p", { branch: "signalbox/staging-1-aaaaaaa", parents: [a] });
    await inDevelopment("b");
    expect(await promote()).toMatchObject({ code: "promotion-updated", number: 7 });
    await branches.edit(7, { headSha: patch });
    expect((await branches.gate(7, "staging"))?.verdict?.outcome).toBe("go");
    await branches.merge(7, { letter: "m" });
    expect(await branches.statusOf("staging")).toEqual(["1 success", "m success"]);
  });

  test("is promoted onto again while the surface has not moved its branch yet: nobody has pushed", async () => {
    await open();
    await inDevelopment("a");
    await promote();
    await opened(7);
    await inDevelopment("b");
    await promote();
    const c = await inDevelopment("c");
    expect(await promote()).toMatchObject({ code: "promotion-updated", number: 7 });
    expect(await rows()).toMatchObject([{ sha: c }]);
  });

  test("is promoted onto again, or anew, by what it is, though GitHub has not told yet of what became of it", async () => {
    await open();
    await inDevelopment("a");
    await promote();
    await opened(7);
    const b = await inDevelopment("b");
    await promote();
    const becomes = (changes: object) => {
      const pull = world.github.pulls.get(7);
      if (pull !== undefined) world.github.pulls.set(7, { ...pull, ...changes });
    };
    becomes({ headSha: b });
    await world.db
      .updateTable("projection")
      .set({ external: JSON.stringify({ number: 7, at: b }) })
      .where("key", "=", "github.promotion/1")
      .execute();
    await inDevelopment("c");
    expect(await promote()).toMatchObject({ code: "promotion-updated", number: 7 });
    becomes({ state: "closed" });
    const d = await inDevelopment("d");
    expect(await promote()).toMatchObject({ code: "promotion-asked" });
    expect((await rows()).at(-1)).toMatchObject({ id: 2, sha: d });
  });

  test("what it was merged before it could be brought up to date gets one of its own, once", async () => {
    await open();
    await inDevelopment("a");
    await promote();
    await opened(7);
    await promoteWhatMissed(world.bot, "1");
    expect(await rows()).toHaveLength(1);
    const b = await inDevelopment("b");
    expect(await promote()).toMatchObject({ code: "promotion-updated", number: 7 });
    await branches.merge(7, { letter: "m" });
    await world.db
      .updateTable("projection")
      .set({ external: sql`external || '{"missed": 1}'` })
      .where("key", "=", "github.promotion/1")
      .execute();
    await promoteWhatMissed(world.bot, "1");
    await promoteWhatMissed(world.bot, "1");
    expect(await rows()).toMatchObject([
      { id: 1, replaced_by: 2 },
      { id: 2, sha: b, branch: "signalbox/staging-2-bbbbbbb", replaced_by: null },
    ]);
    await opened(8);
    await tellPromotion(world.bot, "2");
    expect((await world.said()).at(-1)).toMatchObject({ code: "promotion-opened", number: 8, by: "alice" });
  });

  test("that GitHub refuses it is told once for each revision, also while it stands, and not of one that was replaced", async () => {
    await open();
    await inDevelopment("a");
    await promote();
    const said = "GitHub answered 403 to POST /repos/acme/shop/pulls: Resource not accessible by integration";
    const refusedTimes = async (times: number) => {
      const row = world.db.updateTable("projection").set({ refused: times, error: said });
      await row.where("key", "=", "github.promotion/1").execute();
      await tellRefusedPromotion(world.bot, "1");
      return (await world.said()).filter(({ code }) => code === "promotion-refused");
    };
    expect(await refusedTimes(2)).toEqual([]);
    const where = { code: "promotion-refused", service: "shop", environment: "staging", before: "development" };
    const first = { ...where, branch: "signalbox/staging-1-aaaaaaa", base: "staging", said, by: "alice" };
    expect(await refusedTimes(3)).toEqual([first]);
    expect(await refusedTimes(4)).toHaveLength(1);
    await opened(7);
    await inDevelopment("b");
    await promote();
    const url = "https://github.example/acme/shop/pull/7";
    expect(await refusedTimes(3)).toEqual([first, { ...first, number: 7, url }]);
    // What is promoted next takes its place.
    await world.command("U0000ALICE", { kind: "rollback", environment: "development" });
    await promote();
    expect((await rows())[0]?.replaced_by).toBe(2);
    expect(await refusedTimes(3)).toHaveLength(2);
  });

  test("gives way to a new one when what is live before was taken back", async () => {
    await open();
    const a = await inDevelopment("a");
    await inDevelopment("b");
    await promote();
    await opened(7);
    await world.command("U0000ALICE", { kind: "rollback", environment: "development" });
    expect((await world.environment("development")).live_sha).toBe(a);
    expect(await promote()).toMatchObject({ code: "promotion-asked" });
    expect(await rows()).toMatchObject([
      { id: 1, replaced_by: 2 },
      { id: 2, sha: a, replaced_by: null },
    ]);
    await tellPromotion(world.bot, "1");
    expect((await world.said()).map(({ code }) => code)).not.toContain("promotion-opened");
  });

  test("what was closed is promoted anew", async () => {
    await open();
    await inDevelopment("a");
    await promote();
    await opened(7);
    await branches.edit(7, { state: "closed" });
    expect(await promote()).toMatchObject({ code: "promotion-asked" });
    expect(await rows()).toHaveLength(2);
  });

  test("patches on it are deployed by its merge, and other content is not", async () => {
    await open();
    const a = await inDevelopment("a");
    await promote();
    await opened(7);
    const patch = world.commit("p", { branch: "signalbox/staging-1-aaaaaaa", parents: [a] });
    await branches.edit(7, { headSha: patch });
    expect((await branches.gate(7, "staging"))?.verdict?.outcome).toBe("go");
    await branches.merge(7, { letter: "m" });
    expect(await branches.statusOf("staging")).toEqual(["1 success", "m success"]);
    const row = await world.db.selectFrom("deployment").selectAll().orderBy("id", "desc").executeTakeFirstOrThrow();
    expect(row.verdict?.gates.find(({ gate }) => gate === "order")?.reason).toMatchObject({
      code: "order.patched",
      pullRequest: 7,
    });

    await inDevelopment("b");
    await promote();
    await opened(8);
    // The merge holds more than its pull request did.
    await branches.merge(8, { letter: "n", content: "more" });
    expect((await branches.statusOf("staging")).at(-1)).toBe("n rejected");
  });

  test("whoever may not deploy there may not promote either", async () => {
    await open();
    await inDevelopment("a");
    expect(await promote("staging", "U0000OLAF")).toMatchObject({ code: "stopped" });
    expect(await rows()).toEqual([]);
  });

  test("a lock stops it, as it stops a deployment that is asked for", async () => {
    await open();
    await inDevelopment("a");
    await world.command("U0000ROSA", { kind: "lock", environment: "staging", reason: "a demo" });
    expect(JSON.stringify(await promote())).toContain("lock.held");
    expect(await rows()).toEqual([]);
  });

  test("a red check does not keep it from being opened: patches may turn it green", async () => {
    await open(file.replace("branch: staging,", "branch: staging, checks: [ci/test],"));
    const a = await inDevelopment("a");
    world.github.checksOf.set(a, [{ name: "ci/test", state: "failure" }]);
    expect(await promote()).toMatchObject({ code: "promotion-asked" });
    await opened(7);
    expect(await branches.openGates(7, "staging")).toEqual({ checks: "checks.failed" });
    const patch = world.commit("p", { branch: "signalbox/staging-1-aaaaaaa", parents: [a] });
    world.github.checksOf.set(patch, [{ name: "ci/test", state: "success" }]);
    await branches.edit(7, { headSha: patch });
    expect((await branches.gate(7, "staging"))?.verdict?.outcome).toBe("go");
  });

  test("without a snapshot it comes from the branch before itself", async () => {
    await open();
    await inDevelopment("a");
    await promote();
    await opened(7);
    await branches.merge(7, { letter: "m" });
    expect(await promote("production")).toMatchObject({ code: "promotion-asked", before: "staging" });
    expect((await rows()).at(-1)).toMatchObject({ branch: "staging", base: "production", snapshot: false });
  });

  test("where both have one branch, or none, it deploys directly", async () => {
    await open(file.replace("branch: staging", "branch: development"));
    await inDevelopment("a");
    expect((await promote()).code).not.toContain("promotion");
    expect(await rows()).toEqual([]);
  });

  test.each(["promotion.gathered", "promotion.committed"])("killed at %s, it is asked for once", async (point) => {
    await open();
    await inDevelopment("a");
    world.faults.arm(point);
    const command = { kind: "promote", environment: "staging" } as const;
    await world.command("U0000ALICE", command, "once").catch(() => undefined);
    expect(await world.command("U0000ALICE", command, "once")).toMatchObject({ code: "promotion-asked" });
    expect(await rows()).toHaveLength(1);
  });
});

/** Freezes: who is stopped, who waits and who passes, for whom they stand, and how they end. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CommandFrom } from "../../src/operations/find-place.ts";
import { lookAtEnvironment } from "../../src/operations/look-at-environment.ts";
import { seeRepository } from "../../src/operations/see-repository.ts";
import { takeCommand } from "../../src/operations/take-command.ts";
import { ask, closed, deploymentsOf, gateOf, hour, rollBack, statusOf, toProduction } from "./steps.ts";
import { openWorld, push, repository, sha, shopPipeline, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

const freeze = (environment: string, who = "U0000ALICE", reason = "the sale", key?: string) =>
  world.command(who, { kind: "freeze", environment, until: world.clock.now() + hour, reason }, key);
const thaw = (environment: string, who = "U0000ROSA") => world.command(who, { kind: "thaw", environment });
const live = async (environment: string) => (await world.environment(environment)).live_sha;
const where = (...environments: string[]) => [{ service: "shop", environments }];

describe("a standing freeze", () => {
  test("is told in the channel and in the answer, with its end and its reason", async () => {
    const until = world.clock.now() + hour;
    const said = { where: where("staging"), reason: "the sale", until };
    expect(await freeze("staging")).toEqual({ code: "frozen", ...said, settledBy: ["administrators"] });
    expect(await world.said()).toEqual([{ code: "frozen", ...said, by: "alice" }]);
    const audited = await world.db
      .selectFrom("audit")
      .select(["actor", "detail"])
      .where("action", "=", "environment.frozen")
      .execute();
    expect(audited).toEqual([{ actor: "alice", detail: { reason: "the sale", until } }]);
  });

  test("refuses a command at once, and that of whoever began it too", async () => {
    await push(world, "a");
    await freeze("production");
    for (const who of ["U0000ALICE", "U0000BOB"]) {
      const reply = await world.command(who, { kind: "deploy", environment: "production" });
      if (reply.code !== "stopped") throw new Error(`not stopped: ${JSON.stringify(reply)}`);
      expect(closed(reply.verdict)).toContain("freeze.stands");
    }
    expect(await deploymentsOf(world, "production")).toEqual([]);
  });

  test("lets a merge wait, which goes on when the freeze ends, and says so once", async () => {
    await freeze("staging");
    await push(world, "a");
    const [merge] = await deploymentsOf(world, "staging");
    expect(closed(merge?.verdict ?? null)).toEqual(["freeze.stands"]);
    await world.tick(hour / 2);
    expect(await statusOf(world, merge?.id ?? 0)).toBe("waiting");
    await world.tick(hour / 2);
    expect(await statusOf(world, merge?.id ?? 0)).toBe("success");
    await world.tick(hour);
    expect((await world.notes()).filter((code) => code === "freeze-ended")).toHaveLength(1);
    expect((await world.environment("staging")).look_at).toBeNull();
  });

  test("lets a command wait that was asked for before it began", async () => {
    await push(world, "a");
    const asked = await ask(world, "production");
    await world.tick(1_000);
    await freeze("production");
    await world.react("U0000ROSA", asked);
    expect(closed((await world.deployment(asked)).verdict)).toEqual(["freeze.stands"]);
    await world.tick(2 * hour);
    // The freeze was all it waited for, and the yes stands.
    expect(await statusOf(world, asked)).toBe("success");
  });

  test("ends without a wake too", async () => {
    await freeze("staging");
    await push(world, "a");
    world.restart();
    await world.clock.advance(hour);
    await world.sweep();
    expect(await live("staging")).toBe(sha("a"));
    expect(await world.notes()).toContain("freeze-ended");
  });

  test("lets a rollback through", async () => {
    await toProduction(world, "a");
    await toProduction(world, "b");
    await freeze("production");
    await rollBack(world, "production");
    expect(await live("production")).toBe(sha("a"));
  });

  test("is not shortened by another: the one that ends last stands", async () => {
    await freeze("staging", "U0000ALICE", "long");
    const soon = world.clock.now() + hour / 2;
    await world.command("U0000BOB", { kind: "freeze", environment: "staging", until: soon, reason: "short" });
    await push(world, "a");
    const [merge] = await deploymentsOf(world, "staging");
    await world.tick(hour / 2);
    expect(closed((await world.deployment(merge?.id ?? 0)).verdict)).toEqual(["freeze.stands"]);
    await world.tick(hour / 2);
    expect(await statusOf(world, merge?.id ?? 0)).toBe("success");
    const ended = (await world.said()).filter((note) => note.code === "freeze-ended");
    expect(ended.map((note) => "by" in note && note.by)).toEqual(["bob", "alice"]);
  });

  test("is begun once, however often the command is delivered", async () => {
    await freeze("staging", "U0000ALICE", "the sale", "twice");
    const again = await freeze("staging", "U0000ALICE", "the sale", "twice");
    expect(again.code).toBe("frozen");
    expect(await world.notes()).toEqual(["frozen"]);
    expect(await world.db.selectFrom("environment_freeze").select("id").execute()).toHaveLength(1);
  });

  test("ended by two bots at once is told once", async () => {
    await freeze("staging");
    const { id } = await world.environment("staging");
    await world.clock.advance(hour);
    await Promise.all([lookAtEnvironment(world.bot, id), lookAtEnvironment(world.bot, id)]);
    expect(await world.notes()).toEqual(["frozen", "freeze-ended"]);
  });
});

describe("thawing", () => {
  test("is for those who approve, and lets what waits go on", async () => {
    await freeze("production");
    await push(world, "a");
    expect(await thaw("production", "U0000ALICE")).toMatchObject({ code: "may-not", needs: "approve" });
    expect(await thaw("production")).toEqual({ code: "thawed", where: where("production") });
    expect((await world.said()).at(-1)).toEqual({ code: "thawed", where: where("production"), by: "rosa" });
    await ask(world, "production");
    await world.tick(2 * hour);
    expect(await world.notes()).not.toContain("freeze-ended");
  });

  test("is for administrators where nobody approves", async () => {
    expect(await freeze("staging")).toMatchObject({ settledBy: ["administrators"] });
    expect(await freeze("production")).toMatchObject({ settledBy: ["approvers"] });
    expect(await freeze("all")).toMatchObject({ settledBy: ["administrators", "approvers"] });
    await push(world, "a");
    const [merge] = await deploymentsOf(world, "staging");
    const stands = gateOf(merge?.verdict ?? null, "freeze");
    expect(stands?.clearedBy[0]).toEqual({ kind: "administrators" });
    expect(await thaw("staging")).toMatchObject({ code: "may-not", needs: "approve" });
    world.github.permissions.set("rosa", "admin");
    expect(await thaw("staging")).toMatchObject({ code: "thawed" });
    expect(await live("staging")).toBe(sha("a"));
  });

  test("ends no freeze that began after it was typed, when it is taken up again", async () => {
    await freeze("production");
    const at = world.clock.now();
    await world.tick(1);
    await freeze("production", "U0000BOB", "an incident");
    const late = await world.command("U0000ROSA", { kind: "thaw", environment: "production" }, "typed", at);
    expect(late).toEqual({ code: "frozen-since", where: where("production") });
    expect(await thaw("production")).toMatchObject({ code: "thawed" });
  });

  test("what is not frozen says so, and a freeze that is over is none", async () => {
    expect(await thaw("production")).toEqual({ code: "not-frozen", where: where("production") });
    await freeze("production");
    await world.clock.advance(hour);
    expect(await thaw("production")).toEqual({ code: "not-frozen", where: where("production") });
  });
});

describe("`all`", () => {
  test("holds every environment of the service, tells it once, and its end once", async () => {
    expect(await freeze("ALL")).toMatchObject({ where: where("staging", "production") });
    expect(await world.said()).toMatchObject([{ code: "frozen", where: where("staging", "production") }]);
    await push(world, "a");
    expect(await live("staging")).toBeNull();
    await world.tick(hour);
    const ended = (await world.said()).filter((note) => note.code === "freeze-ended");
    expect(ended).toEqual([{ code: "freeze-ended", where: where("staging", "production"), by: "alice" }]);
    expect(await live("staging")).toBe(sha("a"));
  });

  test("freezes none where the asker may not freeze all", async () => {
    await world.pipeline(shopPipeline.replace("  production:", "  production:\n    who: [rosa]"));
    expect(await freeze("all")).toEqual({
      code: "may-not",
      login: "alice",
      what: "freeze production of shop",
      needs: "ask",
    });
    expect(await world.db.selectFrom("environment_freeze").select("id").execute()).toEqual([]);
  });

  test("thaws what is frozen, and needs no right for the rest", async () => {
    await freeze("production");
    expect(await thaw("all")).toEqual({ code: "thawed", where: where("production") });
  });

  test("without a service's name means every service of the channel, and with it that one alone", async () => {
    const other = { ...repository, id: 2, fullName: "acme/api" };
    await seeRepository(world.bot, other);
    const from: CommandFrom = {
      kind: "slack",
      team: "T1",
      slackUser: "U0000ALICE",
      channel: { id: "C1", name: "shop-deploys" },
      key: "k1",
      at: world.clock.now(),
    };
    const command = { kind: "freeze", environment: "all", until: world.clock.now() + hour, reason: "fair" } as const;
    expect(await takeCommand(world.bot, { ...command, service: "api" }, from)).toMatchObject({
      where: [{ service: "api", environments: ["staging", "production"] }],
    });
    expect(await takeCommand(world.bot, command, { ...from, key: "k2" })).toMatchObject({
      where: [
        { service: "api", environments: ["staging", "production"] },
        { service: "shop", environments: ["staging", "production"] },
      ],
    });
    // Both have one channel, which is told once.
    expect(await world.notes()).toEqual(["frozen", "frozen"]);
    const elsewhere = { ...from, key: "k3", channel: { id: "D1" } };
    expect(await takeCommand(world.bot, command, elsewhere)).toEqual({
      code: "which-service",
      choices: ["api", "shop"],
    });
  });
});

describe("a hotfix", () => {
  const pipeline = shopPipeline.replace("  production:", "  production:\n    hotfix: {from: [release-managers]}");
  const hotfix = (who: string, revision: string, key?: string) =>
    world.command(who, { kind: "deploy", environment: "production", revision, hotfix: "checkout is down" }, key);

  test("passes freeze and order for those of the list, needs the approvals, and keeps its reason", async () => {
    await world.pipeline(pipeline);
    await toProduction(world, "a");
    await freeze("production");
    world.commit("f", { branch: "fix" });
    const reply = await hotfix("U0000ROSA", "fix");
    if (reply.code !== "requested") throw new Error(JSON.stringify(reply));
    expect(closed(reply.verdict)).toEqual(["approvals.missing"]);
    await world.react("U0000BOB", reply.deployment);
    const row = await world.deployment(reply.deployment);
    expect(row).toMatchObject({ status: "success", hotfix: true, reason: "checkout is down", sha: sha("f") });
    const audited = await world.db
      .selectFrom("audit")
      .select("detail")
      .where("deployment_id", "=", row.id)
      .where("action", "=", "deployment.requested")
      .executeTakeFirstOrThrow();
    expect(audited.detail).toMatchObject({ hotfix: true, reason: "checkout is down" });
  });

  test("is refused to everybody else, who leave a trace and nothing more", async () => {
    await world.pipeline(pipeline);
    await toProduction(world, "a");
    const before = (await deploymentsOf(world, "production")).length;
    await push(world, "b");
    const reply = await hotfix("U0000ALICE", "main");
    if (reply.code !== "stopped") throw new Error(JSON.stringify(reply));
    expect(closed(reply.verdict)).toContain("access.not-in-hotfix");
    expect(await deploymentsOf(world, "production")).toHaveLength(before);
    const audited = await world.db
      .selectFrom("audit")
      .select("detail")
      .where("action", "=", "deployment.refused")
      .orderBy("id")
      .execute();
    expect(audited.at(-1)?.detail).toMatchObject({ hotfix: true, reason: "checkout is down" });
  });

  test("waits for nobody's newer wish: what is not approved does not take its place, and it takes another's", async () => {
    await world.pipeline(pipeline);
    await toProduction(world, "a");
    await push(world, "b");
    const plain = await ask(world, "production");
    const urgent = await hotfix("U0000ROSA", "main");
    if (urgent.code !== "requested") throw new Error(JSON.stringify(urgent));
    expect(await statusOf(world, plain)).toBe("superseded");
    await push(world, "c");
    const newer = await ask(world, "production");
    expect([await statusOf(world, urgent.deployment), await statusOf(world, newer)]).toEqual(["waiting", "waiting"]);
  });

  test("does not pass a lock", async () => {
    await world.pipeline(pipeline);
    await push(world, "a");
    await world.command("U0000BOB", { kind: "lock", environment: "production", reason: "counting" });
    const reply = await hotfix("U0000ROSA", "main");
    if (reply.code !== "stopped") throw new Error(JSON.stringify(reply));
    expect(closed(reply.verdict)).toContain("lock.held");
  });
});

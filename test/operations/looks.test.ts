/** The commands that only look, on a real database: what they tell, to whom, and what they cost. */
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Command } from "../../src/commands/command.ts";
import type { ReplyContent } from "../../src/operations/said.ts";
import { seeRepository } from "../../src/operations/see-repository.ts";
import { takeCommand } from "../../src/operations/take-command.ts";
import { gatesInWords } from "../../src/wording/standing.ts";
import { ask, hour, slowly, toProduction } from "./steps.ts";
import { openWorld, push, repository, sha, shopPipeline, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

const alice = "U0000ALICE";
const looks = [
  { kind: "status" },
  { kind: "queue" },
  { kind: "history" },
  { kind: "history", environment: "production" },
  { kind: "diff", environment: "production" },
  { kind: "why", environment: "production" },
  { kind: "where", number: 7 },
] as const satisfies readonly Command[];

async function told(command: Command, person = alice) {
  return await world.command(person, command);
}

describe("who may look", () => {
  // Alice may push, Olaf may read, Eve may do neither, and nobody knows the stranger's login.
  const read = { alice: "yes", olaf: "yes", eve: "read", stranger: "not-linked" };
  const expected = {
    status: read,
    queue: { ...read, olaf: "ask" },
    history: read,
    "history production": read,
    "diff production": read,
    "why production": read,
    where: read,
  };

  test("each of them, from Slack and in a comment, where a login is always known", async () => {
    await world.pipeline(shopPipeline.replace("people: {", "people: {eve: U0000EVE, "));
    await push(world, "a");
    const seen = { slack: {} as Record<string, unknown>, comment: {} as Record<string, unknown> };
    for (const command of looks) {
      const name = "environment" in command ? `${command.kind} ${command.environment}` : command.kind;
      const slack = (login: string) => told(command, `U0000${login.toUpperCase()}`);
      const comment = (login: string) =>
        takeCommand(world.bot, command, { kind: "github", login, repository: repository.id, key: login, at: 0 });
      seen.slack[name] = await byPerson(["alice", "olaf", "eve", "stranger"], slack);
      seen.comment[name] = await byPerson(["alice", "olaf", "eve"], comment);
    }
    expect(seen.slack).toEqual(expected);
    const linked = Object.entries(expected).map(([name, { alice: may, olaf, eve }]) => [
      name,
      { alice: may, olaf, eve },
    ]);
    expect(seen.comment).toEqual(Object.fromEntries(linked));
  });

  async function byPerson(logins: readonly string[], tell: (login: string) => Promise<ReplyContent>) {
    const answers = logins.map(async (login) => {
      const reply = await tell(login);
      const refused = reply.code === "not-linked" ? reply.code : "yes";
      return [login, reply.code === "may-not" ? reply.needs : refused] as const;
    });
    return Object.fromEntries(await Promise.all(answers));
  }

  test("who may ask for one environment sees its queue alone, and is told that the other is not shown", async () => {
    await world.pipeline(shopPipeline.replace("approvals:", "who: [release-managers]\n    approvals:"));
    await push(world, "a");
    expect(await told({ kind: "queue" })).toMatchObject({ environments: 1, hidden: ["production"] });
  });

  test("a comment tells nothing of another repository", async () => {
    const here = { kind: "github", login: "alice", repository: 999, key: "k", at: 0 } as const;
    for (const command of looks.filter(({ kind }) => kind !== "where")) {
      expect(await takeCommand(world.bot, command, here)).toEqual({ code: "no-services" });
    }
  });
});

describe("status", () => {
  async function standing(name: string) {
    const reply = await told({ kind: "status" });
    if (reply.code !== "status") throw new Error(reply.code);
    return reply.services[0]?.environments.find((one) => one.name === name);
  }

  test("says what is live and by whom, what runs at which stage, and what waits for what", async () => {
    await push(world, "a");
    const stages = slowly(world, "production");
    const running = await ask(world, "production");
    await world.react("U0000ROSA", running);
    await stages.end(running, { state: "success", proven: true }, "test");
    await push(world, "b");
    const waiting = await ask(world, "production");
    expect(await standing("staging")).toMatchObject({
      live: { by: "alice", revision: { sha: sha("b") } },
      waiting: [],
    });
    const production = await standing("production");
    expect(production).toMatchObject({
      running: { deployment: running, stage: "migrate", status: "in_progress", by: "alice" },
      waiting: [{ deployment: waiting, status: "waiting" }],
    });
    expect(production).not.toHaveProperty("live");
    expect(gatesInWords(production?.waiting[0]?.waitsFor ?? [])).toBe("approvals and queue");
  });

  test("what failed after what is live is told until something succeeds", async () => {
    await toProduction(world, "a");
    world.deployer.script = () => ({ state: "failure", proven: true });
    await push(world, "b");
    const failed = (await standing("staging"))?.failed;
    expect(failed).toMatchObject({ status: "failure", revision: { sha: sha("b") } });
    expect(await standing("production")).not.toHaveProperty("failed");
    world.deployer.script = () => ({ state: "success", proven: true });
    await world.tick(1_000);
    await push(world, "c");
    expect(await standing("staging")).not.toHaveProperty("failed");
  });

  test("locks and freezes are told while they stand", async () => {
    await push(world, "a");
    const until = world.clock.now() + hour;
    await told({ kind: "lock", environment: "staging", reason: "load test", until });
    const { id } = await world.environment("staging");
    const freeze = { by: "rosa", reason: "stocktaking", since: new Date(0), request_key: "k" };
    await world.db
      .insertInto("environment_freeze")
      .values([
        { ...freeze, environment_id: id, until: new Date(until) },
        { ...freeze, environment_id: id, until: new Date(until + hour), request_key: "longer" },
      ])
      .execute();
    expect(await standing("staging")).toMatchObject({
      lock: { by: "alice", reason: "load test", until },
      freeze: { by: "rosa", reason: "stocktaking", until: until + hour },
    });
    await world.tick(3 * hour);
    expect(await standing("staging")).not.toHaveProperty("lock");
    expect(await standing("staging")).not.toHaveProperty("freeze");
  });
});

describe("queue", () => {
  test("tells positions in the order in which they go, and a turn only where the past tells it", async () => {
    await world.pipeline(shopPipeline.replace("  staging:\n", "  staging:\n    queue: queue\n"));
    const stages = slowly(world, "staging");
    for (const letter of ["a", "b", "c"]) {
      await push(world, letter);
      const [last] = await ids("staging");
      await world.tick(59_000);
      await stages.end(last ?? 0);
    }
    await push(world, "d");
    await world.tick(20_000);
    await push(world, "e");
    await push(world, "f");
    const reply = await told({ kind: "queue" });
    const [third, second, first] = await ids("staging");
    if (reply.code !== "queue") throw new Error(reply.code);
    const [staging] = reply.queues;
    const { ms = 0 } = staging?.usual ?? {};
    const ends = (staging?.running?.since ?? 0) + ms;
    expect([reply.queues.length, Math.round(ms / 1_000)]).toEqual([1, 60]);
    expect(staging).toMatchObject({
      environment: "staging",
      running: { deployment: first },
      waiting: [
        { deployment: second, position: 1, turn: { at: ends, late: false } },
        { deployment: third, position: 2, turn: { at: ends + ms, late: false } },
      ],
      usual: { successes: 3 },
    });
  });

  test("what waits for a person has a position and no turn", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    const reply = await told({ kind: "queue" });
    if (reply.code !== "queue") throw new Error(reply.code);
    expect(reply.queues.map(({ environment }) => environment)).toEqual(["production"]);
    expect(reply.queues[0]?.waiting).toMatchObject([{ deployment: waiting, position: 1 }]);
    expect(reply.queues[0]?.waiting[0]).not.toHaveProperty("turn");
    expect(reply.queues[0]).not.toHaveProperty("usual");
  });
});

describe("diff and why", () => {
  async function merged(number: number, letter: string) {
    await world.db
      .insertInto("pull_request")
      .values({
        ...{ repository_id: repository.id, number, title: `Change ${letter}`, body: "", author: "dora", draft: false },
        ...{ state: "closed", head_sha: sha("9"), head_ref: "x", base_ref: "main", from_fork: false },
        issues: JSON.stringify([{ repository: "acme/shop", number: 3, state: "open" }]),
        updated_at: new Date(0),
        merge_sha: sha(letter),
      })
      .execute();
  }

  test("diff shows the pull requests between what is live and what would be promoted, and changes nothing", async () => {
    await toProduction(world, "a");
    await push(world, "b", { author: "dora" });
    await merged(7, "b");
    const before = await ids("production");
    expect(await told({ kind: "diff", environment: "production" })).toMatchObject({
      code: "diff",
      from: { sha: sha("a") },
      to: { sha: sha("b") },
      source: { environment: "staging" },
      ships: {
        comparison: "ahead",
        commits: 1,
        authors: ["dora"],
        pullRequests: [{ number: 7, author: "dora", issues: [{ repository: "acme/shop", number: 3 }] }],
        compareUrl: `https://github.example/acme/shop/compare/${sha("a")}...${sha("b")}`,
      },
    });
    expect(await ids("production")).toEqual(before);
  });

  test("diff of an environment that follows a branch is against its tip", async () => {
    await push(world, "a");
    world.commit("b");
    expect(await told({ kind: "diff", environment: "staging" })).toMatchObject({
      from: { sha: sha("a") },
      to: { sha: sha("b") },
      source: { branch: "main" },
    });
  });

  test("diff and why before anything is live say that there is nothing to promote", async () => {
    for (const kind of ["diff", "why"] as const) {
      const reply = await told({ kind, environment: "production" });
      expect(reply).toMatchObject({ code: "nothing-to-promote", before: "staging" });
    }
  });

  test("why judges what waits, the newest of it, else what would be promoted", async () => {
    await push(world, "a");
    const asIf = await told({ kind: "why", environment: "production" });
    expect(asIf).toMatchObject({ code: "verdict", revision: { sha: sha("a") }, verdict: { outcome: "wait" } });
    expect(asIf).not.toHaveProperty("deployment");
    const waiting = await ask(world, "production");
    expect(await told({ kind: "why", environment: "production" })).toMatchObject({ deployment: waiting });
  });
});

describe("history", () => {
  test("lists the newest first, of one environment or of all", async () => {
    const promoted = await toProduction(world, "a");
    await push(world, "b");
    const [newest, oldest] = await ids("staging");
    const reply = await told({ kind: "history" });
    expect(reply).toMatchObject({
      code: "history",
      repositoryUrl: "https://github.example/acme/shop",
      deployments: [
        { deployment: newest, environment: "staging", kind: "merge", status: "success", ref: "main", by: "alice" },
        { deployment: promoted, environment: "production", kind: "deploy", status: "success" },
        { deployment: oldest, environment: "staging" },
      ],
      more: false,
    });
    expect(reply).not.toHaveProperty("environment");
    expect(await told({ kind: "history", environment: "Production" })).toMatchObject({
      environment: "production",
      deployments: [{ deployment: promoted }],
    });
    expect(await told({ kind: "history", environment: "prodution" })).toMatchObject({
      code: "unknown-environment",
      nearest: "production",
    });
  });

  test("shows fifteen of many and says that there are more", async () => {
    const { id } = await world.environment("staging");
    await sql`insert into deployment (environment_id, kind, typed, status, sha, tree, requested_by, requested_at, ask)
      select ${id}, 'merge', false, 'superseded', md5(n::text), md5(n::text), 'alice', '2020-01-01', 0
      from generate_series(1, 40) n`.execute(world.db);
    const reply = await told({ kind: "history" });
    if (reply.code !== "history") throw new Error(reply.code);
    expect([reply.deployments.length, reply.more]).toEqual([15, true]);
    expect(reply.deployments[0]?.deployment).toBe((await ids("staging"))[0]);
  });
});

describe("which service is meant", () => {
  async function addService(name: string, fullName: string, channel: string, number: number) {
    const { db } = world;
    const text = shopPipeline.replace("#shop-deploys", channel);
    world.github.file = `service: ${name}\n${text}`;
    await seeRepository(world.bot, { ...repository, id: number, fullName });
    await db.updateTable("repository").set({ installation_id: 7 }).where("id", "=", number).execute();
  }

  test("the channel's, the named one, and of two of one name the one that its repository tells", async () => {
    await addService("web", "acme/web", "#web-deploys", 2);
    await addService("shop", "other/shop", "#other-deploys", 3);
    // Typed in #shop-deploys.
    expect(await told({ kind: "history" })).toMatchObject({ repositoryUrl: "https://github.example/acme/shop" });
    expect(await told({ kind: "history", service: "WEB" })).toMatchObject({ service: "web" });
    expect(await told({ kind: "history", service: "shop" })).toMatchObject({
      repositoryUrl: "https://github.example/acme/shop",
    });
    expect(await told({ kind: "history", service: "other/shop" })).toMatchObject({
      repositoryUrl: "https://github.example/other/shop",
    });
    expect(await told({ kind: "history", service: "wbe" })).toMatchObject({ code: "unknown-service", nearest: "web" });
    const channel = { id: "C9", name: "random" };
    const elsewhere = { kind: "slack", team: "T1", slackUser: alice, channel, key: "k", at: 0 } as const;
    expect(await takeCommand(world.bot, { kind: "history" }, elsewhere)).toEqual({
      code: "which-service",
      choices: ["acme/shop", "other/shop", "web"],
    });
    const all = await takeCommand(world.bot, { kind: "status" }, elsewhere);
    expect(all.code === "status" && all.services.map(({ repository: name }) => name)).toEqual([
      "acme/shop",
      "other/shop",
      "acme/web",
    ]);
    expect(await takeCommand(world.bot, { kind: "history", service: "shop" }, elsewhere)).toEqual({
      code: "which-service",
      choices: ["acme/shop", "other/shop"],
    });
  });
});

/** Deployments of an environment, newest first. */
async function ids(environment: string): Promise<readonly number[]> {
  const { id } = await world.environment(environment);
  const rows = await world.db
    .selectFrom("deployment")
    .select("id")
    .where("environment_id", "=", id)
    .orderBy("id", "desc")
    .execute();
  return rows.map((row) => row.id);
}

/** A repository is met once, with its pipeline file, whatever fails on the way; renamed, replaced and lost. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createGitHubEvents } from "../../src/operations/github-events.ts";
import { loadServices } from "../../src/operations/place.ts";
import { Refusal } from "../../src/operations/ports.ts";
import { readPipeline } from "../../src/operations/read-pipeline.ts";
import {
  loseInstallation,
  loseRepository,
  seeRepositories,
  seeRepository,
  storedBeyond,
} from "../../src/operations/see-repository.ts";
import { InjectedCrash } from "../harness/fault-points.ts";
import { ask, statusOf } from "./steps.ts";
import { openWorld, push, repository, sha, shopPipeline, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

const row = () => world.db.selectFrom("repository").selectAll().where("id", "=", 1).executeTakeFirst();

describe("met for the first time", () => {
  beforeEach(async () => {
    await world.empty();
  });

  test("GitHub did not answer: it is read when it is told of again", async () => {
    world.github.down = true;
    await expect(seeRepository(world.bot, repository)).rejects.toThrow("GitHub does not answer");
    world.github.down = false;
    expect(await seeRepository(world.bot, repository)).toBe(true);
    expect(await seeRepository(world.bot, repository)).toBe(false);
    await push(world, "a");
    expect(world.deployer.starts).toHaveLength(1);
  });

  test.each(["repository.met", "pipeline.fetched", "pipeline.committed", "repository.stored"])(
    "killed at %s: it is read when it is told of again",
    async (point) => {
      world.faults.arm(point);
      await expect(seeRepository(world.bot, repository)).rejects.toThrow(InjectedCrash);
      world.restart();
      await seeRepository(world.bot, repository);
      await push(world, "a");
      expect(world.deployer.starts).toHaveLength(1);
    },
  );

  test("of two who read its file at once, what was fetched first does not take the newer one's place", async () => {
    await seeRepository(world.bot, repository);
    const { pipelineSources } = world.github;
    world.github.file = shopPipeline.replace("make deploy", "make ship");
    world.github.pipelineSources = async (...asked) => {
      const found = await pipelineSources(...asked);
      world.github.pipelineSources = pipelineSources;
      // Taken back meanwhile, and read: that stores nothing new, and is still the newer.
      world.github.file = shopPipeline;
      await readPipeline(world.bot, repository);
      return found;
    };
    await readPipeline(world.bot, repository);
    const [service] = await loadServices(world.db);
    expect(service?.policy.environments[0]?.deploy[0]?.deployer).toMatchObject({ run: "make deploy" });
  });

  test("asked for by many at once, nobody fails, and each finds a reading that was fetched after it asked", async () => {
    await seeRepository(world.bot, repository);
    world.github.file = shopPipeline.replace("count: 1", "count: 2");
    await Promise.all(Array.from({ length: 12 }, () => readPipeline(world.bot, repository)));
    const [service] = await loadServices(world.db);
    const production = service?.policy.environments.find(({ name }) => name === "production");
    expect(production?.approvals?.count).toBe(2);
  });

  test("of many, one that GitHub refuses keeps none of the others, and those known cost no call", async () => {
    const [blocked, other] = [
      { ...repository, id: 2, fullName: "acme/blocked" },
      { ...repository, id: 3, fullName: "acme/other" },
    ];
    const { pipelineSources } = world.github;
    world.github.pipelineSources = async (of) => {
      if (of.id === blocked.id) throw new Refusal("GitHub answered 451");
      return await pipelineSources(of);
    };
    await seeRepositories(world.bot, [blocked, repository, other]);
    const read = () =>
      world.db.selectFrom("repository").select("id").where("removed_at", "is", null).orderBy("id").execute();
    expect(await read()).toEqual([{ id: 1 }, { id: 3 }]);
    expect(world.github.calls.get("pipelineFiles")).toBe(1);
    world.github.calls.clear();
    await seeRepositories(world.bot, [repository, other]);
    expect([...world.github.calls]).toEqual([]);
  });

  test("of many, that GitHub does not answer is no refusal", async () => {
    world.github.down = true;
    await expect(seeRepositories(world.bot, [repository])).rejects.toThrow("GitHub does not answer");
  });

  test("once it is known, telling of it again costs no call", async () => {
    await seeRepository(world.bot, repository);
    world.github.calls.clear();
    await seeRepository(world.bot, repository);
    expect([...world.github.calls]).toEqual([]);
  });
});

test("what is in force stays so when a newer bot finds mistakes in the same text, and that is told once", async () => {
  const { pipelineSources } = world.github;
  world.github.pipelineSources = async (...asked) => {
    const found = await pipelineSources(...asked);
    return found && { ...found, unfollowed: "acme/base" };
  };
  await readPipeline(world.bot, repository);
  await readPipeline(world.bot, repository);
  expect(await loadServices(world.db)).toHaveLength(1);
  expect(await world.notes()).toEqual(["pipeline-mistakes"]);
});

test("renamed, it keeps what it has, and nothing is read or asked anew", async () => {
  await push(world, "a");
  const waiting = await ask(world, "production");
  const reads = world.github.calls.get("pipelineSources");
  expect(await seeRepository(world.bot, { ...repository, fullName: "acme/store" })).toBe(false);
  await world.settle();
  expect(await row()).toMatchObject({ full_name: "acme/store", removed_at: null });
  expect(world.github.calls.get("pipelineSources")).toBe(reads);
  expect(await world.deployment(waiting)).toMatchObject({ status: "waiting", ask: 1 });
});

test("another repository under its name takes its place, and what waited there ends", async () => {
  await push(world, "a");
  const waiting = await ask(world, "production");
  await seeRepository(world.bot, { ...repository, id: 2 });
  await world.settle();
  expect((await row())?.removed_at).not.toBeNull();
  expect(await world.deployment(waiting)).toMatchObject({ outcome: { code: "environment-removed" } });
});

test("told late by a name that another has by now, each stays what it is, and nothing of the other is asked for", async () => {
  await push(world, "a");
  const store = { ...repository, fullName: "acme/store" };
  await seeRepository(world.bot, store);
  await seeRepository(world.bot, { ...repository, id: 2 });
  const asked = new Set<string>();
  const { branchHead } = world.github;
  world.github.repository = async () => undefined;
  world.github.branchHead = async (of, branch) => {
    asked.add(of.fullName);
    return await branchHead(of, branch);
  };
  const events = createGitHubEvents(world.bot, () => ({ kind: "none" }) as never);
  const late = { branch: "main", before: sha("0"), after: sha("a"), deleted: false, forced: false, pusher: "alice" };
  await events.pushed({ repository, ...late, changedPaths: [] });
  expect([...asked]).toEqual(["acme/store"]);
  const rows = world.db.selectFrom("repository").select(["id", "full_name", "removed_at"]).orderBy("id");
  expect(await rows.execute()).toEqual([
    { id: 1, full_name: "acme/store", removed_at: null },
    { id: 2, full_name: "acme/shop", removed_at: null },
  ]);
});

test("renamed twice and told of the first, it is what GitHub says", async () => {
  world.github.repository = async (told) => ({ ...told, fullName: "acme/store", private: true });
  const events = createGitHubEvents(world.bot, () => ({ kind: "none" }) as never);
  await events.repositoryAdded({ ...repository, fullName: "acme/till" });
  expect(await row()).toMatchObject({ full_name: "acme/store", removed_at: null });
});

test("told of late by what does not reach it any more, it stays out of reach", async () => {
  await loseRepository(world.bot, repository.id);
  world.github.repository = async () => undefined;
  const events = createGitHubEvents(world.bot, () => ({ kind: "none" }) as never);
  await events.repositoryAdded(repository);
  expect((await row())?.removed_at).not.toBeNull();
});

test.each([
  ["the App is taken out", () => loseInstallation(world.bot, repository.installationId)],
  ["GitHub reaches it no more", () => loseRepository(world.bot, repository.id)],
])("%s: what waits ends; added again, it works as before", async (_what, lose) => {
  await push(world, "a");
  const waiting = await ask(world, "production");
  await lose();
  await world.settle();
  expect(await statusOf(world, waiting)).toBe("cancelled");
  expect(await seeRepository(world.bot, repository)).toBe(true);
  const again = await ask(world, "production");
  await world.react("U0000ROSA", again);
  expect(await statusOf(world, again)).toBe("success");
});

test("what is stored beyond what GitHub lists is told, and stands until it was asked for again", async () => {
  const stored = { id: repository.id, installationId: repository.installationId };
  await seeRepository(world.bot, repository);
  for (const listed of [[], [77]]) expect(await storedBeyond(world.bot, listed)).toEqual([stored]);
  expect(await storedBeyond(world.bot, [repository.id])).toEqual([]);
  await loseRepository(world.bot, repository.id);
  expect(await storedBeyond(world.bot, [])).toEqual([]);
});

test("another default branch: its pipeline file is read, and what waits goes on waiting", async () => {
  await push(world, "a");
  const waiting = await ask(world, "production");
  const reads = world.github.calls.get("pipelineSources") ?? 0;
  await seeRepository(world.bot, { ...repository, defaultBranch: "trunk" });
  await world.settle();
  expect(world.github.calls.get("pipelineSources")).toBe(reads + 1);
  expect(await statusOf(world, waiting)).toBe("waiting");
});

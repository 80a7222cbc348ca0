/** A short menu where a command leaves its service or environment out: carried out once, for whoever typed it. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { completed } from "../../src/operations/menu-shown.ts";
import { slackHands } from "./slack-hands.ts";
import { openWorld, push, repository, sha, type World } from "./world.ts";

const [alice, olaf, stranger] = ["U0000ALICE", "U0000OLAF", "U0STRANGER"] as const;

const twoServices = `
people: {alice: U0000ALICE, olaf: U0000OLAF}
environments: {staging: {branch: main, deploy: make deploy}, production: {approvals: off, deploy: make deploy}}
`;

let world: World;
let hands: ReturnType<typeof slackHands>;
beforeEach(async () => {
  world = await openWorld();
  hands = slackHands(world);
});
afterEach(() => world.close());

/** A second repository with a service of its own. */
const addService = (name: string) => addRepository(2, `acme/${name}`, [name]);

async function addRepository(number: number, fullName: string, names: readonly string[]): Promise<void> {
  const { db } = world;
  const { id } = await db
    .insertInto("repository")
    .values({ id: number, full_name: fullName, installation_id: 7, default_branch: "main", private: true })
    .returning("id")
    .executeTakeFirstOrThrow();
  const first = await db.selectFrom("pipeline_file").selectAll().orderBy("id", "desc").executeTakeFirstOrThrow();
  const pipeline = {
    ...first.pipeline,
    services: names.flatMap((name) => first.pipeline?.services.map((service) => ({ ...service, name })) ?? []),
  };
  const file = await db
    .insertInto("pipeline_file")
    .values({
      repository_id: id,
      hash: "other",
      sources: "[]",
      pipeline: JSON.stringify(pipeline),
      mistakes: null,
      read_at: new Date(0),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await db.updateTable("repository").set({ pipeline_file_id: file.id }).where("id", "=", id).execute();
  for (const name of names) {
    const service = await db
      .insertInto("service")
      .values({ repository_id: id, name })
      .returning("id")
      .executeTakeFirstOrThrow();
    for (const [position, environment] of ["staging", "production"].entries()) {
      await db.insertInto("environment").values({ service_id: service.id, name: environment, position }).execute();
    }
  }
}

test.each([
  ["/promote", ["production"]],
  ["/rollback", ["staging", "production"]],
  ["/deploy why", ["staging", "production"]],
  ["/deploy lock", ["staging", "production"]],
])("%s without an environment offers those that make sense", async (typed, choices) => {
  await hands.type(alice, typed);
  const { content, menu } = await hands.last();
  expect(content).toMatchObject({ code: "command-problem", problem: { code: "missing", what: "environment" } });
  expect(menu).toMatchObject({ what: "environment", choices });
});

test("the choice carries out the command that was meant, and takes the menu's place", async () => {
  await push(world, "a");
  await hands.type(alice, "/promote");
  const { id } = await hands.last();
  await hands.choose(alice, id, "production");
  const { content, replaces } = await hands.last();
  expect(content).toMatchObject({ code: "requested", environment: "production", revision: { sha: sha("a") } });
  expect(replaces).toBe(true);
});

test("it is carried out once: a repeated click does nothing, another one is told", async () => {
  await push(world, "a");
  await hands.type(alice, "/promote");
  const { id } = await hands.last();
  await hands.choose(alice, id, "production", "click");
  await hands.choose(alice, id, "production", "click");
  expect((await hands.answers()).map(({ content }) => content.code)).toEqual(["command-problem", "requested"]);
  await hands.choose(alice, id, "production", "second click");
  expect((await hands.last()).content).toEqual({ code: "chosen-already" });
  expect(await world.db.selectFrom("deployment").select("id").where("typed", "=", true).execute()).toHaveLength(1);
});

test("a crash after the choice was claimed loses nothing", async () => {
  await push(world, "a");
  await hands.type(alice, "/promote");
  const { id } = await hands.last();
  world.faults.arm("menu.chosen", new Error("killed"));
  await expect(hands.choose(alice, id, "production", "click")).rejects.toThrow("killed");
  world.faults.disarm("menu.chosen");
  await hands.choose(alice, id, "production", "click");
  expect((await hands.last()).content.code).toBe("requested");
});

test("nobody else chooses, and nothing that was not offered is carried out", async () => {
  await hands.type(alice, "/promote");
  const { id } = await hands.last();
  await hands.choose(olaf, id, "production");
  await hands.choose(alice, id, "staging");
  await hands.choose(alice, 999, "production");
  expect(await hands.answers()).toHaveLength(1);
});

test("a menu that has stood for a day is too old", async () => {
  await hands.type(alice, "/promote");
  const { id } = await hands.last();
  await world.tick(25 * 3_600_000);
  await hands.choose(alice, id, "production");
  expect((await hands.last()).content).toEqual({ code: "menu-too-old" });
});

test("of several services one is chosen first, then the environment", async () => {
  await world.pipeline(twoServices);
  await addService("web");
  await push(world, "a");
  await hands.type(alice, "/promote", "typed", "random");
  const first = await hands.last();
  expect(first.menu).toMatchObject({ what: "service", choices: ["shop", "web"] });
  await hands.choose(alice, first.id, "shop");
  const second = await hands.last();
  expect(second).toMatchObject({ menu: { what: "environment", choices: ["production"] }, replaces: true });
  await hands.choose(alice, second.id, "production");
  expect((await hands.last()).content).toMatchObject({ code: "requested", service: "shop", environment: "production" });
});

test.each(["/deploy staging", "/deploy staging of", "/deploy staging OF "])(
  "“%s” among several services asks which",
  async (typed) => {
    await world.pipeline(twoServices);
    await addService("web");
    world.commit("a");
    await hands.type(alice, typed, "typed", "random");
    const { content, menu, id } = await hands.last();
    expect(content).toEqual({ code: "which-service", choices: ["shop", "web"] });
    expect(menu?.what).toBe("service");
    await hands.choose(alice, id, "shop");
    expect((await hands.last()).content).toMatchObject({ code: "requested", service: "shop", environment: "staging" });
  },
);

describe("services of one name in several repositories", () => {
  beforeEach(() => world.pipeline(twoServices));

  test.each([
    ["/deploy staging", ["acme/shop", "other/shop"]],
    ["/deploy staging of shop", ["acme/shop", "other/shop"]],
    ["/deploy staging of “Shop”", ["acme/shop", "other/shop"]],
    ["/promote", ["acme/shop", "other/shop"]],
    ["/promote of shop", ["acme/shop", "other/shop"]],
  ])("“%s” offers them by their repositories, and means the one that is chosen", async (typed, choices) => {
    await addRepository(2, "other/shop", ["shop"]);
    await push(world, "a");
    await hands.type(alice, typed, "typed", "random");
    const { content, menu, id } = await hands.last();
    expect([content, menu]).toMatchObject([
      { code: "which-service", choices },
      { what: "service", choices },
    ]);
    await hands.choose(alice, id, "acme/shop");
    if (typed.startsWith("/promote")) {
      const second = await hands.last();
      expect(second.menu).toMatchObject({ what: "environment", choices: ["production"] });
      await hands.choose(alice, second.id, "production");
    }
    const { content: answer } = await hands.last();
    expect(answer).toMatchObject({ code: "requested" });
    const asked = await world.db
      .selectFrom("deployment")
      .innerJoin("environment", "environment.id", "deployment.environment_id")
      .innerJoin("service", "service.id", "environment.service_id")
      .select("service.repository_id")
      .where("deployment.typed", "=", true)
      .execute();
    expect(asked).toEqual([{ repository_id: repository.id }]);
  });

  test("where a repository has several, its name stands with theirs, and other services by their own", async () => {
    await addRepository(2, "other/shop", ["shop", "web"]);
    await hands.type(alice, "/deploy history production of other/shop", "typed", "random");
    const { content, id } = await hands.last();
    expect(content).toEqual({ code: "which-service", choices: ["other/shop/shop", "web"] });
    await hands.choose(alice, id, "other/shop/shop");
    expect((await hands.last()).content).toMatchObject({
      code: "history",
      repositoryUrl: "https://github.example/other/shop",
    });
    await hands.type(alice, "/promote of OTHER/SHOP/SHOP", "typed again", "random");
    expect((await hands.last()).menu).toMatchObject({ what: "environment", choices: ["production"] });
  });

  test("one that the person cannot read makes the bare name mean two all the same", async () => {
    await addRepository(2, "other/shop", ["shop"]);
    const { permission } = world.github;
    world.github.permission = async (of, login) => (of.id === 2 ? "none" : await permission(of, login));
    await push(world, "a");
    await hands.type(alice, "/deploy staging", "typed", "random");
    const { content, id } = await hands.last();
    expect(content).toEqual({ code: "which-service", choices: ["acme/shop"] });
    await hands.choose(alice, id, "acme/shop");
    expect((await hands.last()).content).toMatchObject({ code: "requested", service: "shop" });
  });

  test("a reason that speaks of them stays as it was written", async () => {
    await addRepository(2, "other/shop", ["shop"]);
    await hands.type(alice, "/deploy lock production the sale of shop goods of shop", "typed", "random");
    const { id } = await hands.last();
    await hands.choose(alice, id, "acme/shop");
    expect((await hands.last()).content).toMatchObject({ code: "locked", reason: "the sale of shop goods" });
  });
});

test("what the person cannot read is not offered, nor named", async () => {
  await world.pipeline(twoServices);
  await addService("web");
  const { permission } = world.github;
  world.github.permission = async (of, login) => (of.id === 2 ? "none" : await permission(of, login));
  await hands.type(alice, "/deploy staging of", "typed", "random");
  expect((await hands.last()).content).toEqual({ code: "which-service", choices: ["shop"] });
  world.github.permissions.set("alice", "none");
  await hands.type(alice, "/promote", "typed again", "random");
  expect(await hands.last()).toMatchObject({ content: { code: "command-problem" }, menu: null });
  await hands.type(stranger, "/promote", "typed by another", "random");
  expect(await hands.last()).toMatchObject({ content: { code: "not-linked" }, menu: null });
});

test.each([
  ["service", "staging v1.4.0", "shop", 'staging v1.4.0 of "shop"'],
  ["environment", "", "staging", '"staging"'],
  ["environment", "why", "staging", 'why "staging"'],
  ["environment", "why of shop-api", "staging", 'why "staging" of shop-api'],
  ["environment", 'of "of"', "staging", '"staging" of "of"'],
] as const)("a %s completes “%s”", (what, text, choice, expected) => {
  expect(completed({ what, text }, choice)).toBe(expected);
});

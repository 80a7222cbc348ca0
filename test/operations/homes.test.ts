/** App Home: what it shows whom, what its buttons do, and how it follows what changes. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { followHomes, homesOf, tidyHomes } from "../../src/operations/follow-homes.ts";
import { lookUpHome } from "../../src/operations/home.ts";
import { OutsideError } from "../../src/operations/ports.ts";
import { recordedWake } from "../harness/recorded-wake.ts";
import { slackHands } from "./slack-hands.ts";
import { ask, hour, statusOf, toProduction } from "./steps.ts";
import { openWorld, push, shopPipeline, type World } from "./world.ts";

const [alice, rosa, olaf, stranger] = ["U0000ALICE", "U0000ROSA", "U0000OLAF", "U0STRANGER"] as const;

let world: World;
let hands: ReturnType<typeof slackHands>;
beforeEach(async () => {
  world = await openWorld();
  hands = slackHands(world);
});
afterEach(() => world.close());

async function wanted(home: number): Promise<number> {
  const { wanted: count } = await world.db
    .selectFrom("projection")
    .select("wanted")
    .where("key", "=", `slack.home/${home}`)
    .executeTakeFirstOrThrow();
  return Number(count);
}

test("an approver finds what waits for their approval, and answers it there", async () => {
  await push(world, "a");
  const asked = await ask(world, "production");
  const home = await hands.openHome(rosa);
  const { approvals } = await hands.home(home);
  expect(approvals).toMatchObject([
    { deployment: asked, service: "shop", environment: "production", requestedBy: "alice" },
  ]);
  await hands.clickInHome(rosa, "home-approve", `${asked}/${approvals[0]?.ask}`);
  expect(await statusOf(world, asked)).toBe("success");
  const after = await hands.home(home);
  expect(after.approvals).toEqual([]);
  expect(after.said?.content).toEqual({ code: "approval-noted", deployment: asked });
});

test("whose approval only the earlier rules still ask for finds it there too", async () => {
  await toProduction(world, "a");
  await world.pipeline(shopPipeline.replace("from: [release-managers]", "from: [olaf]"));
  await push(world, "b");
  const asked = await ask(world, "production");
  await world.react("U0000OLAF", asked);
  const home = await hands.openHome(rosa);
  expect((await hands.home(home)).approvals).toMatchObject([{ deployment: asked }]);
  await hands.clickInHome(rosa, "home-approve", `${asked}/1`);
  expect(await statusOf(world, asked)).toBe("success");
});

test("rejecting there ends it", async () => {
  await push(world, "a");
  const asked = await ask(world, "production");
  await hands.openHome(rosa);
  await hands.clickInHome(rosa, "home-reject", `${asked}/1`);
  expect(await statusOf(world, asked)).toBe("rejected");
});

test("whoever may not approve is not asked, and a click all the same is refused with the reason", async () => {
  await push(world, "a");
  const asked = await ask(world, "production");
  for (const person of [alice, olaf]) {
    const home = await hands.openHome(person);
    expect((await hands.home(home)).approvals).toEqual([]);
    await hands.clickInHome(person, "home-approve", `${asked}/1`);
  }
  expect(await statusOf(world, asked)).toBe("waiting");
});

test("one's own locks are shown with what gives them back; another's are only in the board", async () => {
  await world.command(alice, { kind: "lock", environment: "staging", reason: "a demo" });
  await world.command(rosa, { kind: "lock", environment: "production", reason: "a test" });
  const home = await hands.openHome(alice);
  const { locks, services } = await hands.home(home);
  expect(locks).toMatchObject([{ service: "shop", name: "staging", reason: "a demo" }]);
  expect(services[0]?.environments.map(({ name, lock }) => [name, lock?.by])).toEqual([
    ["staging", "alice"],
    ["production", "rosa"],
  ]);
  await hands.clickInHome(alice, "home-unlock", `${locks[0]?.environment}`);
  expect((await hands.home(home)).locks).toEqual([]);
  expect((await world.environment("staging")).lock_by).toBeNull();
});

test("another's lock is not given back by a click that claims it", async () => {
  await world.command(rosa, { kind: "lock", environment: "production", reason: "a test" });
  await hands.openHome(alice);
  await hands.clickInHome(alice, "home-unlock", `${(await world.environment("production")).id}`);
  expect((await world.environment("production")).lock_by).toBe("rosa");
});

test("nothing is shown of a repository that the person cannot read, and nothing to whom nobody knows", async () => {
  world.github.permissions.set("olaf", "none");
  await push(world, "a");
  for (const person of [olaf, stranger]) {
    expect(await hands.home(await hands.openHome(person))).toMatchObject({
      logins: [],
      approvals: [],
      locks: [],
      services: [],
    });
  }
});

test("whoever loses the right to read is shown nothing any more, within the hour", async () => {
  const home = await hands.openHome(olaf);
  expect((await hands.home(home)).services).toHaveLength(1);
  world.github.permissions.set("olaf", "none");
  await world.tick(hour + 1);
  await tidyHomes(world.bot, (one) => lookUpHome(world.bot, one));
  expect((await hands.home(home)).services).toEqual([]);
});

test("whoever goes by another login is shown nothing of what the first one could read", async () => {
  const home = await hands.openHome(alice);
  await world.pipeline(world.github.file?.replace("alice: U0000ALICE", "olaf2: U0000ALICE"));
  expect((await hands.home(home)).services).toEqual([]);
});

test("it says whose login it goes by, and a click offers to link one", async () => {
  const home = await hands.openHome(alice);
  expect(await hands.home(home)).toMatchObject({ logins: ["alice"] });
  expect(await hands.home(home)).not.toHaveProperty("linked");
  await world.db
    .insertInto("link")
    .values({ team: "T1", slack_user: alice, login: "Alice", github_id: 1, at: new Date(0) })
    .execute();
  expect(await hands.home(home)).toMatchObject({ linked: "Alice" });
  await hands.clickInHome(alice, "home-link", "link");
  expect((await hands.home(home)).said?.content.code).toMatch(/^link-/u);
});

test("a change wakes the homes that show it, and marks each of them; without any it wakes nobody", async () => {
  const wake = recordedWake();
  const quiet = { ...world.bot, wake };
  const homesWoken = () => wake.take().flatMap(({ key }) => homesOf(key) ?? []);
  const lookingOn = slackHands({ ...world, bot: quiet });
  await lookingOn.type(alice, "/deploy lock staging a demo");
  expect(homesWoken()).toEqual([]);
  const [mine, hers] = [await hands.openHome(alice), await hands.openHome(rosa)];
  const before = [await wanted(mine), await wanted(hers)];
  await lookingOn.type(alice, "/deploy unlock staging");
  const [service] = homesWoken();
  expect(service).toBeDefined();
  await followHomes(world.bot, service ?? 0);
  expect(await wanted(mine)).toBeGreaterThan(before[0] ?? 0);
  expect(await wanted(hers)).toBeGreaterThan(before[1] ?? 0);
});

test("a home that cannot be looked up keeps no other, and comes again with them", async () => {
  for (const person of [alice, "U0000BOB"]) await hands.openHome(person);
  await world.tick(hour);
  const tried: number[] = [];
  const tidy = () =>
    tidyHomes(world.bot, async (one) => {
      tried.push(one.id);
      if (one.slack_user === alice) throw new OutsideError("GitHub does not answer");
      await lookUpHome(world.bot, one);
    });
  await tidy();
  expect(new Set(tried).size).toBe(2);
  await tidy();
  expect(tried).toHaveLength(2);
  await world.tick(5 * 60_000);
  await tidy();
  expect(tried).toHaveLength(3);
});

test("ages are told anew while somebody may look, and who has not come for thirty days is forgotten", async () => {
  const home = await hands.openHome(alice);
  const tidy = () => tidyHomes(world.bot, (one) => lookUpHome(world.bot, one));
  const before = await wanted(home);
  await tidy();
  expect(await wanted(home)).toBe(before);
  await world.tick(5 * 60_000);
  await tidy();
  expect(await wanted(home)).toBe(before + 1);
  await world.tick(29 * 24 * hour);
  await hands.openHome(alice);
  await world.tick(29 * 24 * hour);
  await tidy();
  expect(await world.db.selectFrom("home").select("id").execute()).toHaveLength(1);
  await world.tick(2 * 24 * hour);
  await tidy();
  expect(await world.db.selectFrom("home").select("id").execute()).toEqual([]);
  expect(await world.db.selectFrom("projection").select("key").where("surface", "=", "slack.home").execute()).toEqual(
    [],
  );
});

test("the answer to a click stands until the person has gone and comes back", async () => {
  const home = await hands.openHome(alice);
  await hands.clickInHome(alice, "home-unlock", `${(await world.environment("staging")).id}`);
  expect((await hands.home(home)).said?.content).toEqual({ code: "not-locked", environment: "staging" });
  await hands.openHome(alice);
  expect(await hands.home(home)).toHaveProperty("said");
  await world.tick(6 * 60_000);
  await hands.openHome(alice);
  expect(await hands.home(home)).not.toHaveProperty("said");
});

test("while something is down, App Home says that it is tried again, and at last that it was given up", async () => {
  await world.command(alice, { kind: "lock", environment: "staging", reason: "a demo" });
  const home = await hands.openHome(alice);
  const { id } = await world.environment("staging");
  world.github.down = true;
  await expect(hands.clickInHome(alice, "home-unlock", `${id}`)).rejects.toThrow("GitHub does not answer");
  expect((await hands.home(home)).said?.content).toEqual({ code: "trying-again" });
  await expect(hands.clickInHome(alice, "home-unlock", `${id}`, true)).rejects.toThrow("GitHub does not answer");
  expect((await hands.home(home)).said?.content).toEqual({ code: "gave-up" });
});

test("whether one is told of one's changes is one setting, seen and changed here and by the message's button", async () => {
  const home = await hands.openHome(alice);
  expect((await hands.home(home)).liveNews).toBe(true);
  await hands.clickInHome(alice, "home-no-live-news", "live-news");
  const after = await hands.home(home);
  expect([after.liveNews, after.said?.content]).toEqual([false, { code: "live-news", on: false }]);
  // The message's button is told of on App Home too, which is written anew for it.
  const before = await wanted(home);
  await hands.click(alice, "live-news", "live-news");
  expect([(await hands.home(home)).liveNews, (await wanted(home)) > before]).toEqual([true, true]);
});

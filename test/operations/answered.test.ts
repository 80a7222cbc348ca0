/** Whoever asks is answered, whatever is down: at once that it is tried again, and later how it went. */
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseCommand } from "../../src/commands/parse.ts";
import { OutsideError } from "../../src/operations/ports.ts";
import { createSlackEvents } from "../../src/operations/slack-events.ts";
import { createSlackClient } from "../../src/slack/client.ts";
import { answerOf } from "../../src/slack/emoji.ts";
import { replySurface } from "../../src/slack/reply-surface.ts";
import { slackHands } from "./slack-hands.ts";
import { ask, hour, statusOf } from "./steps.ts";
import { openWorld, push, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

const person = {
  team: "T1",
  user: "U0000ALICE",
  channel: "C1",
  responseUrl: "https://hooks.slack.com/commands/T1/1/x",
};

/** The delivery of one command, as often as it is tried. */
async function deliver(text: string, lastTry = false): Promise<void> {
  const events = createSlackEvents(world.bot, parseCommand, answerOf);
  const receivedAt = world.clock.now();
  const command = {
    ...person,
    key: "trigger-1",
    lastTry,
    receivedAt,
    name: "/deploy",
    channelName: "shop-deploys",
  } as const;
  await events.command({ ...command, text });
}

async function answers() {
  const rows = await world.db.selectFrom("reply").select(["id", "key", "content"]).orderBy("id").execute();
  return rows.map(({ id, key, content }) => ({ id, key, code: content.code }));
}

/** Answers that the person would be shown now, by the ids of their rows. */
async function shown(): Promise<readonly number[]> {
  const { context } = world.bot;
  const log = pino({ level: "silent" });
  const apiUrl = "https://slack.com/api/";
  const client = createSlackClient({ context, log, settings: { botToken: "xoxb", apiUrl } });
  const surface = replySurface({ db: world.db, context, log, client, apiUrl, signInAddress: undefined });
  const found: number[] = [];
  for (const { id } of await answers()) if ((await surface.render(`${id}`)) !== undefined) found.push(id);
  return found;
}

test("while GitHub is down, the person hears so once, and then the real answer", async () => {
  await push(world, "a");
  world.github.down = true;
  await expect(deliver("production")).rejects.toThrow(OutsideError);
  await expect(deliver("production")).rejects.toThrow(OutsideError);
  expect(await answers()).toEqual([{ id: 1, key: "trigger-1/meanwhile", code: "trying-again" }]);
  expect(await shown()).toEqual([1]);

  world.github.down = false;
  await deliver("production");
  await deliver("production");
  const [, real] = await answers();
  expect(await answers()).toEqual([
    { id: 1, key: "trigger-1/meanwhile", code: "trying-again" },
    { id: real?.id, key: "trigger-1", code: "requested" },
  ]);
  // What was said meanwhile and had not been delivered yet is not said after the real answer.
  expect(await shown()).toEqual([real?.id]);
});

test("after the last try, the person hears that it was given up", async () => {
  await push(world, "a");
  world.github.down = true;
  await expect(deliver("production")).rejects.toThrow(OutsideError);
  await expect(deliver("production", true)).rejects.toThrow(OutsideError);
  expect((await answers()).map(({ code }) => code)).toEqual(["trying-again", "gave-up"]);
  const rows = await world.db.selectFrom("projection").select("subject").where("surface", "=", "slack.reply").execute();
  expect(rows).toHaveLength(2);
});

test("a click is answered in the same way", async () => {
  await push(world, "a");
  world.github.down = true;
  const events = createSlackEvents(world.bot, parseCommand, answerOf);
  const clicked = { key: "click-1", lastTry: false, actionId: "cancel", value: "1/1", actionTs: "1.000000" } as const;
  const click = { ...person, ...clicked, receivedAt: world.clock.now() };
  await expect(events.action(click)).rejects.toThrow(OutsideError);
  expect((await answers()).map(({ code }) => code)).toEqual(["trying-again"]);
});

describe("what came in before the bot was down for hours", () => {
  const [alice, rosa] = ["U0000ALICE", "U0000ROSA"] as const;
  let hands: ReturnType<typeof slackHands>;
  beforeEach(() => {
    hands = slackHands(world);
  });

  const deployments = async () =>
    (await world.db.selectFrom("deployment").select("id").execute()).map(({ id }) => id).toSorted((a, b) => a - b);

  test("is answered and not carried out, by whichever way it came", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    await hands.type(alice, "/deploy lock staging because of the migration");
    await hands.type(alice, "/deploy");
    await hands.type(alice, "/promote");
    const { id: menu } = await hands.last();
    await hands.openHome(alice);
    const before = [await deployments(), (await hands.answers()).length] as const;

    hands.heardAfter(14 * hour);
    await hands.type(alice, "/deploy production");
    await hands.type(alice, "/deploy");
    await hands.choose(alice, menu, "production");
    await hands.send(alice);
    await hands.click(alice, "cancel", `${waiting}/1`);
    await hands.clickInHome(alice, "home-unlock", `${(await world.environment("staging")).id}`);

    const said = (await hands.answers()).slice(before[1]).map(({ content }) => content);
    const home = await world.db.selectFrom("home").select("said").executeTakeFirstOrThrow();
    const late = { code: "asked-long-ago", at: world.clock.now() - 14 * hour };
    expect([...said, home.said]).toEqual([late, late, late, late, late, late]);
    expect(await deployments()).toEqual(before[0]);
    expect(await statusOf(world, waiting)).toBe("waiting");
    expect((await world.environment("staging")).lock_by).toBe("alice");
  });

  test("is answered by a direct message once, where the response URL has expired", async () => {
    hands.heardAfter(hour / 3);
    await hands.type(alice, "/deploy production");
    expect(await world.said()).toEqual([]);
    hands.heardAfter(14 * hour);
    const at = world.clock.now() - 14 * hour;
    await hands.type(alice, "/deploy production", "typed");
    await hands.type(alice, "/deploy production", "typed");
    const reply = { code: "asked-long-ago", at };
    expect(await world.said()).toEqual([{ code: "answered-late", at, now: world.clock.now(), reply }]);
    const note = await world.db.selectFrom("note").select("slack_user").executeTakeFirstOrThrow();
    expect(note.slack_user).toBe(alice);
  });

  test.each([
    ["where it was typed", hour / 3],
    ["by a direct message, where the response URL has expired", 2 * hour],
  ])("is answered with what it became, where it was begun before the bot ended: %s", async (_, late) => {
    await push(world, "a");
    const typed = "/deploy production";
    const ended = new Promise<void>((resolve) => {
      world.faults.arm("request.committed", () => {
        resolve();
        return new Promise(() => undefined);
      });
    });
    void hands.type(alice, typed, "typed");
    await ended;
    const [, asked] = await deployments();
    expect(await hands.answers()).toEqual([]);
    hands.heardAfter(late);
    await hands.type(alice, typed, "typed");
    const what = { code: "requested", deployment: asked };
    expect(await hands.answers()).toMatchObject([{ content: what }]);
    const said = (await world.said()).filter(({ code }) => code === "answered-late");
    expect(said).toMatchObject(late > hour ? [{ reply: what }] : []);
    expect(await deployments()).toHaveLength(2);
  });

  test("still counts where it is an answer, which is to one exact thing", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    hands.heardAfter(14 * hour);
    await hands.click(rosa, "approve", `${waiting}/1`);
    expect(await statusOf(world, waiting)).toBe("success");
  });

  test("is read by the clock of when it was typed, where it is still meant", async () => {
    const at = world.clock.now();
    await world.clock.advance(600_000);
    hands.heardAfter(600_000);
    await hands.type(alice, "/deploy lock staging until 2h because of the migration");
    expect((await hands.last()).content).toMatchObject({ code: "locked", until: at + 2 * hour });
  });
});

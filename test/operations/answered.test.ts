/** Whoever asks is answered, whatever is down: at once that it is tried again, and later how it went. */
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseCommand } from "../../src/commands/parse.ts";
import { OutsideError } from "../../src/operations/ports.ts";
import { createSlackEvents } from "../../src/operations/slack-events.ts";
import { createSlackClient } from "../../src/slack/client.ts";
import { answerOf } from "../../src/slack/emoji.ts";
import { replySurface } from "../../src/slack/reply-surface.ts";
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
  const command = { ...person, key: "trigger-1", lastTry, name: "/deploy", channelName: "shop-deploys" } as const;
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
  const click = { ...person, ...clicked };
  await expect(events.action(click)).rejects.toThrow(OutsideError);
  expect((await answers()).map(({ code }) => code)).toEqual(["trying-again"]);
});

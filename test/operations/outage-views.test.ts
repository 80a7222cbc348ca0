/**
 * The same minute without Slack for what is no message: a form that is opened or changed, App Home, and reactions whose
 * people cannot be looked up. What people did counts once and in its order, and what they see becomes true.
 */
import { beforeEach, expect, test } from "vitest";
import { parseCommand } from "../../src/commands/parse.ts";
import { followHomes } from "../../src/operations/follow-homes.ts";
import { createSlackEvents } from "../../src/operations/slack-events.ts";
import { answerOf } from "../../src/slack/emoji.ts";
import { createSlackPeople } from "../../src/slack/people.ts";
import { failures, type Shown, show } from "./slack-shown.ts";
import { ask, statusOf } from "./steps.ts";
import { push, type World } from "./world.ts";

const [alice, rosa, bob] = ["U0000ALICE", "U0000ROSA", "U0000BOB"] as const;

let shown: Shown;
let world: World;
let events: ReturnType<typeof createSlackEvents>;
beforeEach(async () => {
  shown = await show();
  world = shown.world;
  Object.assign(world.bot.slack, createSlackPeople({ client: shown.client, context: world.bot.context }));
  events = createSlackEvents(world.bot, parseCommand, answerOf);
});

let keys = 0;
const told = (user: string) => {
  keys += 1;
  return { key: `told-${keys}`, lastTry: false, receivedAt: world.clock.now(), team: shown.slack.team, user };
};

/** `/deploy` alone, with the trigger that the sandbox gave for it, which opens something for three seconds. */
async function openForm(user: string): Promise<void> {
  const { triggerId, responseUrl } = await shown.type(user, "");
  const where = { channel: shown.channel, channelName: "shop-deploys", responseUrl };
  const command = { ...told(user), key: triggerId, name: "/deploy", text: "", ...where } as const;
  shown.deliver((lastTry) => events.command({ ...command, lastTry }));
  const isStored = async () =>
    (await world.db.selectFrom("form").select("id").where("key", "=", triggerId).executeTakeFirst()) !== undefined;
  while (!(await isStored()));
  for (let part = 0; part < 10; part += 1) await shown.pass(100);
}

async function react(user: string, deployment: number, emoji: string, present = true): Promise<void> {
  const { external } = await world.db
    .selectFrom("projection")
    .select("external")
    .where("key", "=", `slack.message/${deployment}/1`)
    .executeTakeFirstOrThrow();
  const { channel, ts } = external as { channel: string; ts: string };
  const eventTs = (world.clock.now() / 1_000).toFixed(6);
  const { team } = shown.slack;
  shown.deliver(() => events.reaction({ team, channel, ts, user, emoji, present, eventTs }));
}

async function choose(user: string, environment: string): Promise<void> {
  const form = await world.db.selectFrom("form").selectAll().where("slack_user", "=", user).executeTakeFirstOrThrow();
  if (form.shown.code !== "choosing") throw new Error(`the form shows ${form.shown.code}`);
  const { id } = await world.environment(environment);
  const fields = { service: `${form.shown.chosen.service}`, environment: `${id}` };
  const actionTs = (world.clock.now() / 1_000).toFixed(6);
  shown.deliver((lastTry) => events.formChanged({ ...told(user), lastTry, form: form.id, fields, actionTs }));
}

/** An answer with an error is to a view what it is to a message: the drill of those has every kind. */
const cases = failures
  .filter(([, { status, afterDoing }]) => status !== 200 && !(status === 500 && afterDoing === undefined))
  .map(([what, failure]) => ({ what, failure, done: failure.afterDoing === true }));

test.each(cases)("Slack answers $what for a minute", async ({ failure, done }) => {
  const { slack } = shown;
  await push(world, "a");
  const request = await ask(world, "production");
  await openForm(alice);
  shown.deliver(() => events.homeOpened(told(rosa)));
  await shown.untilShown();
  const [modal, home] = [JSON.stringify(slack.modal(alice)), JSON.stringify(slack.home(rosa))];
  expect([modal.includes("staging"), home.includes("deployment 2")]).toEqual([true, true]);

  slack.outage(failure);
  for (let at = 0; at < 60; at += 2) {
    // Rosa thinks better of it before anybody could see who she is; Bob does not.
    if (at === 2) await react(rosa, request, "ship");
    if (at === 4) await choose(alice, "production");
    if (at === 6) await react(rosa, request, "ship", false);
    if (at === 10) await openForm(bob);
    if (at === 16) shown.deliver(() => events.homeOpened(told(bob)));
    if (at === 20) await react(bob, request, "white_check_mark");
    await shown.pass(2_000);
  }
  slack.outage(undefined);
  await shown.untilShown();
  await world.settle();
  // As the wake of what has changed would.
  await followHomes(world.bot, (await world.environment("production")).service_id);
  await shown.untilShown();

  // One start, by the yes that stands.
  expect(await statusOf(world, request)).toBe("success");
  const given = await world.db.selectFrom("approval").select(["login", "answer"]).orderBy("login").execute();
  expect(given.filter(({ answer }) => answer !== "withdrawn")).toEqual([{ login: "bob", answer: "approve" }]);
  const attempts = await world.db
    .selectFrom("attempt")
    .select("stage")
    .where("deployment_id", "=", request)
    .orderBy("position")
    .execute();
  expect(attempts.map(({ stage }) => stage)).toEqual(["test", "migrate", "deploy"]);
  // The form shows what was chosen last, and both homes how it stands.
  expect(JSON.stringify(slack.modal(alice)?.blocks)).toContain(
    '"initial_option":{"text":{"type":"plain_text","text":"production',
  );
  for (const user of [rosa, bob]) {
    expect(JSON.stringify(slack.home(user)?.blocks)).toContain("Nothing waits for your approval.");
  }
  // A form that Slack would not open any more is answered with what to type, once; one that it did open is filled.
  const answers = slack.messages(shown.channel).filter(({ ephemeralFor }) => ephemeralFor === bob);
  if (done) expect(JSON.stringify(slack.modal(bob)?.blocks)).toContain("staging");
  else expect(slack.modal(bob)).toBeUndefined();
  expect(answers.map(({ text }) => text)).toEqual(done ? [] : [expect.stringContaining("would not open the form")]);
});

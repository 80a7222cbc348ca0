import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { createSlackApp } from "../../src/slack/app.ts";
import type { SlackChannelChange } from "../../src/slack/channel-events.ts";
import type { SlackAction, SlackCommand, SlackEvents, SlackReaction } from "../../src/slack/events.ts";
import { readEventPayload } from "../../src/slack/payload.ts";
import { readSlackRequest, type SlackRequest } from "../../src/slack/receiver.ts";
import { testContext } from "../harness/test-context.ts";
import {
  actionPayload,
  formActionPayload,
  homeActionPayload,
  homeOpenedEnvelope,
  menuPayload,
  reactionEnvelope,
  signedAction,
  signedCommand,
  signedJson,
  submissionPayload,
} from "./signed-request.ts";

const settings = { botToken: "xoxb-1", signingSecret: "s", appToken: undefined, apiUrl: "http://127.0.0.1:9/api/" };
const receivedAt = 1_795_271_400_000;

function heard(failWith?: Error) {
  const commands: SlackCommand[] = [];
  const reactions: SlackReaction[] = [];
  const actions: SlackAction[] = [];
  const told: unknown[] = [];
  const channels: SlackChannelChange[] = [];
  const note = async <T>(list: T[], event: T) => {
    if (failWith !== undefined) throw failWith;
    list.push(event);
  };
  const handlers: SlackEvents = {
    command: (event) => note(commands, event),
    reaction: (event) => note(reactions, event),
    action: (event) => note(actions, event),
    formChanged: (event) => note(told, { formChanged: event }),
    formSent: (event) => note(told, { formSent: event }),
    menuChosen: (event) => note(told, { menuChosen: event }),
    channel: (event) => note(channels, event),
    homeOpened: (event) => note(told, { homeOpened: event }),
    homeClicked: (event) => note(told, { homeClicked: event }),
    reply: (event) => note(told, { reply: event }),
  };
  const { context } = testContext();
  const app = createSlackApp({ context, log: pino({ level: "silent" }), settings, handlers });
  return { app, commands, reactions, actions, channels, told };
}

function channelEnvelope(event: object) {
  const authorizations = [{ team_id: "T0TEAM", user_id: "U0BOT", is_bot: true }];
  return { type: "event_callback", event_id: "Ev0CHANNEL", team_id: "T0TEAM", authorizations, event };
}

describe("what is written in a thread", () => {
  const reply = { type: "message", channel: "C0SHOP", user: "U0BOB", ts: "1795271402.000100" };
  const ours = { thread_ts: "1795271395.000100", parent_user_id: "U0BOT" };
  const read = (event: object) => readEventPayload(channelEnvelope({ ...reply, ...event }));

  test("is handed on as it was typed, with the message that began the thread", async () => {
    const { app, told } = heard();
    const reading = read({ ...ours, text: "too &lt;slow&gt;" });
    if (reading.kind !== "delivery") throw new Error(reading.kind);
    await app.handDelivery({ ...reading, lastTry: false, receivedAt });
    const at = { team: "T0TEAM", channel: "C0SHOP", threadTs: "1795271395.000100" };
    expect(told).toEqual([{ reply: { ...at, slackUser: "U0BOB", text: "too <slow>" } }]);
  });

  test.each([
    ["a message in the channel", { text: "hello" }],
    ["the message that began the thread", { text: "hello", thread_ts: "1795271402.000100" }],
    ["in somebody else's thread", { ...ours, text: "hello", parent_user_id: "U0BOB" }],
    ["a bot's", { ...ours, text: "hello", bot_id: "B0BOT" }],
    ["an edit", { ...ours, text: "hello", subtype: "message_changed" }],
  ])("%s is not even stored", (_what, event) => {
    expect(read(event)).toEqual({ kind: "ignore" });
  });
});

/** As it is stored: through JSON, as the database keeps it. */
function delivery(request: SlackRequest) {
  const reading = readSlackRequest(request);
  if (reading.kind !== "delivery") throw new Error(`not a delivery: ${JSON.stringify(reading)}`);
  return {
    key: reading.key,
    name: reading.name,
    lastTry: false,
    receivedAt,
    payload: JSON.parse(JSON.stringify(reading.payload)) as unknown,
  };
}

test("a command reaches its handler as it was typed", async () => {
  const { app, commands } = heard();
  await app.handDelivery(delivery(signedCommand({ text: "lock production a &amp; b of <#C012|shop>" })));
  expect(commands).toEqual([
    {
      key: "13345224609.738474920.8088930838d88f008e0",
      lastTry: false,
      receivedAt,
      name: "/deploy",
      text: "lock production a & b of #shop",
      team: "T0TEAM",
      user: "U0ALICE",
      channel: "C0SHOP",
      channelName: "shop-deploys",
      responseUrl: "https://hooks.slack.com/commands/T0TEAM/1/abc",
    },
  ]);
});

test.each(["/promote", "/rollback"])("so does %s", async (command) => {
  const { app, commands } = heard();
  await app.handDelivery(delivery(signedCommand({ command })));
  expect(commands.map(({ name }) => name)).toEqual([command]);
});

test.each([
  ["a rename, which describes the channel", { type: "channel_rename", channel: { id: "C1", name: "new", created: 1 } }],
  ["a private channel that was archived", { type: "group_archive", channel: "C1", user: "U0ALICE" }],
  ["the bot that was brought in", { type: "member_joined_channel", channel: "C1", user: "U0BOT" }],
])("what happened to a channel: %s", async (_, event) => {
  const { app, channels } = heard();
  await app.handDelivery(delivery(signedJson(channelEnvelope(event))));
  expect(channels).toEqual([{ channel: "C1" }]);
});

test("that somebody else came into a channel is no news", () => {
  const event = { type: "member_joined_channel", channel: "C1", user: "U0ALICE" };
  expect(readSlackRequest(signedJson(channelEnvelope(event)))).toEqual({ kind: "ignore" });
});

test("a reaction that is added and one that is taken away", async () => {
  const { app, reactions } = heard();
  await app.handDelivery(delivery(signedJson(reactionEnvelope())));
  await app.handDelivery(
    delivery(signedJson(reactionEnvelope({ type: "reaction_removed", event_ts: "1795271500.000100" }))),
  );
  const reaction = {
    team: "T0TEAM",
    channel: "C0SHOP",
    ts: "1795271395.000100",
    user: "U0BOB",
    emoji: "+1::skin-tone-3",
  };
  expect(reactions).toEqual([
    { ...reaction, present: true, eventTs: "1795271400.000200" },
    { ...reaction, present: false, eventTs: "1795271500.000100" },
  ]);
});

test.each(["approve", "reject", "withdraw", "confirm-fix", "cancel"] as const)("the button %s", async (actionId) => {
  const { app, actions } = heard();
  const [button] = actionPayload().actions;
  await app.handDelivery(delivery(signedAction(actionPayload({ actions: [{ ...button, action_id: actionId }] }))));
  expect(actions).toEqual([
    {
      key: "12466734323.1395872398",
      lastTry: false,
      receivedAt,
      actionId,
      value: "42/1",
      team: "T0TEAM",
      user: "U0BOB",
      channel: "C0SHOP",
      messageTs: "1795271395.000100",
      actionTs: "1795271401.000300",
      responseUrl: "https://hooks.slack.com/actions/T0TEAM/2/def",
    },
  ]);
});

test("a form that is changed and sent, and a choice in a menu", async () => {
  const { app, told } = heard();
  await app.handDelivery(delivery(signedAction(formActionPayload())));
  await app.handDelivery(delivery(signedAction(submissionPayload())));
  await app.handDelivery(delivery(signedAction(menuPayload())));
  const who = { lastTry: false, receivedAt, team: "T0TEAM", user: "U0BOB" };
  const fields = { service: "1", environment: "2", other: "v1.4.0" };
  expect(told).toEqual([
    { formChanged: { ...who, key: "12466734323.changed", form: 7, fields, actionTs: "1795271402.000100" } },
    { formSent: { ...who, key: "12466734323.submitted", form: 7, fields } },
    {
      menuChosen: {
        ...who,
        key: "12466734323.chosen",
        menu: 12,
        choice: "staging",
        channel: "C0SHOP",
        responseUrl: "https://hooks.slack.com/actions/T0TEAM/3/ghi",
      },
    },
  ]);
});

test("App Home is looked at, and clicked in", async () => {
  const { app, told } = heard();
  await app.handDelivery(delivery(signedJson(homeOpenedEnvelope())));
  await app.handDelivery(delivery(signedAction(homeActionPayload())));
  const who = { lastTry: false, receivedAt, team: "T0TEAM", user: "U0BOB" };
  expect(told).toEqual([
    { homeOpened: { ...who, key: "Ev0HOME" } },
    {
      homeClicked: {
        ...who,
        key: "12466734323.home",
        action: "home-approve",
        value: "42/1",
        actionTs: "1795271402.000100",
      },
    },
  ]);
  // The other tab is the conversation with the bot.
  expect(readSlackRequest(signedJson(homeOpenedEnvelope("messages")))).toEqual({ kind: "ignore" });
});

test("when a handler fails, so does the handing over, with the very error", async () => {
  const broken = new Error("the database is away");
  const { app } = heard(broken);
  await expect(app.handDelivery(delivery(signedCommand()))).rejects.toBe(broken);
  await expect(app.handDelivery(delivery(signedJson(reactionEnvelope())))).rejects.toBe(broken);
  await expect(app.handDelivery(delivery(signedAction(actionPayload())))).rejects.toBe(broken);
});

test("two deliveries at once do not mix", async () => {
  const { app, commands } = heard();
  const keys = Array.from({ length: 20 }, (_, index) => `trigger-${index}`);
  await Promise.all(keys.map((key) => app.handDelivery(delivery(signedCommand({ trigger_id: key, text: key })))));
  expect(commands.map(({ key, text }) => [key, text]).toSorted()).toEqual(keys.map((key) => [key, key]).toSorted());
});

test("a row of another shape is an error, not silence", async () => {
  const { app } = heard();
  await expect(
    app.handDelivery({ key: "k", name: "n", lastTry: false, receivedAt, payload: { command: "/remind" } }),
  ).rejects.toThrow();
});

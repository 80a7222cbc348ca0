import { describe, expect, test } from "vitest";
import { readSlackRequest } from "../../src/slack/receiver.ts";
import {
  actionPayload,
  commandFields,
  form,
  reactionEnvelope,
  signed,
  signedAction,
  signedCommand,
  signedJson,
} from "./signed-request.ts";

describe("what is signed and fresh is read", () => {
  test("a command, cut down to what is read, known by its trigger", () => {
    expect(readSlackRequest(signedCommand())).toEqual({
      kind: "delivery",
      key: commandFields.trigger_id,
      name: "command./deploy",
      payload: {
        command: "/deploy",
        text: "production v1.4.0",
        trigger_id: commandFields.trigger_id,
        team_id: "T0TEAM",
        user_id: "U0ALICE",
        channel_id: "C0SHOP",
        channel_name: "shop-deploys",
        response_url: commandFields.response_url,
      },
    });
  });

  test("a reaction, known by its event", () => {
    expect(readSlackRequest(signedJson(reactionEnvelope()))).toEqual({
      kind: "delivery",
      key: "Ev0PV52K25",
      name: "event.reaction_added",
      payload: {
        type: "event_callback",
        event_id: "Ev0PV52K25",
        team_id: "T0TEAM",
        authorizations: [{ team_id: "T0TEAM", user_id: "U0BOT", is_bot: true }],
        event: {
          type: "reaction_added",
          user: "U0BOB",
          reaction: "+1::skin-tone-3",
          item: { type: "message", channel: "C0SHOP", ts: "1795271395.000100" },
          event_ts: "1795271400.000200",
        },
      },
    });
  });

  test("a button, known by its trigger, without the message around it", () => {
    expect(readSlackRequest(signedAction(actionPayload()))).toEqual({
      kind: "delivery",
      key: "12466734323.1395872398",
      name: "action.approve",
      payload: {
        type: "block_actions",
        trigger_id: "12466734323.1395872398",
        team: { id: "T0TEAM" },
        user: { id: "U0BOB", team_id: "T0TEAM" },
        channel: { id: "C0SHOP" },
        container: { type: "message", message_ts: "1795271395.000100", channel_id: "C0SHOP" },
        response_url: "https://hooks.slack.com/actions/T0TEAM/2/def",
        actions: [
          {
            type: "button",
            action_id: "approve",
            block_id: "answers",
            value: "42/1",
            action_ts: "1795271401.000300",
          },
        ],
      },
    });
  });

  test("the same delivery sent again has the same key", () => {
    const first = readSlackRequest(signedCommand());
    const again = readSlackRequest(
      signed(form(commandFields), { agoSeconds: 60, headers: { "x-slack-retry-num": "1" } }),
    );
    expect(again).toEqual(first);
  });

  test("the question whether the address is ours", () => {
    const body = {
      type: "url_verification",
      token: "x",
      challenge: "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
    };
    expect(readSlackRequest(signedJson(body))).toEqual({ kind: "challenge", challenge: body.challenge });
  });

  test("a command without words has an empty text", () => {
    const { text: _, ...fields } = commandFields;
    expect(readSlackRequest(signed(form(fields)))).toMatchObject({ kind: "delivery", payload: { text: "" } });
  });

  test("letters that PostgreSQL cannot keep are left out", () => {
    const reading = readSlackRequest(signedCommand({ text: "staging\u0000 main" }));
    expect(reading).toMatchObject({ kind: "delivery", payload: { text: "staging main" } });
  });
});

describe("what is not signed, or not now, is refused", () => {
  test.each([
    ["no signature", signed(form(commandFields), { headers: { "x-slack-signature": undefined } })],
    ["no time", signed(form(commandFields), { headers: { "x-slack-request-timestamp": undefined } })],
    ["another secret", signed(form(commandFields), { secret: "another" })],
    ["an empty signature", signed(form(commandFields), { headers: { "x-slack-signature": "" } })],
    ["a cut signature", signed(form(commandFields), { headers: { "x-slack-signature": "v0=abcd" } })],
    ["a signature twice", signed(form(commandFields), { headers: { "x-slack-signature": "v0=aa, v0=bb" } })],
    ["a time in words", signed(form(commandFields), { headers: { "x-slack-request-timestamp": "now" } })],
    ["five minutes and a second ago", signed(form(commandFields), { agoSeconds: 301 })],
    ["in five minutes and a second", signed(form(commandFields), { agoSeconds: -301 })],
    ["in an hour", signed(form(commandFields), { agoSeconds: -3_600 })],
  ])("%s", (_what, request) => {
    expect(readSlackRequest(request)).toEqual({ kind: "refused", status: 401, why: expect.any(String) });
  });

  test("a body that was changed after it was signed", () => {
    const request = signedCommand();
    const changed = Buffer.from(request.rawBody.toString().replace("production", "staging"));
    expect(readSlackRequest({ ...request, rawBody: changed })).toMatchObject({ kind: "refused", status: 401 });
  });

  test.each([300, -300])("%i seconds ago is still now", (agoSeconds) => {
    expect(readSlackRequest(signed(form(commandFields), { agoSeconds }))).toMatchObject({ kind: "delivery" });
  });

  test("a refusal repeats neither the secret nor what was sent", () => {
    const request = signed(form({ ...commandFields, text: "hunter2" }), { secret: "another" });
    expect(JSON.stringify(readSlackRequest(request))).not.toMatch(/hunter2|8f742231/u);
  });
});

describe("what is not of the right shape is refused", () => {
  test.each([
    ["no JSON", signed("{", { contentType: "application/json" })],
    ["a list", signed("[]", { contentType: "application/json" })],
    ["null", signed("null", { contentType: "application/json" })],
    ["a string", signed('"x"', { contentType: "application/json" })],
    ["no type", signedJson({ event: {} })],
    ["an event without its event", signedJson({ type: "event_callback", event_id: "Ev1", team_id: "T0TEAM" })],
    ["a reaction by nobody", signedJson(reactionEnvelope({ user: undefined }))],
    ["a reaction by half a letter", signedJson(reactionEnvelope({ user: "U\ud800" }))],
    ["a reaction by a NUL", signedJson(reactionEnvelope({ user: "U\u0000" }))],
    ["a reaction to nothing", signedJson(reactionEnvelope({ item: undefined }))],
    ["a reaction at no time", signedJson(reactionEnvelope({ event_ts: "yesterday" }))],
    ["an event without its id", signedJson({ ...reactionEnvelope(), event_id: undefined })],
    ["an empty form", signed("")],
    ["a command of another app", signedCommand({ command: "/remind" })],
    ["a command without its trigger", signedCommand({ trigger_id: "" })],
    ["a command that answers nowhere", signedCommand({ response_url: "nowhere" })],
    ["a payload that is no JSON", signed(form({ payload: "{" }))],
    ["a click in no channel", signedAction(actionPayload({ channel: undefined }))],
    [
      "a click on an approval without a value",
      signedAction(actionPayload({ actions: [{ ...actionPayload().actions[0], value: 7 }] })),
    ],
    ["another content type", signed("<xml/>", { contentType: "text/xml" })],
  ])("%s", (_what, request) => {
    expect(readSlackRequest(request)).toEqual({ kind: "refused", status: 400, why: expect.any(String) });
  });

  test("the refusal names the fields, never what they hold", () => {
    const reading = readSlackRequest(signedCommand({ response_url: "hunter2", trigger_id: "" }));
    expect(reading).toEqual({
      kind: "refused",
      status: 400,
      why: "the command has not the expected shape: trigger_id, response_url",
    });
  });
});

test.each([
  ["an event that we do not act on", signedJson(reactionEnvelope({ type: "app_home_opened" }))],
  ["a notice that is no event", signedJson({ type: "app_rate_limited", team_id: "T0TEAM" })],
  ["a reaction to a file", signedJson(reactionEnvelope({ item: { type: "file", file: "F1" } }))],
  ["a reaction of the bot itself", signedJson(reactionEnvelope({ user: "U0BOT" }))],
  ["a view that was closed", signedAction({ type: "view_closed", view: {} })],
  ["a button that is not ours", signedAction(actionPayload({ actions: [{ type: "button", action_id: "open" }] }))],
  ["the check of the certificate", signed(form({ ssl_check: "1", token: "x" }))],
])("%s is acknowledged and forgotten", (_what, request) => {
  expect(readSlackRequest(request)).toEqual({ kind: "ignore" });
});

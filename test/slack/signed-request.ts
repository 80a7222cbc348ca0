/** Requests as Slack sends them, signed, for the tests of this folder. */
import { createHmac } from "node:crypto";
import type { SlackRequest } from "../../src/slack/receiver.ts";

const signingSecret = "8f742231b10e8888abcd99yyyzzz85a5";
const now = Date.UTC(2026, 10, 21, 14, 30);

export const commandFields = {
  token: "not-read",
  team_id: "T0TEAM",
  team_domain: "acme",
  channel_id: "C0SHOP",
  channel_name: "shop-deploys",
  user_id: "U0ALICE",
  user_name: "alice",
  command: "/deploy",
  text: "production v1.4.0",
  api_app_id: "A0APP",
  is_enterprise_install: "false",
  response_url: "https://hooks.slack.com/commands/T0TEAM/1/abc",
  trigger_id: "13345224609.738474920.8088930838d88f008e0",
};

export function reactionEnvelope(event: Readonly<Record<string, unknown>> = {}) {
  return {
    token: "not-read",
    team_id: "T0TEAM",
    api_app_id: "A0APP",
    type: "event_callback",
    event_id: "Ev0PV52K25",
    event_time: 1_795_271_400,
    authorizations: [{ enterprise_id: null, team_id: "T0TEAM", user_id: "U0BOT", is_bot: true }],
    event: {
      type: "reaction_added",
      user: "U0BOB",
      reaction: "+1::skin-tone-3",
      item: { type: "message", channel: "C0SHOP", ts: "1795271395.000100" },
      item_user: "U0BOT",
      event_ts: "1795271400.000200",
      ...event,
    },
  };
}

export function actionPayload(changes: Readonly<Record<string, unknown>> = {}) {
  return {
    type: "block_actions",
    token: "not-read",
    api_app_id: "A0APP",
    trigger_id: "12466734323.1395872398",
    team: { id: "T0TEAM", domain: "acme" },
    user: { id: "U0BOB", username: "bob", team_id: "T0TEAM" },
    channel: { id: "C0SHOP", name: "shop-deploys" },
    container: { type: "message", message_ts: "1795271395.000100", channel_id: "C0SHOP", is_ephemeral: false },
    message: { ts: "1795271395.000100", text: "a long message", blocks: [] },
    response_url: "https://hooks.slack.com/actions/T0TEAM/2/def",
    actions: [
      {
        type: "button",
        action_id: "approve",
        block_id: "answers",
        value: "42/1",
        text: { type: "plain_text", text: "Approve" },
        action_ts: "1795271401.000300",
      },
    ],
    ...changes,
  };
}

const who = {
  token: "not-read",
  api_app_id: "A0APP",
  team: { id: "T0TEAM", domain: "acme" },
  user: { id: "U0BOB", username: "bob", team_id: "T0TEAM" },
};

/** A form as it is filled in, in Slack's shape: block → action → what it holds. */
export const formView = {
  id: "V0FORM",
  type: "modal",
  hash: "1795271401.abc",
  callback_id: "deploy-form",
  private_metadata: "7",
  state: {
    values: {
      service: { "form-service": { type: "static_select", selected_option: { text: {}, value: "1" } } },
      "environment/1": { "form-environment": { type: "static_select", selected_option: { text: {}, value: "2" } } },
      "revision/2": { "form-revision": { type: "static_select", selected_option: null } },
      "other/2": { "form-other": { type: "plain_text_input", value: " v1.4.0 " } },
    },
  },
};

export function submissionPayload(changes: Readonly<Record<string, unknown>> = {}) {
  return { type: "view_submission", ...who, trigger_id: "12466734323.submitted", view: formView, ...changes };
}

export function formActionPayload(changes: Readonly<Record<string, unknown>> = {}) {
  return {
    type: "block_actions",
    ...who,
    trigger_id: "12466734323.changed",
    container: { type: "view", view_id: "V0FORM" },
    view: formView,
    actions: [
      {
        type: "static_select",
        action_id: "form-environment",
        block_id: "environment/1",
        action_ts: "1795271402.000100",
      },
    ],
    ...changes,
  };
}

export function homeActionPayload(actionId = "home-approve", value = "42/1") {
  return {
    type: "block_actions",
    ...who,
    trigger_id: "12466734323.home",
    container: { type: "view", view_id: "V0HOME" },
    view: { id: "V0HOME", type: "home", hash: "1", callback_id: "home", state: { values: {} } },
    actions: [
      { type: "button", action_id: actionId, block_id: "approval/42/1", value, action_ts: "1795271402.000100" },
    ],
  };
}

export function homeOpenedEnvelope(tab = "home") {
  return {
    ...reactionEnvelope(),
    event_id: "Ev0HOME",
    event: { type: "app_home_opened", user: "U0BOB", channel: "D0BOB", tab, event_ts: "1795271400.000200" },
  };
}

export function menuPayload(changes: Readonly<Record<string, unknown>> = {}) {
  return {
    type: "block_actions",
    ...who,
    trigger_id: "12466734323.chosen",
    channel: { id: "C0SHOP", name: "shop-deploys" },
    container: { type: "message", message_ts: "1795271395.000100", channel_id: "C0SHOP", is_ephemeral: true },
    response_url: "https://hooks.slack.com/actions/T0TEAM/3/ghi",
    actions: [
      {
        type: "static_select",
        action_id: "menu-choose",
        block_id: "menu/12",
        selected_option: { text: {}, value: "staging" },
        action_ts: "1795271402.000100",
      },
    ],
    ...changes,
  };
}

export function signed(
  body: string,
  options: {
    readonly contentType?: string;
    readonly secret?: string;
    /** How long before `now` it was signed, in seconds. */
    readonly agoSeconds?: number;
    readonly headers?: Readonly<Record<string, string | undefined>>;
  } = {},
): SlackRequest {
  const timestamp = String(Math.floor(now / 1000) - (options.agoSeconds ?? 0));
  const signature = createHmac("sha256", options.secret ?? signingSecret)
    .update(`v0:${timestamp}:${body}`)
    .digest("hex");
  return {
    rawBody: Buffer.from(body),
    headers: {
      "content-type": options.contentType ?? "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": `v0=${signature}`,
      ...options.headers,
    },
    signingSecret,
    now,
  };
}

export function form(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString();
}

export function signedCommand(changes: Readonly<Record<string, string>> = {}): SlackRequest {
  return signed(form({ ...commandFields, ...changes }));
}

export function signedJson(body: unknown): SlackRequest {
  return signed(JSON.stringify(body), { contentType: "application/json; charset=utf-8" });
}

export function signedAction(payload: unknown): SlackRequest {
  return signed(form({ payload: JSON.stringify(payload) }));
}

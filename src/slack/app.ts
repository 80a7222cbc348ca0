/**
 * Stored deliveries → our own events, by way of Bolt. Bolt matches and dispatches; it neither listens, verifies nor
 * acknowledges here, because that has happened before a delivery was stored. It must never call Slack: every answer
 * is a projection.
 */
import type { Receiver } from "@slack/bolt";
// Not by the package's index, which loads Express for a receiver that is not used here.
import bolt from "@slack/bolt/dist/App.js";
import type { Logger } from "pino";
import { z } from "zod";
import type { SlackSettings } from "../config/settings.ts";
import type { Context } from "../context.ts";
import { actionIds } from "../operations/actions.ts";
import { channelEventTypes } from "./channel-events.ts";
import type { SlackEvents } from "./events.ts";
import { libraryLog } from "./library-log.ts";
import {
  type ActionPayload,
  type CommandPayload,
  isOfChannel,
  type ReactionPayload,
  readStoredPayload,
  type SlackPayload,
} from "./payload.ts";
import { threadReply } from "./thread-message.ts";
import { typedText } from "./typed-text.ts";
import { tellOfView, viewListeners } from "./view-listeners.ts";

export type SlackApp = {
  /** Hands one stored delivery to the handlers; rejects when a handler failed, so that it is taken up again. */
  handDelivery(delivery: {
    readonly key: string;
    readonly name: string;
    readonly payload: unknown;
    /** Whether it is given up when it fails once more. */
    readonly lastTry: boolean;
    /** When it came in, epoch ms. */
    readonly receivedAt: number;
  }): Promise<void>;
};

export type SlackAppOptions = {
  readonly context: Context;
  readonly log: Logger;
  readonly settings: SlackSettings;
  readonly handlers: SlackEvents;
};

/** What the bot's own web server and Socket Mode client do elsewhere. */
const silentReceiver: Receiver = {
  init: () => undefined,
  start: async () => undefined,
  stop: async () => undefined,
};

/** Goes through Bolt beside the payload and comes back in each listener's context. */
const handing = z.object({
  key: z.string(),
  lastTry: z.boolean(),
  receivedAt: z.number(),
  done: z.function({ input: [], output: z.void() }),
});

type Handing = Pick<z.infer<typeof handing>, "key" | "lastTry" | "receivedAt">;

function commandEvent({ key, lastTry, receivedAt }: Handing, payload: CommandPayload) {
  return {
    key,
    lastTry,
    receivedAt,
    name: payload.command,
    text: typedText(payload.text),
    team: payload.team_id,
    user: payload.user_id,
    channel: payload.channel_id,
    channelName: payload.channel_name,
    responseUrl: payload.response_url,
  };
}

function reactionEvent(payload: ReactionPayload) {
  const { event } = payload;
  return {
    team: payload.team_id,
    channel: event.item.channel,
    ts: event.item.ts,
    user: event.user,
    emoji: event.reaction,
    present: event.type === "reaction_added",
    eventTs: event.event_ts,
  };
}

function actionEvents({ key, lastTry, receivedAt }: Handing, payload: ActionPayload) {
  return payload.actions.map((pressed) => ({
    key,
    lastTry,
    receivedAt,
    actionId: pressed.action_id,
    value: pressed.value,
    team: payload.team.id,
    user: payload.user.id,
    channel: payload.channel.id,
    messageTs: payload.container.message_ts,
    actionTs: pressed.action_ts,
    responseUrl: payload.response_url,
  }));
}

/** A button on a message: the only action that has a value and a channel. */
function isMessageAction(payload: SlackPayload): payload is ActionPayload {
  return "actions" in payload && "channel" in payload && payload.actions.every((one) => one.type === "button");
}

export function createSlackApp({ context, log, settings, handlers }: SlackAppOptions): SlackApp {
  const app = new bolt.default({
    receiver: silentReceiver,
    // The one workspace's token; Bolt would otherwise ask Slack who it is, at a time that is not ours to choose.
    authorize: async () => ({ botToken: settings.botToken }),
    logger: libraryLog(log),
    clientOptions: { slackApiUrl: settings.apiUrl, fetch: context.fetch, retryConfig: { retries: 0 } },
    convoStore: false,
    ignoreSelf: false,
    processBeforeResponse: false,
  });

  app.command(/.*/u, async ({ body, context: around }) => {
    const handed = handing.parse(around["handing"]);
    const payload = readStoredPayload(body);
    if (!("command" in payload)) return;
    await handlers.command(commandEvent(handed, payload));
    handed.done();
  });
  for (const type of ["reaction_added", "reaction_removed"] as const) {
    app.event(type, async ({ body, context: around }) => {
      const { done } = handing.parse(around["handing"]);
      const payload = readStoredPayload(body);
      if (!("event" in payload) || !("reaction" in payload.event)) return;
      await handlers.reaction(reactionEvent({ ...payload, event: payload.event }));
      done();
    });
  }
  app.event("message", async ({ body, context: around }) => {
    const { done } = handing.parse(around["handing"]);
    const payload = readStoredPayload(body);
    if (!("event" in payload) || payload.event.type !== "message") return;
    await handlers.reply(threadReply({ ...payload, event: payload.event }));
    done();
  });
  for (const type of channelEventTypes) {
    app.event(type, async ({ body, context: around }) => {
      const { done } = handing.parse(around["handing"]);
      const payload = readStoredPayload(body);
      if (!isOfChannel(payload)) return;
      await handlers.channel({ channel: payload.event.channel });
      done();
    });
  }
  for (const actionId of actionIds) {
    app.action(actionId, async ({ body, context: around }) => {
      const handed = handing.parse(around["handing"]);
      const payload = readStoredPayload(body);
      if (!isMessageAction(payload)) return;
      for (const event of actionEvents(handed, payload)) await handlers.action(event);
      handed.done();
    });
  }
  async function view({ body, context: around }: { body: unknown; context: Readonly<Record<string, unknown>> }) {
    const handed = handing.parse(around["handing"]);
    if (await tellOfView(handlers, handed, readStoredPayload(body))) handed.done();
  }
  for (const actionId of viewListeners.actions) app.action(actionId, view);
  for (const type of viewListeners.events) app.event(type, view);
  for (const callback_id of viewListeners.submissions) app.view({ callback_id, type: "view_submission" }, view);
  // Bolt's own handler writes the error down and goes on; a delivery that failed has to come back to whoever handed it.
  app.error(async (error) => {
    throw "original" in error && error.original instanceof Error ? error.original : error;
  });

  return {
    async handDelivery({ key, name, payload, lastTry, receivedAt }) {
      let handled = false;
      const done = () => {
        handled = true;
      };
      await app.processEvent({
        body: readStoredPayload(payload),
        ack: async () => undefined,
        customProperties: { handing: { key, lastTry, receivedAt, done } },
      });
      await context.faults.at("slack.handled");
      if (!handled) throw new Error(`nothing handles the Slack delivery ${key} (${name})`);
    },
  };
}

/**
 * What people do in the sandbox's Slack, and the requests to the bot that Slack makes of it. A person is told in
 * Slack's own words when the bot did not answer a command.
 */
import type { Context } from "../../src/context.ts";
import type { Api } from "./api-method.ts";
import type { Delivered, Delivery } from "./delivery.ts";
import { addReaction, removeReaction } from "./reaction-methods.ts";
import { jsonFields } from "./requests.ts";
import { type ResponseUrls, showAnswer } from "./response-urls.ts";
import type { SlackMessage, Workspace } from "./workspace.ts";

/** The user that Slack's own sentences come from. */
export const slackbot = "USLACKBOT";

export type SubscribedEvent = "reaction_added" | "reaction_removed" | "message" | "app_home_opened";

export type PeopleActions = {
  command(user: string, channel: string, text: string): Promise<{ readonly status: number; readonly body: string }>;
  say(user: string, channel: string, text: string, threadTs?: string): Promise<string>;
  react(user: string, channel: string, ts: string, emoji: string): void;
  unreact(user: string, channel: string, ts: string, emoji: string): void;
  click(
    user: string,
    channel: string,
    ts: string,
    actionId: string,
    blockId?: string,
  ): Promise<{ readonly status: number }>;
  openHome(user: string): void;
};

export type Around = {
  readonly context: Context;
  readonly workspace: Workspace;
  readonly api: Api;
  readonly delivery: Delivery;
  readonly responses: ResponseUrls;
  readonly subscribed: ReadonlySet<SubscribedEvent>;
  /** The Slack's own origin; response URLs begin with it. */
  origin(): string;
  newTrigger(): string;
};

const verificationToken = "sandbox-verification-token";

/** Wraps an event in the envelope of the Events API and sends it, if the app is subscribed to it. */
export function emitEvent(around: Around, kind: SubscribedEvent, event: Readonly<Record<string, unknown>>): void {
  if (!around.subscribed.has(kind)) return;
  const { context, workspace, delivery } = around;
  const envelope = {
    token: verificationToken,
    team_id: workspace.team,
    api_app_id: workspace.appId,
    event,
    type: "event_callback",
    event_id: `Ev${context.ids.secret(5).toUpperCase()}`,
    event_time: Math.floor(context.clock.now() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: workspace.team,
        user_id: workspace.botUser,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
  };
  delivery.event(JSON.stringify(envelope));
}

function findChannel(workspace: Workspace, idOrName: string) {
  const channel = workspace.channel(idOrName);
  if (!channel) throw new Error(`There is no channel ${idOrName} in the sandbox's Slack.`);
  return channel;
}

function findUser(workspace: Workspace, id: string) {
  const user = workspace.user(id);
  if (!user) throw new Error(`There is no user ${id} in the sandbox's Slack.`);
  return user;
}

function findMessage(workspace: Workspace, channel: string, ts: string): SlackMessage {
  const message = workspace.message(findChannel(workspace, channel).id, ts);
  if (!message) throw new Error(`There is no message ${ts} in channel ${channel}.`);
  return message;
}

/** The sentence that Slack shows when a command was not answered with 2xx in time; undefined when it was. */
function commandFailure(command: string, result: Delivered): string | undefined {
  if (result.kind === "timeout") return `${command} failed with the error "operation_timeout"`;
  if (result.kind === "unreachable") return `${command} failed with the error "dispatch_failed"`;
  return result.status >= 200 && result.status < 300 ? undefined : `${command} failed with the error "dispatch_failed"`;
}

type Button = {
  readonly block: Readonly<Record<string, unknown>>;
  readonly element: Readonly<Record<string, unknown>>;
};

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(Object.entries(value));
}

function findButton(message: SlackMessage, actionId: string, blockId: string | undefined): Button | undefined {
  for (const one of message.blocks) {
    const block = fieldsOf(one);
    if (!block || (blockId !== undefined && block["block_id"] !== blockId)) continue;
    const elements = Array.isArray(block["elements"]) ? block["elements"] : [];
    for (const candidate of [...elements, block["accessory"]]) {
      const element = fieldsOf(candidate);
      if (element?.["action_id"] === actionId) return { block, element };
    }
  }
  return undefined;
}

export function createPeopleActions(around: Around): PeopleActions {
  const { workspace, api, delivery, responses } = around;

  async function command(userId: string, channelId: string, text: string) {
    const channel = findChannel(workspace, channelId);
    const user = findUser(workspace, userId);
    const [name = "", ...rest] = text.trim().split(/\s+(.*)/s);
    const responsePath = responses.issue({ channel: channel.id, user: user.id });
    const form = new URLSearchParams({
      token: verificationToken,
      team_id: user.team,
      team_domain: workspace.teamDomain,
      channel_id: channel.id,
      channel_name: channel.directWith === undefined ? channel.name : "directmessage",
      user_id: user.id,
      user_name: user.name,
      command: name,
      text: (rest[0] ?? "").trim(),
      api_app_id: workspace.appId,
      is_enterprise_install: "false",
      response_url: `${around.origin()}${responsePath}`,
      trigger_id: around.newTrigger(),
    });
    const result = await delivery.send(form.toString(), "application/x-www-form-urlencoded");
    const failure = commandFailure(name, result);
    if (failure !== undefined) {
      workspace.post({ channel: channel.id, user: slackbot, text: failure, ephemeralFor: user.id });
      return { status: result.kind === "answered" ? result.status : 0, body: "" };
    }
    const body = result.kind === "answered" ? result.body : "";
    const fields = jsonFields(body) ?? (body.trim() === "" ? {} : { text: body });
    if (!showAnswer(workspace, { channel: channel.id, user: user.id }, fields)) {
      const sentence = `${name} failed with the error "invalid_blocks"`;
      workspace.post({ channel: channel.id, user: slackbot, text: sentence, ephemeralFor: user.id });
    }
    return { status: result.kind === "answered" ? result.status : 0, body };
  }

  async function click(userId: string, channelId: string, ts: string, actionId: string, blockId?: string) {
    const user = findUser(workspace, userId);
    const channel = findChannel(workspace, channelId);
    const message = findMessage(workspace, channelId, ts);
    const button = findButton(message, actionId, blockId);
    if (!button) throw new Error(`The message ${ts} has no button with the action id ${actionId}.`);
    const ephemeral = message.ephemeralFor !== undefined;
    const responsePath = responses.issue({ channel: channel.id, user: user.id, origin: message });
    const { element, block } = button;
    const payload = {
      type: "block_actions",
      user: { id: user.id, username: user.name, name: user.name, team_id: user.team },
      api_app_id: workspace.appId,
      token: verificationToken,
      container: {
        type: "message",
        message_ts: message.ts,
        channel_id: channel.id,
        is_ephemeral: ephemeral,
        ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
      },
      trigger_id: around.newTrigger(),
      team: { id: workspace.team, domain: workspace.teamDomain },
      enterprise: null,
      is_enterprise_install: false,
      channel: { id: channel.id, name: channel.name },
      // Slack leaves the message out when it is ephemeral.
      ...(ephemeral
        ? {}
        : {
            message: {
              type: "message",
              user: message.user,
              bot_id: workspace.botId,
              app_id: workspace.appId,
              ts: message.ts,
              text: message.text,
              blocks: message.blocks,
              team: workspace.team,
              ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
            },
          }),
      state: { values: {} },
      response_url: `${around.origin()}${responsePath}`,
      actions: [
        {
          action_id: actionId,
          block_id: block["block_id"],
          text: element["text"],
          ...(element["value"] === undefined ? {} : { value: element["value"] }),
          ...(element["style"] === undefined ? {} : { style: element["style"] }),
          type: element["type"],
          action_ts: workspace.timestamp(),
        },
      ],
    };
    const form = new URLSearchParams({ payload: JSON.stringify(payload) });
    const result = await delivery.send(form.toString(), "application/x-www-form-urlencoded");
    return { status: result.kind === "answered" ? result.status : 0 };
  }

  return {
    command,
    click,
    async say(userId, channelId, text, threadTs) {
      const channel = findChannel(workspace, channelId);
      const user = findUser(workspace, userId);
      const thread = threadTs === undefined ? {} : { threadTs };
      const message = workspace.post({ channel: channel.id, user: user.id, text, ...thread });
      emitEvent(around, "message", {
        type: "message",
        user: user.id,
        text,
        ts: message.ts,
        team: user.team,
        channel: channel.id,
        channel_type: channel.directWith === undefined ? "channel" : "im",
        event_ts: message.ts,
        ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      });
      return message.ts;
    },
    react: (user, channel, ts, emoji) =>
      void addReaction(api, findMessage(workspace, channel, ts), findUser(workspace, user).id, emoji),
    unreact: (user, channel, ts, emoji) =>
      void removeReaction(api, findMessage(workspace, channel, ts), findUser(workspace, user).id, emoji),
    openHome(userId) {
      const user = findUser(workspace, userId);
      const direct = workspace.openDirect(user.id);
      const eventTs = workspace.timestamp();
      emitEvent(around, "app_home_opened", {
        type: "app_home_opened",
        user: user.id,
        channel: direct.id,
        tab: "home",
        event_ts: eventTs,
      });
    },
  };
}

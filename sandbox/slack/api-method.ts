/**
 * What a Web API method is given and answers, and how users and messages are described in answers. No method is here.
 */
import type { Events } from "./events.ts";
import type { CallFields } from "./requests.ts";
import type { Triggers } from "./triggers.ts";
import type { Views } from "./views.ts";
import type { SlackChannel, SlackEnterprise, SlackMessage, SlackUser, Workspace } from "./workspace.ts";

export type ApiAnswer =
  | ({ readonly ok: true } & Readonly<Record<string, unknown>>)
  | ({ readonly ok: false; readonly error: string } & Readonly<Record<string, unknown>>);

export type Api = {
  readonly workspace: Workspace;
  readonly events: Events;
  readonly views: Views;
  readonly triggers: Triggers;
  /** What the app may do, as its manifest asked for. */
  readonly scopes: readonly string[];
  /** Permalinks begin with it; without a slash at the end. */
  webUrl(): string;
  /** A new address for Socket Mode. */
  socketUrl(): string;
};

export type ApiMethod = (api: Api, fields: CallFields) => ApiAnswer;
export type ApiMethods = Readonly<Record<string, ApiMethod>>;

export function refuse(error: string, more: Readonly<Record<string, unknown>> = {}): ApiAnswer {
  return { ok: false, error, ...more };
}

/** The refusal of a method whose scope the app was not given; undefined when it has one of them. */
export function lacksScope(api: Api, anyOf: readonly string[]): ApiAnswer | undefined {
  if (anyOf.length === 0 || anyOf.some((scope) => api.scopes.includes(scope))) return undefined;
  return refuse("missing_scope", { needed: anyOf.join(","), provided: api.scopes.join(",") });
}

/** The scope for reading a conversation of this kind: `read` what it is, or its `history`. */
export function conversationScope(channel: SlackChannel, what: "read" | "history"): string {
  if (channel.directWith !== undefined) return `im:${what}`;
  return channel.isPrivate ? `groups:${what}` : `channels:${what}`;
}

/** A private channel that the app is not in does not exist for it. */
export function seenChannel({ workspace }: Api, idOrName: string | undefined): SlackChannel | undefined {
  const channel = workspace.channel(idOrName ?? "");
  return channel && (channel.joined || !channel.isPrivate) ? channel : undefined;
}

/** The channel that the app may post to, or Slack's refusal. */
export function writableChannel(api: Api, idOrName: string | undefined): SlackChannel | ApiAnswer {
  const channel = seenChannel(api, idOrName);
  if (!channel) return refuse("channel_not_found");
  if (channel.archived) return refuse("is_archived");
  return channel.joined ? channel : refuse("not_in_channel");
}

/** A user as `users.info` says it. `is_stranger` is there only for people of another workspace. */
export function describeUser(api: Api, user: SlackUser): Readonly<Record<string, unknown>> {
  const { workspace } = api;
  const { enterprise } = workspace;
  const ours = user.team === workspace.team || enterprise?.teams.includes(user.team) === true;
  const email = user.email !== undefined && api.scopes.includes("users:read.email") ? { email: user.email } : {};
  return {
    id: user.id,
    team_id: user.team,
    name: user.name,
    real_name: user.realName,
    deleted: user.deleted,
    color: "9f69e7",
    tz: user.timeZone ?? "Etc/UTC",
    tz_label: user.timeZone ?? "Coordinated Universal Time",
    tz_offset: 0,
    profile: { real_name: user.realName, display_name: user.name, team: user.team, ...email },
    is_bot: user.bot,
    is_app_user: false,
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: user.guest,
    is_ultra_restricted: false,
    is_email_confirmed: true,
    updated: 1_790_000_000,
    ...(ours ? {} : { is_stranger: true }),
    ...(ours && enterprise !== undefined ? { enterprise_user: enterpriseUser(user, enterprise) } : {}),
  };
}

function enterpriseUser(user: SlackUser, { id, teams }: SlackEnterprise): Readonly<Record<string, unknown>> {
  return { id: user.id, enterprise_id: id, enterprise_name: "Sandbox", is_admin: false, is_owner: false, teams };
}

/** A message as `conversations.history` gives it; metadata comes only when it was asked for. */
export function describeMessage(
  workspace: Workspace,
  message: SlackMessage,
  withMetadata = false,
): Readonly<Record<string, unknown>> {
  const byBot = message.user === workspace.botUser;
  const replies = workspace
    .messages(message.channel)
    .filter((one) => one.threadTs === message.ts && one.ephemeralFor === undefined);
  const last = replies.at(-1);
  return {
    type: "message",
    user: message.user,
    ...(byBot ? { bot_id: workspace.botId, app_id: workspace.appId } : {}),
    team: workspace.team,
    text: message.text,
    ts: message.ts,
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    ...(last
      ? {
          thread_ts: message.ts,
          reply_count: replies.length,
          reply_users_count: new Set(replies.map((one) => one.user)).size,
          latest_reply: last.ts,
        }
      : {}),
    ...(message.editedTs === undefined ? {} : { edited: { user: message.user, ts: message.editedTs } }),
    ...(message.reactions.size > 0 ? { reactions: describeReactions(message) } : {}),
    ...(withMetadata && message.metadata ? { metadata: message.metadata } : {}),
  };
}

function describeReactions(message: SlackMessage): readonly unknown[] {
  return [...message.reactions].map(([name, users]) => ({ name, users: [...users], count: users.length }));
}

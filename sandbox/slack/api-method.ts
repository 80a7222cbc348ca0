/**
 * What a Web API method is given and answers, and how users and messages are described in answers. No method is here.
 */
import type { CallFields } from "./requests.ts";
import type { SlackMessage, SlackUser, Workspace } from "./workspace.ts";

export type ApiAnswer =
  | ({ readonly ok: true } & Readonly<Record<string, unknown>>)
  | ({ readonly ok: false; readonly error: string } & Readonly<Record<string, unknown>>);

export type Api = {
  readonly workspace: Workspace;
  /** Permalinks begin with it; without a slash at the end. */
  webUrl(): string;
  /** Known and not yet too old to open a view with. */
  triggerIsFresh(trigger: string): boolean;
  /** Tells the bot of a reaction that was given or taken away. */
  reactionChanged(kind: "reaction_added" | "reaction_removed", by: string, emoji: string, message: SlackMessage): void;
};

export type ApiMethod = (api: Api, fields: CallFields) => ApiAnswer;
export type ApiMethods = Readonly<Record<string, ApiMethod>>;

export function refuse(error: string, more: Readonly<Record<string, unknown>> = {}): ApiAnswer {
  return { ok: false, error, ...more };
}

/** A user as `users.info` says it. `is_stranger` is there only for people of another workspace. */
export function describeUser(workspace: Workspace, user: SlackUser): Readonly<Record<string, unknown>> {
  const stranger = user.team !== workspace.team;
  return {
    id: user.id,
    team_id: user.team,
    name: user.name,
    real_name: user.realName,
    deleted: user.deleted,
    tz: "Etc/UTC",
    profile: { real_name: user.realName, display_name: user.name, team: user.team },
    is_bot: user.bot,
    is_app_user: false,
    is_admin: false,
    is_owner: false,
    is_restricted: user.guest,
    is_ultra_restricted: false,
    ...(stranger ? { is_stranger: true } : {}),
  };
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

export function describeReactions(message: SlackMessage): readonly unknown[] {
  return [...message.reactions].map(([name, users]) => ({ name, users: [...users], count: users.length }));
}

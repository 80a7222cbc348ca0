/** Events of the Events API: wrapped in their envelope and sent, where the app is subscribed to them. */
import type { Context } from "../../src/context.ts";
import type { Delivery } from "./delivery.ts";
import type { SlackChannel, SlackMessage, Workspace } from "./workspace.ts";

export const verificationToken = "sandbox-verification-token";

/** The team that an act of this user is told under: in an organisation with several workspaces, their own. */
export function teamOf(workspace: Workspace, user: string | undefined): string {
  const team = user === undefined ? undefined : workspace.user(user)?.team;
  return team !== undefined && workspace.enterprise?.teams.includes(team) === true ? team : workspace.team;
}

function isStranger(workspace: Workspace, user: string | undefined): boolean {
  const team = user === undefined ? undefined : workspace.user(user)?.team;
  return team !== undefined && teamOf(workspace, user) !== team;
}

export type Events = {
  /** `by` is whose act it was. */
  emit(subscription: string, event: Readonly<Record<string, unknown>>, by?: string): void;
  /** Something was said, edited or taken away in a channel that the bot is in. */
  said(message: SlackMessage, change?: "message_changed" | "message_deleted"): void;
};

function channelType(channel: SlackChannel): "im" | "group" | "channel" {
  if (channel.directWith !== undefined) return "im";
  return channel.isPrivate ? "group" : "channel";
}

const messageSubscription = { im: "message.im", group: "message.groups", channel: "message.channels" } as const;

export function createEvents(
  context: Context,
  workspace: Workspace,
  delivery: Delivery,
  subscribed: ReadonlySet<string>,
): Events {
  const enterpriseId = workspace.enterprise?.id ?? null;

  function emit(subscription: string, event: Readonly<Record<string, unknown>>, by?: string): void {
    if (!subscribed.has(subscription)) return;
    const installed = {
      enterprise_id: enterpriseId,
      team_id: workspace.team,
      user_id: workspace.botUser,
      is_bot: true,
      is_enterprise_install: false,
    };
    delivery.event({
      token: verificationToken,
      team_id: teamOf(workspace, by),
      ...(enterpriseId === null ? {} : { enterprise_id: enterpriseId }),
      context_team_id: workspace.team,
      context_enterprise_id: enterpriseId,
      api_app_id: workspace.appId,
      event,
      type: "event_callback",
      event_id: `Ev${context.ids.secret(5).toUpperCase()}`,
      event_time: Math.floor(context.clock.now() / 1000),
      authorizations: [installed],
      is_ext_shared_channel: isStranger(workspace, by),
    });
  }

  function describe(message: SlackMessage): Readonly<Record<string, unknown>> {
    const byBot = message.user === workspace.botUser;
    return {
      type: "message",
      user: message.user,
      text: message.text,
      ts: message.ts,
      team: workspace.user(message.user)?.team ?? workspace.team,
      ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
      ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
      ...(byBot ? { bot_id: workspace.botId, app_id: workspace.appId } : {}),
    };
  }

  return {
    emit,
    said(message, change) {
      const channel = workspace.channel(message.channel);
      if (!channel?.joined || message.ephemeralFor !== undefined) return;
      const type = channelType(channel);
      const place = { channel: channel.id, channel_type: type };
      const changed = { type: "message", subtype: change, hidden: true, ts: workspace.timestamp() };
      const event =
        change === undefined
          ? { ...describe(message), ...place, event_ts: message.ts }
          : change === "message_deleted"
            ? {
                ...changed,
                ...place,
                deleted_ts: message.ts,
                previous_message: describe(message),
                event_ts: changed.ts,
              }
            : { ...changed, ...place, message: describe(message), event_ts: changed.ts };
      emit(messageSubscription[type], event, message.user);
    },
  };
}

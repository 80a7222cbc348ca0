/** What the acts of people share: the workspace, the ways to the bot, and who and what is found in it. */
import type { Context } from "../../src/context.ts";
import type { Api } from "./api-method.ts";
import type { Delivery } from "./delivery.ts";
import { teamOf, verificationToken } from "./events.ts";
import type { ResponseUrls } from "./response-urls.ts";
import type { SlackChannel, SlackMessage, SlackUser, Workspace } from "./workspace.ts";

export type Around = {
  readonly context: Context;
  readonly workspace: Workspace;
  readonly api: Api;
  readonly delivery: Delivery;
  readonly responses: ResponseUrls;
  /** Slash commands of the app, with the slash. */
  readonly commands: readonly string[];
  /** The Slack's own origin; response URLs begin with it. */
  origin(): string;
};

export function findChannel(workspace: Workspace, idOrName: string): SlackChannel {
  const channel = workspace.channel(idOrName);
  if (!channel) throw new Error(`There is no channel ${idOrName} in the sandbox's Slack.`);
  return channel;
}

export function findUser(workspace: Workspace, id: string): SlackUser {
  const user = workspace.user(id);
  if (!user) throw new Error(`There is no user ${id} in the sandbox's Slack.`);
  return user;
}

export function findMessage(workspace: Workspace, channel: string, ts: string): SlackMessage {
  const message = workspace.message(findChannel(workspace, channel).id, ts);
  if (!message) throw new Error(`There is no message ${ts} in channel ${channel}.`);
  return message;
}

/** What every interaction says first: who, in which workspace, of which app. */
export function interactionHead(workspace: Workspace, user: SlackUser): Readonly<Record<string, unknown>> {
  const { enterprise } = workspace;
  return {
    user: { id: user.id, username: user.name, name: user.name, team_id: user.team },
    api_app_id: workspace.appId,
    token: verificationToken,
    team: { id: teamOf(workspace, user.id), domain: workspace.teamDomain },
    enterprise: enterprise === undefined ? null : { id: enterprise.id, name: "Sandbox" },
    is_enterprise_install: false,
  };
}

/**
 * What people do in channels of the sandbox's Slack, and the requests to the bot that Slack makes of it. A person is
 * told in Slack's own words when the bot did not answer a command.
 */
import { type Around, findChannel, findMessage, findUser } from "./around.ts";
import { accepted, type Delivered } from "./delivery.ts";
import { teamOf, verificationToken } from "./events.ts";
import { addReaction, removeReaction } from "./reaction-methods.ts";
import { jsonFields } from "./requests.ts";
import { showAnswer } from "./response-urls.ts";
import { describeView } from "./views.ts";

/** The user that Slack's own sentences come from. */
const slackbot = "USLACKBOT";

export type PeopleActions = {
  command(user: string, channel: string, text: string): Promise<{ readonly status: number; readonly body: string }>;
  say(user: string, channel: string, text: string, threadTs?: string): Promise<string>;
  react(user: string, channel: string, ts: string, emoji: string): void;
  unreact(user: string, channel: string, ts: string, emoji: string): void;
  openHome(user: string): void;
};

/** The sentence that Slack shows when a command was not answered with 2xx in time; undefined when it was. */
function commandFailure(command: string, result: Delivered): string | undefined {
  if (accepted(result)) return undefined;
  const error = result.kind === "timeout" ? "operation_timeout" : "dispatch_failed";
  return `${command} failed with the error "${error}"`;
}

export function createPeopleActions(around: Around): PeopleActions {
  const { workspace, api, delivery, responses } = around;

  function tellAlone(channel: string, user: string, text: string): void {
    workspace.post({ channel, user: slackbot, text, ephemeralFor: user });
  }

  async function command(userId: string, channelId: string, text: string) {
    const channel = findChannel(workspace, channelId);
    const user = findUser(workspace, userId);
    const [name = "", ...rest] = text.trim().split(/\s+(.*)/s);
    if (!around.commands.includes(name)) {
      tellAlone(channel.id, user.id, `${name} is not a valid command. To send it as a message, put a space before it.`);
      return { status: 0, body: "" };
    }
    const responsePath = responses.issue({ channel: channel.id, user: user.id });
    const { enterprise } = workspace;
    const result = await delivery.send({
      kind: "slash_commands",
      fields: {
        token: verificationToken,
        team_id: teamOf(workspace, user.id),
        team_domain: workspace.teamDomain,
        ...(enterprise === undefined ? {} : { enterprise_id: enterprise.id, enterprise_name: "Sandbox" }),
        channel_id: channel.id,
        channel_name: channel.directWith === undefined ? channel.name : "directmessage",
        user_id: user.id,
        user_name: user.name,
        command: name,
        text: (rest[0] ?? "").trim(),
        api_app_id: workspace.appId,
        is_enterprise_install: "false",
        response_url: `${around.origin()}${responsePath}`,
        trigger_id: api.triggers.issue(user.id),
      },
    });
    const failure = commandFailure(name, result);
    if (failure !== undefined) {
      tellAlone(channel.id, user.id, failure);
      return { status: result.kind === "answered" ? result.status : 0, body: "" };
    }
    const body = result.kind === "answered" ? result.body : "";
    const fields = jsonFields(body) ?? (body.trim() === "" ? {} : { text: body });
    if (!showAnswer(workspace, { channel: channel.id, user: user.id }, fields)) {
      tellAlone(channel.id, user.id, `${name} failed with the error "invalid_blocks"`);
    }
    return { status: result.kind === "answered" ? result.status : 0, body };
  }

  return {
    command,
    async say(userId, channelId, text, threadTs) {
      const channel = findChannel(workspace, channelId);
      const user = findUser(workspace, userId);
      if (channel.archived) throw new Error(`#${channel.name} is archived: nothing can be said in it.`);
      const thread = threadTs === undefined ? {} : { threadTs };
      const message = workspace.post({ channel: channel.id, user: user.id, text, ...thread });
      api.events.said(message);
      return message.ts;
    },
    react: (user, channel, ts, emoji) =>
      void addReaction(api, findMessage(workspace, channel, ts), findUser(workspace, user).id, emoji),
    unreact: (user, channel, ts, emoji) =>
      void removeReaction(api, findMessage(workspace, channel, ts), findUser(workspace, user).id, emoji),
    openHome(userId) {
      const user = findUser(workspace, userId);
      const direct = workspace.openDirect(user.id);
      const view = api.views.home(user.id);
      api.events.emit(
        "app_home_opened",
        {
          type: "app_home_opened",
          user: user.id,
          channel: direct.id,
          tab: "home",
          event_ts: workspace.timestamp(),
          // Slack leaves the view out of the first visit: nothing was published yet.
          ...(view === undefined ? {} : { view: describeView(workspace, view) }),
        },
        user.id,
      );
    },
  };
}

/** What happens to channels: made, renamed, archived, deleted, left; each with the event that Slack sends of it. */
import { type Around, findChannel } from "./around.ts";
import type { SlackChannel } from "./workspace.ts";

export type WorkspaceActs = {
  create(name: string, options?: { readonly private?: boolean; readonly joined?: boolean }): string;
  rename(channel: string, by: string, name: string): void;
  archive(channel: string, by: string, archived: boolean): void;
  remove(channel: string, by: string): void;
  setJoined(channel: string, by: string, joined: boolean): void;
};

/** Slack has two families of events, one for public and one for private channels. */
const family = (channel: SlackChannel) => (channel.isPrivate ? "group" : "channel");

export function createWorkspaceActs({ workspace, api }: Around): WorkspaceActs {
  const { events } = api;

  function tell(channel: SlackChannel, what: string, by: string, more: Readonly<Record<string, unknown>> = {}): void {
    const type = `${family(channel)}_${what}`;
    const event = { type, channel: channel.id, user: by, event_ts: workspace.timestamp(), ...more };
    if (channel.joined || !channel.isPrivate) events.emit(type, event, by);
    workspace.changed();
  }

  return {
    create(name, options = {}) {
      const plain = name.replace(/^#/, "");
      if (workspace.channel(plain)) throw new Error(`There is a channel #${plain} already.`);
      const { id } = workspace.addChannel(plain, {
        isPrivate: options.private ?? false,
        joined: options.joined ?? true,
      });
      workspace.changed();
      return id;
    },
    rename(idOrName, by, name) {
      const channel = findChannel(workspace, idOrName);
      channel.previousNames.unshift(channel.name);
      channel.name = name.replace(/^#/, "");
      // This event describes the channel instead of naming it.
      tell(channel, "rename", by, { channel: { id: channel.id, name: channel.name, created: channel.created } });
    },
    archive(idOrName, by, archived) {
      const channel = findChannel(workspace, idOrName);
      channel.archived = archived;
      tell(channel, archived ? "archive" : "unarchive", by);
    },
    remove(idOrName, by) {
      const channel = findChannel(workspace, idOrName);
      workspace.dropChannel(channel);
      tell(channel, "deleted", by);
    },
    setJoined(idOrName, by, joined) {
      const channel = findChannel(workspace, idOrName);
      channel.joined = joined;
      const type = joined ? "member_joined_channel" : "member_left_channel";
      const event = { type, user: workspace.botUser, channel: channel.id, channel_type: channel.isPrivate ? "G" : "C" };
      events.emit(type, { ...event, team: workspace.team, event_ts: workspace.timestamp() }, by);
      if (!joined) tell(channel, "left", by);
      workspace.changed();
    },
  };
}

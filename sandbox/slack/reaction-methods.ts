/** `reactions.*`, and the one way in which a reaction is given or taken away, by the bot or by a person. */

import {
  type Api,
  type ApiAnswer,
  type ApiMethod,
  type ApiMethods,
  describeMessage,
  refuse,
  seenChannel,
} from "./api-method.ts";
import { type CallFields, field } from "./requests.ts";
import type { SlackMessage } from "./workspace.ts";

/** Slack stores one name for emoji that have several; skin tones stay as they are. */
const aliases: Readonly<Record<string, string>> = { thumbsup: "+1", thumbsdown: "-1" };

function emojiName(given: string): string {
  const [name = "", ...tone] = given.replace(/^:|:$/g, "").split("::");
  return [aliases[name] ?? name, ...tone].join("::");
}

/** Slack tells an app of reactions in the channels that it is in. */
function told(
  api: Api,
  type: "reaction_added" | "reaction_removed",
  by: string,
  emoji: string,
  to: SlackMessage,
): void {
  const { workspace, events } = api;
  if (to.ephemeralFor !== undefined || workspace.channel(to.channel)?.joined !== true) return;
  const item = { type: "message", channel: to.channel, ts: to.ts };
  const at = workspace.timestamp();
  events.emit(type, { type, user: by, reaction: emoji, item, item_user: to.user, event_ts: at }, by);
}

/** True when it changed anything. */
export function addReaction(api: Api, message: SlackMessage, by: string, given: string): boolean {
  const emoji = emojiName(given);
  const users = message.reactions.get(emoji) ?? [];
  if (users.includes(by)) return false;
  message.reactions.set(emoji, [...users, by]);
  api.workspace.changed();
  told(api, "reaction_added", by, emoji, message);
  return true;
}

/** True when it changed anything. */
export function removeReaction(api: Api, message: SlackMessage, by: string, given: string): boolean {
  const emoji = emojiName(given);
  const users = message.reactions.get(emoji) ?? [];
  if (!users.includes(by)) return false;
  const left = users.filter((user) => user !== by);
  if (left.length > 0) message.reactions.set(emoji, left);
  else message.reactions.delete(emoji);
  api.workspace.changed();
  told(api, "reaction_removed", by, emoji, message);
  return true;
}

function findMessage(api: Api, fields: CallFields): SlackMessage | ApiAnswer {
  const channel = seenChannel(api, field(fields, "channel"));
  if (!channel) return refuse("channel_not_found");
  const ts = field(fields, "timestamp");
  if (ts === undefined) return refuse("no_item_specified");
  const message = api.workspace.message(channel.id, ts);
  return message && message.ephemeralFor === undefined ? message : refuse("message_not_found");
}

function change(apply: typeof addReaction, unchanged: string): ApiMethod {
  return (api, fields) => {
    const message = findMessage(api, fields);
    if ("ok" in message) return message;
    if (api.workspace.channel(message.channel)?.archived === true) return refuse("is_archived");
    const name = field(fields, "name");
    if (name === undefined || !/^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(name)) return refuse("invalid_name");
    return apply(api, message, api.workspace.botUser, name) ? { ok: true } : refuse(unchanged);
  };
}

const get: ApiMethod = (api, fields) => {
  const message = findMessage(api, fields);
  if ("ok" in message) return message;
  return { ok: true, type: "message", channel: message.channel, message: describeMessage(api.workspace, message) };
};

export const reactionMethods: ApiMethods = {
  "reactions.add": change(addReaction, "already_reacted"),
  "reactions.remove": change(removeReaction, "no_reaction"),
  "reactions.get": get,
};

/** `conversations.*`: what channels there are and what was said in them. Ephemeral messages are never listed. */

import {
  type Api,
  type ApiAnswer,
  type ApiMethod,
  type ApiMethods,
  conversationScope,
  describeMessage,
  lacksScope,
  refuse,
  seenChannel,
} from "./api-method.ts";
import { type CallFields, field, flag } from "./requests.ts";
import type { SlackChannel, SlackMessage } from "./workspace.ts";

function describeChannel(channel: SlackChannel): Readonly<Record<string, unknown>> {
  const direct = channel.directWith !== undefined;
  return {
    id: channel.id,
    ...(direct
      ? { user: channel.directWith, is_user_deleted: false }
      : { name: channel.name, name_normalized: channel.name, previous_names: channel.previousNames }),
    created: channel.created,
    is_channel: !direct && !channel.isPrivate,
    is_group: !direct && channel.isPrivate,
    is_im: direct,
    is_mpim: false,
    is_private: channel.isPrivate,
    is_archived: channel.archived,
    is_general: false,
    is_member: channel.joined,
    is_shared: false,
    is_ext_shared: false,
    is_org_shared: false,
  };
}

/** The channel that the app may read, or Slack's refusal. */
function readable(api: Api, fields: CallFields, what: "read" | "history"): SlackChannel | ApiAnswer {
  const channel = seenChannel(api, field(fields, "channel"));
  if (!channel) return refuse("channel_not_found");
  const lacks = lacksScope(api, [conversationScope(channel, what)]);
  if (lacks) return lacks;
  return what === "history" && !channel.joined ? refuse("not_in_channel") : channel;
}

function within(message: SlackMessage, fields: CallFields): boolean {
  const oldest = field(fields, "oldest");
  const latest = field(fields, "latest");
  const inclusive = flag(fields, "inclusive");
  const ts = Number(message.ts);
  // Sixteen significant digits just fit a floating-point number, and equality is asked of the text itself.
  if (oldest !== undefined && (ts < Number(oldest) || (message.ts === oldest && !inclusive))) return false;
  if (latest !== undefined && (ts > Number(latest) || (message.ts === latest && !inclusive))) return false;
  return true;
}

type Page<T> = { readonly part: readonly T[]; readonly more: Readonly<Record<string, unknown>> };

/** One page of a list; a cursor is the index at which the next page begins. */
function page<T>(all: readonly T[], fields: CallFields): Page<T> | ApiAnswer {
  const limit = Number(field(fields, "limit") ?? "100");
  if (!Number.isInteger(limit) || limit < 1) return refuse("invalid_limit");
  const start = Number(Buffer.from(field(fields, "cursor") ?? "", "base64").toString() || "0");
  if (!Number.isInteger(start) || start < 0) return refuse("invalid_cursor");
  const end = start + Math.min(limit, 999);
  const hasMore = all.length > end;
  const cursor = hasMore ? Buffer.from(String(end)).toString("base64") : "";
  return { part: all.slice(start, end), more: { has_more: hasMore, response_metadata: { next_cursor: cursor } } };
}

const history: ApiMethod = (api, fields) => {
  const { workspace } = api;
  const channel = readable(api, fields, "history");
  if ("ok" in channel) return channel;
  const shown = workspace
    .messages(channel.id)
    .filter((one) => one.threadTs === undefined && one.ephemeralFor === undefined && within(one, fields))
    .reverse();
  const found = page(shown, fields);
  if ("ok" in found) return found;
  const metadata = flag(fields, "include_all_metadata");
  const messages = found.part.map((one) => describeMessage(workspace, one, metadata));
  return { ok: true, messages, pin_count: 0, ...found.more };
};

const replies: ApiMethod = (api, fields) => {
  const { workspace } = api;
  const channel = readable(api, fields, "history");
  if ("ok" in channel) return channel;
  const asked = workspace.message(channel.id, field(fields, "ts") ?? "");
  if (!asked || asked.ephemeralFor !== undefined) return refuse("thread_not_found");
  const root = asked.threadTs ?? asked.ts;
  const thread = workspace
    .messages(channel.id)
    .filter((one) => one.ephemeralFor === undefined)
    .filter((one) => one.ts === root || (one.threadTs === root && within(one, fields)));
  const found = page(thread, fields);
  if ("ok" in found) return found;
  const metadata = flag(fields, "include_all_metadata");
  return { ok: true, messages: found.part.map((one) => describeMessage(workspace, one, metadata)), ...found.more };
};

const info: ApiMethod = (api, fields) => {
  const channel = readable(api, fields, "read");
  return "ok" in channel ? channel : { ok: true, channel: describeChannel(channel) };
};

const kindOf = (channel: SlackChannel) => {
  if (channel.directWith !== undefined) return "im";
  return channel.isPrivate ? "private_channel" : "public_channel";
};

const list: ApiMethod = (api, fields) => {
  const kinds = (field(fields, "types") ?? "public_channel").split(",").map((one) => one.trim());
  const needed = { public_channel: "channels:read", private_channel: "groups:read", im: "im:read" };
  for (const [kind, scope] of Object.entries(needed)) {
    const lacks = kinds.includes(kind) ? lacksScope(api, [scope]) : undefined;
    if (lacks) return lacks;
  }
  const shown = api.workspace
    .channels()
    .filter((one) => kinds.includes(kindOf(one)) && (one.joined || !one.isPrivate))
    .filter((one) => !(one.archived && flag(fields, "exclude_archived")));
  const found = page(shown, fields);
  if ("ok" in found) return found;
  return { ok: true, channels: found.part.map(describeChannel), response_metadata: found.more["response_metadata"] };
};

const open: ApiMethod = ({ workspace }, fields) => {
  const users = field(fields, "users");
  if (users === undefined) return refuse("users_list_not_supplied");
  const user = workspace.user(users);
  if (!user) return refuse("user_not_found");
  if (user.bot) return refuse("cannot_dm_bot");
  const channel = workspace.openDirect(user.id);
  return { ok: true, channel: flag(fields, "return_im") ? describeChannel(channel) : { id: channel.id } };
};

export const conversationMethods: ApiMethods = {
  "conversations.history": history,
  "conversations.replies": replies,
  "conversations.info": info,
  "conversations.list": list,
  "conversations.open": open,
};

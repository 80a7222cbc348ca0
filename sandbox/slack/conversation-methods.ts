/** `conversations.*`: what channels there are and what was said in them. Ephemeral messages are never listed. */

import { type ApiAnswer, type ApiMethod, type ApiMethods, describeMessage, refuse } from "./api-method.ts";
import { type CallFields, field, flag } from "./requests.ts";
import type { SlackChannel, SlackMessage } from "./workspace.ts";

function describeChannel(channel: SlackChannel): Readonly<Record<string, unknown>> {
  const direct = channel.directWith !== undefined;
  return {
    id: channel.id,
    ...(direct ? { user: channel.directWith } : { name: channel.name, name_normalized: channel.name }),
    is_channel: !direct,
    is_im: direct,
    is_private: direct,
    is_archived: false,
    is_member: true,
    is_ext_shared: false,
  };
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

type Page = { readonly part: readonly SlackMessage[]; readonly more: Readonly<Record<string, unknown>> };

/** One page of a list; a cursor is the index at which the next page begins. */
function page(all: readonly SlackMessage[], fields: CallFields): Page | ApiAnswer {
  const limit = Number(field(fields, "limit") ?? "100");
  if (!Number.isInteger(limit) || limit < 1) return refuse("invalid_limit");
  const start = Number(Buffer.from(field(fields, "cursor") ?? "", "base64").toString() || "0");
  if (!Number.isInteger(start) || start < 0) return refuse("invalid_cursor");
  const end = start + Math.min(limit, 999);
  const hasMore = all.length > end;
  const cursor = hasMore ? Buffer.from(String(end)).toString("base64") : "";
  return { part: all.slice(start, end), more: { has_more: hasMore, response_metadata: { next_cursor: cursor } } };
}

const history: ApiMethod = ({ workspace }, fields) => {
  const channel = workspace.channel(field(fields, "channel") ?? "");
  if (!channel) return refuse("channel_not_found");
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

const replies: ApiMethod = ({ workspace }, fields) => {
  const channel = workspace.channel(field(fields, "channel") ?? "");
  if (!channel) return refuse("channel_not_found");
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

const info: ApiMethod = ({ workspace }, fields) => {
  const channel = workspace.channels().find((one) => one.id === field(fields, "channel"));
  return channel ? { ok: true, channel: describeChannel(channel) } : refuse("channel_not_found");
};

const list: ApiMethod = ({ workspace }) => ({
  ok: true,
  channels: workspace
    .channels()
    .filter((one) => one.directWith === undefined)
    .map(describeChannel),
  response_metadata: { next_cursor: "" },
});

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

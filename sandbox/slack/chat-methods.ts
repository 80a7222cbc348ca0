/** `chat.*`: posting, editing and deleting. An app edits and deletes only what it posted itself. */
import { z } from "zod";
import {
  type Api,
  type ApiAnswer,
  type ApiMethod,
  type ApiMethods,
  describeMessage,
  refuse,
  seenChannel,
  writableChannel,
} from "./api-method.ts";
import { blockProblems, problemLines } from "./block-kit.ts";
import { type CallFields, field } from "./requests.ts";
import type { SlackChannel, SlackMessage, SlackMetadata } from "./workspace.ts";

/** Slack cuts a longer text; refusing it instead shows the mistake sooner. */
const mostText = 40_000;

const metadataShape = z.object({ event_type: z.string().min(1), event_payload: z.record(z.string(), z.unknown()) });

type Content = { readonly text: string | undefined; readonly blocks: readonly unknown[] | undefined };

function readContent(fields: CallFields): Content | ApiAnswer {
  const text = field(fields, "text");
  const given = fields["blocks"];
  if (text !== undefined && text.length > mostText) return refuse("msg_too_long");
  if (given === undefined || given === "") return { text, blocks: undefined };
  if (!Array.isArray(given)) return refuse("invalid_blocks_format");
  const blocks: readonly unknown[] = given;
  const errors = problemLines(blockProblems(blocks, "message"));
  if (errors.length === 0) return { text, blocks };
  return refuse("invalid_blocks", {
    errors,
    response_metadata: { messages: errors.map((error) => `[ERROR] ${error}`) },
  });
}

function readMetadata(fields: CallFields): SlackMetadata | ApiAnswer | undefined {
  const given = fields["metadata"];
  if (given === undefined || given === "") return undefined;
  const read = metadataShape.safeParse(given);
  return read.success ? read.data : refuse("invalid_metadata_format");
}

function isAnswer(value: object): value is ApiAnswer {
  return "ok" in value;
}

/** Where a reply goes: a reply to a reply belongs to the thread's first message. */
function readThread(api: Api, channel: string, fields: CallFields): string | ApiAnswer | undefined {
  const asked = field(fields, "thread_ts");
  if (asked === undefined) return undefined;
  if (!/^\d+\.\d{6}$/.test(asked)) return refuse("invalid_thread_ts");
  const parent = api.workspace.message(channel, asked);
  if (!parent) return refuse("thread_not_found");
  if (parent.ephemeralFor !== undefined) return refuse("cannot_reply_to_message");
  return parent.threadTs ?? parent.ts;
}

/** An app may post to a person: the message comes to their conversation with it. */
function target(api: Api, fields: CallFields): SlackChannel | ApiAnswer {
  const named = field(fields, "channel");
  const user = api.workspace.user(named ?? "");
  return user && !user.bot ? api.workspace.openDirect(user.id) : writableChannel(api, named);
}

const post: ApiMethod = (api, fields) => {
  const channel = target(api, fields);
  if (isAnswer(channel)) return channel;
  const content = readContent(fields);
  if (isAnswer(content)) return content;
  if (content.text === undefined && (content.blocks ?? []).length === 0) return refuse("no_text");
  const metadata = readMetadata(fields);
  if (metadata && isAnswer(metadata)) return metadata;
  const threadTs = readThread(api, channel.id, fields);
  if (typeof threadTs === "object") return threadTs;
  const message = api.workspace.post({
    channel: channel.id,
    user: api.workspace.botUser,
    text: content.text ?? "",
    blocks: content.blocks ?? [],
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(metadata === undefined ? {} : { metadata }),
  });
  api.events.said(message);
  return { ok: true, channel: channel.id, ts: message.ts, message: describeMessage(api.workspace, message, true) };
};

const postEphemeral: ApiMethod = (api, fields) => {
  const channel = writableChannel(api, field(fields, "channel"));
  if (isAnswer(channel)) return channel;
  const user = api.workspace.user(field(fields, "user") ?? "");
  if (!user || user.deleted) return refuse("user_not_in_channel");
  const content = readContent(fields);
  if (isAnswer(content)) return content;
  if (content.text === undefined && (content.blocks ?? []).length === 0) return refuse("no_text");
  const threadTs = readThread(api, channel.id, fields);
  if (typeof threadTs === "object") return threadTs;
  const message = api.workspace.post({
    channel: channel.id,
    user: api.workspace.botUser,
    text: content.text ?? "",
    blocks: content.blocks ?? [],
    ephemeralFor: user.id,
    ...(threadTs === undefined ? {} : { threadTs }),
  });
  return { ok: true, message_ts: message.ts };
};

/** The app's own message, or the error with which Slack refuses. Ephemeral messages cannot be found at all. */
function ownMessage(api: Api, fields: CallFields, refusal: string): SlackMessage | ApiAnswer {
  const channel = seenChannel(api, field(fields, "channel"));
  if (!channel) return refuse("channel_not_found");
  if (channel.archived) return refuse("is_archived");
  const message = api.workspace.message(channel.id, field(fields, "ts") ?? "");
  if (!message || message.ephemeralFor !== undefined) return refuse("message_not_found");
  return message.user === api.workspace.botUser ? message : refuse(refusal);
}

const update: ApiMethod = (api, fields) => {
  const message = ownMessage(api, fields, "cant_update_message");
  if (isAnswer(message)) return message;
  const content = readContent(fields);
  if (isAnswer(content)) return content;
  if (content.text === undefined && content.blocks === undefined) return refuse("no_text");
  const metadata = readMetadata(fields);
  if (metadata && isAnswer(metadata)) return metadata;
  // What is left out is kept; an empty list takes the blocks away.
  api.workspace.edit(message, (stored) => {
    if (content.text !== undefined) stored.text = content.text;
    if (content.blocks !== undefined) stored.blocks = content.blocks;
    if (metadata !== undefined) stored.metadata = metadata;
    stored.edits += 1;
    stored.editedTs = api.workspace.timestamp();
  });
  api.events.said(message, "message_changed");
  return {
    ok: true,
    channel: message.channel,
    ts: message.ts,
    text: message.text,
    message: describeMessage(api.workspace, message, true),
  };
};

const remove: ApiMethod = (api, fields) => {
  const message = ownMessage(api, fields, "cant_delete_message");
  if (isAnswer(message)) return message;
  api.workspace.remove(message);
  api.events.said(message, "message_deleted");
  return { ok: true, channel: message.channel, ts: message.ts };
};

const getPermalink: ApiMethod = (api, fields) => {
  const channel = seenChannel(api, field(fields, "channel"));
  if (!channel) return refuse("channel_not_found");
  const message = api.workspace.message(channel.id, field(fields, "message_ts") ?? "");
  if (!message || message.ephemeralFor !== undefined) return refuse("message_not_found");
  const thread = message.threadTs === undefined ? "" : `?thread_ts=${message.threadTs}&cid=${channel.id}`;
  const permalink = `${api.webUrl()}/archives/${channel.id}/p${message.ts.replace(".", "")}${thread}`;
  return { ok: true, channel: channel.id, permalink };
};

export const chatMethods: ApiMethods = {
  "chat.postMessage": post,
  "chat.postEphemeral": postEphemeral,
  "chat.update": update,
  "chat.delete": remove,
  "chat.getPermalink": getPermalink,
};

/**
 * What people write in threads: somebody who rejected gives the reason there. Slack tells every message of the channels
 * that the bot is in; only replies of people are kept, and of those none in a thread that somebody else began.
 */
import { z } from "zod";
import type { ThreadReply } from "../operations/note-reply.ts";
import { typedText } from "./typed-text.ts";

const id = z.string().regex(/^[A-Z0-9]{2,40}$/u);
const timestamp = z.string().regex(/^\d{1,12}\.\d{1,9}$/u);
/** PostgreSQL's JSON holds neither NUL nor half a surrogate pair. */
const text = z
  .string()
  .max(40_000)
  .transform((value) => value.toWellFormed().replaceAll("\u0000", "").slice(0, 4_000));

export const threadMessage = z.object({
  type: z.literal("event_callback"),
  event_id: z.string().min(1).max(300),
  team_id: id,
  event: z.object({
    type: z.literal("message"),
    channel: id,
    user: id,
    text,
    ts: timestamp,
    thread_ts: timestamp,
  }),
});

export type ThreadMessagePayload = z.infer<typeof threadMessage>;

const anyMessage = z.object({
  authorizations: z
    .array(z.object({ user_id: z.string().nullish(), is_bot: z.boolean().optional() }))
    .max(20)
    .optional(),
  event: z.object({
    subtype: z.string().optional(),
    bot_id: z.string().optional(),
    ts: z.string().optional(),
    thread_ts: z.string().optional(),
    parent_user_id: z.string().optional(),
  }),
});

/** Whether it is a person's reply in a thread that may be one of ours. */
export function mayBeReply(body: unknown): boolean {
  const any = anyMessage.safeParse(body);
  if (!any.success) return false;
  const { event, authorizations } = any.data;
  if (event.bot_id !== undefined || event.thread_ts === undefined || event.thread_ts === event.ts) return false;
  // A reply that is shown in the channel too is a reply; edits, joins and the like are none.
  if (event.subtype !== undefined && event.subtype !== "thread_broadcast") return false;
  const own = authorizations?.find((one) => one.is_bot === true)?.user_id ?? undefined;
  return own === undefined || event.parent_user_id === undefined || event.parent_user_id === own;
}

export function threadReply({ team_id: team, event }: ThreadMessagePayload): ThreadReply {
  const { channel, user: slackUser, thread_ts: threadTs } = event;
  return { team, channel, threadTs, slackUser, text: typedText(event.text) };
}

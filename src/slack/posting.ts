/**
 * Posts a message once, finds it again after a crash, and edits it. The metadata of a message names its subject; only
 * messages of the bot itself are looked at, because any app can write any metadata.
 */
import type { Logger } from "pino";
import { z } from "zod";
import type { Context } from "../context.ts";
import { type ChannelNews, isChannelProblem } from "../operations/channels.ts";
import { OutsideError, Refusal } from "../operations/ports.ts";
import { type External, NotYet } from "../projections/surface.ts";
import type { SlackMessage } from "./blocks/block.ts";
import type { SlackChannels } from "./channels.ts";
import { type SlackClient, SlackRefusal } from "./client.ts";

/** What a message of ours is called in its metadata. */
export const metadataType = "signalbox_deployment";

/** Besides what is wrong with a channel: codes that no repetition of the same call changes. */
const needsAPerson = new Set([
  "message_not_found",
  "thread_not_found",
  "cant_update_message",
  "edit_window_closed",
  "messages_tab_disabled",
  "user_not_found",
  "cannot_reply_to_message",
]);

/** How long what is said waits for its channel; later than this it is news no longer. */
export const newsForMs = 24 * 60 * 60_000;

/** How long to wait before such a call is made again: by then somebody may have invited the bot. */
const mendMs = 10 * 60_000;

/** Pages of two hundred messages that are read back. They begin where the subject began, so this is a busy channel. */
const mostPages = 50;
/** Slack's clock and ours may differ. */
const clockSkewMs = 5 * 60_000;

const posted = z.object({
  channel: z.string(),
  ts: z.string(),
  message: z.object({ team: z.string().optional() }).optional(),
});
const pageOfMessages = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      user: z.string().optional(),
      bot_id: z.string().optional(),
      metadata: z
        .object({ event_type: z.string().optional(), event_payload: z.record(z.string(), z.unknown()).optional() })
        .optional(),
    }),
  ),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

export type Place = {
  /** As in the pipeline file, or an id. */
  readonly channel: string;
  readonly threadTs?: string;
};

export type Posting = {
  post(place: Place, subject: string, message: SlackMessage): Promise<External>;
  /** The message of this subject that was posted at or after `since`, oldest bound in epoch ms. */
  find(place: Place, subject: string, since: number): Promise<External | undefined>;
  edit(external: External, subject: string, message: SlackMessage): Promise<void>;
};

/** Where a message would be if it could be delivered; such a row is settled, and posted anew when the state changes. */
export function undelivered(why: string): External {
  return { undelivered: why };
}

export function isUndelivered(external: External): boolean {
  return typeof external["undelivered"] === "string";
}

/**
 * What to do with a refusal. What a person has to mend is tried every ten minutes while it still matters, then left:
 * the row keeps the code, the log has told it, and nothing turns for ever. Waiting for a channel is no failure, and what
 * comes after it waits behind it.
 */
export function afterRefusal(
  error: unknown,
  around: { readonly context: Context; readonly log: Logger; readonly subject: string; readonly stillMatters: boolean },
): External {
  if (!(error instanceof SlackRefusal)) throw error;
  const ofChannel = isChannelProblem(error.slackCode);
  if (!ofChannel && !needsAPerson.has(error.slackCode)) throw error;
  const { context, log, subject, stillMatters } = around;
  const advice = "check that the channel exists, is not archived, and that the bot was invited to it";
  if (!stillMatters) {
    log.error({ err: error, subject }, `a Slack message could not be delivered and is given up; ${advice}`);
    return undelivered(error.slackCode);
  }
  const retryAt = context.clock.now() + mendMs;
  const Waiting = ofChannel ? NotYet : Refusal;
  throw new Waiting(`${error.message}; ${advice}`, { cause: error, retryAt });
}

function content(subject: string, message: SlackMessage) {
  return {
    text: message.text,
    blocks: message.blocks,
    metadata: { event_type: metadataType, event_payload: { subject } },
    unfurl_links: false,
    unfurl_media: false,
  };
}

export function createPosting(options: {
  readonly client: SlackClient;
  readonly channels: Pick<SlackChannels, "id" | "team">;
  readonly news: ChannelNews;
}): Posting {
  const { client, channels, news } = options;

  /** Where a message of the bot stands, with the team whose events speak of it. */
  async function at(channel: string, ts: string, team?: string): Promise<External> {
    return { channel, ts, team: (await channels.team(channel)) ?? team ?? (await client.identity()).team };
  }

  /** Makes a call, and notes it when Slack refuses because of the channel. */
  async function telling<T>(channel: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof SlackRefusal && isChannelProblem(error.slackCode)) {
        await news.refused(channel, error.slackCode);
      }
      throw error;
    }
  }

  return {
    async post(place, subject, message) {
      const thread = place.threadTs === undefined ? {} : { thread_ts: place.threadTs };
      const fields = { channel: place.channel, ...thread, ...content(subject, message) };
      const answer = await telling(place.channel, () => client.call("chat.postMessage", fields, posted));
      const where = await at(answer.channel, answer.ts, answer.message?.team);
      await news.posted(place.channel, { id: answer.channel, team: String(where["team"]) });
      return where;
    },
    async find(place, subject, since) {
      const channel = await channels.id(place.channel);
      if (channel === undefined) return undefined;
      const own = await client.identity();
      const method = place.threadTs === undefined ? "conversations.history" : "conversations.replies";
      const thread = place.threadTs === undefined ? {} : { ts: place.threadTs };
      const oldest = ((since - clockSkewMs) / 1000).toFixed(6);
      let cursor = "";
      for (let page = 0; page < mostPages; page += 1) {
        const from = cursor === "" ? {} : { cursor };
        const fields = { channel, ...thread, ...from, oldest, limit: 200, include_all_metadata: true };
        const answer = await telling(place.channel, () => client.call(method, fields, pageOfMessages));
        const found = answer.messages.find(
          (one) =>
            one.metadata?.event_type === metadataType &&
            one.metadata.event_payload?.["subject"] === subject &&
            (one.user === own.user || (own.bot !== undefined && one.bot_id === own.bot)),
        );
        if (found !== undefined) return await at(channel, found.ts);
        cursor = answer.response_metadata?.next_cursor ?? "";
        if (cursor === "") return undefined;
      }
      // Posting now could say it twice; later there may be fewer messages to read.
      throw new OutsideError(`too many messages to look through for ${subject}`);
    },
    async edit(external, subject, message) {
      const { channel, ts } = posted.parse(external);
      await telling(channel, () =>
        client.call("chat.update", { channel, ts, ...content(subject, message) }, z.object({})),
      );
    },
  };
}

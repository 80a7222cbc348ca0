/**
 * What Slack told, in our own words: `app.ts` turns deliveries into these. Operations implement it. Each may be called
 * again with the same news (the key says so), and reactions may come late or out of order (`eventTs` says so). With
 * `lastTry` it is given up when it fails once more, and whoever waits for an answer has to hear of that. `receivedAt` is
 * when the delivery came in, epoch ms, which after the bot was down may be long ago.
 */

import type { CommandName } from "../commands/command.ts";
import type { ActionId } from "../operations/actions.ts";
import type { ThreadReply } from "../operations/note-reply.ts";
import type { SlackChannelChange } from "./channel-events.ts";
import type { ViewEvents } from "./view-events.ts";

export type SlackCommand = {
  /**
   * One for each time that somebody sent a command; the same for every repetition of its delivery. It is the trigger by
   * which a modal can be opened, for three seconds.
   */
  readonly key: string;
  readonly lastTry: boolean;
  readonly receivedAt: number;
  readonly name: CommandName;
  /** As the person typed it: what Slack makes of links, channels and `&` is undone. */
  readonly text: string;
  readonly team: string;
  readonly user: string;
  readonly channel: string;
  readonly channelName: string;
  readonly responseUrl: string;
};

export type SlackReaction = {
  readonly team: string;
  readonly channel: string;
  /** The message's. */
  readonly ts: string;
  readonly user: string;
  /** With its skin tone: two tones of one emoji are two reactions, and each is taken away by itself. */
  readonly emoji: string;
  readonly present: boolean;
  /** Orders what happened to one reaction; compare as numbers. */
  readonly eventTs: string;
};

export type SlackAction = {
  readonly key: string;
  readonly lastTry: boolean;
  readonly receivedAt: number;
  readonly actionId: ActionId;
  /** `<deployment>/<ask>`, or what a lock's button says: a claim of the message, to be looked up, not believed. */
  readonly value: string;
  readonly team: string;
  readonly user: string;
  readonly channel: string;
  readonly messageTs: string;
  /** When it was pressed, by Slack's clock, `seconds.micros`. */
  readonly actionTs: string;
  readonly responseUrl: string;
};

export type SlackEvents = ViewEvents & {
  command(command: SlackCommand): Promise<void>;
  reaction(reaction: SlackReaction): Promise<void>;
  /** Somebody wrote in a thread. */
  reply(reply: ThreadReply): Promise<void>;
  action(action: SlackAction): Promise<void>;
  channel(change: SlackChannelChange): Promise<void>;
};

/** What people do in Slack, each handed to its operation, and answered. Decides nothing itself. */
import type { CommandName, CommandReading } from "../commands/command.ts";
import { type ActionId, isAnswer, isLiveNewsAction, isLockAction } from "./actions.ts";
import { answerTo } from "./answered.ts";
import { askedLongAgo } from "./asked-long-ago.ts";
import type { Bot } from "./bot.ts";
import { lookAtChannels } from "./channels.ts";
import { settleLinkChanges } from "./link-changes.ts";
import { chooseLiveNews } from "./live-news.ts";
import { takeLockAction } from "./lock-actions.ts";
import { answerTyped, type Carry, typedBy } from "./menu.ts";
import { instantOf, type MeaningOf, noteReaction } from "./note-reaction.ts";
import { noteReply, type ThreadReply } from "./note-reply.ts";
import { openForm } from "./prepare.ts";
import { takeAction } from "./take-action.ts";
import { takeCommand } from "./take-command.ts";
import { createViewEvents } from "./view-events.ts";

type Parse = (name: CommandName, text: string, now: number) => CommandReading;

export function createSlackEvents(bot: Bot, parse: Parse, meaningOf: MeaningOf) {
  const carry: Carry = (to, typed) =>
    answerTyped(bot, to, typed, parse, ({ command }) => takeCommand(bot, command, typedBy(typed)));

  return {
    ...createViewEvents(bot, carry),

    async command(command: {
      readonly key: string;
      readonly lastTry: boolean;
      readonly receivedAt: number;
      readonly name: CommandName;
      readonly text: string;
      readonly team: string;
      readonly user: string;
      readonly channel: string;
      readonly channelName: string;
      readonly responseUrl: string;
    }) {
      const { user: slackUser, key, receivedAt: at } = command;
      const reading = parse(command.name, command.text, at);
      const asksForForm = reading.kind === "command" && reading.command.kind === "menu";
      if (asksForForm && (await askedLongAgo(bot, { key, at })) === undefined) {
        return await openForm(bot, command, reading.command.service);
      }
      const content = await carry({ ...command, slackUser }, command);
      if (content.code === "unlinked") await settleLinkChanges(bot, meaningOf);
    },

    /** Something has happened to a channel: what it is now is asked of Slack. */
    async channel({ channel }: { readonly channel: string }) {
      await lookAtChannels(bot, { channel });
    },

    async reaction(reaction: {
      readonly team: string;
      readonly channel: string;
      readonly ts: string;
      readonly user: string;
      readonly emoji: string;
      readonly present: boolean;
      readonly eventTs: string;
    }) {
      const { user: slackUser, ...rest } = reaction;
      await noteReaction(bot, meaningOf, { ...rest, slackUser });
    },

    reply: (reply: ThreadReply) => noteReply(bot, reply),

    async action(action: {
      readonly key: string;
      readonly lastTry: boolean;
      readonly receivedAt: number;
      readonly actionId: ActionId;
      readonly value: string;
      readonly team: string;
      readonly user: string;
      readonly channel: string;
      readonly actionTs: string;
      readonly responseUrl: string;
    }) {
      const at = instantOf(action.actionTs);
      const { key, team, user: slackUser, channel } = action;
      const { actionId, value } = action;
      const from = { team, slackUser, channel, key };
      const [deployment = 0, ask = 0] = value.split("/").map(Number);
      await answerTo(bot, { ...action, slackUser }, async () => {
        if (isLiveNewsAction(actionId)) return await chooseLiveNews(bot, from, actionId);
        if (isLockAction(actionId))
          return await takeLockAction(bot, { action: actionId, value, ...from, at: action.receivedAt });
        const late = isAnswer(actionId) ? undefined : await askedLongAgo(bot, { key, at: action.receivedAt });
        return late ?? (await takeAction(bot, { action: actionId, deployment, ask, ...from, at }));
      });
    },
  };
}

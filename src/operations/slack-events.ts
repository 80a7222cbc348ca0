/** What people do in Slack, each handed to its operation, and answered. Decides nothing itself. */
import type { CommandName, CommandReading } from "../commands/command.ts";
import { answerTo } from "./answered.ts";
import type { Bot } from "./bot.ts";
import { settleLinkChanges } from "./link-changes.ts";
import { isLockAction, type LockAction, takeLockAction } from "./lock-actions.ts";
import { type MeaningOf, noteReaction } from "./note-reaction.ts";
import { type Action, takeAction } from "./take-action.ts";
import { takeCommand } from "./take-command.ts";

type Parse = (name: CommandName, text: string, now: number) => CommandReading;

export function createSlackEvents(bot: Bot, parse: Parse, meaningOf: MeaningOf) {
  return {
    async command(command: {
      readonly key: string;
      readonly lastTry: boolean;
      readonly name: CommandName;
      readonly text: string;
      readonly team: string;
      readonly user: string;
      readonly channel: string;
      readonly channelName: string;
      readonly responseUrl: string;
    }) {
      const { key, user: slackUser, channel } = command;
      const reading = parse(command.name, command.text, bot.context.clock.now());
      const content = await answerTo(bot, { ...command, slackUser }, async () =>
        reading.kind === "problem"
          ? { code: "command-problem", problem: reading.problem }
          : await takeCommand(bot, reading.command, {
              kind: "slack",
              team: command.team,
              slackUser,
              channel: { id: channel, name: command.channelName },
              key,
            }),
      );
      if (content.code === "unlinked") await settleLinkChanges(bot, meaningOf);
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

    async action(action: {
      readonly key: string;
      readonly lastTry: boolean;
      readonly actionId: Action | LockAction;
      readonly value: string;
      readonly team: string;
      readonly user: string;
      readonly channel: string;
      readonly responseUrl: string;
    }) {
      const { key, team, user: slackUser, channel } = action;
      const { actionId, value } = action;
      const from = { team, slackUser, channel, key };
      const [deployment = 0, ask = 0] = value.split("/").map(Number);
      await answerTo(bot, { ...action, slackUser }, () =>
        isLockAction(actionId)
          ? takeLockAction(bot, { action: actionId, value, ...from })
          : takeAction(bot, { action: actionId, deployment, ask, ...from }),
      );
    },
  };
}

/** The reactions on a message, as Slack says now. It has no times: what it says holds at the moment of the call. */
import { z } from "zod";
import { isChannelProblem } from "../operations/channels.ts";
import type { StandingReaction } from "../operations/ports.ts";
import { type SlackClient, SlackRefusal } from "./client.ts";

const reactionsGet = z.object({
  message: z.object({
    reactions: z.array(z.object({ name: z.string(), users: z.array(z.string()) })).optional(),
  }),
});

/** Undefined where the bot may not look: what stands on a message in a channel without the bot is not known. */
export async function readStandingReactions(
  client: SlackClient,
  channel: string,
  ts: string,
): Promise<readonly StandingReaction[] | undefined> {
  try {
    // Without `full` Slack leaves people out when there are many.
    const { message } = await client.call("reactions.get", { channel, timestamp: ts, full: true }, reactionsGet);
    return (message.reactions ?? []).map(({ name, users }) => ({ emoji: name, users }));
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    if (error.slackCode === "message_not_found") return [];
    if (isChannelProblem(error.slackCode)) return undefined;
    throw error;
  }
}

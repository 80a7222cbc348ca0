/** The reactions on a message, as Slack says now. It has no times: what it says holds at the moment of the call. */
import { z } from "zod";
import type { StandingReaction } from "../operations/ports.ts";
import { type SlackClient, SlackRefusal } from "./client.ts";

const reactionsGet = z.object({
  message: z.object({
    reactions: z.array(z.object({ name: z.string(), users: z.array(z.string()) })).optional(),
  }),
});

/** What Slack says when there is no such message for the bot (any more). */
const goneCodes = ["message_not_found", "channel_not_found", "not_in_channel", "is_archived"];

export async function readStandingReactions(
  client: SlackClient,
  channel: string,
  ts: string,
): Promise<readonly StandingReaction[]> {
  try {
    // Without `full` Slack leaves people out when there are many.
    const { message } = await client.call("reactions.get", { channel, timestamp: ts, full: true }, reactionsGet);
    return (message.reactions ?? []).map(({ name, users }) => ({ emoji: name, users }));
  } catch (error) {
    if (error instanceof SlackRefusal && goneCodes.includes(error.slackCode)) return [];
    throw error;
  }
}

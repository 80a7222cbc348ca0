/** What is said of Slack channels that cannot be used. */
import type { ChannelAway, ChannelProblem } from "../operations/channels.ts";
import type { ChannelNote } from "../operations/tell-channel-problems.ts";
import { listInWords } from "./phrases.ts";

const problems: Readonly<Record<ChannelProblem, string>> = {
  channel_not_found: "I see no such channel: it is gone, or private and I was not invited",
  is_archived: "the channel is archived",
  not_in_channel: "I am not in the channel",
  restricted_action: "the workspace does not let me write there",
  restricted_action_read_only_channel: "the channel is read-only",
  restricted_action_thread_only_channel: "the channel takes replies only",
  restricted_action_thread_locked: "the thread is locked",
  team_access_not_granted: "I was not let into its workspace",
  ambiguous_name: "several workspaces have a channel of this name",
};

const remedies: Readonly<Partial<Record<ChannelProblem, string>>> = {
  channel_not_found: "Invite me with /invite, or name another channel in the pipeline file.",
  is_archived: "Bring it back, or name another channel in the pipeline file.",
  not_in_channel: "Invite me there with /invite.",
  team_access_not_granted: "An owner of the organisation can let me in.",
  ambiguous_name: "Name it by its id in the pipeline file.",
};

export function wordChannelAway({ channel, why }: ChannelAway): string {
  return `I cannot write to its channel ${channel}: ${problems[why]}.`;
}

export function wordChannelNote({ channel, services, why }: ChannelNote): string {
  const remedy = remedies[why] ?? "Change that, or name another channel in the pipeline file.";
  return `I cannot write to ${channel}, the channel of ${listInWords(services, "and", 10)}: ${problems[why]}. Deployments go on. What I have to say there waits for a day, in its order. ${remedy} I tell you because you look after ${services.length === 1 ? "this service" : "these services"}; I say it once.`;
}

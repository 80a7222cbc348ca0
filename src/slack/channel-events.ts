/**
 * What Slack tells of channels: renamed, archived and back, gone, and the bot brought in or put out. Only that something
 * has happened is taken from it; what the channel is now is asked of Slack.
 */
import { z } from "zod";

export const channelEventTypes = [
  "channel_rename",
  "channel_archive",
  "channel_unarchive",
  "channel_deleted",
  "channel_left",
  "group_rename",
  "group_archive",
  "group_unarchive",
  "group_deleted",
  "group_left",
  "member_joined_channel",
] as const;

const id = z.string().regex(/^[A-Z0-9]{2,40}$/u);

export const channelEvent = z.object({
  type: z.literal("event_callback"),
  event_id: z.string().min(1).max(300),
  team_id: id,
  authorizations: z
    .array(z.object({ user_id: id.nullish(), is_bot: z.boolean().optional() }))
    .max(20)
    .optional(),
  event: z.object({
    type: z.enum(channelEventTypes),
    /** A rename describes the channel; the others name it. */
    channel: z.union([id, z.object({ id }).transform((channel) => channel.id)]),
    user: id.optional(),
  }),
});

export type ChannelPayload = z.infer<typeof channelEvent>;

export type SlackChannelChange = { readonly channel: string };

export function isChannelEvent(type: string): boolean {
  return channelEventTypes.some((known) => known === type);
}

/** That somebody else has come into a channel is no news. */
export function isOfOthers({ event, authorizations }: ChannelPayload): boolean {
  if (event.type !== "member_joined_channel") return false;
  return authorizations?.some((one) => one.is_bot === true && one.user_id === event.user) !== true;
}

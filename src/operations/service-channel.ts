/** Whether a service's channel is the one in which something is said or done. */
import { sql } from "kysely";

/** A channel by its id and, where Slack tells it, its name without `#`. */
export type SpokenIn = { readonly id: string; readonly name?: string | undefined };

/** What Slack says instead of a name, for conversations that it does not name in a command. */
function isNoName(name: string): boolean {
  return name === directMessage || name === "privategroup" || name.startsWith("mpdm-");
}

/** The name that Slack gives for every direct conversation with somebody. */
export const directMessage = "directmessage";

/** What the channel may be called in a service's row, where a name may be written in any letters. */
function namesOf({ id, name }: SpokenIn): readonly string[] {
  return (name === undefined || isNoName(name) ? [id] : [id, `#${name}`]).map((one) => one.toLowerCase());
}

/** `channel` as a loaded service has it: its id, or as the pipeline file names it while that was not found. */
export function isChannelOf(channel: string | null | undefined, where: SpokenIn): boolean {
  return channel !== null && channel !== undefined && namesOf(where).includes(channel.toLowerCase());
}

/** The same rule for rows of `service`. */
export function hasChannel(where: SpokenIn) {
  return sql<boolean>`lower(coalesce(service.channel_id, service.channel)) = any(${namesOf(where)})`;
}

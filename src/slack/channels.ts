/**
 * The channels that the bot can see, by name and id, and the team of each. Posting takes a name or an id; reading a
 * channel back takes only an id. They are remembered for a while, and asked for again when one is not among them: a
 * channel may have been made or renamed since. With a token for a whole organisation every one of its teams is asked.
 */
import { z } from "zod";
import type { Context } from "../context.ts";
import { OutsideError, type SlackChannel } from "../operations/ports.ts";
import type { SlackClient } from "./client.ts";

const rememberMs = 10 * 60_000;
/** A thousand channels each; a workspace beyond that names its channels by id in the pipeline file. */
const mostPages = 20;

const cursorShape = z.object({ next_cursor: z.string().optional() }).optional();
const list = z.object({
  channels: z.array(
    z.object({
      id: z.string(),
      name: z.string().optional(),
      is_archived: z.boolean().optional(),
      is_member: z.boolean().optional(),
      context_team_id: z.string().optional(),
    }),
  ),
  response_metadata: cursorShape,
});
const teamList = z.object({ teams: z.array(z.object({ id: z.string() })), response_metadata: cursorShape });
const opened = z.object({ channel: z.object({ id: z.string() }) });

export type SlackChannels = {
  /**
   * The id of a channel named as in a pipeline file, `#shop-deploys` or `C0123ABCD`, or of the direct messages with a
   * person, `U0123ABCD`. Undefined when the bot sees none.
   */
  id(channel: string): Promise<string | undefined>;
  /** The team of a channel, by its id; undefined for direct messages and for what the bot does not see. */
  team(id: string): Promise<string | undefined>;
  /** All of them as Slack says now, archived ones too. */
  all(): Promise<readonly SlackChannel[]>;
};

export function createSlackChannels(options: {
  readonly client: SlackClient;
  readonly context: Context;
}): SlackChannels {
  const { client, context } = options;
  let known: { readonly until: number; readonly channels: readonly SlackChannel[] } | undefined;

  /** All pages of a list; with more than are read it is an error, for what is not among them could be anything. */
  async function pages<T>(
    read: (cursor: object) => Promise<{ items: readonly T[]; next: string | undefined }>,
  ): Promise<readonly T[]> {
    const all: T[] = [];
    let cursor = "";
    for (let page = 0; page < mostPages; page += 1) {
      const { items, next } = await read(cursor === "" ? {} : { cursor });
      all.push(...items);
      cursor = next ?? "";
      if (cursor === "") return all;
    }
    throw new OutsideError("the workspace has more channels than are read; name the channel by its id");
  }

  async function teams(): Promise<readonly string[]> {
    const own = await client.identity();
    if (!own.wholeOrganisation) return [own.team];
    return await pages(async (cursor) => {
      const answer = await client.call("auth.teams.list", { limit: 1_000, ...cursor }, teamList);
      return { items: answer.teams.map(({ id }) => id), next: answer.response_metadata?.next_cursor };
    });
  }

  async function channelsOf(team: string, ofSeveral: boolean): Promise<readonly SlackChannel[]> {
    return await pages(async (cursor) => {
      const fields = { types: "public_channel,private_channel", limit: 1_000, ...cursor };
      const answer = await client.call("conversations.list", ofSeveral ? { ...fields, team_id: team } : fields, list);
      const items = answer.channels.flatMap((one) => {
        if (one.name === undefined) return [];
        const state = { archived: one.is_archived === true, member: one.is_member === true };
        // A channel that several teams share belongs to the one that it was made in.
        return [{ id: one.id, name: one.name, team: (ofSeveral ? one.context_team_id : undefined) ?? team, ...state }];
      });
      return { items, next: answer.response_metadata?.next_cursor };
    });
  }

  async function all(): Promise<readonly SlackChannel[]> {
    const { wholeOrganisation } = await client.identity();
    const byId = new Map<string, SlackChannel>();
    for (const team of await teams()) {
      for (const channel of await channelsOf(team, wholeOrganisation)) {
        const before = byId.get(channel.id);
        if (before === undefined || !before.member) byId.set(channel.id, channel);
      }
    }
    const channels = [...byId.values()];
    known = { until: context.clock.now() + rememberMs, channels };
    return channels;
  }

  /** From memory if it is there; else asked for anew. */
  async function find(wanted: (channel: SlackChannel) => boolean): Promise<SlackChannel | undefined> {
    const remembered =
      known !== undefined && known.until > context.clock.now() ? known.channels.find(wanted) : undefined;
    return remembered ?? (await all()).find(wanted);
  }

  return {
    all,
    async id(channel) {
      if (/^[CGD][A-Z0-9]{5,20}$/u.test(channel)) return channel;
      // Posting takes a person for the messages with them; reading these back takes their id.
      if (/^[UW][A-Z0-9]{2,20}$/u.test(channel)) {
        return (await client.call("conversations.open", { users: channel }, opened)).channel.id;
      }
      const name = channel.replace(/^#/u, "").toLowerCase();
      return (await find((one) => one.name.toLowerCase() === name && !one.archived))?.id;
    },
    async team(id) {
      const own = await client.identity();
      if (!own.wholeOrganisation) return own.team;
      return id.startsWith("D") ? undefined : (await find((one) => one.id === id))?.team;
    },
  };
}

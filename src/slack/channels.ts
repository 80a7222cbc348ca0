/**
 * Channel names → ids. Posting takes either; reading a channel back takes only an id. Names are remembered for a while,
 * and asked for again when one is not among them: a channel may have been made or renamed since.
 */
import { z } from "zod";
import type { Context } from "../context.ts";
import { OutsideError } from "../operations/ports.ts";
import type { SlackClient } from "./client.ts";

const rememberMs = 10 * 60_000;
/** A thousand channels each; a workspace beyond that names its channels by id in the pipeline file. */
const mostPages = 20;

const list = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string().optional() })),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

const opened = z.object({ channel: z.object({ id: z.string() }) });

export type SlackChannels = {
  /**
   * The id of a channel named as in a pipeline file, `#shop-deploys` or `C0123ABCD`, or of the direct messages with a
   * person, `U0123ABCD`. Undefined when the bot sees none.
   */
  id(channel: string): Promise<string | undefined>;
};

export function createSlackChannels(options: {
  readonly client: SlackClient;
  readonly context: Context;
}): SlackChannels {
  const { client, context } = options;
  let known: { readonly until: number; readonly ids: ReadonlyMap<string, string> } | undefined;

  async function read(): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    let cursor = "";
    for (let page = 0; page < mostPages; page += 1) {
      const answer = await client.call(
        "conversations.list",
        {
          types: "public_channel,private_channel",
          exclude_archived: true,
          limit: 1_000,
          ...(cursor === "" ? {} : { cursor }),
        },
        list,
      );
      for (const { id, name } of answer.channels) if (name !== undefined) ids.set(name.toLowerCase(), id);
      cursor = answer.response_metadata?.next_cursor ?? "";
      if (cursor === "") return ids;
    }
    throw new OutsideError("the workspace has more channels than are read; name the channel by its id");
  }

  return {
    async id(channel) {
      if (/^[CGD][A-Z0-9]{5,20}$/u.test(channel)) return channel;
      // Posting takes a person for the messages with them; reading these back takes their id.
      if (/^[UW][A-Z0-9]{2,20}$/u.test(channel)) {
        return (await client.call("conversations.open", { users: channel }, opened)).channel.id;
      }
      const name = channel.replace(/^#/u, "").toLowerCase();
      const now = context.clock.now();
      const before = known !== undefined && known.until > now ? known.ids.get(name) : undefined;
      if (before !== undefined) return before;
      known = { ids: await read(), until: now + rememberMs };
      return known.ids.get(name);
    },
  };
}

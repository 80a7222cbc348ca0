/**
 * What a person asked for and is taken up late, after the bot or GitHub was away: by then things may have been mended by
 * hand.
 */
import { sql } from "kysely";
import type { Instant } from "../policy/model.ts";
import type { Bot } from "./bot.ts";
import type { ReplyContent } from "./said.ts";

/** Longer than the five tries of a delivery take together. */
const meantForMs = 15 * 60_000;

/**
 * The answer to what is not carried out any more; undefined while it is still meant. What was begun before the bot ended
 * is gone through again all the same: that finds it by its key, and gives the answer that the person never got.
 */
export async function askedLongAgo(
  bot: Bot,
  asked: { readonly key: string; readonly at: Instant },
): Promise<ReplyContent | undefined> {
  const { key, at } = asked;
  if (bot.context.clock.now() - at <= meantForMs || (await wasBegun(bot, key))) return undefined;
  return { code: "asked-long-ago", at };
}

/** Whether anything is stored under the key of a delivery. */
export async function wasBegun(bot: Bot, key: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from deployment where request_key = ${key}
    union all select 1 from promotion where request_key = ${key}
    union all select 1 from candidate where request_key = ${key}
    union all select 1 from environment_freeze where request_key = ${key}
    limit 1`.execute(bot.db);
  return rows.length > 0;
}

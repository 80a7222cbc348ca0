/**
 * What a person asked for and is taken up late, after the bot or GitHub was away: by then things may have been mended by
 * hand.
 */
import type { Instant } from "../policy/model.ts";
import type { Bot } from "./bot.ts";
import type { ReplyContent } from "./said.ts";

/** Longer than the five tries of a delivery take together. */
const meantForMs = 15 * 60_000;

/** The answer to what is not carried out any more; undefined while it is still meant. */
export function askedLongAgo(bot: Bot, at: Instant): ReplyContent | undefined {
  return bot.context.clock.now() - at > meantForMs ? { code: "asked-long-ago", at } : undefined;
}

/** What a person asked for and is heard of late, after the bot was down: by then things may have been mended by hand. */
import type { Instant } from "../policy/model.ts";
import type { Bot } from "./bot.ts";
import type { ReplyContent } from "./said.ts";

/** Longer than all tries of a delivery take together, so that only a bot that was down lets it pass. */
const meantForMs = 15 * 60_000;

/** The answer to what is not carried out any more; undefined while it is still meant. */
export function askedLongAgo(bot: Bot, at: Instant): ReplyContent | undefined {
  return bot.context.clock.now() - at > meantForMs ? { code: "asked-long-ago", at } : undefined;
}

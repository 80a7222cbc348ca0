/** Carries a command or click out so that it is always answered, whatever breaks. */
import { optional } from "../optional.ts";
import type { Bot } from "./bot.ts";
import type { Menu } from "./menu-shown.ts";
import { OutsideError } from "./ports.ts";
import { type ReplyTo, reply } from "./reply.ts";
import type { ReplyContent } from "./said.ts";

/** What is down comes back, and the delivery is taken up again; a bug meets a reference that the log also has. */
export async function answered(bot: Bot, key: string, operation: () => Promise<ReplyContent>): Promise<ReplyContent> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof OutsideError) throw error;
    const reference = bot.context.ids.uuid().slice(0, 8);
    bot.log.error({ err: error, reference, delivery: key }, "a command could not be carried out");
    return { code: "broke", reference };
  }
}

/**
 * Carries out what a person in Slack asked for, and answers. Nobody waits in silence for what is down: they hear at once
 * that it is tried again, and later the real answer or, after the last try, that it was given up. Resolves with the real
 * answer; rejects while there is none. `menu` is asked afterwards for what can be chosen under the answer.
 */
export async function answerTo(
  bot: Bot,
  to: ReplyTo & { readonly lastTry: boolean },
  operation: () => Promise<ReplyContent>,
  menu: () => Menu | undefined = () => undefined,
): Promise<ReplyContent> {
  try {
    const content = await answered(bot, to.key, operation);
    await reply(bot, { ...to, ...optional("menu", menu()) }, content);
    return content;
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    if (to.lastTry) await reply(bot, to, { code: "gave-up" });
    else await reply(bot, { ...to, key: interimKey(to.key) }, { code: "trying-again" });
    throw error;
  }
}

const interim = "/meanwhile";

/** Of the answer that stands until there is the real one. */
function interimKey(key: string): string {
  return `${key}${interim}`;
}

/** The key of the real answer for which this one stands meanwhile; undefined for a real one. */
export function realKeyOf(key: string): string | undefined {
  return key.endsWith(interim) ? key.slice(0, -interim.length) : undefined;
}

/** Stores the answer to a command or click until it has reached the person: a projection writes it. */
import { touch } from "../projections/touch.ts";
import type { Bot } from "./bot.ts";
import type { Menu } from "./menu-shown.ts";
import type { ReplyContent } from "./said.ts";
import { say } from "./tell.ts";

/** Slack takes a response URL for half an hour. */
export const responseUrlForMs = 30 * 60_000;

export type ReplyTo = {
  readonly key: string;
  readonly responseUrl: string;
  /** When Slack gave the response URL, in epoch ms; undefined where that was just now. */
  readonly receivedAt?: number;
  readonly slackUser: string;
  readonly channel: string;
  /** What the person can choose from, under the answer. */
  readonly menu?: Menu;
  /** The answer takes the place of the message on which the person acted. */
  readonly replaces?: boolean;
};

/** Answered once for each delivery, however often the delivery is handled. */
export async function reply(bot: Bot, to: ReplyTo, content: ReplyContent): Promise<void> {
  const now = bot.context.clock.now();
  await bot.db.transaction().execute(async (trx) => {
    const added = await trx
      .insertInto("reply")
      .values({
        key: to.key,
        response_url: to.responseUrl,
        slack_user: to.slackUser,
        channel: to.channel,
        content: JSON.stringify(content),
        menu: to.menu === undefined ? null : JSON.stringify(to.menu),
        replaces: to.replaces ?? false,
        at: new Date(now),
      })
      .onConflict((conflict) => conflict.column("key").doNothing())
      .returning("id")
      .executeTakeFirst();
    if (added === undefined) return;
    const { receivedAt: at = now } = to;
    if (now - at > responseUrlForMs) {
      // Whoever asked has heard nothing, or only that it is tried again, and would wait for ever.
      const late = { code: "answered-late", at, now, reply: content } as const;
      const isMeanwhile = content.code === "trying-again";
      if (!isMeanwhile) await say(trx, bot, { key: `answered-late/${to.key}`, content: late, slackUser: to.slackUser });
      return;
    }
    // Answers do not wait in line behind messages: each is paced by itself.
    await touch(trx, bot.wake, { surface: "slack.reply", subject: `${added.id}`, lane: `reply/${added.id}` });
  });
  await bot.context.faults.at("reply.committed");
}

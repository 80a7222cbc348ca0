/**
 * Reads back the reactions that came or went while the bot was down: for each message whose deployment still waits,
 * what stands on it now is compared with what is stored. Slack tells no times here, so the time of the look stands for
 * them: an event from before it that arrives later changes nothing.
 */
import { pendingStatuses } from "../policy/model.ts";
import type { Bot } from "./bot.ts";
import { foldReactionsOf, type MeaningOf, messageOf } from "./note-reaction.ts";

export async function readReactions(bot: Bot, meaningOf: MeaningOf): Promise<void> {
  const waiting = await bot.db
    .selectFrom("deployment")
    .select(["id", "ask"])
    .where("status", "in", [...pendingStatuses])
    .where("ask", ">", 0)
    .execute();
  const failures: unknown[] = [];
  for (const { id, ask } of waiting) {
    // A message that cannot be read keeps none of the others.
    await readReactionsOf(bot, meaningOf, `${id}/${ask}`).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

async function readReactionsOf(bot: Bot, meaningOf: MeaningOf, subject: string): Promise<void> {
  const row = await bot.db
    .selectFrom("projection")
    .select("external")
    .where("key", "=", `slack.message/${subject}`)
    .executeTakeFirst();
  const message = messageOf(subject, row?.external);
  if (message === undefined) return;
  const { team, channel, ts } = message;
  const eventTs = (bot.context.clock.now() / 1000).toFixed(6);
  const standing = await bot.slack.reactions(channel, ts);
  // Nobody knows what stands there now, so what was told stays. Once the channel can be read again, it is (channels.ts).
  if (standing === undefined) return;
  await bot.context.faults.at("reactions.read");
  await bot.db.transaction().execute(async (trx) => {
    const before = await trx
      .selectFrom("reaction")
      .selectAll()
      .where("team", "=", team)
      .where("channel", "=", channel)
      .where("ts", "=", ts)
      .where("present", "=", true)
      .execute();
    const stood = new Map(before.map((row) => [`${row.slack_user} ${row.emoji}`, row.changed_ts]));
    await trx
      .updateTable("reaction")
      .set((eb) => ({
        changed_ts: eb.case().when("present", "=", true).then(eventTs).else(eb.ref("changed_ts")).end(),
        present: false,
        event_ts: eventTs,
      }))
      .where("team", "=", team)
      .where("channel", "=", channel)
      .where("ts", "=", ts)
      .where("event_ts", "<", eventTs)
      .execute();
    for (const { emoji, users } of standing) {
      if (meaningOf(emoji) === undefined) continue;
      for (const user of users) {
        const key = `${user} ${emoji}`;
        const values = { present: true, event_ts: eventTs, changed_ts: stood.get(key) ?? eventTs };
        await trx
          .insertInto("reaction")
          .values({ team, channel, ts, slack_user: user, emoji, ...values })
          .onConflict((conflict) =>
            conflict
              .columns(["team", "channel", "ts", "slack_user", "emoji"])
              .doUpdateSet(values)
              .where("reaction.event_ts", "<=", eventTs),
          )
          .execute();
      }
    }
  });
  await foldReactionsOf(bot, meaningOf, subject);
}

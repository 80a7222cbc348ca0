/**
 * What GitHub and Slack told while nobody listened. When the bot last listened is kept; each start, and each gap that is
 * noticed while it runs, raises `wanted`, and what was missed is looked up until that has succeeded once. Where the gap
 * begins stays as it is until then, however often the bot starts meanwhile.
 */
import { sql } from "kysely";
import type { Bot } from "./bot.ts";

export type ListensTo = "github" | "slack";

/** The bot says that it listens with every sweep; that it has not for so long means that it did not. */
const gapMs = 5 * 60_000;
const firstRetryMs = 30_000;
const longestRetryMs = 10 * 60_000;

type Listening = Pick<Bot, "context" | "db">;

/**
 * Asks that what was missed is looked up, from when the bot last listened. At a start it is called before the bot
 * listens: what arrives first would otherwise look as if nothing had been missed.
 */
export async function missed({ context, db }: Listening, source: ListensTo): Promise<void> {
  const now = new Date(context.clock.now());
  await db
    .insertInto("listening")
    .values({ source, heard_at: now, missed_since: null, wanted: 1, looked_up: 0, attempts: 0, look_at: now })
    .onConflict((conflict) =>
      conflict.column("source").doUpdateSet((eb) => ({
        wanted: eb("listening.wanted", "+", 1),
        missed_since: eb.fn.coalesce("listening.missed_since", "listening.heard_at"),
        heard_at: now,
        attempts: 0,
        look_at: now,
      })),
    )
    .execute();
}

/** The bot listens at this moment. A gap since it last said so is one that is to be looked up. */
export async function heard(bot: Listening, source: ListensTo): Promise<void> {
  const now = bot.context.clock.now();
  const said = await bot.db
    .updateTable("listening")
    .set({ heard_at: new Date(now) })
    .where("source", "=", source)
    .where("heard_at", ">=", new Date(now - gapMs))
    .executeTakeFirst();
  if (said.numUpdatedRows === 0n) await missed(bot, source);
}

/**
 * Looks up what was missed if it is due, and writes down that it has succeeded, or when it is tried again. `since` is
 * when the bot last listened (epoch ms), undefined where it never did. Rejects with what the look was rejected with.
 */
export async function lookUpMissed(
  { context, db }: Listening,
  source: ListensTo,
  look: (since: number | undefined) => Promise<void>,
): Promise<void> {
  const row = await db
    .selectFrom("listening")
    .selectAll()
    .where("source", "=", source)
    .whereRef("wanted", ">", "looked_up")
    .where("look_at", "<=", new Date(context.clock.now()))
    .executeTakeFirst();
  if (row === undefined) return;
  try {
    await look(row.missed_since?.getTime());
  } catch (error) {
    const retryMs = Math.min(firstRetryMs * 2 ** row.attempts, longestRetryMs);
    await db
      .updateTable("listening")
      .set({ attempts: row.attempts + 1, look_at: new Date(context.clock.now() + retryMs) })
      .where("source", "=", source)
      .where("wanted", "=", row.wanted)
      .execute();
    throw error;
  }
  await context.faults.at("missed.looked-up");
  await db
    .updateTable("listening")
    .set({
      looked_up: row.wanted,
      // A gap that came meanwhile is looked up from the older moment: too much does no harm.
      missed_since: sql<Date | null>`case when wanted = ${row.wanted} then null else missed_since end`,
      attempts: 0,
    })
    .where("source", "=", source)
    .where("looked_up", "<", row.wanted)
    .execute();
}

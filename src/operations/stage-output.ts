/**
 * What a running stage says: kept with its attempt, and told in the deployment's message while it runs. Starts and ends
 * are told at once, by whoever brings them about.
 */
import { sql } from "kysely";
import type { Observation } from "../deployers/contract.ts";
import type { AttemptRow } from "../store/schema.ts";
import type { Running } from "./attempt-for.ts";
import type { Bot } from "./bot.ts";
import { touchMessage } from "./tell.ts";

/**
 * Slack takes about 50 edits a minute of one app, for all that it shows: what a stage says edits its message no more often.
 * A stage that ends sooner is told by its end alone.
 *
 * Source: https://docs.slack.dev/apis/web-api/rate-limits (`chat.update`, tier 3)
 */
const toldEveryMs = 5_000;

/** Keeps what was seen and tells it when that is due; else in how many ms it will be. Undefined: nothing is left to tell. */
export async function noteOutput(
  bot: Bot,
  running: Running,
  row: AttemptRow,
  seen: Observation,
): Promise<number | undefined> {
  const changed = await keep(bot, row, seen);
  if (!changed && !row.output_untold) return undefined;
  await bot.context.faults.at("stage.output-kept");
  const now = bot.context.clock.now();
  const due = (row.output_told_at ?? row.started_at ?? row.claimed_at).getTime() + toldEveryMs;
  if (due > now) return due - now;
  await tell(bot, running, row, now);
  return undefined;
}

/** Whether people are to see something else. Invariant: of all who observed by one handle, one says by what to go on. */
async function keep(bot: Bot, row: AttemptRow, seen: Observation): Promise<boolean> {
  const bytes = seen.outputBytes ?? row.output_bytes;
  const tail = seen.outputTail ?? row.output_tail ?? "";
  const same =
    bytes === row.output_bytes && tail === (row.output_tail ?? "") && (seen.message ?? row.message) === row.message;
  if (same && seen.handle === undefined) return false;
  const { handle } = seen;
  await bot.db
    .updateTable("attempt")
    .set((eb) => ({
      output_tail: tail,
      output_bytes: bytes,
      message: seen.message ?? null,
      ...(same ? {} : { output_untold: true }),
      ...(handle === undefined ? {} : { handle: JSON.stringify(handle), epoch: eb("epoch", "+", 1) }),
    }))
    .where("token", "=", row.token)
    .where("epoch", "=", row.epoch)
    .execute();
  return !same;
}

/** Invariant: of all replicas that observe the attempt, one tells what it says, once in `toldEveryMs`. */
async function tell(bot: Bot, running: Running, row: AttemptRow, now: number): Promise<void> {
  await bot.db.transaction().execute(async (trx) => {
    const told = await trx
      .updateTable("attempt")
      .set({ output_untold: false, output_told_at: new Date(now) })
      .where("token", "=", row.token)
      .where("state", "=", "started")
      .where("output_untold", "=", true)
      .where(sql<boolean>`output_told_at is not distinct from ${row.output_told_at}`)
      .returning("token")
      .executeTakeFirst();
    if (told !== undefined) await touchMessage(trx, bot, running.row);
  });
}

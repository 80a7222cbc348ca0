/**
 * What stands between services and their Slack channels. A name in a pipeline file is looked up once and kept as an id,
 * so that a channel may be renamed; one that is archived, gone, or without the bot stops no deployment: what is to be
 * said there waits, in its order, and an owner is told once (`tell-channel-problems.ts`).
 */
import { isDeepStrictEqual } from "node:util";
import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import type { Wake } from "../jobs/wake.ts";
import type { Database, ServiceTable } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { missed } from "./missed.ts";
import type { SlackChannel } from "./ports.ts";
import { hasChannel } from "./service-channel.ts";

/** How long a channel that cannot be used, or was not found, is left before it is looked for again. */
export const lookAgainMs = 10 * 60_000;

/** Slack's own words, and two of ours: for a name that means several channels, and for a channel without the bot. */
const channelProblems = [
  "channel_not_found",
  "is_archived",
  "not_in_channel",
  "restricted_action",
  "restricted_action_read_only_channel",
  "restricted_action_thread_only_channel",
  "restricted_action_thread_locked",
  "team_access_not_granted",
  "ambiguous_name",
] as const;
export type ChannelProblem = (typeof channelProblems)[number];

export function isChannelProblem(code: string): code is ChannelProblem {
  return channelProblems.some((known) => known === code);
}

/** What the face learns of channels while it posts. */
export type ChannelNews = {
  /** Slack refused to post there; `channel` is an id, or a name as in a pipeline file. */
  refused(channel: string, problem: ChannelProblem): Promise<void>;
  /** Something was posted there. */
  posted(channel: string, where: { readonly id: string; readonly team: string }): Promise<void>;
};

type Around = Pick<Bot, "db" | "wake" | "context">;

export function createChannelNews({ db, wake, context }: Around): ChannelNews {
  return {
    async refused(channel, problem) {
      const now = new Date(context.clock.now());
      await db
        .updateTable("service")
        // It is told once, from its first refusal until it works again.
        .set((service) => ({
          channel_problem: problem,
          channel_problem_at: service.fn.coalesce("channel_problem_at", service.val(now)),
        }))
        .where(hasChannel({ id: channel }))
        .where("removed_at", "is", null)
        .where(sql<boolean>`channel_problem is distinct from ${problem}`)
        .execute();
    },
    async posted(channel, { id, team }) {
      const news = db.selectFrom("service").select("id").where(isNews(channel, id)).limit(1);
      if ((await news.executeTakeFirst()) === undefined) return;
      await db.transaction().execute(async (trx) => {
        const mended = await trx
          .updateTable("service")
          .set({ channel_id: id, channel_team: team, ...well })
          .where(isNews(channel, id))
          .returning("channel_id")
          .execute();
        if (mended.length === 0) return;
        await wakeWaiting(trx, wake, [channel, id], context.clock.now());
        await missed({ context, db: trx }, "slack");
      });
    },
  };
}

const well = { channel_problem: null, channel_problem_at: null, channel_told_at: null };

/** That this channel is there and takes messages: nothing was known of it, or the contrary. */
function isNews(channel: string, id: string) {
  return sql<boolean>`(${hasChannel({ id: channel })} or ${hasChannel({ id })})
    and (channel_id is null or channel_problem is not null)`;
}

/** What waited for a channel is looked at at once; each surface keeps its own order. */
async function wakeWaiting(
  trx: Transaction<Database>,
  wake: Wake,
  lanes: readonly string[],
  now: number,
): Promise<void> {
  const waiting = await trx
    .updateTable("projection")
    .set({ look_at: null })
    .where("surface", "in", ["slack.message", "slack.note"])
    .where("lane", "in", [...new Set(lanes)])
    .whereRef("wanted", ">", "shown")
    .where("look_at", ">", new Date(now))
    .returning("key")
    .execute();
  for (const { key } of waiting) await wake.project(trx, key);
}

/** A channel that cannot be used, as the pipeline file names it. */
export type ChannelAway = { readonly channel: string; readonly why: ChannelProblem };

/** By the service's id; without those whose channel is well, or that have none. */
export async function channelsAway(
  db: Kysely<Database>,
  services: readonly number[],
): Promise<ReadonlyMap<number, ChannelAway>> {
  if (services.length === 0) return new Map();
  const rows = await db
    .selectFrom("service")
    .select(["id", "channel", "channel_problem"])
    .where("id", "in", [...services])
    .where("channel_problem", "is not", null)
    .execute();
  const away = new Map<number, ChannelAway>();
  for (const { id, channel, channel_problem: why } of rows) {
    if (channel !== null && why !== null && isChannelProblem(why)) away.set(id, { channel, why });
  }
  return away;
}

const lookedAt = ["id", "channel", "channel_id", "channel_problem", "channel_looked_at"] as const;
type Looked = Pick<Selectable<ServiceTable>, (typeof lookedAt)[number]> & { readonly channel: string };

/** So often a look is made anew whose service moved meanwhile; then the sweep makes it. */
const tries = 3;

/**
 * Finds the channels that were not found yet, and looks again at those that could not be used. With `channel`, at that
 * one now, because Slack told that something has happened to it; with `everything`, at all.
 */
export async function lookAtChannels(
  bot: Bot,
  which: { readonly channel?: string; readonly everything?: boolean } = {},
): Promise<void> {
  let due = await dueServices(bot.db, bot.context.clock.now(), which);
  for (let attempt = 0; attempt < tries && due.length > 0; attempt += 1) {
    const now = new Date(bot.context.clock.now());
    const channels = await bot.slack.channels();
    await bot.context.faults.at("channel.looked");
    const moved: number[] = [];
    for (const service of due) {
      if (!(await look(bot, service, { channels, now, told: which.channel !== undefined }))) moved.push(service.id);
    }
    due = moved.length === 0 ? [] : looked(await services(bot.db).where("id", "in", moved).execute());
  }
}

function services(db: Kysely<Database>) {
  return db
    .selectFrom("service")
    .select(lookedAt)
    .where("channel", "is not", null)
    .where("removed_at", "is", null)
    .orderBy("id");
}

function looked(rows: Awaited<ReturnType<ReturnType<typeof services>["execute"]>>): readonly Looked[] {
  return rows.flatMap((row) => (row.channel === null ? [] : [{ ...row, channel: row.channel }]));
}

async function dueServices(
  db: Kysely<Database>,
  now: number,
  { channel, everything = false }: { readonly channel?: string; readonly everything?: boolean },
): Promise<readonly Looked[]> {
  const rows = await services(db)
    .$if(!everything, (query) =>
      query.where((service) => {
        const unsure = service.or([service("channel_id", "is", null), service("channel_problem", "is not", null)]);
        const before = new Date(now - lookAgainMs);
        const late = service.or([service("channel_looked_at", "is", null), service("channel_looked_at", "<=", before)]);
        if (channel === undefined) return service.and([unsure, late]);
        return service.or([service("channel_id", "=", channel), service("channel_id", "is", null)]);
      }),
    )
    .execute();
  return looked(rows);
}

/** False when somebody else wrote since the row was read: what Slack said may be older than that. */
async function look(
  bot: Bot,
  service: Looked,
  { channels, now, told }: { readonly channels: readonly SlackChannel[]; readonly now: Date; readonly told: boolean },
): Promise<boolean> {
  const found = findChannel(service, channels);
  const problem = typeof found === "string" ? found : problemOf(found);
  return await bot.db.transaction().execute(async (trx) => {
    const before = await trx
      .selectFrom("service")
      .select([...lookedAt, "channel_problem_at"])
      .where("id", "=", service.id)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (lookedAt.some((column) => !isDeepStrictEqual(before[column], service[column]))) return false;
    const where = typeof found === "string" ? {} : { channel_id: found.id, channel_team: found.team };
    const state =
      problem === undefined ? well : { channel_problem: problem, channel_problem_at: before.channel_problem_at ?? now };
    await trx
      .updateTable("service")
      .set({ ...where, ...state, channel_looked_at: now })
      .where("id", "=", service.id)
      .execute();
    if (problem !== undefined) return true;
    const lanes = [service.channel, ...(typeof found === "string" ? [] : [found.id])];
    await wakeWaiting(trx, bot.wake, lanes, now.getTime());
    // Slack tells of no reactions in a channel without the bot. Who was put out and brought in again at once was away too.
    if (told || before.channel_problem !== null) await missed({ context: bot.context, db: trx }, "slack");
    return true;
  });
}

/** The channel that it was found to be, while there is one; else what its name means now. */
function findChannel(
  { channel, channel_id: id }: Looked,
  channels: readonly SlackChannel[],
): SlackChannel | ChannelProblem {
  const kept = channels.find((one) => one.id === (id ?? channel));
  if (kept !== undefined && !kept.archived) return kept;
  const name = channel.replace(/^#/u, "").toLowerCase();
  const named = channels.filter((one) => one.name.toLowerCase() === name && !one.archived);
  const [only] = named;
  if (only !== undefined) return named.length === 1 ? only : "ambiguous_name";
  return kept ?? channels.find((one) => one.name.toLowerCase() === name) ?? "channel_not_found";
}

function problemOf(channel: SlackChannel): ChannelProblem | undefined {
  if (channel.archived) return "is_archived";
  return channel.member ? undefined : "not_in_channel";
}

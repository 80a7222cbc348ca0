/**
 * App Home follows what changes. A change wakes a look at the homes that show the service; that look marks each of them
 * in a transaction of its own, so that no decision waits for another because of somebody who looks on.
 */
import { type RawBuilder, sql, type Transaction } from "kysely";
import type { Wake } from "../jobs/wake.ts";
import { keyOf, type Marked, touch } from "../projections/touch.ts";
import type { Database } from "../store/schema.ts";
import type { HomeRow } from "../store/view-tables.ts";
import type { Bot } from "./bot.ts";

/** Who has not looked for so long is followed no longer. */
const followForMs = 30 * 24 * 3_600_000;
/** Ages and locks that end are nobody's doing: how often the view is rendered all the same while somebody may look. */
const refreshEveryMs = 5 * 60_000;
const lookedTodayMs = 24 * 3_600_000;
/** How long what the person can read is taken for what it was. */
const lookUpEveryMs = 3_600_000;
/** How soon it is tried again when that failed. */
const lookAgainMs = 5 * 60_000;
/** Looks at GitHub in one sweep, so that it never takes long; the next one goes on. */
const mostLookedUp = 20;
const mostRefreshed = 200;

const prefix = "homes/";

/** The service whose homes a wake is about; undefined for the key of a projection. */
export function homesOf(key: string): number | undefined {
  return key.startsWith(prefix) ? Number(key.slice(prefix.length)) : undefined;
}

/** The key of the look at the homes that show this service, if there are any. A lost wake is made good within minutes. */
export function homesFollowing(service: number): RawBuilder<Marked> {
  return sql<Marked>`select ${prefix} || service_id as key from home_service where service_id = ${service} limit 1`;
}

export async function wakeHomes(trx: Transaction<Database>, wake: Wake, service: number): Promise<void> {
  const { rows } = await homesFollowing(service).execute(trx);
  await wake.project(trx, rows.map(keyOf));
}

/** The same for services that are known to be shown. */
export async function wakeFollowers(
  trx: Transaction<Database>,
  wake: Wake,
  services: readonly number[],
): Promise<void> {
  await wake.project(
    trx,
    services.map((service) => `${prefix}${service}`),
  );
}

export async function touchHome(trx: Transaction<Database>, wake: Wake, home: number): Promise<void> {
  await touch(trx, wake, { surface: "slack.home", subject: `${home}`, lane: `home/${home}` });
}

/** Marks every home that shows the service. */
export async function followHomes(bot: Bot, service: number): Promise<void> {
  await bot.db.transaction().execute(async (trx) => {
    const homes = await trx
      .selectFrom("home_service")
      .innerJoin("home", "home.id", "home_service.home_id")
      .select("home.id")
      .where("home_service.service_id", "=", service)
      .orderBy("home.id")
      .execute();
    for (const { id } of homes) await touchHome(trx, bot.wake, id);
  });
}

/** For the sweep: ages and rights are looked at anew, and who has not come for long is forgotten. */
export async function tidyHomes(bot: Bot, lookUp: (home: HomeRow) => Promise<void>): Promise<void> {
  const now = bot.context.clock.now();
  await forgetHomes(bot, now);
  const due = await bot.db
    .selectFrom("home")
    .selectAll()
    .where("looked_at", "<=", new Date(now - lookUpEveryMs))
    .orderBy("looked_at")
    .limit(mostLookedUp)
    .execute();
  for (const home of due) await lookUp(home).catch((error: unknown) => lookLater(bot, home, now, error));
  const stale = await bot.db
    .selectFrom("home")
    .select("id")
    .where("refreshed_at", "<=", new Date(now - refreshEveryMs))
    .where("opened_at", ">", new Date(now - lookedTodayMs))
    .orderBy("refreshed_at")
    .limit(mostRefreshed)
    .execute();
  for (const { id } of stale) await refreshHome(bot, id, now);
}

/** One that cannot be looked up keeps none of the others, now or at the next sweep: its turn comes again with theirs. */
async function lookLater(bot: Bot, { id }: HomeRow, now: number, error: unknown): Promise<void> {
  bot.log.warn({ err: error, home: id }, "what a person can read could not be looked up for App Home");
  const at = new Date(now - lookUpEveryMs + lookAgainMs);
  await bot.db.updateTable("home").set({ looked_at: at }).where("id", "=", id).execute();
}

async function refreshHome(bot: Bot, id: number, now: number): Promise<void> {
  await bot.db.transaction().execute(async (trx) => {
    const at = new Date(now);
    const home = await trx.updateTable("home").set({ refreshed_at: at }).where("id", "=", id).executeTakeFirst();
    if (home.numUpdatedRows > 0n) await touchHome(trx, bot.wake, id);
  });
}

async function forgetHomes(bot: Bot, now: number): Promise<void> {
  const gone = await bot.db
    .deleteFrom("home")
    .where("opened_at", "<", new Date(now - followForMs))
    .returning("id")
    .execute();
  if (gone.length === 0) return;
  const keys = gone.map(({ id }) => `slack.home/${id}`);
  await bot.db.deleteFrom("projection").where("key", "in", keys).execute();
}

/**
 * What the passing of time alone changes about an environment that is held: a lock or a freeze ends, and that is told; a
 * lock without an end is asked about. Nothing opens by it: the gates read the clock themselves, and what waits has a time
 * of its own at which it is looked at. A demo whose time is over is asked to be destroyed.
 */
import type { Transaction } from "kysely";
import type { Database, EnvironmentRow } from "../store/schema.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { endDemo } from "./end-demo.ts";
import { lockEnvironment, raiseVersion, wakeEnvironment } from "./environment.ts";
import { slackUserOf } from "./people.ts";
import { loadService, loadServiceRef, type ServiceRef } from "./place.ts";
import type { NoteContent } from "./said.ts";
import { say } from "./tell.ts";

/** A lock without an end that has stood so long is asked about, and again after as long. */
const askAfterMs = 24 * 3_600_000;

/** No lock, in all columns that speak of one. */
export const noLock = {
  lock_by: null,
  lock_by_slack: null,
  lock_reason: null,
  lock_at: null,
  lock_until: null,
  lock_asked_at: null,
} as const;

/** Looks at an environment whose time has come; does nothing when it has not. The sweep calls it. */
export async function lookAtEnvironment(bot: Bot, environment: number): Promise<void> {
  const now = bot.context.clock.now();
  await bot.db.transaction().execute(async (trx) => {
    const row = await lockEnvironment(trx, environment);
    if (row.look_at === null || row.look_at.getTime() > now) return;
    const service = await loadServiceRef(trx, row.service_id);
    await endLock(trx, bot, service, row, now);
    await askWhetherForgotten(trx, bot, service, row, now);
    await endFreezes(trx, bot, service, row, now);
    await planLook(trx, environment);
  });
  await endDemo(bot, environment);
  await bot.context.faults.at("environment.looked-at");
}

/** When the environment is to be looked at next; called by whoever locks, unlocks, freezes or thaws it. */
export async function planLook(trx: Transaction<Database>, environment: number): Promise<void> {
  const row = await lockEnvironment(trx, environment);
  const freeze = await trx
    .selectFrom("environment_freeze")
    .select((eb) => eb.fn.min("until").as("until"))
    .where("environment_id", "=", environment)
    .where("ended_at", "is", null)
    .executeTakeFirstOrThrow();
  const lock = row.lock_by === null ? undefined : lookAtLock(row);
  const times = [freeze.until?.getTime(), lock, row.schedule_at?.getTime(), row.demo_ends_at?.getTime()];
  const known = times.filter((at) => at !== undefined);
  await trx
    .updateTable("environment")
    .set({ look_at: known.length === 0 ? null : new Date(Math.min(...known)) })
    .where("id", "=", environment)
    .execute();
}

/** When the lock ends or, having no end, is asked about: once in a day. */
function lookAtLock(row: EnvironmentRow): number {
  if (row.lock_until !== null) return row.lock_until.getTime();
  return Math.max(row.lock_at?.getTime() ?? 0, row.lock_asked_at?.getTime() ?? 0) + askAfterMs;
}

async function endLock(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  row: EnvironmentRow,
  now: number,
): Promise<void> {
  const { lock_by: by, lock_until: until, lock_at: at } = row;
  if (by === null || until === null || until.getTime() > now) return;
  await trx.updateTable("environment").set(noLock).where("id", "=", row.id).execute();
  await raiseVersion(trx, row.id);
  const where = { service: service.id, environment: row.id };
  await audit(trx, { at: now, actor: "signalbox", action: "lock.ended", ...where, detail: { by } });
  const named = { service: service.name, environment: row.name };
  const content = { code: "lock-ended", ...named, by, reason: row.lock_reason ?? "" } as const;
  const key = `lock-ended/${row.id}/${at?.getTime()}`;
  await say(trx, bot, { key, content, channel: service.channel, service: service.id });
  await tellHolder(trx, bot, row, `${key}/holder`, content);
  await wakeEnvironment(trx, bot.wake, row.id);
}

async function askWhetherForgotten(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  row: EnvironmentRow,
  now: number,
): Promise<void> {
  const { lock_by: by, lock_at: at } = row;
  if (by === null || at === null || row.lock_until !== null || lookAtLock(row) > now) return;
  await trx
    .updateTable("environment")
    .set({ lock_asked_at: new Date(now) })
    .where("id", "=", row.id)
    .execute();
  // An environment that the pipeline file no longer names holds nobody up.
  if (row.removed_at !== null) return;
  const named = { service: service.name, environment: row.name, environmentId: row.id };
  const content = {
    code: "lock-forgotten",
    ...named,
    by,
    reason: row.lock_reason ?? "",
    lockedAt: at.getTime(),
  } as const;
  const key = `lock-forgotten/${row.id}/${now}`;
  // Whoever is not known in Slack is asked where others see it.
  if (await tellHolder(trx, bot, row, key, content)) return;
  await say(trx, bot, { key, content, channel: service.channel, service: service.id });
}

/**
 * In a direct message to whom the holder is linked with now; while nobody is known to be, to who locked it. False for
 * whoever is not known in Slack at all and reads of it in the channel.
 */
export async function tellHolder(
  trx: Transaction<Database>,
  bot: Bot,
  { lock_by: by, lock_by_slack: lockedBy, service_id }: EnvironmentRow,
  key: string,
  content: NoteContent,
): Promise<boolean> {
  const service = by === null ? undefined : await loadService(trx, service_id);
  const linked =
    service === undefined || by === null ? undefined : await slackUserOf({ db: trx }, service.pipeline, by);
  const slackUser = linked ?? lockedBy ?? undefined;
  if (slackUser !== undefined) await say(trx, bot, { key, content, slackUser });
  return slackUser !== undefined;
}

async function endFreezes(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  row: EnvironmentRow,
  now: number,
): Promise<void> {
  const over = await trx
    .updateTable("environment_freeze")
    .set({ ended_at: new Date(now) })
    .where("environment_id", "=", row.id)
    .where("ended_at", "is", null)
    .where("until", "<=", new Date(now))
    .returning(["request_key", "by"])
    .execute();
  if (over.length === 0) return;
  await raiseVersion(trx, row.id);
  for (const { request_key: key, by } of over) {
    await audit(trx, {
      at: now,
      actor: "signalbox",
      action: "freeze.ended",
      service: service.id,
      environment: row.id,
      detail: { by },
    });
    // One command may have frozen many environments of the service: that they are free again is said once.
    const environments = await stillFrozenBy(trx, service.id, key);
    await say(trx, bot, {
      key: `freeze-ended/${key}/${service.id}`,
      content: { code: "freeze-ended", where: [{ service: service.name, environments }], by },
      channel: service.channel,
      service: service.id,
    });
  }
  await wakeEnvironment(trx, bot.wake, row.id);
}

/** The service's environments that the command froze and that nobody has thawed, in their order. */
async function stillFrozenBy(trx: Transaction<Database>, service: number, key: string): Promise<readonly string[]> {
  const rows = await trx
    .selectFrom("environment_freeze")
    .innerJoin("environment", "environment.id", "environment_freeze.environment_id")
    .where("environment.service_id", "=", service)
    .where("environment_freeze.request_key", "=", key)
    .where("environment_freeze.ended_by", "is", null)
    .select("environment.name")
    .orderBy("environment.position")
    .execute();
  return rows.map((row) => row.name);
}

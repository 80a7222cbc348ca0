/**
 * What the passing of time alone changes about an environment that is held: a lock or a freeze ends, and that is told.
 * Nothing opens by it: the gates read the clock themselves, and what waits has a time of its own at which it is looked at.
 */
import type { Transaction } from "kysely";
import type { Database, EnvironmentRow } from "../store/schema.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { lockEnvironment, raiseVersion, wakeEnvironment } from "./environment.ts";
import { loadServiceRef, type ServiceRef } from "./place.ts";
import { say } from "./tell.ts";

/** Looks at an environment whose time has come; does nothing when it has not. The sweep calls it. */
export async function lookAtEnvironment(bot: Bot, environment: number): Promise<void> {
  const now = bot.context.clock.now();
  await bot.db.transaction().execute(async (trx) => {
    const row = await lockEnvironment(trx, environment);
    if (row.look_at === null || row.look_at.getTime() > now) return;
    const service = await loadServiceRef(trx, row.service_id);
    await endFreezes(trx, bot, service, row, now);
    await planLook(trx, environment);
  });
  await bot.context.faults.at("environment.looked-at");
}

/** When the environment is to be looked at next; called by whoever locks, unlocks, freezes or thaws it. */
export async function planLook(trx: Transaction<Database>, environment: number): Promise<void> {
  const next = await trx
    .selectFrom("environment_freeze")
    .select((eb) => eb.fn.min("until").as("until"))
    .where("environment_id", "=", environment)
    .where("ended_at", "is", null)
    .executeTakeFirstOrThrow();
  await trx
    .updateTable("environment")
    .set({ look_at: next.until ?? null })
    .where("id", "=", environment)
    .execute();
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

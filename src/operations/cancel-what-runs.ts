/** What a rollback asks of whatever runs in its environment. */
import type { Transaction } from "kysely";
import { runningStatuses } from "../policy/model.ts";
import { isPending } from "../policy/transitions.ts";
import type { Database, DeploymentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { lockEnvironment, raiseVersion } from "./environment.ts";
import { isRunElsewhere } from "./follow-run.ts";
import type { Place } from "./place.ts";
import { say, touchDeployment } from "./tell.ts";

/** A rollback goes before all: what runs is asked to stop, and the slot passes on once it has. */
export async function cancelWhatRuns(bot: Bot, place: Place, rollbackId: number): Promise<void> {
  await bot.db.transaction().execute(async (trx) => {
    const environment = await lockEnvironment(trx, place.environment.id);
    const { slot_deployment_id: slot } = environment;
    if (slot === null || slot === rollbackId || !(await isToGoOn(trx, rollbackId))) return;
    const running = await trx.selectFrom("deployment").selectAll().where("id", "=", slot).executeTakeFirstOrThrow();
    if (isRunElsewhere(running)) return await sayInTheWay(trx, bot, running, rollbackId);
    const row = await trx
      .updateTable("deployment")
      .set({ cancel_by: `rollback:${rollbackId}`, cancel_at: new Date(bot.context.clock.now()) })
      .where("id", "=", slot)
      .where("status", "in", [...runningStatuses])
      .where("kind", "!=", "rollback")
      .where("cancel_at", "is", null)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) return;
    await raiseVersion(trx, environment.id);
    await touchDeployment(trx, bot, place.service, row);
    await bot.wake.advance(trx, slot);
  });
}

/** One that a person has yet to confirm stops nothing. */
async function isToGoOn(trx: Transaction<Database>, rollback: number): Promise<boolean> {
  const row = await trx.selectFrom("deployment").selectAll().where("id", "=", rollback).executeTakeFirstOrThrow();
  const asks = row.verdict?.gates.some(({ reason }) => reason.code === "ready.confirm-migrations") ?? false;
  return isPending(row.status) && (!asks || row.migrations_confirmed_by !== null);
}

/** Said where the run is followed and where the rollback waits for it. */
async function sayInTheWay(
  trx: Transaction<Database>,
  bot: Bot,
  { id: deployment, channel }: DeploymentRow,
  rollbackId: number,
): Promise<void> {
  const content = { code: "run-in-the-way", deployment, rollback: rollbackId } as const;
  for (const thread of [deployment, rollbackId]) {
    await say(trx, bot, { key: `run-in-the-way/${rollbackId}/${thread}`, content, channel, deployment: thread });
  }
}

/** What the end of a run that GitHub held means for the deployment that was judged for it. */
import type { Transaction } from "kysely";
import { isPending, isRunning, transition } from "../policy/transitions.ts";
import type { Database, ProtectionRequestRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { endPending } from "./end-pending.ts";
import { finish } from "./end-running.ts";
import { lockEnvironment } from "./environment.ts";
import { endOf } from "./follow-run.ts";
import { loadServiceRef } from "./place.ts";

/** Stores how the run ended in the environment; whoever follows it goes on from there. The first telling counts. */
export async function endHeld(
  bot: Bot,
  held: ProtectionRequestRow,
  ended: NonNullable<ProtectionRequestRow["ended"]>,
  by: string,
): Promise<void> {
  await bot.db.transaction().execute(async (trx) => {
    const stored = await trx
      .updateTable("protection_request")
      .set({ ended, ended_by: by })
      .where("id", "=", held.id)
      .where("ended", "is", null)
      .returningAll()
      .executeTakeFirst();
    if (stored !== undefined) await endDeployment(trx, bot, stored);
  });
  await bot.context.faults.at("protection.ended");
}

/** Called in the transaction that first knows of both, the end and the deployment; does nothing before that. */
export async function endDeployment(trx: Transaction<Database>, bot: Bot, held: ProtectionRequestRow): Promise<void> {
  const { ended, ended_by: by, deployment_id: deployment } = held;
  if (ended === null || deployment === null || held.started_by_us) return;
  const { environment_id } = await trx
    .selectFrom("deployment")
    .select("environment_id")
    .where("id", "=", deployment)
    .executeTakeFirstOrThrow();
  const environment = await lockEnvironment(trx, environment_id);
  const fresh = await trx.selectFrom("deployment").selectAll().where("id", "=", deployment).executeTakeFirstOrThrow();
  const service = await loadServiceRef(trx, environment.service_id);
  if (isRunning(fresh.status)) return await bot.wake.advance(trx, fresh.id);
  if (isPending(fresh.status)) {
    // It ended while it was held: a person called it off on GitHub, or somebody forced it through.
    await endPending(trx, bot, service, fresh, "cancel", { code: "cancelled", by: by ?? "somebody" });
    return;
  }
  // It had been given up as too slow, and has now told its end after all.
  const status = transition(fresh.status, ended === "success" ? "settle-success" : "settle-failure");
  if (fresh.settled || status === undefined) return;
  await finish(trx, bot, service, environment, fresh, status, endOf(held, ended));
}

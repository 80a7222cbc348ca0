/** What goes with the wish to destroy a demo, in the transaction that stores it: why is said, and what runs is asked to stop. */
import type { Transaction } from "kysely";
import { runningStatuses } from "../policy/model.ts";
import type { Database, DeploymentRow, EnvironmentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import type { DemoEnds } from "./demo-said.ts";
import { lockEnvironment, raiseVersion } from "./environment.ts";
import type { ServiceRef } from "./place.ts";
import { say, touchDeployment } from "./tell.ts";

/** The environment's row is locked by the caller. */
export async function beginDestroying(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  { id, environment_id, requested_by: by, channel, ended_at: ended, verdict }: DeploymentRow,
  because: DemoEnds,
): Promise<void> {
  const environment = await lockEnvironment(trx, environment_id);
  const content = {
    code: "demo-ends",
    demo: environment.name,
    branch: environment.demo_branch ?? "",
    because,
    by,
  } as const;
  await say(trx, bot, { key: `demo-ends/${id}`, content, channel, deployment: id });
  // One that was turned away, or that a lock or a freeze holds, stops nothing.
  const isHeld = verdict?.gates.some(({ gate, result }) => result !== "pass" && gate !== "queue") ?? false;
  if (ended === null && !isHeld) await stopWhatRuns(trx, bot, service, environment, by);
}

async function stopWhatRuns(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  { id, slot_deployment_id: slot }: EnvironmentRow,
  by: string,
): Promise<void> {
  const asked = await trx
    .updateTable("deployment")
    .set({ cancel_by: by, cancel_at: new Date(bot.context.clock.now()) })
    .where("id", "=", slot)
    .where("status", "in", [...runningStatuses])
    .where("kind", "!=", "destroy")
    .where("cancel_at", "is", null)
    .returningAll()
    .executeTakeFirst();
  if (asked === undefined) return;
  await raiseVersion(trx, id);
  await touchDeployment(trx, bot, service, asked);
  await bot.wake.advance(trx, asked.id);
}

/** A demo whose time is over: its destruction is asked for, and once a day again for as long as it is still there. */
import { pendingStatuses, runningStatuses } from "../policy/model.ts";
import type { EnvironmentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { askToDestroy } from "./destroy-demo.ts";
import { planLook } from "./look-at-environment.ts";

/** What could not be destroyed is tried again so often; people may do so at any time. */
const againMs = 24 * 3_600_000;

/** Looks at a demo; does nothing when its time has not come. The sweep calls it, and so may anybody. */
export async function endDemo(bot: Bot, environment: number): Promise<void> {
  const now = bot.context.clock.now();
  const row = await bot.db.selectFrom("environment").selectAll().where("id", "=", environment).executeTakeFirst();
  const endsAt = row?.demo_ends_at?.getTime();
  if (row === undefined || endsAt === undefined || endsAt > now || row.removed_at !== null) return;
  if (!(await isUnderWay(bot, row))) {
    const because = row.heard_branch === null ? "branch-deleted" : "time-over";
    const key = `demo-over:${endsAt}`;
    await askToDestroy(bot, row.id, { because, requestedBy: "signalbox", byItself: true, typed: false, key });
  }
  await bot.context.faults.at("demo.over");
  await bot.db.transaction().execute(async (trx) => {
    // A push meanwhile has given it more time.
    const moved = await trx
      .updateTable("environment")
      .set({ demo_ends_at: new Date(now + againMs) })
      .where("id", "=", row.id)
      .where("demo_ends_at", "=", new Date(endsAt))
      .executeTakeFirst();
    if (moved.numUpdatedRows > 0n) await planLook(trx, row.id);
  });
}

/** It is being destroyed, or waits for that. */
async function isUnderWay(bot: Bot, row: EnvironmentRow): Promise<boolean> {
  const found = await bot.db
    .selectFrom("deployment")
    .select("id")
    .where("environment_id", "=", row.id)
    .where("kind", "=", "destroy")
    .where("status", "in", [...pendingStatuses, ...runningStatuses])
    .executeTakeFirst();
  return found !== undefined;
}

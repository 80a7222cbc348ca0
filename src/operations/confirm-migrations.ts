/** A person says that a rollback may go on although migrations lie in between, which it does not undo. */
import { isPending } from "../policy/transitions.ts";
import { type Asker, refusal } from "./asker.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { cancelWhatRuns } from "./cancel-what-runs.ts";
import { lockEnvironment, raiseVersion } from "./environment.ts";
import type { Place } from "./place.ts";
import type { ReplyContent } from "./said.ts";
import { touchDeployment } from "./tell.ts";

export async function confirmMigrations(
  bot: Bot,
  place: Place,
  asker: Asker,
  deployment: number,
): Promise<ReplyContent> {
  const mayNot = await refusal(bot, place, asker, "push", "confirm the rollback");
  if (mayNot !== undefined) return mayNot;
  const said = await confirm(bot, place, asker, deployment);
  await bot.context.faults.at("rollback.confirmed");
  // Also when the same click comes again: whoever stored it may have been stopped right then.
  if (said.code === "migrations-confirmed") await cancelWhatRuns(bot, place, deployment);
  return said;
}

async function confirm(bot: Bot, place: Place, asker: Asker, deployment: number): Promise<ReplyContent> {
  const now = bot.context.clock.now();
  return await bot.db.transaction().execute(async (trx): Promise<ReplyContent> => {
    await lockEnvironment(trx, place.environment.id);
    const row = await trx.selectFrom("deployment").selectAll().where("id", "=", deployment).executeTakeFirstOrThrow();
    if (!isPending(row.status)) return { code: "already-ended", deployment, status: row.status };
    if (row.migrations_confirmed_by !== null) return { code: "migrations-confirmed", deployment };
    const waits = row.verdict?.gates.some((gate) => gate.reason.code === "ready.confirm-migrations") ?? false;
    if (!waits) return { code: "message-outdated", deployment };
    const confirmed = await trx
      .updateTable("deployment")
      .set({ migrations_confirmed_by: asker.login, migrations_confirmed_at: new Date(now) })
      .where("id", "=", deployment)
      .returningAll()
      .executeTakeFirstOrThrow();
    await raiseVersion(trx, place.environment.id);
    const where = { service: place.service.id, environment: place.environment.id, deployment };
    await audit(trx, { at: now, actor: asker.login, action: "deployment.migrations-confirmed", ...where });
    await touchDeployment(trx, bot, place.service, confirmed, {
      key: `migrations-confirmed/${deployment}`,
      content: { code: "migrations-confirmed", by: asker.login },
    });
    await bot.wake.advance(trx, deployment);
    return { code: "migrations-confirmed", deployment };
  });
}

/** `/deploy cancel <id>`: what has not started ends at once; what runs is asked to stop, which is a request. */
import { isPending, isRunning } from "../policy/transitions.ts";
import { type Asker, refusal } from "./asker.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { endPending } from "./end-pending.ts";
import { lockEnvironment, raiseVersion } from "./environment.ts";
import { isRunElsewhere } from "./follow-run.ts";
import type { Place } from "./place.ts";
import type { ReplyContent } from "./said.ts";
import { touchDeployment } from "./tell.ts";

export async function cancel(bot: Bot, place: Place, asker: Asker, deployment: number): Promise<ReplyContent> {
  const mayNot = await refusal(bot, place, asker, "ask", "cancel");
  if (mayNot !== undefined) return mayNot;
  const now = bot.context.clock.now();
  return await bot.db.transaction().execute(async (trx): Promise<ReplyContent> => {
    await lockEnvironment(trx, place.environment.id);
    const row = await trx.selectFrom("deployment").selectAll().where("id", "=", deployment).executeTakeFirstOrThrow();
    if (isPending(row.status)) {
      await endPending(trx, bot, place.service, row, "cancel", { code: "cancelled", by: asker.login });
      return { code: "cancelled", deployment };
    }
    if (!isRunning(row.status)) return { code: "already-ended", deployment, status: row.status };
    if (isRunElsewhere(row)) return { code: "cancel-elsewhere", deployment };
    const asked = await trx
      .updateTable("deployment")
      .set({ cancel_by: asker.login, cancel_at: new Date(now) })
      .where("id", "=", deployment)
      .where("cancel_at", "is", null)
      .returningAll()
      .executeTakeFirst();
    if (asked !== undefined) {
      await raiseVersion(trx, place.environment.id);
      const where = { service: place.service.id, environment: place.environment.id, deployment };
      await audit(trx, { at: now, actor: asker.login, action: "deployment.cancel-asked", ...where });
      const content = { code: "cancel-asked", by: asker.login } as const;
      await touchDeployment(trx, bot, place.service, asked, { key: `cancel-asked/${deployment}`, content });
    }
    await bot.wake.advance(trx, deployment);
    return { code: "cancel-asked", deployment };
  });
}

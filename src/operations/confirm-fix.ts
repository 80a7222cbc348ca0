/** A person confirms that a waiting revision contains the fix for what was rolled back: it then passes the hold. */
import type { Instant } from "../policy/model.ts";
import { isPending } from "../policy/transitions.ts";
import { type Asker, refusal } from "./asker.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { lockEnvironment, raiseVersion } from "./environment.ts";
import type { Place } from "./place.ts";
import type { ReplyContent } from "./said.ts";
import { touchDeployment } from "./tell.ts";

/** `at`: when the person said so, in epoch ms. */
export async function confirmFix(
  bot: Bot,
  place: Place,
  asker: Asker,
  deployment: number,
  at: Instant,
): Promise<ReplyContent> {
  const mayNot = await refusal(bot, place, asker, "ask", "confirm the fix");
  if (mayNot !== undefined) return mayNot;
  const now = bot.context.clock.now();
  return await bot.db.transaction().execute(async (trx): Promise<ReplyContent> => {
    const { hold_since: since } = await lockEnvironment(trx, place.environment.id);
    const row = await trx.selectFrom("deployment").selectAll().where("id", "=", deployment).executeTakeFirstOrThrow();
    if (!isPending(row.status)) return { code: "already-ended", deployment, status: row.status };
    // Handled late: the person spoke of what was rolled back before, and has not seen this.
    if (since !== null && at < since.getTime()) return { code: "message-outdated", deployment };
    const waits = row.verdict?.gates.some((gate) => gate.reason.code === "hold.confirm-fix") ?? false;
    if (!waits && row.fix_confirmed_by === null) return { code: "message-outdated", deployment };
    if (row.fix_confirmed_by !== null) return { code: "fix-confirmed", deployment };
    const confirmed = await trx
      .updateTable("deployment")
      .set({ fix_confirmed_by: asker.login, fix_confirmed_at: new Date(now) })
      .where("id", "=", deployment)
      .returningAll()
      .executeTakeFirstOrThrow();
    await raiseVersion(trx, place.environment.id);
    const where = { service: place.service.id, environment: place.environment.id, deployment };
    await audit(trx, { at: now, actor: asker.login, action: "deployment.fix-confirmed", ...where });
    await touchDeployment(trx, bot, place.service, confirmed, {
      key: `fix-confirmed/${deployment}`,
      content: { code: "fix-confirmed", by: asker.login },
    });
    await bot.wake.advance(trx, deployment);
    return { code: "fix-confirmed", deployment };
  });
}

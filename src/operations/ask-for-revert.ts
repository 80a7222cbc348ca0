/**
 * The pull requests that a rollback took back are reverted by pull requests of their own, when somebody asks for it by the
 * button. No branch is moved: merging them is up to people. Each is asked for once, whoever presses how often.
 */
import { touch } from "../projections/touch.ts";
import { mostReverted } from "./actions.ts";
import { type Asker, refusal } from "./asker.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import type { Place } from "./place.ts";
import type { ReplyContent } from "./said.ts";
import { say } from "./tell.ts";

export async function askForRevert(bot: Bot, place: Place, asker: Asker, deployment: number): Promise<ReplyContent> {
  const mayNot = await refusal(bot, place, asker, "push", "revert");
  if (mayNot !== undefined) return mayNot;
  const { repository } = place.service;
  return await bot.db.transaction().execute(async (trx): Promise<ReplyContent> => {
    const row = await trx.selectFrom("deployment").selectAll().where("id", "=", deployment).executeTakeFirstOrThrow();
    const taken = row.kind === "rollback" ? (row.ships?.pullRequests ?? []) : [];
    const pullRequests = taken.map(({ number }) => number);
    if (pullRequests.length === 0 || pullRequests.length > mostReverted) {
      return { code: "nothing-to-revert", deployment, found: pullRequests.length };
    }
    for (const number of pullRequests) {
      const subject = `${repository.id}/${number}/${deployment}`;
      await touch(trx, bot.wake, { surface: "github.revert", subject, lane: `github/${repository.installationId}` });
    }
    const where = { service: place.service.id, environment: place.environment.id, deployment };
    const at = bot.context.clock.now();
    await audit(trx, { at, actor: asker.login, action: "deployment.revert-asked", ...where, detail: { pullRequests } });
    await say(trx, bot, {
      key: `revert/${deployment}`,
      content: { code: "revert-asked", by: asker.login, pullRequests },
      channel: row.channel,
      deployment,
    });
    return { code: "revert-asked", deployment, pullRequests };
  });
}

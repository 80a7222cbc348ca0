/**
 * At start: says of each attempt that the last run of the bot left unfinished how it was seen last. Only with the private
 * database: what is unfinished in a shared one may be in the hands of another replica.
 */
import { runningStatuses } from "../policy/model.ts";
import type { Bot } from "./bot.ts";
import { say } from "./tell.ts";

/** `incarnation` names this start: a restart is told once, and the next one again. */
export async function lookAfterRestart(bot: Bot, incarnation: string): Promise<void> {
  const open = await bot.db
    .selectFrom("attempt")
    .innerJoin("deployment", "deployment.id", "attempt.deployment_id")
    .where("deployment.status", "in", [...runningStatuses])
    .where("attempt.state", "in", ["calling", "started"])
    .select(["attempt.token", "attempt.stage", "deployment.id", "deployment.channel", "attempt.state"])
    .execute();
  for (const attempt of open) {
    await bot.db.transaction().execute((trx) =>
      say(trx, bot, {
        key: `restart/${incarnation}/${attempt.token}`,
        content: {
          code: "found-after-restart",
          stage: attempt.stage,
          now: attempt.state === "started" ? "running" : "unknown",
        },
        channel: attempt.channel,
        deployment: attempt.id,
      }),
    );
  }
}

/** At start: says of each attempt that the last run of the bot left unfinished what became of it meanwhile. */
import type { Bot } from "./bot.ts";
import { say } from "./tell.ts";

/** `incarnation` names this start: a restart is told once, and the next one again. */
export async function lookAfterRestart(bot: Bot, incarnation: string): Promise<readonly number[]> {
  const open = await bot.db
    .selectFrom("attempt")
    .innerJoin("deployment", "deployment.id", "attempt.deployment_id")
    .where("deployment.status", "in", ["in_progress", "verifying"])
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
  return [...new Set(open.map((attempt) => attempt.id))];
}

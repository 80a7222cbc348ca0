/**
 * Somebody asked GitHub for our checks on this commit again: everything is asked of GitHub anew, and a fresh check is
 * written even when nothing changed, because that is what was asked for.
 */
import { forgetWritten } from "../projections/touch.ts";
import type { Bot } from "./bot.ts";
import type { RepositoryRef } from "./ports.ts";
import { openPullRequests, raiseAnew } from "./pull-request-gate.ts";

export async function showGatesAgain(bot: Bot, repository: RepositoryRef, headSha: string): Promise<void> {
  await bot.db.transaction().execute(async (trx) => {
    // First, since this locks them in the order in which everybody does.
    await raiseAnew(trx, bot.wake, repository.id, { headSha });
    const gates = await trx
      .updateTable("pull_request_gate")
      .set({ verdict: null })
      .where("repository_id", "=", repository.id)
      .where("head_sha", "=", headSha)
      .where("ended", "is", null)
      .where("number", "in", openPullRequests(repository.id, { headSha }))
      .returning(["number", "environment_id"])
      .execute();
    for (const { number, environment_id: environment } of gates) {
      const subject = `${repository.id}/${number}/${environment}/${headSha}`;
      await forgetWritten(trx, { surface: "github.environment-check", subject });
    }
  });
}

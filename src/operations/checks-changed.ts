/** Somebody else's check or status on a commit changed: whatever waits with that commit is judged anew. */
import { pendingStatuses, type Verdict } from "../policy/model.ts";
import type { Bot } from "./bot.ts";
import type { RepositoryRef } from "./ports.ts";
import { raiseForChecks } from "./pull-request-gate.ts";
import { byChecks, wakeAttempts } from "./woken-by.ts";

export async function looksAgainAt(bot: Bot, repository: RepositoryRef, sha: string): Promise<void> {
  await bot.db.transaction().execute(async (trx) => {
    const rows = await trx
      .selectFrom("deployment")
      .innerJoin("environment", "environment.id", "deployment.environment_id")
      .innerJoin("service", "service.id", "environment.service_id")
      .where("service.repository_id", "=", repository.id)
      .where("deployment.sha", "=", sha)
      .where("deployment.status", "in", [...pendingStatuses])
      .select("deployment.id")
      .execute();
    for (const row of rows) await bot.wake.advance(trx, row.id);
    await wakeAttempts(trx, bot, byChecks(repository.id, sha));
    await raiseForChecks(trx, bot.wake, repository.id, sha);
  });
}

/**
 * Whether what was just stored must be looked at once more: a check that ended since its facts were gathered found no row
 * that it could wake.
 */
export function waitsForChecks({ gates }: Verdict): boolean {
  return gates.some(({ gate, result }) => gate === "checks" && result === "wait");
}

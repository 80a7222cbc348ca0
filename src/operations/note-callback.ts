/** What the far side of an `http` stage reported: kept with the attempt's handle, where the deployer reads it. */
import type { Bot } from "./bot.ts";
import { OutsideError } from "./ports.ts";

export type Callback = {
  readonly deployment: number;
  readonly token: string;
  readonly status: "in_progress" | "success" | "failure";
  readonly message?: string | undefined;
  readonly log_url?: string | undefined;
};

export async function noteCallback(bot: Bot, callback: Callback): Promise<void> {
  const row = await bot.db
    .selectFrom("attempt")
    .selectAll()
    .where("token", "=", callback.token)
    .where("deployment_id", "=", callback.deployment)
    .executeTakeFirst();
  if (row === undefined || row.state === "ended") return;
  if (row.state !== "started") throw new OutsideError("the far side reported before its start was recorded");
  const { status, message, log_url: logUrl } = callback;
  const handle = typeof row.handle === "object" && row.handle !== null ? row.handle : {};
  // The first end that the far side told stands: what it tells afterwards is late, or a contradiction.
  if ("status" in handle && handle.status !== "in_progress") return;
  await bot.db.transaction().execute(async (trx) => {
    // Invariant: the handle only changes while the attempt runs; an end that was recorded meanwhile stands. Whoever looked
    // at the far side before this report holds an older epoch, and looks again.
    const noted = await trx
      .updateTable("attempt")
      .set((eb) => ({
        handle: JSON.stringify({ ...handle, status, message, logUrl, problem: undefined }),
        epoch: eb("epoch", "+", 1),
      }))
      .where("token", "=", row.token)
      .where("state", "=", "started")
      .where("epoch", "=", row.epoch)
      .returning("token")
      .executeTakeFirst();
    if (noted === undefined) throw new OutsideError("the attempt moved while its report was noted");
    await bot.wake.advance(trx, row.deployment_id);
  });
}

/** The name of the secret that signs reports of this attempt; undefined when there is no such attempt or secret. */
export async function callbackSecret(bot: Bot, deployment: number, token: string): Promise<string | undefined> {
  const row = await bot.db
    .selectFrom("attempt")
    .innerJoin("deployment", "deployment.id", "attempt.deployment_id")
    .innerJoin("environment", "environment.id", "deployment.environment_id")
    .innerJoin("service", "service.id", "environment.service_id")
    .innerJoin("repository", "repository.id", "service.repository_id")
    .where("attempt.token", "=", token)
    .where("attempt.deployment_id", "=", deployment)
    .select(["deployment.policy", "attempt.phase", "attempt.stage", "repository.full_name"])
    .executeTakeFirst();
  if (row === undefined || row.policy === null) return undefined;
  const stages = row.phase === "verify" ? row.policy.verify : row.policy.deploy;
  const deployer = stages.find((stage) => stage.name === row.stage)?.deployer;
  if (deployer?.kind !== "http" || deployer.secret === undefined) return undefined;
  return bot.operator.secrets(row.full_name, [deployer.secret]).values[deployer.secret];
}

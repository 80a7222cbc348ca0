/** The end of a stage's attempt, and what it makes of the deployment. */
import type { Transaction } from "kysely";
import type { Observation } from "../deployers/contract.ts";
import { optional } from "../optional.ts";
import type { AttemptRow, Database, DeploymentRow } from "../store/schema.ts";
import type { Running } from "./attempt-for.ts";
import type { Bot } from "./bot.ts";
import type { End } from "./end-running.ts";
import { raiseVersion } from "./environment.ts";
import { type PlannedStage, plannedStages } from "./stages.ts";
import { touchDeployment } from "./tell.ts";

/** How an attempt ended. */
export type AttemptEnd = Observation & {
  /** It is known that nothing was begun and that nothing will be, so the stage has changed nothing. */
  readonly neverBegan?: true;
};

/** Records how an attempt ended; an end that is not proven keeps the slot. */
export async function endAttempt(bot: Bot, running: Running, row: AttemptRow, seen: AttemptEnd): Promise<void> {
  const now = bot.context.clock.now();
  const outcome = seen.state === "unknown" || seen.state === "running" ? "error" : seen.state;
  const proven = seen.state === "unknown" ? false : (seen.proven ?? true);
  await bot.db.transaction().execute(async (trx) => {
    // This takes the environment's lock as well.
    await raiseVersion(trx, running.row.environment_id);
    const ended = await trx
      .updateTable("attempt")
      .set((eb) => ({
        state: "ended" as const,
        outcome,
        proven,
        message: seen.message ?? row.message,
        output_tail: seen.outputTail ?? row.output_tail,
        output_bytes: seen.outputBytes ?? row.output_bytes,
        log_url: seen.logUrl ?? row.log_url,
        ended_at: new Date(now),
        epoch: eb("epoch", "+", 1),
      }))
      .where("token", "=", row.token)
      .where("state", "=", row.state)
      .where("epoch", "=", row.epoch)
      .returningAll()
      .executeTakeFirst();
    if (ended === undefined) return;
    if (seen.neverBegan === true && isFirstChange(running.row, row)) await changedNothing(trx, running.row);
    await touchDeployment(trx, bot, running.service, running.row, {
      key: `stage/${row.token}`,
      content: {
        code: "stage-ended",
        stage: row.stage,
        outcome,
        tookMs: now - (row.started_at ?? row.claimed_at).getTime(),
        // How a success came about is said by its output alone.
        ...(outcome === "success" ? {} : optional("message", ended.message)),
        ...optional("outputTail", ended.output_tail),
        ...optional("logUrl", ended.log_url),
      },
    });
  });
  await bot.context.faults.at("stage.ended");
}

/** Whether no stage before this one changes the environment. */
function isFirstChange(row: DeploymentRow, { phase, position }: AttemptRow): boolean {
  const first = plannedStages(row).find(({ definition }) => definition.changesEnvironment);
  return first?.phase === phase && first.position === position;
}

/** The claim had noted that it begins to change the environment, since nobody could know yet. */
async function changedNothing(trx: Transaction<Database>, { id }: DeploymentRow): Promise<void> {
  await trx.updateTable("deployment").set({ changing_since: null }).where("id", "=", id).execute();
}

/** What the end of a stage makes of the whole deployment. */
export function endOf(stage: PlannedStage, attempt: AttemptRow): End {
  const message = optional("message", attempt.message);
  const proven = attempt.proven;
  const { name } = stage.definition;
  if (!proven) return { status: "error", outcome: { code: "end-unknown", stage: name, ...message }, proven };
  if (attempt.outcome === "cancelled") {
    return { status: "cancelled", outcome: { code: "cancelled-elsewhere", stage: name, ...message }, proven };
  }
  if (attempt.outcome === "failure") {
    const code = stage.phase === "verify" ? ("verification-failed" as const) : ("stage-failed" as const);
    return { status: "failure", outcome: { code, stage: name, ...message }, proven };
  }
  return { status: "error", outcome: { code: "stage-error", stage: name, ...message }, proven };
}

/**
 * A workflow run that was let into an environment, and that GitHub carries out: the bot waits for its end, which GitHub
 * tells, and asks once when the time is over. It never ends the run: that is done on GitHub.
 */
import type { DeploymentRow, ProtectionRequestRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { timeoutOf } from "./claim-stage.ts";
import { type End, endRunning } from "./end-running.ts";
import type { ServiceRef } from "./place.ts";

/** `done`: the run succeeded, and what is left is ours to do; a number: look again in so many ms. */
export type RunStep = "done" | number | undefined;

export async function followRun(bot: Bot, service: ServiceRef, row: DeploymentRow): Promise<RunStep> {
  const held = await bot.db
    .selectFrom("protection_request")
    .selectAll()
    .where("deployment_id", "=", row.id)
    .executeTakeFirst();
  if (held?.ended === "success") return "done";
  if (held !== undefined && held.ended !== null) return await endRunning(bot, service, row, endOf(held, held.ended));
  const now = bot.context.clock.now();
  const timeout = timeoutOf(row);
  const deadline = (row.started_at?.getTime() ?? now) + timeout;
  if (now < deadline) return deadline - now;
  // A delivery may have been lost: GitHub is asked before the run is given up.
  const state =
    held === undefined ? undefined : await bot.github.deploymentState(service.repository, held.github_deployment_id);
  if (held !== undefined && state !== undefined && isEndedState(state.state)) {
    if (state.state === "success") return "done";
    return await endRunning(bot, service, row, endOf({ ...held, ended_by: state.by }, state.state));
  }
  const outcome = { code: "stage-timed-out", stage: stageName(held), afterMs: timeout } as const;
  return await endRunning(bot, service, row, { status: "error", outcome, proven: false });
}

/** While GitHub carries it out nobody here can end it; what is verified afterwards is ours. */
export function isRunElsewhere({ kind, status }: Pick<DeploymentRow, "kind" | "status">): boolean {
  return kind === "external" && status === "in_progress";
}

export function isEndedState(state: string): state is "success" | "failure" | "error" {
  return state === "success" || state === "failure" || state === "error";
}

function stageName(held: ProtectionRequestRow | undefined): string {
  return held === undefined ? "workflow run" : `workflow run ${held.run_id}`;
}

export function endOf(held: ProtectionRequestRow, ended: NonNullable<ProtectionRequestRow["ended"]>): End {
  const stage = stageName(held);
  switch (ended) {
    case "success":
      return { status: "success", outcome: { code: "succeeded" }, proven: true };
    case "failure":
      return { status: "failure", outcome: { code: "stage-failed", stage }, proven: true };
    case "error":
      return { status: "error", outcome: { code: "stage-error", stage }, proven: true };
    case "cancelled":
      return { status: "cancelled", outcome: { code: "cancelled", by: held.ended_by ?? "somebody" }, proven: true };
  }
}

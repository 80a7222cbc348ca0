/**
 * The end of a deployment that ran, in one transaction with what follows from it: what is live, whether the environment
 * is uncertain, the slot, the hold, and who is woken. The slot is freed only when the attempt is proven to have ended.
 */
import type { Transaction } from "kysely";
import type { Status } from "../policy/model.ts";
import type { PolicyInForce } from "../policy/pipeline.ts";
import { type TransitionEvent, transition } from "../policy/transitions.ts";
import type { Database, DeploymentRow, EnvironmentRow } from "../store/schema.ts";
import { touchAnnouncements } from "./announcements.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { afterDemoSuccess, nothingThere } from "./demo-ended.ts";
import { endOutdatedRollbacks } from "./end-outdated-rollbacks.ts";
import { lockEnvironment, raiseVersion, wakeEnvironment } from "./environment.ts";
import { noteWhatIsLive } from "./news.ts";
import { noteFailure } from "./on-failure.ts";
import { actorOf, type Outcome } from "./outcome.ts";
import type { ServiceRef } from "./place.ts";
import { releaseAfter } from "./releases.ts";
import { say, touchDeployment, touchUncertain } from "./tell.ts";

export type End = {
  readonly status: "success" | "failure" | "error" | "cancelled";
  readonly outcome: Outcome;
  /** False when nobody can tell whether something still runs. */
  readonly proven: boolean;
};

const events = {
  success: "succeed",
  failure: "fail",
  error: "break",
  cancelled: "stopped",
} as const satisfies Record<End["status"], TransitionEvent>;

export async function endRunning(bot: Bot, service: ServiceRef, row: DeploymentRow, end: End): Promise<undefined> {
  await bot.db.transaction().execute(async (trx) => {
    const environment = await lockEnvironment(trx, row.environment_id);
    const fresh = await trx.selectFrom("deployment").selectAll().where("id", "=", row.id).executeTakeFirstOrThrow();
    const status = transition(fresh.status, events[end.status]);
    if (status === undefined) return;
    const outcome = outcomeOf(fresh, end);
    const ended = await finish(trx, bot, service, environment, fresh, status, { ...end, outcome });
    await noteFailure(trx, bot, ended);
  });
  await bot.context.faults.at("deployment.ended");
}

/** Who cancelled stands on the deployment; a rollback that came in between is named as the reason. */
function outcomeOf(row: DeploymentRow, end: End): Outcome {
  if (end.status !== "cancelled" || row.cancel_by === null) return end.outcome;
  const rollback = /^rollback:(\d+)$/.exec(row.cancel_by)?.[1];
  if (rollback !== undefined) return { code: "cancelled-by-rollback", rollback: Number(rollback) };
  return { code: "cancelled", by: row.cancel_by };
}

/** Also how a person settles what nobody could tell; `environment` is locked by the caller. */
export async function finish(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  environment: EnvironmentRow,
  row: DeploymentRow,
  status: Status,
  end: Pick<End, "outcome" | "proven">,
): Promise<DeploymentRow> {
  const now = bot.context.clock.now();
  const ended = await trx
    .updateTable("deployment")
    .set({ status, outcome: JSON.stringify(end.outcome), ended_at: new Date(now), look_at: null, settled: end.proven })
    .where("id", "=", row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  bot.count(status);
  const endsHold = status === "success" && passedHold(environment, row);
  await trx
    .updateTable("environment")
    .set((eb) => ({
      version: eb("version", "+", 1),
      ...(end.proven && environment.slot_deployment_id === row.id ? { slot_deployment_id: null } : {}),
      ...(status === "success" ? (row.kind === "destroy" ? nothingThere : liveNow(row, now, environment)) : {}),
      ...(status !== "success" && row.changing_since !== null
        ? { uncertain_deployment_id: row.id, uncertain_since: new Date(now) }
        : {}),
      ...(endsHold ? { hold_deployment_id: null, hold_bad_sha: null, hold_bad_tree: null, hold_since: null } : {}),
    }))
    .where("id", "=", environment.id)
    .execute();
  if (status === "success") await endOutdatedRollbacks(trx, bot, service, ended);
  if (status === "success" && environment.demo_branch !== null) {
    await afterDemoSuccess(trx, bot, service, environment, ended);
  } else if (status === "success") {
    await noteWhatIsLive(trx, bot, service, environment.live_sha, ended, now);
    await releaseAfter(trx, bot, service, ended);
    await touchAnnouncements(trx, bot, ended);
  }
  await audit(trx, {
    at: now,
    actor: actorOf(end.outcome),
    action: `deployment.${status}`,
    service: service.id,
    environment: environment.id,
    deployment: row.id,
    detail: { outcome: end.outcome, proven: end.proven },
  });
  await touchDeployment(trx, bot, service, ended, {
    // Settled as what it had ended as, it has said that once already.
    key: `${end.outcome.code === "settled" ? "settled" : "ended"}/${row.id}/${status}`,
    content: { code: "ended", status, outcome: end.outcome },
  });
  if (endsHold) {
    await say(trx, bot, {
      key: `hold-ended/${environment.hold_deployment_id}`,
      content: { code: "hold-ended", environment: environment.name, by: "success" },
      channel: row.channel,
      deployment: row.id,
    });
  }
  if (status === "success" || row.changing_since !== null) await touchUncertain(trx, bot, service, environment, ended);
  await wakeEnvironment(trx, bot.wake, environment.id);
  return ended;
}

/** A success ends the hold that it passed at its start; one that had started before the hold never met it. */
function passedHold(environment: EnvironmentRow, row: DeploymentRow): boolean {
  const { hold_deployment_id: hold, hold_since: since } = environment;
  if (hold === null || since === null || row.kind === "rollback") return false;
  return row.started_at !== null && row.started_at >= since;
}

/**
 * What is live is kept with the policy that it passed: the next has to pass that too. A rollback passes none, and what
 * goes live by another way neither, so the one that is kept stays; `first` is kept where there was none.
 */
export function liveNow(
  row: Pick<DeploymentRow, "id" | "kind" | "sha" | "tree" | "version" | "policy" | "policy_groups">,
  now: number,
  before: Pick<EnvironmentRow, "live_policy">,
  first?: PolicyInForce,
) {
  const passed =
    row.kind === "rollback" || row.policy === null
      ? undefined
      : { environment: row.policy, groups: row.policy_groups ?? {} };
  const kept = passed ?? (before.live_policy === null ? first : undefined);
  return {
    ...(kept === undefined ? {} : { live_policy: JSON.stringify(kept) }),
    live_deployment_id: row.id,
    live_sha: row.sha,
    live_tree: row.tree,
    live_version: row.version,
    live_since: new Date(now),
    uncertain_deployment_id: null,
    uncertain_since: null,
  };
}

export async function toVerifying(bot: Bot, service: ServiceRef, row: DeploymentRow): Promise<void> {
  await bot.db.transaction().execute(async (trx) => {
    await lockEnvironment(trx, row.environment_id);
    const status = transition("in_progress", "verify");
    if (status === undefined) return;
    const verifying = await trx
      .updateTable("deployment")
      .set({ status })
      .where("id", "=", row.id)
      .where("status", "=", "in_progress")
      .returningAll()
      .executeTakeFirst();
    if (verifying === undefined) return;
    bot.count(status);
    await raiseVersion(trx, row.environment_id);
    await touchDeployment(trx, bot, service, verifying);
  });
}

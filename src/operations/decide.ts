/**
 * Judges a deployment that has not started and does what the verdict says, in one transaction under the environment's
 * lock: deciding and claiming are never apart. What GitHub says is fetched before; when the environment moved
 * meanwhile, it is looked at again.
 */
import { isDeepStrictEqual } from "node:util";
import type { Transaction } from "kysely";
import { evaluate } from "../policy/evaluate.ts";
import { type Facts, pendingStatuses, type Verdict } from "../policy/model.ts";
import { isPending, type TransitionEvent, transition } from "../policy/transitions.ts";
import type { Database, DeploymentRow, EnvironmentRow } from "../store/schema.ts";
import { askAnew, nextLook } from "./ask-anew.ts";
import { audit } from "./audit.ts";
import { beginHold } from "./begin-hold.ts";
import type { Bot } from "./bot.ts";
import { claimStage, expectStart } from "./claim-stage.ts";
import { comparedAnew, keepCompared } from "./compare-anew.ts";
import { endPending } from "./end-pending.ts";
import { lockEnvironment, raiseVersion, wakeEnvironment, wakeEnvironments } from "./environment.ts";
import { assembleFacts } from "./facts.ts";
import { freshen, gatherOutside, type Outside } from "./gather-outside.ts";
import type { Outcome } from "./outcome.ts";
import { loadPlace, loadServiceRef, type Place, placeFor, policyInForce } from "./place.ts";
import { OutsideError } from "./ports.ts";
import { stagesToRun } from "./retry-stages.ts";
import { askForReason, sayAnswers, sayAskedAnew, sayWhatIsMissing } from "./say-approvals.ts";
import { plannedStages } from "./stages.ts";
import { subjectOf } from "./subject.ts";
import { supersededByApproved } from "./supersede-older.ts";
import { touchDeployment } from "./tell.ts";

/** A contended environment is looked at this often before the job gives way to the sweep. */
const tries = 8;
/** When GitHub does not say when to ask again. */
const againMs = 30_000;

/** Decides a pending deployment; does nothing when it is not pending (any more). */
export async function decide(bot: Bot, deployment: number): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const row = await bot.db.selectFrom("deployment").selectAll().where("id", "=", deployment).executeTakeFirst();
    if (row === undefined || !isPending(row.status)) return;
    const found = await loadPlace(bot.db, row.environment_id);
    if (found === undefined) return await endWithoutPlace(bot, row);
    const place = placeFor(found, row.kind);
    const maybe = mayStart(row, place);
    // Where answers are waited for, whoever gives one says whether it may be the last: most looks find none.
    if (maybe && (row.verdict === null || row.status === "queued")) expectStart(bot, place);
    const later = async (error: unknown) => {
      await lookLater(bot, row, error instanceof OutsideError ? error.retryAt : undefined);
      throw error;
    };
    const outside = await gatherOutside(bot, place, subjectOf(row), maybe).catch(later);
    const ships = await comparedAnew(bot, place, row, outside).catch(later);
    await bot.context.faults.at("decide.gathered");
    const look = async (outside: Outside) =>
      await bot.db.transaction().execute(async (trx) => {
        const environment = await lockEnvironment(trx, row.environment_id);
        const present = await trx.selectFrom("deployment").selectAll().where("id", "=", deployment).executeTakeFirst();
        if (present === undefined || !isPending(present.status)) return true;
        if (environment.version !== place.environment.version) return false;
        const facts = await assembleFacts(trx, bot, place, environment, subjectOf(present), outside);
        const verdict = evaluate(facts);
        // Nothing remembered counts at a start: who may ask and approve is asked for once more.
        if (!outside.fresh && wouldStart(present, facts, verdict)) return "again-fresh" as const;
        const compared = await keepCompared(trx, bot, place, environment, present, ships);
        await applyVerdict(trx, bot, place, environment, compared, facts, verdict);
        return true;
      });
    let done = await look(outside);
    if (done === "again-fresh") {
      done = await look(await freshen(bot, place, subjectOf(row), outside).catch(later));
    }
    await bot.context.faults.at("decide.committed");
    if (done === true) return;
  }
  bot.log.warn({ deployment }, "the environment kept moving; the sweep will look again");
  await lookLater(bot, { id: deployment }, undefined);
}

function wouldStart(row: DeploymentRow, facts: Facts, verdict: Verdict): boolean {
  return askAnew(row, facts, verdict).verdict.outcome === "go";
}

/** Whom nobody will wake has in its row when it is looked at again; an earlier time that stands there stays. */
async function lookLater(bot: Bot, row: Pick<DeploymentRow, "id">, retryAt: number | undefined): Promise<void> {
  const at = retryAt ?? bot.context.clock.now() + againMs;
  await bot.db.transaction().execute(async (trx) => {
    const waits = await trx
      .updateTable("deployment")
      .set((eb) => ({
        look_at: eb.fn<Date>("least", [eb.fn.coalesce("look_at", eb.val(new Date(at))), eb.val(new Date(at))]),
      }))
      .where("id", "=", row.id)
      .where("status", "in", [...pendingStatuses])
      .returning("id")
      .executeTakeFirst();
    if (waits !== undefined) await bot.wake.advance(trx, row.id, at);
  });
}

/** Whether this look may well end in a start: nothing but answers or the queue was waited for, or nothing is asked for. */
function mayStart(row: DeploymentRow, place: Place): boolean {
  if (row.verdict === null) return place.policy.approvals === undefined || row.kind === "rollback";
  const waits = row.verdict.gates.filter((gate) => gate.result === "wait");
  return waits.every((gate) => gate.gate === "approvals" || gate.gate === "queue");
}

/** The pipeline file no longer names the environment: what waits for it would wait for ever. */
async function endWithoutPlace(bot: Bot, row: DeploymentRow): Promise<void> {
  await bot.db.transaction().execute(async (trx) => {
    const environment = await lockEnvironment(trx, row.environment_id);
    const fresh = await trx.selectFrom("deployment").selectAll().where("id", "=", row.id).executeTakeFirstOrThrow();
    if (!isPending(fresh.status)) return;
    // Back in the file meanwhile: whoever put it there has woken what waits.
    if ((await loadPlace(trx, row.environment_id)) !== undefined) return;
    const service = await loadServiceRef(trx, environment.service_id);
    await endPending(trx, bot, service, fresh, "cancel", { code: "environment-removed" });
  });
}

/** Writes the verdict and the step that follows from it. The environment's row is locked by the caller. */
export async function applyVerdict(
  trx: Transaction<Database>,
  bot: Bot,
  place: Place,
  environment: EnvironmentRow,
  row: DeploymentRow,
  judged: Facts,
  first: Verdict,
): Promise<DeploymentRow> {
  const now = bot.context.clock.now();
  const asked = askAnew(row, judged, first);
  const { facts, verdict } = asked;
  if (verdict.outcome === "stop") {
    const rejectedBy = verdict.gates.find((gate) => gate.reason.code === "approvals.rejected")?.reason;
    const outcome: Outcome =
      rejectedBy?.code === "approvals.rejected"
        ? { code: "rejected", by: rejectedBy.by }
        : { code: "blocked", verdict };
    const said = { trx, bot, row };
    const rejecter =
      outcome.code === "rejected" ? await askForReason(said, facts, outcome.by, place) : row.rejected_by_slack;
    const ended = await endPending(
      trx,
      bot,
      place.service,
      { ...row, rejected_by_slack: rejecter },
      outcome.code === "rejected" ? "reject" : "block",
      outcome,
      verdict,
    );
    await recordDecision(trx, row, facts, verdict, now);
    return ended;
  }
  const current = { ...row, ...asked.changes };
  if (asked.expired) {
    await recordDecision(trx, row, facts, verdict, now);
    return await endPending(trx, bot, place.service, row, "expire", { code: "expired" }, verdict);
  }
  const said = { trx, bot, row: current };
  await sayAskedAnew(said, row, asked);
  // Also those whose answers were to an older ask are told that they no longer count.
  await sayAnswers(said, { ...facts, approvals: judged.approvals }, verdict);
  const older = await supersededByApproved(trx, row, verdict, place.policy);
  for (const one of older) await endPending(trx, bot, place.service, one.row, "supersede", one.outcome);
  if (verdict.outcome === "go") return await start(trx, bot, place, environment, current, facts, verdict);
  const waits = verdict.gates.filter((gate) => gate.result === "wait");
  const event: TransitionEvent = waits.length > 0 && waits.every((gate) => gate.gate === "queue") ? "queue" : "wait";
  const status = transition(row.status, event) ?? row.status;
  const changed = !isDeepStrictEqual(row.verdict, plain(verdict)) || status !== row.status;
  await sayWhatIsMissing(said, place, facts, verdict);
  const lookAt = nextLook(facts, verdict);
  const updated = await trx
    .updateTable("deployment")
    .set({
      ...asked.changes,
      status,
      verdict: JSON.stringify(verdict),
      look_at: lookAt === undefined ? null : new Date(lookAt),
    })
    .where("id", "=", row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (lookAt !== undefined) await bot.wake.advance(trx, row.id, lookAt);
  if (changed) {
    await recordDecision(trx, row, facts, verdict, now);
    await touchDeployment(trx, bot, place.service, updated);
    // Who stands where in the queue follows from the statuses of all: the others look again only when one changed.
    if (status !== row.status) {
      bot.count(status);
      await raiseVersion(trx, environment.id);
      await wakeEnvironment(trx, bot.wake, environment.id, row.id);
    }
  }
  return updated;
}

/** As it comes back from the table: without keys that are undefined. */
function plain(verdict: Verdict): unknown {
  return JSON.parse(JSON.stringify(verdict));
}

/**
 * Takes the slot and claims the first stage. The unique index on running deployments makes a second start impossible,
 * whoever decides it.
 */
async function start(
  trx: Transaction<Database>,
  bot: Bot,
  place: Place,
  environment: EnvironmentRow,
  row: DeploymentRow,
  facts: Facts,
  verdict: Verdict,
): Promise<DeploymentRow> {
  const now = bot.context.clock.now();
  const status = transition(row.status, "start");
  if (status === undefined) throw new Error(`deployment ${row.id} cannot start from ${row.status}`);
  expectStart(bot, place);
  const { stages, checkout } = await stagesToRun(trx, row, place.policy);
  const [first] = plannedStages({ policy: place.policy, stages });
  const claimed = first?.phase === "deploy" ? first : undefined;
  const { id, ask, ask_from, ask_policy, asked_at } = row;
  const started = await trx
    .updateTable("deployment")
    .set({
      status,
      ask,
      ask_from,
      ask_policy,
      asked_at,
      verdict: JSON.stringify(verdict),
      policy: JSON.stringify(place.policy),
      policy_groups: JSON.stringify(policyInForce(place).groups),
      stages: JSON.stringify(stages),
      checkout_of: checkout ?? null,
      previous_sha: environment.live_sha,
      previous_tree: environment.live_tree,
      previous_version: environment.live_version,
      started_at: new Date(now),
      // From here on the first stage may change the environment, or a workflow of which nobody tells us when it begins to.
      ...(row.kind === "external" || claimed?.definition.changesEnvironment ? { changing_since: new Date(now) } : {}),
      look_at: new Date(now),
    })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (claimed !== undefined) await claimStage(trx, bot, started, claimed);
  await raiseVersion(trx, environment.id, { slot_deployment_id: id });
  if (row.kind === "rollback") await beginHold(trx, bot, place, environment, started);
  bot.count(status);
  await recordDecision(trx, row, facts, verdict, now);
  await audit(trx, {
    at: now,
    actor: row.requested_by,
    action: "deployment.started",
    service: place.service.id,
    environment: environment.id,
    deployment: id,
    detail: { sha: row.sha, approvals: facts.approvals.map((approval) => approval.person) },
  });
  await touchDeployment(trx, bot, place.service, started);
  // What a rollback takes out is out of service in every later environment too.
  const reach = row.kind === "rollback" ? "later" : "following";
  await wakeEnvironments(trx, bot.wake, [environment.id], { except: id, reach });
  await bot.wake.advance(trx, id);
  return started;
}

async function recordDecision(
  trx: Transaction<Database>,
  row: Pick<DeploymentRow, "id">,
  facts: Facts,
  verdict: Verdict,
  now: number,
): Promise<void> {
  await trx
    .insertInto("decision")
    .values({
      deployment_id: row.id,
      at: new Date(now),
      facts: JSON.stringify(facts),
      verdict: JSON.stringify(verdict),
    })
    .execute();
}

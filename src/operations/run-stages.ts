/**
 * Carries a running deployment one step further: claims the next stage, starts it, observes it, or ends the whole.
 *
 * A stage starts once. Its attempt goes `claimed → calling → started → ended` by compare-and-set on an epoch; a call gives
 * up sooner than another may take over, and is not begun by who was held up on the way to it. Taking over asks `find`
 * first. Only when the deployer answers that nothing started and nothing can is it called again; when it cannot tell, the
 * slot is kept and a person is asked.
 */
import type { Attempt, Deployer, Found, Observation, Started, StartedAttempt } from "../deployers/contract.ts";
import { optional } from "../optional.ts";
import { runningStatuses } from "../policy/model.ts";
import { isRunning } from "../policy/transitions.ts";
import type { AttemptRow } from "../store/schema.ts";
import { attemptFor, type Running } from "./attempt-for.ts";
import type { Bot } from "./bot.ts";
import { claimStage, timeoutOf } from "./claim-stage.ts";
import { endAttempt, endOf } from "./end-attempt.ts";
import { endRunning, toVerifying } from "./end-running.ts";
import { followRun } from "./follow-run.ts";
import { followFailure } from "./on-failure.ts";
import { type LoadedDeployment, loadDeployment } from "./place.ts";
import { noteOutput } from "./stage-output.ts";
import { type PlannedStage, plannedStages, standing } from "./stages.ts";
import { touchDeployment } from "./tell.ts";

/** Extra time for a deployer to report the end of what it stopped at its deadline, before the bot stops waiting. */
const graceMs = 60_000;
/** What runs is looked at this often by whoever finds it, even when nobody was woken. */
const sweepAgainMs = 30_000;
const shortestLookMs = 50;
/** A stage of which nothing comes is called this often at most: with the waits in between, longer than most outages last. */
const mostCalls = 20;

/** `again`: look again at once; a number: look again in so many ms; undefined: nothing more to do here. */
export type Step = "again" | number | undefined;

export async function runStages(bot: Bot, deployment: number): Promise<Step> {
  const running = await loadRunning(bot, deployment);
  if (running === undefined) return undefined;
  if (running === "failed") return await followFailure(bot, deployment);
  const { row, attempts } = running;
  if (row.kind === "external") {
    const step = await followRun(bot, running.service, row);
    if (step !== "done") return step;
  }
  const stages = plannedStages(row);
  const where = standing(stages, attempts);
  switch (where.kind) {
    case "done":
      return await endRunning(bot, running.service, row, {
        status: "success",
        outcome: { code: row.kind === "destroy" ? "destroyed" : "succeeded" },
        proven: true,
      });
    case "stopped":
      return await endRunning(bot, running.service, row, endOf(where.stage, where.attempt));
    case "next":
      if (row.cancel_at !== null) {
        const outcome = { code: "cancelled", by: row.cancel_by ?? "" } as const;
        return await endRunning(bot, running.service, row, { status: "cancelled", outcome, proven: true });
      }
      if (where.stage.phase === "verify" && row.status === "in_progress") await toVerifying(bot, running.service, row);
      await claim(bot, running, where.stage);
      return "again";
    case "attempt":
      return await carry(bot, running, where.stage, where.attempt);
  }
}

/** `failed`: it has ended, and what is to follow from that is still to be found out. */
async function loadRunning(bot: Bot, deployment: number): Promise<LoadedDeployment | "failed" | undefined> {
  const found = await loadDeployment(bot.db, deployment);
  if (found?.row.on_failure === "wanted") return "failed";
  return found !== undefined && isRunning(found.row.status) ? found : undefined;
}

async function claim(bot: Bot, running: Running, stage: PlannedStage): Promise<void> {
  const { row } = running;
  await bot.db.transaction().execute(async (trx) => {
    // Another replica may have ended it since it was read: then nothing of it is claimed any more.
    const runs = await trx
      .selectFrom("deployment")
      .select("id")
      .where("id", "=", row.id)
      .where("status", "in", [...runningStatuses])
      .forUpdate()
      .executeTakeFirst();
    if (runs === undefined) return;
    if (!(await claimStage(trx, bot, row, stage))) return;
    await touchDeployment(trx, bot, running.service, row);
  });
  await bot.context.faults.at("stage.claimed");
}

async function carry(bot: Bot, running: Running, stage: PlannedStage, row: AttemptRow): Promise<Step> {
  const deployer = bot.deployers[stage.definition.deployer.kind];
  if (row.state === "claimed") {
    if (running.row.cancel_at === null) return await call(bot, running, deployer, stage, row);
    if (row.epoch === 0) return await endBeforeItBegan(bot, running, row);
  }
  const attempt = await attemptFor(bot.db, running, stage, row);
  // It was called before, and not found by one who did not know that it is to end.
  if (row.state === "claimed") return await takeOver(bot, running, deployer, attempt, row);
  const now = bot.context.clock.now();
  if (row.state === "calling") {
    const until = (row.call_until?.getTime() ?? 0) + deployer.callOutlivesMs;
    if (until > now) return until - now + shortestLookMs;
    return await takeOver(bot, running, deployer, attempt, row);
  }
  return await observe(bot, running, deployer, attempt, row);
}

/** Invariant: of all who read the row in this state and epoch, one moves it on and may call. */
async function move(
  bot: Bot,
  row: AttemptRow,
  to: {
    readonly state: "calling" | "started" | "claimed";
    readonly call_until?: Date | null;
    readonly handle?: string;
    readonly log_url?: string;
    readonly woken_by?: string;
    readonly started_at?: Date;
    readonly deadline_at?: Date;
  },
): Promise<AttemptRow | undefined> {
  return await bot.db
    .updateTable("attempt")
    .set((eb) => ({ ...to, epoch: eb("epoch", "+", 1) }))
    .where("token", "=", row.token)
    .where("state", "=", row.state)
    .where("epoch", "=", row.epoch)
    .returningAll()
    .executeTakeFirst();
}

async function call(
  bot: Bot,
  running: Running,
  deployer: Deployer,
  stage: PlannedStage,
  row: AttemptRow,
): Promise<Step> {
  const { clock } = bot.context;
  const now = clock.now();
  const began = clock.monotonic();
  // Until then whoever calls may still send something; twice the time after which a start begins no call any more.
  const callUntil = new Date(now + 2 * deployer.callTimeoutMs);
  // The stage's time begins now: the bot may have been down since it was claimed.
  const deadline = new Date(now + timeoutOf(running.row));
  const calling = await move(bot, row, { state: "calling", call_until: callUntil, deadline_at: deadline });
  if (calling === undefined) return "again";
  const attempt = await attemptFor(bot.db, running, stage, calling);
  await bot.context.faults.at("stage.calling");
  // Held up on the way here, by a database or a process that stood still: another may have taken over, and this call would
  // begin it a second time. Who has not been taken over from gives the call back, and makes it anew with its whole time.
  if (clock.monotonic() - began > deployer.callTimeoutMs) {
    await move(bot, calling, { state: "claimed", call_until: null });
    return "again";
  }
  let started: Started;
  try {
    started = await deployer.start(attempt);
  } catch (error) {
    // We cannot tell whether it started: leave the row as it is, and let whoever takes over find out.
    bot.log.warn(
      { err: error, deployment: attempt.deployment, stage: attempt.stage.name },
      "a stage's start did not answer",
    );
    const left = callUntil.getTime() + deployer.callOutlivesMs - clock.now();
    return Math.max(left, 0) + shortestLookMs;
  }
  await bot.context.faults.at("stage.started");
  if (started.kind === "refused") {
    const { outcome, message } = started;
    await endAttempt(bot, running, calling, { state: outcome, message, proven: true, neverBegan: true });
    return "again";
  }
  return await remember(bot, running, calling, started);
}

async function remember(bot: Bot, running: Running, row: AttemptRow, started: StartedAttempt): Promise<Step> {
  const at = new Date(bot.context.clock.now());
  const handle = JSON.stringify(started.handle ?? null);
  await move(bot, row, {
    state: "started",
    call_until: null,
    handle,
    started_at: at,
    ...optional("log_url", started.logUrl),
    ...optional("woken_by", started.wokenBy),
  });
  await bot.context.faults.at("stage.remembered");
  await bot.db.transaction().execute((trx) => touchDeployment(trx, bot, running.service, running.row));
  return "again";
}

async function takeOver(
  bot: Bot,
  running: Running,
  deployer: Deployer,
  attempt: Attempt,
  row: AttemptRow,
): Promise<Step> {
  // Nobody calls it again: that a far side would refuse a second start is then no proof that it did not begin.
  const isLast = calls(row) >= mostCalls;
  const found = await deployer
    .find({ ...attempt, cancelAsked: attempt.cancelAsked || isLast })
    .catch(neverFound(bot, attempt));
  if (found.kind === "started") return await remember(bot, running, row, found);
  if (found.kind === "impossible") {
    if (running.row.cancel_at !== null) return await endBeforeItBegan(bot, running, row);
    if (isLast) {
      const message = "it could not be started: nobody answered, however often it was called";
      await endAttempt(bot, running, row, { state: "error", message, proven: true, neverBegan: true });
      return "again";
    }
    await move(bot, row, { state: "claimed", call_until: null });
    return "again";
  }
  await endAttempt(bot, running, row, { state: "unknown", message: found.why, proven: false });
  return "again";
}

/** Each call raises the epoch, and so does giving it back. */
function calls({ epoch }: AttemptRow): number {
  return Math.ceil(epoch / 2);
}

/** Who does not answer any more whether it began is not asked without end, either: a person settles it. */
function neverFound(bot: Bot, attempt: Attempt) {
  return (error: unknown): Found => {
    if (bot.context.clock.now() <= attempt.deadlineAt + graceMs) throw error;
    return { kind: "unknown", why: "nobody has answered whether it began, past its time limit" };
  };
}

/** Somebody asked for its end before anything came of it. */
async function endBeforeItBegan(bot: Bot, running: Running, row: AttemptRow): Promise<Step> {
  await endAttempt(bot, running, row, { state: "cancelled", proven: true, neverBegan: true });
  return "again";
}

async function observe(
  bot: Bot,
  running: Running,
  deployer: Deployer,
  attempt: Attempt,
  row: AttemptRow,
): Promise<Step> {
  const now = bot.context.clock.now();
  const isLate = now > attempt.deadlineAt + graceMs;
  if (running.row.cancel_at !== null) await askToEnd(bot, deployer, attempt, row);
  const seen = await deployer.observe(attempt, row.handle).catch((error: unknown): Observation => {
    if (!isLate) throw error;
    // Who does not answer any more is not waited for without end: a person settles it.
    return { state: "unknown", message: "nobody has answered how it stands, past its time limit", proven: false };
  });
  if (seen.state === "running" && !isLate) {
    const tellIn = await noteOutput(bot, running, row, seen);
    await lookAt(bot, running.row.id, now + sweepAgainMs);
    return Math.max(Math.min(seen.lookAgainMs ?? 1_000, tellIn ?? sweepAgainMs), shortestLookMs);
  }
  const ended: Observation =
    seen.state === "running"
      ? { ...seen, state: "unknown", proven: false, message: "still running past its time limit" }
      : seen;
  await endAttempt(bot, running, row, ended);
  return "again";
}

/** A wish that does not arrive is told again at the next look; how the attempt stands is asked all the same. */
async function askToEnd(bot: Bot, deployer: Deployer, attempt: Attempt, row: AttemptRow): Promise<void> {
  try {
    await deployer.cancel(attempt, row.handle);
  } catch (error) {
    const about = { deployment: attempt.deployment, stage: attempt.stage.name };
    bot.log.warn({ err: error, ...about }, "a stage could not be asked to end");
  }
}

async function lookAt(bot: Bot, deployment: number, at: number): Promise<void> {
  await bot.db
    .updateTable("deployment")
    .set({ look_at: new Date(at) })
    .where("id", "=", deployment)
    .execute();
}

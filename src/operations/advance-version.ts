/**
 * Moves a step of a version on: asks GitHub how things stand, decides (`policy/versions/candidate.ts`), does one thing,
 * writes it down, and looks again. It may be called at any time, by several at once, and after any crash: what was made
 * and not written down is on no branch, and what was put on a branch or tag is found there.
 */
import { type CandidatePlan, nextMove } from "../policy/versions/candidate.ts";
import type { CandidateRow } from "../store/version-tables.ts";
import type { Bot } from "./bot.ts";
import type { StepProblem } from "./candidate-said.ts";
import { carryOut, type Moved } from "./carry-out-version.ts";
import { endVersion } from "./end-version.ts";
import { gatherVersion } from "./gather-version.ts";
import { loadService, loadServiceRef } from "./place.ts";
import { OutsideError, Refusal } from "./ports.ts";

const mostMoves = 30;
/** A person merges when they find the time; their merge is told too. */
const lookAtPullMs = 5 * 60_000;
const firstRetryMs = 2_000;
const longestRetryMs = 5 * 60_000;
/** One failure after the other, without a move between: with these pauses that is about a day. */
const mostTries = 295;

export async function advanceVersion(bot: Bot, id: number): Promise<void> {
  for (let move = 0; move < mostMoves; move += 1) {
    const row = await bot.db.selectFrom("candidate").selectAll().where("id", "=", id).executeTakeFirst();
    if (row === undefined || row.ended_at !== null) return;
    const moved = await moveOnce(bot, row);
    if (moved.kind === "end") return await endVersion(bot, row, moved);
    if (!(await keep(bot, row, moved)) || moved.kind === "wait") return;
  }
}

async function moveOnce(bot: Bot, row: CandidateRow): Promise<Moved> {
  const service = await loadService(bot.db, row.service_id);
  if (service === undefined) return stop(row.plan, { code: "left-pipeline" });
  let { plan } = row;
  try {
    const facts = await gatherVersion(bot, service, row);
    plan = facts.plan;
    await bot.context.faults.at("version.gathered");
    return await carryOut(bot, service, { ...row, plan }, facts, nextMove(facts));
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    // A pull request that stands for it says that the rest follows once it is merged, however long that takes.
    if (row.tries >= mostTries && plan.asked === undefined) {
      return stop(plan, { code: "gave-up", ...(error instanceof Refusal ? { said: error.message } : {}) });
    }
    const now = bot.context.clock.now();
    bot.log.warn({ err: error, version: row.tag }, "a version could not be moved on; it is tried again");
    const inMs = Math.min(firstRetryMs * 2 ** row.tries, longestRetryMs);
    return { kind: "wait", plan, at: Math.max(error.retryAt ?? 0, now + inMs), failed: true };
  }
}

function stop({ tagged = false }: CandidatePlan, problem: StepProblem): Moved {
  return { kind: "end", problem, tagged };
}

/** Invariant: the epoch rises with each look, so that of two at once only one writes down what it made. */
async function keep(bot: Bot, row: CandidateRow, moved: Exclude<Moved, { kind: "end" }>): Promise<boolean> {
  const at = moved.kind === "on" ? bot.context.clock.now() : (moved.at ?? bot.context.clock.now() + lookAtPullMs);
  const kept = await bot.db.transaction().execute(async (trx) => {
    const written = await trx
      .updateTable("candidate")
      .set({
        plan: JSON.stringify(moved.plan),
        tries: moved.kind === "wait" && moved.failed === true ? row.tries + 1 : 0,
        epoch: row.epoch + 1,
        look_at: new Date(at),
      })
      .where("id", "=", row.id)
      .where("epoch", "=", row.epoch)
      .where("ended_at", "is", null)
      .executeTakeFirst();
    if (written.numUpdatedRows === 0n) return false;
    if (moved.also !== undefined) await moved.also(trx, await loadServiceRef(trx, row.service_id));
    if (moved.kind === "wait") await bot.wake.version(trx, row.id, at);
    return true;
  });
  await bot.context.faults.at("version.kept");
  return kept;
}

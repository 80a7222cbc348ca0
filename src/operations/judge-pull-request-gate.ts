/**
 * `signalbox/<environment>` on an open pull request into an environment's branch: the verdict that the merge would meet,
 * from the same facts and the same gates as a deployment. It starts nothing. GitHub is asked only when the head, what is
 * live, the policy or a required check changed, or the branch went forward and may hold what the head lacks; everything
 * else is read from the tables.
 */
import { isDeepStrictEqual } from "node:util";
import type { Transaction } from "kysely";
import { evaluate, judgeAnswer } from "../policy/evaluate.ts";
import { askStands } from "../policy/gates/approvals.ts";
import type { Memberships } from "../policy/groups.ts";
import type { ApprovalFacts, Facts, Verdict } from "../policy/model.ts";
import type { EnvironmentPolicy } from "../policy/pipeline.ts";
import type { Database, PullRequestGateRow, PullRequestRow } from "../store/schema.ts";
import { nextLook } from "./ask-anew.ts";
import type { Bot } from "./bot.ts";
import { awaitDecisions } from "./environment.ts";
import { assembleFacts } from "./facts.ts";
import { isShown, touchCheck } from "./gate-shown.ts";
import { gatherGate } from "./gather-gate.ts";
import type { Outside } from "./gather-outside.ts";
import { readMemberships } from "./membership.ts";
import { loadPlace, type Place } from "./place.ts";
import type { GateOutside, RefusedReview } from "./pull-request-gate.ts";
import { reviewsFor } from "./reviews.ts";
import type { Subject } from "./subject.ts";

/** A verdict that keeps being overtaken is left to the sweep. */
const tries = 8;

/** Judges what has to be judged of one environment; one that fails leaves the others alone and is looked at again. */
export async function judgePullRequestGates(bot: Bot, environment: number): Promise<void> {
  const now = new Date(bot.context.clock.now());
  const behind = await bot.db
    .selectFrom("pull_request_gate")
    .select(["repository_id", "number"])
    .where("environment_id", "=", environment)
    .where((row) => row.or([row("wanted", ">", row.ref("judged")), row("look_at", "<=", now)]))
    .orderBy("number")
    .execute();
  if (behind.length === 0) return;
  const failures: unknown[] = [];
  for (const { repository_id, number } of behind) {
    await judge(bot, environment, repository_id, number).catch((error) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

async function judge(bot: Bot, environment: number, repository: number, number: number): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const gate = await bot.db
      .selectFrom("pull_request_gate")
      .selectAll()
      .where("repository_id", "=", repository)
      .where("number", "=", number)
      .where("environment_id", "=", environment)
      .executeTakeFirst();
    if (gate === undefined || gate.ended !== null) return;
    const place = await loadPlace(bot.db, environment);
    const pull = await bot.db
      .selectFrom("pull_request")
      .selectAll()
      .where("repository_id", "=", repository)
      .where("number", "=", number)
      .executeTakeFirstOrThrow();
    const ended = endOf(pull, place);
    if (ended !== undefined || place === undefined) {
      if (await end(bot, gate, pull, ended ?? "elsewhere")) return;
      continue;
    }
    const outside = await gatherGate(bot, place, pull, gate.outside);
    await bot.context.faults.at("gate.gathered");
    const memberships = await readMemberships(bot, place);
    if (await write(bot, gate, pull, place, outside, memberships)) return;
  }
  bot.log.warn({ repository, number, environment }, "a pull request kept changing; the sweep will look again");
}

function endOf(pull: PullRequestRow, place: Place | undefined): "merged" | "closed" | "elsewhere" | undefined {
  if (pull.merged_at !== null) return "merged";
  if (pull.state === "closed") return "closed";
  return place === undefined || place.environment.removed_at !== null || place.policy.branch !== pull.base_ref
    ? "elsewhere"
    : undefined;
}

/** Nothing wakes it any more; what it said last is brought to an end where it would stand there for ever. */
async function end(
  bot: Bot,
  gate: PullRequestGateRow,
  pull: PullRequestRow,
  ended: "merged" | "closed" | "elsewhere",
): Promise<boolean> {
  return await bot.db.transaction().execute(async (trx) => {
    const written = await store(trx, gate, { ended, look_at: null });
    if (written && (await isShown(trx, gate, pull.head_sha))) await touchCheck(trx, bot, gate, pull.head_sha);
    return written;
  });
}

async function write(
  bot: Bot,
  gate: PullRequestGateRow,
  pull: PullRequestRow,
  place: Place,
  outside: GateOutside,
  memberships: Memberships,
): Promise<boolean> {
  return await bot.db.transaction().execute(async (trx) => {
    // Whoever decided while this was not there to be raised may be about to change what it would be judged from.
    if (gate.judged === 0 && !(await awaitDecisions(trx, place.environment))) return false;
    const { verdict, refused, lookAt } = outside.untouched
      ? nothingToDo
      : await judged(trx, bot, pull, place, outside, memberships);
    const written = await store(trx, gate, {
      outside: JSON.stringify(outside),
      head_sha: pull.head_sha,
      verdict: JSON.stringify(verdict),
      refused: JSON.stringify(refused),
      look_at: lookAt === undefined ? null : new Date(lookAt),
    });
    if (!written) return false;
    if (lookAt !== undefined) await bot.wake.judge(trx, gate.environment_id, lookAt);
    const same =
      gate.head_sha === pull.head_sha &&
      isDeepStrictEqual(gate.verdict, plain(verdict)) &&
      isDeepStrictEqual(gate.refused, plain(refused));
    if (!same && (isWorthSaying(place.policy, verdict) || (await isShown(trx, gate, pull.head_sha)))) {
      await touchCheck(trx, bot, gate, pull.head_sha);
    }
    return true;
  });
}

/** It changes nothing of the service, and no gate is asked. */
const nothingToDo = { verdict: { outcome: "go", gates: [] } satisfies Verdict, refused: [], lookAt: undefined };

async function judged(...about: Parameters<typeof verdictOn>) {
  const { facts, verdict } = await verdictOn(...about);
  const lookAt = earliest(nextLook(facts, verdict), nextExpiry(facts));
  return { verdict, refused: refusedReviews(facts), lookAt };
}

/** Invariant: a verdict is written only over what it was made from; whatever was raised meanwhile is looked at again. */
async function store(
  trx: Transaction<Database>,
  gate: PullRequestGateRow,
  changes: {
    readonly ended?: "merged" | "closed" | "elsewhere";
    readonly outside?: string;
    readonly head_sha?: string;
    readonly verdict?: string;
    readonly refused?: string;
    readonly look_at: Date | null;
  },
): Promise<boolean> {
  const updated = await trx
    .updateTable("pull_request_gate")
    .set({ ...changes, judged: gate.wanted })
    .where("repository_id", "=", gate.repository_id)
    .where("number", "=", gate.number)
    .where("environment_id", "=", gate.environment_id)
    .where("wanted", "=", gate.wanted)
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

/** The merge as if it were asked for now, by nobody yet. */
async function verdictOn(
  trx: Transaction<Database>,
  bot: Bot,
  pull: PullRequestRow,
  place: Place,
  known: GateOutside,
  memberships: Memberships,
): Promise<{ readonly facts: Facts; readonly verdict: Verdict }> {
  const { environment } = place;
  const subject: Subject = {
    kind: "merge",
    typed: false,
    // Where no gate asks for the content it is not known; a commit's own SHA is no content that anything else has.
    revision: { sha: pull.head_sha, tree: known.tree ?? pull.head_sha },
    // What is merged is in the repository then, also from a fork.
    inRepository: true,
    requestedBy: "",
    requestedAt: bot.context.clock.now(),
    readyWhenMerged: pull.readiness?.state === "success",
    pullRequest: pull.number,
    unmerged: true,
    ask: 0,
  };
  const outside: Outside = {
    live: known.live,
    bad: environment.hold_bad_sha,
    permission: "write",
    comparedToLive: known.compared,
    takenBack: undefined,
    undoes: undefined,
    comparedToBad: undefined,
    checks: known.checks ?? [],
    mergers: known.mergers ?? [],
    promoted: known.promoted,
    memberships,
    fresh: false,
    people: new Map(),
  };
  const assembled = await assembleFacts(trx, bot, place, environment, subject, outside);
  const approvals =
    askStands(assembled) === undefined ? [] : await reviewsFor(trx, pull.repository_id, pull.number, environment.id);
  const facts = { ...assembled, approvals };
  return { facts, verdict: evaluate(facts) };
}

/** What anybody else writes on a pull request is no answer to this; an approver whose answer does not count is told. */
function refusedReviews(facts: Facts): readonly RefusedReview[] {
  return facts.approvals.flatMap((approval) => {
    const why = judgeAnswer(approval, facts);
    if (why === undefined || why.code === "not-an-approver") return [];
    return [{ login: approval.person, answer: approval.answer, at: approval.at, why }];
  });
}

/** When the first of the answers that count stops counting. */
function nextExpiry(facts: Facts): number | undefined {
  const stands = askStands(facts) ?? 0;
  const counting = (approval: ApprovalFacts) => judgeAnswer(approval, facts) === undefined;
  return earliest(...facts.approvals.filter(counting).map(({ at }) => at + stands));
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** As it comes back from the table: without keys that are undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/**
 * Where an environment asks for nothing, its check would only repeat that the pull request may be merged; it is shown
 * from the moment at which something speaks against it.
 */
function isWorthSaying(policy: EnvironmentPolicy, verdict: Verdict): boolean {
  if (hasConditions(policy)) return true;
  return verdict.gates.some((gate) => gate.result !== "pass" && gate.gate !== "ready");
}

function hasConditions({ after, approvals, checks, who }: EnvironmentPolicy): boolean {
  return after !== undefined || approvals !== undefined || checks.length > 0 || who.length > 0;
}

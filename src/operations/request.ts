/**
 * Asks for a deployment: judged at once and, in the same transaction, refused, put in line or started. A request with a
 * known key (the same command or merge delivered again) is answered with what it became the first time.
 */
import type { Transaction } from "kysely";
import { optional } from "../optional.ts";
import { evaluate } from "../policy/evaluate.ts";
import { askStands } from "../policy/gates/approvals.ts";
import type { GateResult, OfferedBecause, RequestKind, Revision, Verdict } from "../policy/model.ts";
import type { Database, DeploymentRow, EnvironmentRow } from "../store/schema.ts";
import { alreadyAsked } from "./already-asked.ts";
import { audit } from "./audit.ts";
import { beginDestroying } from "./begin-destroying.ts";
import type { Bot } from "./bot.ts";
import { waitsForChecks } from "./checks-changed.ts";
import { revisionFor } from "./content.ts";
import { applyVerdict } from "./decide.ts";
import type { DemoEnds } from "./demo-said.ts";
import { endPending } from "./end-pending.ts";
import { lockEnvironment } from "./environment.ts";
import { assembleFacts, findFacts } from "./facts.ts";
import { freshen, gatherOutside, type Outside } from "./gather-outside.ts";
import { makeAhead } from "./make-ahead.ts";
import { loadPlace, type Place, placeFor } from "./place.ts";
import { type FoundRevision, OutsideError } from "./ports.ts";
import { carryAnswers, newerThan, tellRetry } from "./retry.ts";
import { carryReviews } from "./reviews.ts";
import type { Ships } from "./ships.ts";
import { shipsBetween } from "./ships-between.ts";
import { type Subject, subjectOf } from "./subject.ts";
import { supersededBy } from "./supersede-older.ts";
import { touchFailureBefore } from "./tell.ts";

export type Request = {
  readonly kind: RequestKind;
  readonly typed: boolean;
  readonly revision: FoundRevision;
  readonly requestedBy: string;
  readonly requestedBySlack?: string;
  /** Where to show it when the service has no channel of its own. */
  readonly channel?: string;
  /** Known by this key, a request is made once. */
  readonly key: string;
  readonly reason?: string;
  /** It passes freeze, soak, window and order, for those who may; there is a reason then. */
  readonly hotfix?: boolean;
  readonly mergedBy?: string;
  readonly pullRequest?: number;
  readonly readyWhenMerged?: boolean;
  /** The environment's schedule asks, and no person. */
  readonly scheduled?: boolean;
  /** It is offered, not started. */
  readonly offered?: OfferedBecause;
  readonly rollbackTarget?: "previous" | "older";
  readonly rollsBack?: number;
  /** The revision that a rollback takes back. */
  readonly undoes?: string;
  /** Nobody asks but Signalbox, as the pipeline file says. */
  readonly byItself?: boolean;
  /** Why a demo is destroyed. */
  readonly because?: DemoEnds;
  /** What it tries again, the stage at which it begins, and the stages that it keeps. */
  readonly retries?: { readonly deployment: number; readonly from: string; readonly kept: readonly string[] };
};

export type Requested =
  /** A typed command met a gate that blocks: nothing is stored but the audit row. */
  | { readonly kind: "stopped"; readonly verdict: Verdict; readonly revision: Revision }
  | { readonly kind: "requested"; readonly deployment: DeploymentRow; readonly verdict: Verdict }
  /** The same that a person asked for waits already, or it runs. */
  | { readonly kind: "already"; readonly deployment: number }
  /** A newer one came before the retry. */
  | { readonly kind: "overtaken"; readonly deployment: number; readonly latest: number };

const tries = 8;

export async function request(bot: Bot, environment: number, asked: Request): Promise<Requested> {
  const requested = await requestWhile(bot, environment, asked, async () => true);
  if (requested === undefined) throw new Error(`a request for environment ${environment} was given up by nobody`);
  return requested;
}

/**
 * The same for what is only worth asking for while something stands, such as a branch's head; undefined when it stands no
 * more. That is asked after the environment was read, in each try: whoever stores something in between raises its version,
 * and then it is asked again.
 */
export async function requestWhile(
  bot: Bot,
  environment: number,
  asked: Request,
  stands: (place: Place) => Promise<boolean>,
): Promise<Requested | undefined> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const found = await loadPlace(bot.db, environment);
    const place = found && placeFor(found, asked.kind);
    if (place === undefined) throw new Error(`environment ${environment} is no longer in the pipeline file`);
    if (!(await stands(place))) return undefined;
    const wanted = { ...asked, revision: await revisionFor(bot, place, asked.kind, asked.revision) };
    const asking = subjectFor(bot, wanted);
    const outside = await gatherOutside(bot, place, asking);
    const ships = await shipsBetween(bot, place, outside, wanted.revision.sha);
    const subject = { ...asking, ships };
    await bot.context.faults.at("request.gathered");
    const judge = async (known: Outside) =>
      await bot.db.transaction().execute((trx) => judgeAndStore(trx, bot, place, wanted, subject, known, ships));
    const first = await judge(outside);
    const result = first === "again-fresh" ? await judge(await freshen(bot, place, subject, outside)) : first;
    await bot.context.faults.at("request.committed");
    if (result === "moved" || result === "again-fresh") continue;
    if (result.kind === "requested") await makeAhead(bot, place, result.deployment);
    return result;
  }
  throw new OutsideError(`environment ${environment} kept moving while a request for it was judged`);
}

function subjectFor(bot: Bot, wanted: Request): Subject {
  const { sha, tree, version, ref, inRepository } = wanted.revision;
  return {
    kind: wanted.kind,
    typed: wanted.typed,
    revision: { sha, tree, ...(version === undefined ? {} : { version }) },
    ...(ref === undefined ? {} : { ref }),
    inRepository,
    requestedBy: wanted.requestedBy,
    ...optional("requestedBySlack", wanted.requestedBySlack),
    requestedAt: bot.context.clock.now(),
    ...(wanted.mergedBy === undefined ? {} : { mergedBy: wanted.mergedBy }),
    ...(wanted.readyWhenMerged === undefined ? {} : { readyWhenMerged: wanted.readyWhenMerged }),
    ...(wanted.pullRequest === undefined ? {} : { pullRequest: wanted.pullRequest }),
    ...(wanted.offered === undefined ? {} : { offered: wanted.offered }),
    ...(wanted.rollbackTarget === undefined ? {} : { rollbackTarget: wanted.rollbackTarget }),
    ...optional("undoes", wanted.undoes),
    ...optional("byItself", wanted.byItself),
    ...(wanted.hotfix === undefined ? {} : { hotfix: wanted.hotfix }),
    ...(wanted.scheduled === true ? { scheduled: true } : {}),
    ...(wanted.retries === undefined ? {} : { retryOf: wanted.retries.deployment }),
    ask: 0,
  };
}

async function judgeAndStore(
  trx: Transaction<Database>,
  bot: Bot,
  place: Place,
  wanted: Request,
  subject: Subject,
  outside: Outside,
  ships: Ships,
): Promise<Requested | "moved" | "again-fresh"> {
  const environment = await lockEnvironment(trx, place.environment.id);
  const known = await trx
    .selectFrom("deployment")
    .selectAll()
    .where("environment_id", "=", environment.id)
    .where("request_key", "=", wanted.key)
    .executeTakeFirst();
  if (known !== undefined) {
    return { kind: "requested", deployment: known, verdict: known.verdict ?? { outcome: "wait", gates: [] } };
  }
  if (environment.version !== place.environment.version) return "moved";
  const found = await findFacts(trx, bot, place, environment, subject, outside);
  const { pending } = found;
  const facts = await assembleFacts(trx, bot, place, environment, subject, outside, found);
  const verdict = evaluate(facts);
  // Whoever may not ask is told so, and not what others have asked for.
  const mayAsk = verdict.gates.every(({ gate, result }) => gate !== "access" || result === "pass");
  const asksOnce = mayAsk && (wanted.typed || wanted.byItself === true);
  const same = asksOnce ? await alreadyAsked(trx, environment, pending, wanted) : undefined;
  if (same !== undefined) return { kind: "already", deployment: same.id };
  if (wanted.retries !== undefined) {
    const { deployment } = wanted.retries;
    const latest = await newerThan(trx, { id: deployment, environment_id: environment.id });
    if (latest !== undefined) return { kind: "overtaken", deployment, latest };
  }
  // Nothing remembered counts at a start, and this may be one.
  if (!outside.fresh && !verdict.gates.some(isOtherWait)) return "again-fresh";
  if (wanted.typed && (verdict.outcome === "stop" || verdict.gates.some(isUnknownAsker))) {
    await refuse(trx, bot, place, wanted, verdict);
    return { kind: "stopped", verdict, revision: subject.revision };
  }
  const stored = await store(trx, bot, place, environment, wanted, ships);
  const reviewed = await carryReviews(trx, place, environment, stored, facts);
  const row = await carryAnswers(trx, askStands(facts), reviewed, bot.context.clock.now());
  // What is refused at once takes nobody's place.
  const older = verdict.outcome === "stop" ? [] : supersededBy(row, pending, place.policy);
  for (const one of older) await endPending(trx, bot, place.service, one.row, "supersede", one.outcome);
  // Superseding the older ones changed the line that this one stands in, and nothing else of what was found.
  const left = { ...found, pending: pending.filter(({ id }) => older.every((one) => one.row.id !== id)) };
  const finalFacts = await assembleFacts(trx, bot, place, environment, subjectOf(row), outside, left);
  const final = evaluate(finalFacts);
  const applied = await applyVerdict(trx, bot, place, environment, row, finalFacts, final);
  if (waitsForChecks(final)) await bot.wake.advance(trx, applied.id);
  if (wanted.retries !== undefined) await tellRetry(trx, bot, applied, wanted.retries);
  if (wanted.because !== undefined) await beginDestroying(trx, bot, place.service, applied, wanted.because);
  return { kind: "requested", deployment: applied, verdict: applied.verdict ?? final };
}

/** Waits for something that a start cannot come before. */
function isOtherWait({ result, gate }: GateResult): boolean {
  return result !== "pass" && gate !== "queue" && gate !== "approvals";
}

/** Whether the asker may ask is not known: a command is then refused for now, since it would supersede what waits. */
function isUnknownAsker({ reason }: GateResult): boolean {
  return reason.code === "access.membership-unknown";
}

async function store(
  trx: Transaction<Database>,
  bot: Bot,
  place: Place,
  environment: EnvironmentRow,
  wanted: Request,
  ships: Ships,
): Promise<DeploymentRow> {
  const now = new Date(bot.context.clock.now());
  const row = await trx
    .insertInto("deployment")
    .values({
      environment_id: environment.id,
      kind: wanted.kind,
      typed: wanted.typed,
      status: "requested",
      sha: wanted.revision.sha,
      tree: wanted.revision.tree,
      ref: wanted.revision.ref ?? null,
      version: wanted.revision.version ?? null,
      previous_sha: environment.live_sha,
      previous_tree: environment.live_tree,
      previous_version: environment.live_version,
      requested_by: wanted.requestedBy,
      requested_by_slack: wanted.requestedBySlack ?? null,
      channel: place.service.channel ?? wanted.channel ?? null,
      requested_at: now,
      reason: wanted.reason ?? null,
      hotfix: wanted.hotfix ?? false,
      scheduled: wanted.scheduled ?? false,
      retry_of: wanted.retries?.deployment ?? null,
      retry_from: wanted.retries?.from ?? null,
      merged_by: wanted.mergedBy ?? null,
      pull_request: wanted.pullRequest ?? null,
      ready_when_merged: wanted.readyWhenMerged ?? null,
      offered_at: wanted.offered === undefined ? null : now,
      offered_because: wanted.offered ?? null,
      rollback_target: wanted.rollbackTarget ?? null,
      rolls_back_deployment_id: wanted.rollsBack ?? null,
      undoes_sha: wanted.undoes ?? null,
      by_itself: wanted.byItself ?? false,
      ships: JSON.stringify(ships),
      request_key: wanted.key,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  // The version is raised by the verdict that follows: whatever it is, it takes the row out of this status.
  bot.count("requested");
  await audit(trx, {
    at: now.getTime(),
    actor: wanted.requestedBy,
    action: "deployment.requested",
    service: place.service.id,
    environment: environment.id,
    deployment: row.id,
    detail: askedFor(wanted),
  });
  await touchFailureBefore(trx, bot, place.service, row);
  return row;
}

function askedFor({ kind, revision, hotfix, reason, retries }: Request) {
  return { kind, sha: revision.sha, ref: revision.ref, hotfix, reason, retries };
}

/** A refused command leaves no deployment, but it leaves a trace. */
async function refuse(
  trx: Transaction<Database>,
  bot: Bot,
  place: Place,
  wanted: Request,
  verdict: Verdict,
): Promise<void> {
  await audit(trx, {
    at: bot.context.clock.now(),
    actor: wanted.requestedBy,
    action: "deployment.refused",
    service: place.service.id,
    environment: place.environment.id,
    detail: { ...askedFor(wanted), verdict },
  });
}

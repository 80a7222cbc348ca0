/**
 * Promoting where the environment has a branch and one before it: a pull request into that branch, kept by a surface. It
 * deploys nothing itself: its merge does, as any other. One stays open for each environment; what is promoted again
 * meanwhile brings it up to date as long as nobody has pushed onto it.
 */
import type { Insertable, Transaction } from "kysely";
import { optional } from "../optional.ts";
import { evaluate } from "../policy/evaluate.ts";
import type { GateResult, Sha, Verdict } from "../policy/model.ts";
import { touch } from "../projections/touch.ts";
import type { PromotionRow, PromotionTable } from "../store/promotion-table.ts";
import type { Database } from "../store/schema.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { lockEnvironment } from "./environment.ts";
import { assembleFacts } from "./facts.ts";
import { asMerged } from "./gather-gate.ts";
import { gatherOutside } from "./gather-outside.ts";
import { notesOf } from "./noted.ts";
import { loadPlace, loadPlaces, type Place } from "./place.ts";
import type { FoundRevision } from "./ports.ts";
import { missedBy, type OpenPromotion, openPromotion } from "./promotions.ts";
import type { ReplyContent } from "./said.ts";
import { seePullRequest } from "./see-pull-request.ts";
import { shipsBetween } from "./ships-between.ts";
import type { Subject } from "./subject.ts";

/** How a place is promoted into by pull request: into which branch, and from which. */
export type Way = { readonly before: string; readonly base: string; readonly from: string | undefined };

/** Undefined where promoting deploys directly. Environments of one branch have nothing to merge. */
export async function wayByPullRequest(bot: Bot, place: Place): Promise<Way | undefined> {
  const { branch: base, after, snapshot } = place.policy;
  if (base === undefined || after === undefined) return undefined;
  const before = (await loadPlaces(bot.db, place.service)).find(({ policy }) => policy.name === after);
  if (before === undefined || before.policy.branch === base) return undefined;
  return { before: after, base, from: snapshot === false ? before.policy.branch : undefined };
}

/** Who promotes: a person, or the environment's schedule. */
export type Promoter = {
  readonly key: string;
  readonly login?: string;
  readonly slackUser?: string;
  readonly channel?: string;
};

export async function promoteByPullRequest(
  bot: Bot,
  place: Place,
  way: Way,
  by: Promoter,
  revision: FoundRevision,
): Promise<ReplyContent> {
  const { name: service, repository } = place.service;
  const where = { service, environment: place.policy.name, before: way.before };
  const tip = await bot.github.branchHead(repository, way.base);
  if (tip === undefined) return { code: "promotion-no-branch", ...where, branch: way.base };
  const onBranch = await bot.github.compare(repository, tip.sha, revision.sha);
  if (onBranch.comparison === "identical" || onBranch.comparison === "behind" || sameContent(place, revision)) {
    return { code: "promotion-nothing-new", ...where };
  }
  const { verdict, ships } = await judgeAsMerged(bot, place, way, by, revision);
  if (verdict.gates.some(stopsPromoting)) {
    await bot.db.transaction().execute((trx) => refuse(trx, bot, place, by, revision, verdict));
    const { sha, tree, version } = revision;
    return { code: "stopped", ...where, revision: { sha, tree, ...optional("version", version) }, verdict };
  }
  const notes = await notesOf(bot.db, repository.id, ships);
  const open = await openNow(bot, place);
  const forward = open === undefined || (await isForward(bot, place, open, revision.sha));
  await bot.context.faults.at("promotion.gathered");
  const reply = await bot.db.transaction().execute(async (trx): Promise<ReplyContent> => {
    await lockEnvironment(trx, place.environment.id);
    const known = await rowOf(trx, place.environment.id, by.key);
    const present = await openPromotion(trx, place.environment.id);
    const at = {
      ...where,
      ...optional("number", present?.number),
      ...optional("url", urlOf(bot, place, present?.number)),
    };
    if (known !== undefined) return { code: "promotion-asked", ...at };
    const values = { sha: revision.sha, tree: revision.tree, notes: JSON.stringify(notes) };
    const isSame =
      present !== undefined && present.row.snapshot === (way.from === undefined) && present.row.base === way.base;
    if (present !== undefined && isSame) {
      if (present.pushed) return { code: "promotion-pushed-onto", ...at };
      if (present.row.sha === revision.sha) return { code: "promotion-open", ...at };
      // What somebody else promoted meanwhile was not compared with: its branch might have to go back.
      if ((forward && present.row.sha === open?.row.sha) || !present.row.snapshot) {
        await trx.updateTable("promotion").set(values).where("id", "=", present.row.id).execute();
        await show(trx, bot, place, present.row.id, by);
        return { code: "promotion-updated", ...at };
      }
    }
    const made = await insert(trx, place, {
      ...values,
      environment_id: place.environment.id,
      request_key: by.key,
      before: way.before,
      snapshot: way.from === undefined,
      branch: way.from ?? "",
      base: way.base,
      requested_by: by.login ?? null,
      requested_by_slack: by.slackUser ?? null,
      channel: place.service.channel ?? by.channel ?? null,
      requested_at: new Date(bot.context.clock.now()),
    });
    if (present !== undefined) {
      await trx.updateTable("promotion").set({ replaced_by: made }).where("id", "=", present.row.id).execute();
      await show(trx, bot, place, present.row.id, by);
    }
    await show(trx, bot, place, made, by);
    return { code: "promotion-asked", ...where };
  });
  await bot.context.faults.at("promotion.committed");
  return reply;
}

/**
 * A pull request that was merged before it could be brought up to date is followed by another, for what it missed. Once,
 * however often it is called; not where something was promoted since.
 */
export async function promoteWhatMissed(bot: Bot, subject: string): Promise<void> {
  const found = await missedBy(bot.db, Number(subject));
  const place = found && (await loadPlace(bot.db, found.environment_id));
  if (place === undefined) return;
  await bot.db.transaction().execute(async (trx) => {
    await lockEnvironment(trx, place.environment.id);
    const missed = await missedBy(trx, Number(subject));
    if (missed === undefined) return;
    const { id, replaced_by: _, ...values } = missed;
    const notes = JSON.stringify(values.notes);
    const made = await insert(trx, place, { ...values, request_key: `missed/${id}`, notes });
    await trx.updateTable("promotion").set({ replaced_by: made }).where("id", "=", id).execute();
    await show(trx, bot, place, made, { key: `missed/${id}` });
  });
}

async function insert(trx: Transaction<Database>, place: Place, values: Insertable<PromotionTable>): Promise<number> {
  const { id } = await trx.insertInto("promotion").values(values).returning("id").executeTakeFirstOrThrow();
  if (values.snapshot) {
    const branch = snapshotBranch(place, id, values.sha);
    await trx.updateTable("promotion").set({ branch }).where("id", "=", id).execute();
  }
  return id;
}

/** A red check stops the merge, and not the pull request: it may be patched there until the check is green. */
function stopsPromoting({ gate, result, reason }: GateResult): boolean {
  return (result === "block" && gate !== "checks") || reason.code === "access.membership-unknown";
}

/** With nothing live, or something else of the same content, the merge would change nothing but the history. */
function sameContent({ environment }: Place, revision: FoundRevision): boolean {
  return environment.live_tree === revision.tree && environment.uncertain_deployment_id === null;
}

/** The verdict that the request would get as a deployment, of what the merge would make. */
async function judgeAsMerged(bot: Bot, place: Place, way: Way, by: Promoter, revision: FoundRevision) {
  const { sha, tree, version } = revision;
  const subject: Subject = {
    kind: "promotion",
    typed: by.login !== undefined,
    revision: { sha, tree, ...optional("version", version) },
    inRepository: true,
    requestedBy: by.login ?? "",
    requestedAt: bot.context.clock.now(),
    ...(by.login === undefined ? { scheduled: true } : {}),
    ask: 0,
  };
  const gathered = await gatherOutside(bot, place, subject);
  const { live } = gathered;
  const outside =
    live === null || live === sha
      ? gathered
      : { ...gathered, comparedToLive: await asMerged(bot, place.service.repository, live, sha, way.base) };
  const ships = await shipsBetween(bot, place, outside, sha);
  const verdict = await bot.db
    .transaction()
    .execute(async (trx) => evaluate(await assembleFacts(trx, bot, place, place.environment, subject, outside)));
  return { verdict, ships };
}

/**
 * As its pull request is now: GitHub may not have told yet of our own push, which would pass for somebody else's, or that
 * it was closed, and what is promoted onto it would be lost. Calls: 1 where one was opened.
 */
async function openNow(bot: Bot, place: Place): Promise<OpenPromotion | undefined> {
  const { environment, service } = place;
  const known = await openPromotion(bot.db, environment.id);
  const pull = known?.number === undefined ? undefined : await bot.github.pullRequest(service.repository, known.number);
  if (pull === undefined) return known;
  await seePullRequest(bot, service.repository, pull);
  return await openPromotion(bot.db, environment.id);
}

async function isForward(bot: Bot, place: Place, open: OpenPromotion, sha: Sha): Promise<boolean> {
  const { comparison } = await bot.github.compare(place.service.repository, open.row.sha, sha);
  return comparison === "ahead" || comparison === "identical";
}

async function rowOf(trx: Transaction<Database>, environment: number, key: string): Promise<PromotionRow | undefined> {
  return await trx
    .selectFrom("promotion")
    .selectAll()
    .where("environment_id", "=", environment)
    .where("request_key", "=", key)
    .executeTakeFirst();
}

/** The number keeps the names apart: a branch that people still use is never taken up again. */
function snapshotBranch(place: Place, id: number, sha: Sha): string {
  const plain = (name: string) => name.replaceAll(/[^A-Za-z0-9_-]/gu, "-");
  const service = place.service.pipeline.services.length > 1 ? `${plain(place.service.name)}-` : "";
  return `signalbox/${service}${plain(place.policy.name)}-${id}-${sha.slice(0, 7)}`;
}

function urlOf(bot: Bot, place: Place, number: number | undefined): string | undefined {
  return number === undefined ? undefined : `${bot.githubUrl}/${place.service.repository.fullName}/pull/${number}`;
}

async function show(trx: Transaction<Database>, bot: Bot, place: Place, id: number, by: Promoter): Promise<void> {
  const { id: service, repository } = place.service;
  await audit(trx, {
    at: bot.context.clock.now(),
    actor: by.login ?? "signalbox",
    action: "promotion.asked",
    service,
    environment: place.environment.id,
    detail: { promotion: id },
  });
  const lane = `github/${repository.installationId}`;
  await touch(trx, bot.wake, { surface: "github.promotion", subject: `${id}`, lane });
}

/** A refused command leaves no pull request, but it leaves a trace. */
async function refuse(
  trx: Transaction<Database>,
  bot: Bot,
  place: Place,
  by: Promoter,
  { sha, ref }: FoundRevision,
  verdict: Verdict,
): Promise<void> {
  await audit(trx, {
    at: bot.context.clock.now(),
    actor: by.login ?? "signalbox",
    action: "deployment.refused",
    service: place.service.id,
    environment: place.environment.id,
    detail: { kind: "promotion", sha, ref, verdict },
  });
}

/**
 * An environment's schedule: at its time it asks for a promotion, as a person would, and what keeps it from that is said.
 * When it asks next stands on the environment's row, and the sweep finds it; the time is its key, so that it asks once.
 */
import type { Transaction } from "kysely";
import { optional } from "../optional.ts";
import { canonicalHash } from "../policy/canonical-hash.ts";
import type { Instant } from "../policy/model.ts";
import type { Pipeline } from "../policy/pipeline.ts";
import { nextTime } from "../policy/schedule.ts";
import type { Database } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { liveBefore } from "./deploy.ts";
import { lockEnvironment } from "./environment.ts";
import { standingFreeze } from "./freezes.ts";
import { planLook } from "./look-at-environment.ts";
import { loadPlace, type Place } from "./place.ts";
import type { FoundRevision } from "./ports.ts";
import { promoteByPullRequest, wayByPullRequest } from "./promotion.ts";
import { request } from "./request.ts";
import type { ScheduleSkip } from "./schedule-said.ts";
import { say } from "./tell.ts";

/** Nobody expects on the next day what was to come while the bot was down. */
const lateMs = 12 * 3_600_000;
const scheduleLogin = "signalbox";

/** Plans each schedule that is new or another than it was, in the transaction that puts the pipeline in force. */
export async function planSchedules(
  trx: Transaction<Database>,
  bot: Bot,
  repository: number,
  pipeline: Pipeline,
): Promise<void> {
  const rows = await trx
    .selectFrom("environment")
    .innerJoin("service", "service.id", "environment.service_id")
    .where("service.repository_id", "=", repository)
    .where("environment.removed_at", "is", null)
    .where("service.removed_at", "is", null)
    .select(["environment.id", "environment.name", "service.name as service", "environment.schedule_hash"])
    .orderBy("environment.id")
    .execute();
  for (const { id, name, service, schedule_hash: known } of rows) {
    const policy = pipeline.services
      .find((one) => one.name === service)
      ?.environments.find((environment) => environment.name === name);
    const hash = policy?.schedule === undefined ? null : canonicalHash(policy.schedule);
    if (hash === known) continue;
    const at = policy?.schedule && nextTime(policy.schedule, bot.context.clock.now());
    await trx
      .updateTable("environment")
      .set({ schedule_hash: hash, schedule_at: at === undefined ? null : new Date(at) })
      .where("id", "=", id)
      .execute();
    await planLook(trx, id);
  }
}

/** Does what is due; nothing when nothing is. Called again after a crash or an outage, it asks for the same once. */
export async function lookAtSchedule(bot: Bot, environment: number): Promise<void> {
  const row = await bot.db
    .selectFrom("environment")
    .select("schedule_at")
    .where("id", "=", environment)
    .executeTakeFirst();
  const at = row?.schedule_at?.getTime();
  if (at === undefined || at > bot.context.clock.now()) return;
  const place = await loadPlace(bot.db, environment);
  const skip = place === undefined ? undefined : await ask(bot, place, at);
  await bot.context.faults.at("schedule.asked");
  await bot.db.transaction().execute(async (trx) => await planNext(trx, bot, environment, at, place, skip));
  await bot.context.faults.at("schedule.planned");
}

async function planNext(
  trx: Transaction<Database>,
  bot: Bot,
  environment: number,
  at: Instant,
  place: Place | undefined,
  why: ScheduleSkip | undefined,
): Promise<void> {
  const fresh = await lockEnvironment(trx, environment);
  if (fresh.schedule_at?.getTime() !== at) return;
  const schedule = fresh.removed_at === null ? place?.policy.schedule : undefined;
  const next = schedule && nextTime(schedule, Math.max(at, bot.context.clock.now()));
  await trx
    .updateTable("environment")
    // Without its hash it is planned anew when it is back in the pipeline file.
    .set(next === undefined ? { schedule_at: null, schedule_hash: null } : { schedule_at: new Date(next) })
    .where("id", "=", environment)
    .execute();
  await planLook(trx, environment);
  if (place === undefined || why === undefined) return;
  const { service, policy } = place;
  const named = { service: service.name, environment: policy.name, before: policy.after ?? "" };
  await say(trx, bot, {
    key: `schedule/${environment}/${at}`,
    content: { code: "schedule-skipped", ...named, why, ...optional("next", next) },
    channel: service.channel,
    service: service.id,
  });
}

/** Resolves with why nothing was asked for; undefined when it was. */
async function ask(bot: Bot, place: Place, at: Instant): Promise<ScheduleSkip | undefined> {
  const now = bot.context.clock.now();
  if (place.policy.schedule === undefined) return undefined;
  if (now - at > lateMs) return { code: "too-late", at };
  const freeze = await standingFreeze(bot.db, place.environment.id, now);
  if (freeze !== undefined) return { code: "frozen", by: freeze.by, until: freeze.until };
  const live = await liveBefore(bot, place);
  if ("code" in live) return { code: "nothing-live" };
  const { live_tree: tree, uncertain_deployment_id: uncertain } = place.environment;
  if (tree === live.tree && uncertain === null) return { code: "nothing-new" };
  const key = `schedule:${at}`;
  const way = await wayByPullRequest(bot, place);
  if (way === undefined) return await askDirectly(bot, place, key, live);
  const reply = await promoteByPullRequest(bot, place, way, { key }, live);
  switch (reply.code) {
    case "stopped":
      return { code: "stopped", verdict: reply.verdict };
    case "promotion-nothing-new":
      return { code: "nothing-new" };
    case "promotion-pushed-onto":
      return { code: "pushed-onto", ...optional("number", reply.number) };
    case "promotion-no-branch":
      return { code: "no-branch", branch: reply.branch };
    default:
      return undefined;
  }
}

async function askDirectly(bot: Bot, place: Place, key: string, revision: FoundRevision): Promise<undefined> {
  const wanted = { kind: "promotion", typed: false, scheduled: true, requestedBy: scheduleLogin } as const;
  await request(bot, place.environment.id, { ...wanted, revision, key });
}

/** `/deploy status` and `/deploy why`: where everything stands, and why something waits. Read only, from each row as it is. */
import type { Kysely } from "kysely";
import { optional } from "../optional.ts";
import { evaluate } from "../policy/evaluate.ts";
import type { Database } from "../store/schema.ts";
import type { Asker } from "./asker.ts";
import type { Bot } from "./bot.ts";
import { assembleFacts, gatherOutside, liveOf, pendingOf, type Subject, subjectOf } from "./facts.ts";
import { loadPlaces, type Place, type ServicePlace } from "./place.ts";
import type { EnvironmentStanding, ReplyContent, ServiceStanding } from "./said.ts";

export async function status(bot: Bot, services: readonly ServicePlace[]): Promise<ReplyContent> {
  return { code: "status", services: await Promise.all(services.map((service) => serviceStanding(bot, service))) };
}

async function serviceStanding(bot: Bot, service: ServicePlace): Promise<ServiceStanding> {
  const places = await loadPlaces(bot.db, service);
  const now = bot.context.clock.now();
  const environments = await Promise.all(places.map((place) => environmentStanding(bot.db, place, now)));
  return { service: service.name, repository: service.repository.fullName, environments };
}

async function environmentStanding(db: Kysely<Database>, place: Place, now: number): Promise<EnvironmentStanding> {
  const { environment: row, policy } = place;
  const live = liveOf(row);
  const ids = [row.live_deployment_id, row.slot_deployment_id].filter((id) => id !== null);
  const named =
    ids.length === 0
      ? []
      : await db
          .selectFrom("deployment")
          .select(["id", "status", "sha", "tree", "version", "requested_by"])
          .where("id", "in", ids)
          .execute();
  const liveRow = named.find((candidate) => candidate.id === row.live_deployment_id);
  const running = named.find((candidate) => candidate.id === row.slot_deployment_id);
  const waiting = await pendingOf(db, row.id);
  const locked = row.lock_by !== null && (row.lock_until === null || row.lock_until.getTime() > now);
  return {
    name: policy.name,
    ...optional("url", policy.url),
    ...(live === undefined
      ? {}
      : {
          live: {
            revision: live.revision,
            since: live.since,
            deployment: live.deployment,
            by: liveRow?.requested_by ?? "",
          },
        }),
    ...(row.uncertain_deployment_id === null ? {} : { uncertain: { deployment: row.uncertain_deployment_id } }),
    ...(locked && row.lock_by !== null
      ? { lock: { by: row.lock_by, reason: row.lock_reason ?? "", ...optional("until", row.lock_until?.getTime()) } }
      : {}),
    ...(row.hold_deployment_id === null || row.hold_bad_sha === null || row.hold_bad_tree === null
      ? {}
      : { hold: { rollback: row.hold_deployment_id, bad: { sha: row.hold_bad_sha, tree: row.hold_bad_tree } } }),
    ...(running === undefined
      ? {}
      : {
          running: {
            deployment: running.id,
            status: running.status,
            revision: { sha: running.sha, tree: running.tree, ...optional("version", running.version) },
          },
        }),
    waiting: waiting.map((entry) => ({
      deployment: entry.id,
      status: entry.status,
      revision: { sha: entry.sha, tree: entry.tree, ...optional("version", entry.version) },
      by: entry.requested_by,
    })),
  };
}

/** Every gate for what waits here; with nothing waiting, for what a request without a revision would mean. */
export async function why(bot: Bot, place: Place, asker: Asker): Promise<ReplyContent> {
  const where = { service: place.service.name, environment: place.policy.name };
  const pending = await pendingOf(bot.db, place.environment.id);
  const row = pending.at(0);
  const subject = row === undefined ? await wouldBe(bot, place, asker) : subjectOf(row);
  if (subject === undefined) return { code: "no-revision", ...where };
  const outside = await gatherOutside(bot, place, subject);
  const verdict = await bot.db.transaction().execute(async (trx) => {
    return evaluate(await assembleFacts(trx, bot, place, place.environment, subject, outside));
  });
  return { code: "verdict", ...where, revision: subject.revision, ...optional("deployment", row?.id), verdict };
}

async function wouldBe(bot: Bot, place: Place, asker: Asker): Promise<Subject | undefined> {
  const { branch, after } = place.policy;
  const base = {
    kind: "deploy",
    typed: true,
    requestedBy: asker.login,
    requestedAt: bot.context.clock.now(),
    inRepository: true,
    ask: 0,
  } as const;
  if (branch !== undefined) {
    const head = await bot.github.branchHead(place.service.repository, branch);
    return (
      head && {
        ...base,
        revision: { sha: head.sha, tree: head.tree, ...optional("version", head.version) },
        ref: branch,
      }
    );
  }
  const places = await loadPlaces(bot.db, place.service);
  const before = places.find((candidate) => candidate.policy.name === after);
  const live = before === undefined ? undefined : liveOf(before.environment);
  return live && { ...base, revision: live.revision };
}

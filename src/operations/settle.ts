/**
 * What a person decides when the bot cannot: `resolve` says how an attempt ended that nobody can tell about, `adopt` says
 * what runs in an environment without having been deployed by the bot, `allow` takes a revision out of quarantine.
 */

import { isDeepStrictEqual } from "node:util";
import type { Transaction } from "kysely";
import { optional } from "../optional.ts";
import { nearest } from "../policy/nearest.ts";
import { transition } from "../policy/transitions.ts";
import type { Database } from "../store/schema.ts";
import { type Asker, refusal } from "./asker.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { asServiceHasIt, contentAt, whose } from "./content.ts";
import { endOutdatedRollbacks } from "./end-outdated-rollbacks.ts";
import { finish, liveNow } from "./end-running.ts";
import { lockEnvironment, lockEnvironments, raiseVersion, wakeEnvironment, wakeEnvironments } from "./environment.ts";
import { noteWhatIsLive } from "./news.ts";
import { type Place, policyInForce } from "./place.ts";
import type { ReplyContent } from "./said.ts";
import { shipsSinceLive } from "./ships-between.ts";
import { say, touchDeployment, touchFailureBefore, touchUncertain, wasSaid } from "./tell.ts";

export async function resolve(
  bot: Bot,
  place: Place,
  asker: Asker,
  settled: { readonly deployment: number; readonly as: "success" | "failure"; readonly reason: string },
): Promise<ReplyContent> {
  const mayNot = await refusal(bot, place, asker, "approve", "resolve");
  if (mayNot !== undefined) return mayNot;
  const { deployment, as, reason } = settled;
  return await bot.db.transaction().execute(async (trx): Promise<ReplyContent> => {
    const environment = await lockEnvironment(trx, place.environment.id);
    const row = await trx.selectFrom("deployment").selectAll().where("id", "=", deployment).executeTakeFirstOrThrow();
    const outcome = { code: "settled", by: asker.login, as, reason } as const;
    // The same command delivered again has settled it before.
    if (isDeepStrictEqual(row.outcome, outcome)) return { code: "settled", deployment, as };
    const uncertain = environment.uncertain_deployment_id === row.id;
    const status = transition(row.status, as === "success" ? "settle-success" : "settle-failure");
    // One that is known to have failed stays so; what may be settled is that the environment is not in doubt any more.
    const vouched = status === undefined && uncertain && as === "failure" ? row.status : status;
    if ((row.settled && !uncertain) || vouched === undefined) {
      return { code: "nothing-to-settle", deployment, status: row.status };
    }
    await finish(trx, bot, place.service, environment, row, vouched, { outcome, proven: true });
    // Settled as failed, the person vouches that what was live before still is.
    if (as === "failure") {
      const certain = { uncertain_deployment_id: null, uncertain_since: null };
      await trx
        .updateTable("environment")
        .set(certain)
        .where("id", "=", environment.id)
        .where("uncertain_deployment_id", "=", row.id)
        .execute();
    }
    return { code: "settled", deployment, as };
  });
}

export async function adopt(bot: Bot, place: Place, asker: Asker, revision: string): Promise<ReplyContent> {
  const mayNot = await refusal(bot, place, asker, "approve", "adopt");
  if (mayNot !== undefined) return mayNot;
  const { repository, name: service } = place.service;
  const named = await bot.github.revision(repository, revision);
  if (named === undefined || !named.inRepository) {
    const near = nearest(revision, await bot.github.refNames(repository));
    return { code: "unknown-revision", service, found: revision, ...optional("nearest", near) };
  }
  const found = await asServiceHasIt(bot, place, named);
  const ships = await shipsSinceLive(bot, place, found.sha);
  // People leave: where nobody can meet the earlier policy any more, an administrator lets the present one stand alone.
  const isAdmin = (await bot.github.permission(repository, asker.login)) === "admin";
  const now = bot.context.clock.now();
  return await bot.db.transaction().execute(async (trx): Promise<ReplyContent> => {
    const environment = await lockEnvironment(trx, place.environment.id);
    const known = await trx
      .selectFrom("deployment")
      .select("id")
      .where("environment_id", "=", environment.id)
      .where("request_key", "=", asker.key)
      .executeTakeFirst();
    const adopted = { environment: place.policy.name, revision: { sha: found.sha, tree: found.tree } };
    if (known !== undefined) return { code: "adopted", ...adopted, deployment: known.id };
    if (environment.slot_deployment_id !== null) {
      return { code: "slot-taken", environment: place.policy.name, deployment: environment.slot_deployment_id };
    }
    const row = await trx
      .insertInto("deployment")
      .values({
        environment_id: environment.id,
        kind: "deploy",
        typed: true,
        status: "success",
        sha: found.sha,
        tree: found.tree,
        ref: found.ref ?? null,
        version: found.version ?? null,
        previous_sha: environment.live_sha,
        previous_tree: environment.live_tree,
        previous_version: environment.live_version,
        requested_by: asker.login,
        requested_by_slack: asker.slackUser ?? null,
        channel: place.service.channel ?? asker.channel ?? null,
        requested_at: new Date(now),
        ended_at: new Date(now),
        // Something else may have gone live since it was compared.
        ships: environment.live_sha === place.environment.live_sha ? JSON.stringify(ships) : null,
        outcome: JSON.stringify({ code: "adopted", by: asker.login }),
        ask: 1,
        request_key: asker.key,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    bot.count(row.status);
    await trx
      .updateTable("environment")
      .set(liveNow(row, now, isAdmin ? { live_policy: null } : environment, policyInForce(place)))
      .where("id", "=", environment.id)
      .execute();
    await endOutdatedRollbacks(trx, bot, place.service, row);
    await noteWhatIsLive(trx, bot, place.service, environment.live_sha, row, now);
    await raiseVersion(trx, environment.id);
    await audit(trx, {
      at: now,
      actor: asker.login,
      action: "environment.adopted",
      service: place.service.id,
      environment: environment.id,
      deployment: row.id,
      detail: { sha: found.sha, policyRenewed: isAdmin },
    });
    await touchDeployment(trx, bot, place.service, row);
    await touchFailureBefore(trx, bot, place.service, row);
    await touchUncertain(trx, bot, place.service, environment, row);
    await wakeEnvironment(trx, bot.wake, environment.id);
    return { code: "adopted", ...adopted, deployment: row.id };
  });
}

async function environmentsOf(trx: Transaction<Database>, service: number): Promise<readonly number[]> {
  const rows = await trx.selectFrom("environment").select("id").where("service_id", "=", service).execute();
  return rows.map(({ id }) => id);
}

/** Quarantine is a service's, so the rights of its last environment decide. */
export async function allow(
  bot: Bot,
  place: Place,
  asker: Asker,
  revision: string,
  reason: string,
): Promise<ReplyContent> {
  const mayNot = await refusal(bot, place, asker, "approve", "allow");
  if (mayNot !== undefined) return mayNot;
  const found = await bot.github.revision(place.service.repository, revision);
  if (found === undefined) return { code: "unknown-revision", service: place.service.name, found: revision };
  const tree = await contentAt(bot, whose(place), found);
  const now = bot.context.clock.now();
  return await bot.db.transaction().execute(async (trx): Promise<ReplyContent> => {
    const environments = await environmentsOf(trx, place.service.id);
    await lockEnvironments(trx, environments);
    const allowed = { revision: { sha: found.sha, tree: found.tree } };
    const told = `allowed/${asker.key}`;
    // The same command delivered again: what was quarantined since is not meant.
    if (await wasSaid(trx, told)) return { code: "allowed", ...allowed };
    const cleared = await trx
      .updateTable("quarantine")
      .set({ cleared_at: new Date(now), cleared_by: asker.login, cleared_reason: reason })
      .where("service_id", "=", place.service.id)
      .where("tree", "=", tree)
      .where("cleared_at", "is", null)
      .returning("environment_id")
      .execute();
    if (cleared.length === 0) return { code: "not-quarantined", ...allowed };
    await audit(trx, {
      at: now,
      actor: asker.login,
      action: "quarantine.cleared",
      service: place.service.id,
      detail: { sha: found.sha, reason },
    });
    await say(trx, bot, {
      key: told,
      content: { code: "allowed", service: place.service.name, ...allowed, by: asker.login, reason },
      channel: place.service.channel ?? asker.channel,
      service: place.service.id,
    });
    // The quarantine of an environment holds in every later one: decisions look again.
    for (const id of environments) await raiseVersion(trx, id);
    const freed = [...new Set(cleared.map((row) => row.environment_id))];
    await wakeEnvironments(trx, bot.wake, freed, { reach: "later" });
    return { code: "allowed", ...allowed };
  });
}

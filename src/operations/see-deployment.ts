/**
 * What others deploy, as GitHub tells: the end of a run that the bot let in, and what went live without it, which is noted
 * as a deployment of its own kind so that order, rollback and status know what is live. It judges nothing and undoes
 * nothing: what is live is a fact.
 */
import type { Transaction } from "kysely";
import type { Database, DeploymentRow, EnvironmentRow } from "../store/schema.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { asServiceHasIt } from "./content.ts";
import { endHeld } from "./end-held-run.ts";
import { endOutdatedRollbacks } from "./end-outdated-rollbacks.ts";
import { liveNow } from "./end-running.ts";
import { lockEnvironment, raiseVersion, wakeEnvironment } from "./environment.ts";
import { isEndedState } from "./follow-run.ts";
import { findPlace } from "./judge-held-run.ts";
import { noteWhatIsLive } from "./news.ts";
import { type Place, policyInForce } from "./place.ts";
import type { FoundRevision, RepositoryRef } from "./ports.ts";
import type { Ships } from "./ships.ts";
import { shipsSinceLive } from "./ships-between.ts";
import { say, touchFailureBefore, touchUncertain } from "./tell.ts";

export type ExternalEnd = {
  readonly repository: RepositoryRef;
  /** GitHub's number of the Deployment. */
  readonly deployment: number;
  readonly environment: string;
  readonly sha: string;
  readonly state: "success" | "failure" | "error";
  readonly by: string;
  /** Epoch ms. */
  readonly at: number;
};

export type RunEnd = {
  readonly repository: RepositoryRef;
  readonly run: number;
  readonly sha: string;
  readonly conclusion: string | null;
  readonly by: string;
  /** Epoch ms: when this attempt of the run ended. Absent in what an older bot has stored. */
  readonly at?: number;
};

/** The end of a GitHub Deployment that is not the bot's own. */
export async function seeDeployment(bot: Bot, end: ExternalEnd): Promise<void> {
  const held = await bot.db
    .selectFrom("protection_request")
    .selectAll()
    .where("repository_id", "=", end.repository.id)
    .where("github_deployment_id", "=", end.deployment)
    .executeTakeFirst();
  // One that is not judged yet ends as soon as it is.
  if (held !== undefined && held.refusal === null) return await endHeld(bot, held, end.state, end.by);
  // What failed on its way changes nothing that is known to be live.
  if (end.state === "success") await noteSeen(bot, end);
}

/**
 * A run is over. Where GitHub has told how its Deployment ended, that counts, since a run may go on to other environments
 * and fail there; where it has not, GitHub is asked.
 */
export async function seeRunEnd(bot: Bot, end: RunEnd): Promise<void> {
  const rows = await bot.db
    .selectFrom("protection_request")
    .selectAll()
    .where("repository_id", "=", end.repository.id)
    .where("run_id", "=", end.run)
    .where("ended", "is", null)
    // What is held later belongs to a later attempt: the run was begun again before its first end was told.
    .$if(end.at !== undefined, (query) => query.where("requested_at", "<=", new Date(end.at ?? 0)))
    .execute();
  for (const held of rows) {
    const told = await bot.github.deploymentState(end.repository, held.github_deployment_id);
    const state = told !== undefined && isEndedState(told.state) ? told.state : undefined;
    const cancelled = end.conclusion === "cancelled" || end.conclusion === "skipped";
    await endHeld(
      bot,
      held,
      state ?? (cancelled ? "cancelled" : "error"),
      state === undefined ? end.by : (told?.by ?? ""),
    );
  }
}

async function noteSeen(bot: Bot, end: ExternalEnd): Promise<void> {
  const found = await findPlace(bot, end.repository, end.environment);
  if ("code" in found) return;
  const { place } = found;
  if (place.environment.live_sha === end.sha && place.environment.uncertain_deployment_id === null) return;
  const named = await bot.github.revision(end.repository, end.sha);
  // Only revisions of the repository itself are ever stored as deployed, since a rollback may go back to them.
  if (named === undefined || !named.inRepository) {
    bot.log.warn({ repository: end.repository.fullName, sha: end.sha }, "what went live is on no branch or tag");
    return;
  }
  const revision = await asServiceHasIt(bot, place, named);
  const ships = await shipsSinceLive(bot, place, revision.sha);
  await bot.db.transaction().execute((trx) => store(trx, bot, place, end, revision, ships));
  await bot.context.faults.at("deployment.seen");
}

async function store(
  trx: Transaction<Database>,
  bot: Bot,
  place: Place,
  end: ExternalEnd,
  revision: FoundRevision,
  ships: Ships,
): Promise<void> {
  const environment = await lockEnvironment(trx, place.environment.id);
  const { live_sha: live, live_since: since, uncertain_deployment_id, uncertain_since } = environment;
  // Told late: what has broken since is not mended by it.
  const brokeSince = uncertain_since !== null && uncertain_since.getTime() > end.at;
  if (live === end.sha && (uncertain_deployment_id === null || brokeSince)) return;
  // Told late: something else has gone live since. GitHub's times are whole seconds; in the same one, the telling counts.
  if (since !== null && Math.floor(since.getTime() / 1000) * 1000 > end.at) return;
  if (await isOurs(trx, environment, end)) return;
  const key = `seen:${end.deployment}`;
  const known = await trx
    .selectFrom("deployment")
    .select("id")
    .where("environment_id", "=", environment.id)
    .where("request_key", "=", key)
    .executeTakeFirst();
  if (known !== undefined) return;
  const at = new Date(end.at);
  const row = await trx
    .insertInto("deployment")
    .values({
      environment_id: environment.id,
      kind: "external",
      typed: false,
      status: "success",
      sha: revision.sha,
      tree: revision.tree,
      ref: revision.ref ?? null,
      version: revision.version ?? null,
      previous_sha: environment.live_sha,
      previous_tree: environment.live_tree,
      previous_version: environment.live_version,
      requested_by: end.by,
      channel: place.service.channel ?? null,
      requested_at: at,
      ended_at: at,
      // Something else may have gone live since it was compared.
      ships: live === place.environment.live_sha ? JSON.stringify(ships) : null,
      outcome: JSON.stringify({ code: "seen", by: end.by }),
      ask: 1,
      request_key: key,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  bot.count(row.status);
  // A hold stays: what goes live by another way proves no fix.
  await trx
    .updateTable("environment")
    .set({
      ...liveNow(row, end.at, environment, policyInForce(place)),
      ...(brokeSince ? { uncertain_deployment_id, uncertain_since } : {}),
    })
    .where("id", "=", environment.id)
    .execute();
  await endOutdatedRollbacks(trx, bot, place.service, row);
  await noteWhatIsLive(trx, bot, place.service, live, row, end.at);
  await raiseVersion(trx, environment.id);
  await touchFailureBefore(trx, bot, place.service, row);
  if (!brokeSince) await touchUncertain(trx, bot, place.service, environment, row);
  await tell(trx, bot, place, row, end);
}

/**
 * The worker of a deployment of ours may report under a Deployment of its own. What it said while ours ran is ours to
 * judge, also when it is told only after that has failed: a verification may have said no since.
 */
async function isOurs(
  trx: Transaction<Database>,
  { id, slot_deployment_id: slot }: EnvironmentRow,
  { sha, at }: ExternalEnd,
): Promise<boolean> {
  const row = await trx
    .selectFrom("deployment")
    .select("id")
    .where("environment_id", "=", id)
    .where("sha", "=", sha)
    .where((ours) =>
      ours.or([
        ours("id", "=", slot ?? 0),
        // GitHub's whole second may have begun before ours did.
        ours.and([ours("started_at", "<", new Date(at + 1_000)), ours("ended_at", ">=", new Date(at))]),
      ]),
    )
    .executeTakeFirst();
  return row !== undefined;
}

async function tell(
  trx: Transaction<Database>,
  bot: Bot,
  place: Place,
  row: DeploymentRow,
  end: ExternalEnd,
): Promise<void> {
  const { service, policy } = place;
  await audit(trx, {
    at: bot.context.clock.now(),
    actor: end.by,
    action: "deployment.seen",
    service: service.id,
    environment: row.environment_id,
    deployment: row.id,
    detail: { sha: row.sha, githubDeployment: end.deployment },
  });
  await say(trx, bot, {
    key: `seen/${row.id}`,
    content: {
      code: "went-live-elsewhere",
      service: service.name,
      environment: policy.name,
      revision: { sha: row.sha, tree: row.tree },
      by: end.by,
      deployment: row.id,
    },
    channel: row.channel,
    service: service.id,
  });
  await wakeEnvironment(trx, bot.wake, row.environment_id);
}

/**
 * GitHub holds a workflow run before one of its environments and asks whether it may go on. It is judged by the same
 * verdict as everything that comes by itself: as a deployment of its own kind, which waits in line, asks for approvals in
 * Slack and takes the slot; only that the workflow, not the bot, carries it out. What GitHub is answered is a projection.
 *
 * A run that a deployment of ours has started passes at once: it was judged before. An environment that the pipeline file
 * does not name is turned away with the reason: somebody asked GitHub to have it guarded by rules that do not exist, so
 * letting it through would be a hole, and leaving it unanswered would hide that for the thirty days that GitHub waits.
 */
import type { Transaction } from "kysely";
import { runningStatuses } from "../policy/model.ts";
import { touch } from "../projections/touch.ts";
import type { Database } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { endDeployment } from "./end-held-run.ts";
import { loadPlaces, loadServicesOf, type Place } from "./place.ts";
import type { RepositoryRef } from "./ports.ts";
import { request } from "./request.ts";
import type { ProtectionRefusal } from "./said.ts";

export type HeldRun = {
  readonly repository: RepositoryRef;
  readonly run: number;
  readonly environment: string;
  /** The GitHub Deployment that was made for this run and environment. */
  readonly deployment: number;
  readonly sha: string;
  readonly by: string;
  /** Epoch ms: when GitHub made the Deployment. Absent in what an older bot has stored. */
  readonly at?: number;
};

type Judged = { readonly deployment: number; readonly startedByUs: boolean } | { readonly refusal: ProtectionRefusal };

export async function judgeHeldRun(bot: Bot, held: HeldRun): Promise<void> {
  const id = await store(bot, held);
  if (id === undefined) return;
  await bot.context.faults.at("protection.stored");
  const judged = await judge(bot, held);
  await bot.db.transaction().execute(async (trx) => {
    const judgedRow = await trx
      .updateTable("protection_request")
      .set(
        "refusal" in judged
          ? { refusal: JSON.stringify(judged.refusal) }
          : { deployment_id: judged.deployment, started_by_us: judged.startedByUs },
      )
      .where("id", "=", id)
      .returningAll()
      .executeTakeFirstOrThrow();
    // Its end may have been told while it was judged.
    await endDeployment(trx, bot, judgedRow);
    await touchProtection(trx, bot, held.repository, id);
  });
  await bot.context.faults.at("protection.judged");
}

async function touchProtection(
  trx: Transaction<Database>,
  bot: Bot,
  repository: RepositoryRef,
  id: number,
): Promise<void> {
  const lane = `github/${repository.installationId}`;
  await touch(trx, bot.wake, { surface: "github.protection", subject: `${id}`, lane });
}

/** The row's id while it is not judged yet; undefined when it was, so that a repeated delivery judges nothing again. */
async function store(bot: Bot, held: HeldRun): Promise<number | undefined> {
  await bot.db
    .insertInto("protection_request")
    .values({
      repository_id: held.repository.id,
      run_id: held.run,
      github_deployment_id: held.deployment,
      environment: held.environment,
      sha: held.sha,
      requested_by: held.by,
      requested_at: new Date(held.at ?? bot.context.clock.now()),
      deployment_id: null,
      refusal: null,
      ended: null,
      ended_by: null,
    })
    .onConflict((conflict) => conflict.columns(["repository_id", "github_deployment_id"]).doNothing())
    .execute();
  const row = await bot.db
    .selectFrom("protection_request")
    .select("id")
    .where("repository_id", "=", held.repository.id)
    .where("github_deployment_id", "=", held.deployment)
    .where("deployment_id", "is", null)
    .where("refusal", "is", null)
    .executeTakeFirst();
  return row?.id;
}

async function judge(bot: Bot, held: HeldRun): Promise<Judged> {
  const found = await findPlace(bot, held.repository, held.environment);
  if ("code" in found) return { refusal: found };
  const { place } = found;
  const own = await ourAttempt(bot, place, held.sha);
  if (own !== undefined) return { deployment: own, startedByUs: true };
  const revision = await bot.github.revision(held.repository, held.sha);
  // A run for a fork's pull request carries a commit that no branch or tag of the repository reaches.
  if (revision === undefined || !revision.inRepository)
    return { refusal: { code: "not-in-repository", sha: held.sha } };
  const requested = await request(bot, place.environment.id, {
    kind: "external",
    typed: false,
    revision,
    requestedBy: held.by,
    key: `run:${held.repository.id}:${held.deployment}`,
  });
  if (requested.kind !== "requested") throw new Error(`a held run was answered with ${requested.kind}`);
  return { deployment: requested.deployment.id, startedByUs: false };
}

/** A deployment of ours with the same revision that holds the environment's slot is what started the run. */
async function ourAttempt(bot: Bot, place: Place, sha: string): Promise<number | undefined> {
  const row = await bot.db
    .selectFrom("deployment")
    .select("id")
    .where("environment_id", "=", place.environment.id)
    .where("sha", "=", sha)
    .where("kind", "!=", "external")
    .where("status", "in", [...runningStatuses])
    .executeTakeFirst();
  return row?.id;
}

/**
 * GitHub's environments belong to a repository, ours to a service: where several services of one repository have an
 * environment of the name, GitHub's is to be called `<service>/<environment>`. Names are compared as GitHub does, in any case.
 */
export async function findPlace(
  bot: Bot,
  repository: RepositoryRef,
  name: string,
): Promise<{ readonly place: Place } | ProtectionRefusal> {
  const services = await loadServicesOf(bot.db, repository.id);
  if (services.length === 0) return { code: "no-pipeline" };
  const places = (await Promise.all(services.map((service) => loadPlaces(bot.db, service)))).flat();
  const wanted = name.toLowerCase();
  const whole = (place: Place) => `${place.service.name}/${place.policy.name}`;
  const exact = places.find((place) => whole(place).toLowerCase() === wanted);
  if (exact !== undefined) return { place: exact };
  const named = places.filter((place) => place.policy.name.toLowerCase() === wanted);
  const [only] = named;
  if (only !== undefined && named.length === 1) return { place: only };
  if (named.length > 1) return { code: "which-environment", found: name, choices: named.map(whole) };
  const choices = places.map((place) => (services.length > 1 ? whole(place) : place.policy.name));
  return { code: "unknown-environment", found: name, choices };
}

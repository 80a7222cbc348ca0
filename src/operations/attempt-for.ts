/** What a deployer is told of an attempt, put together from the rows. */
import { isDeepStrictEqual } from "node:util";
import type { Kysely } from "kysely";
import type { Attempt, Handle } from "../deployers/contract.ts";
import { optional } from "../optional.ts";
import { nameOnGitHub } from "../policy/environment-name.ts";
import type { AttemptRow, Database, DeploymentRow } from "../store/schema.ts";
import type { ServiceRef } from "./place.ts";
import { isOverwritten } from "./retry-stages.ts";
import { attemptOf, type PlannedStage, plannedStages } from "./stages.ts";

export type Running = { readonly row: DeploymentRow; readonly service: ServiceRef; readonly environmentName: string };

export async function attemptFor(
  db: Kysely<Database>,
  running: Running,
  stage: PlannedStage,
  row: AttemptRow,
): Promise<Attempt> {
  const { row: deployment, service, environmentName } = running;
  return {
    token: row.token,
    deployment: deployment.id,
    checkout: deployment.checkout_of ?? deployment.id,
    stage: stage.definition,
    service: service.name,
    environment: environmentName,
    production: deployment.policy?.production ?? false,
    ...optional("environmentOnGitHub", await onGitHub(db, running, stage)),
    kind: deployment.kind,
    repository: service.repository,
    sha: deployment.sha,
    ref: deployment.ref ?? undefined,
    version: deployment.version ?? undefined,
    previousSha: deployment.previous_sha ?? undefined,
    previousVersion: deployment.previous_version ?? undefined,
    requestedBy: deployment.requested_by,
    env: deployment.policy?.env ?? {},
    secrets: deployment.policy?.secrets ?? [],
    deadlineAt: row.deadline_at?.getTime() ?? row.claimed_at.getTime(),
    cancelAsked: deployment.cancel_at !== null,
    // Each move raises the epoch: the first call is made at 1, and one that follows `impossible` at 3.
    calledBefore: row.epoch > 1,
    ...optional("former", await formerHandle(db, deployment, stage)),
  };
}

/** Looked up for the stages alone that need it. */
async function onGitHub(
  db: Kysely<Database>,
  { service, environmentName }: Running,
  stage: PlannedStage,
): Promise<string | undefined> {
  if (stage.definition.deployer.kind !== "deployment") return undefined;
  const row = await db
    .selectFrom("repository")
    .innerJoin("pipeline_file", "pipeline_file.id", "repository.pipeline_file_id")
    .where("repository.id", "=", service.repository.id)
    .select("pipeline_file.pipeline")
    .executeTakeFirst();
  if (row === undefined || row.pipeline === null) return undefined;
  return nameOnGitHub(row.pipeline, service.name, environmentName);
}

/**
 * What is tried again goes on where it stood only if it is the same revision by the same definition, to the letter, and
 * nothing else ran there in between: jobs that had succeeded would not run again.
 */
async function formerHandle(
  db: Kysely<Database>,
  row: DeploymentRow,
  stage: PlannedStage,
): Promise<Handle | undefined> {
  if (row.retry_of === null) return undefined;
  const before = await db.selectFrom("deployment").selectAll().where("id", "=", row.retry_of).executeTakeFirst();
  if (before === undefined || before.sha !== row.sha) return undefined;
  const planned = plannedStages(before).find(
    (one) => one.phase === stage.phase && one.definition.name === stage.definition.name,
  );
  if (planned === undefined || !isDeepStrictEqual(planned.definition, stage.definition)) return undefined;
  if (await isOverwritten(db, before, row)) return undefined;
  const attempts = await db.selectFrom("attempt").selectAll().where("deployment_id", "=", before.id).execute();
  return attemptOf(attempts, planned)?.handle ?? undefined;
}

/**
 * The place of a deployment whose environment or service has left the pipeline file: what still runs there has to be
 * cancelled and settled by somebody. Who may follows from what the file last said of the environment; who is who, and who
 * is in a group that still stands in the file, from the file in force. Reads only.
 */
import type { Kysely } from "kysely";
import { policyHash } from "../policy/canonical-hash.ts";
import type { EnvironmentPolicy, Pipeline, ServicePolicy } from "../policy/pipeline.ts";
import type { Database, EnvironmentRow } from "../store/schema.ts";
import { loadServiceRef, type Place } from "./place.ts";

/** A file that named the environment is among the newest, unless it was taken out long ago. */
const mostFiles = 50;

/** Undefined when there is no such deployment, or no file is known that named its environment. */
export async function formerPlaceOf(db: Kysely<Database>, deployment: number): Promise<Place | undefined> {
  const row = await db
    .selectFrom("deployment")
    .select(["environment_id", "policy"])
    .where("id", "=", deployment)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const environment = await db
    .selectFrom("environment")
    .selectAll()
    .where("id", "=", row.environment_id)
    .executeTakeFirstOrThrow();
  const service = await loadServiceRef(db, environment.service_id);
  const { current, former } = await pipelines(db, service.repository.id, service.name, environment);
  if (former === undefined) return undefined;
  const groups = { ...former.pipeline.groups, ...current?.groups };
  const { people } = current ?? former.pipeline;
  const policy = row.policy ?? former.environment;
  return {
    service: { ...service, pipeline: { ...former.pipeline, people, groups }, policy: former.service },
    environment,
    policy,
    policyHash: policyHash(policy, groups),
  };
}

type Former = {
  readonly pipeline: Pipeline;
  readonly service: ServicePolicy;
  readonly environment: EnvironmentPolicy;
};

async function pipelines(
  db: Kysely<Database>,
  repository: number,
  service: string,
  environment: EnvironmentRow,
): Promise<{ readonly current: Pipeline | undefined; readonly former: Former | undefined }> {
  const files = await db
    .selectFrom("pipeline_file")
    .leftJoin("repository", "repository.pipeline_file_id", "pipeline_file.id")
    .where("pipeline_file.repository_id", "=", repository)
    .where("pipeline_file.pipeline", "is not", null)
    .select(["pipeline_file.pipeline", "repository.id as in_force"])
    .orderBy("pipeline_file.id", "desc")
    .limit(mostFiles)
    .execute();
  const current = files.find((file) => file.in_force !== null)?.pipeline ?? undefined;
  const [former] = files.flatMap(({ pipeline }) => naming(pipeline, service, environment));
  return { current, former };
}

function naming(
  pipeline: Pipeline | null,
  name: string,
  { name: called, demo_policy: demo }: EnvironmentRow,
): readonly Former[] {
  const service = pipeline?.services.find((candidate) => candidate.name === name);
  const policy = demo ?? service?.environments.find((candidate) => candidate.name === called);
  return pipeline === null || service === undefined || policy === undefined
    ? []
    : [{ pipeline, service, environment: policy }];
}

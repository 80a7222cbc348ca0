/** An environment with all that stands around it: its service, repository, pipeline and policy. Reads only. */
import { type Kysely, sql } from "kysely";
import { namesIn, policyHash } from "../policy/canonical-hash.ts";
import { demoPolicyNow, destroying } from "../policy/demos.ts";
import { groupsBehind } from "../policy/groups.ts";
import type { RequestKind } from "../policy/model.ts";
import type { EnvironmentPolicy, Pipeline, PolicyInForce, ServicePolicy } from "../policy/pipeline.ts";
import { withDefaults } from "../policy/pipeline-file/meaning.ts";
import type { AttemptRow, Database, DeploymentRow, EnvironmentRow } from "../store/schema.ts";
import { attemptFromJson, attemptsOf } from "./attempts-of.ts";
import type { RepositoryRef } from "./ports.ts";

/** A service by itself, also one that the pipeline file no longer names: what runs there has to come to its end. */
export type ServiceRef = {
  readonly id: number;
  readonly name: string;
  /** Its channel's id; as the pipeline file names it while it was not found. */
  readonly channel: string | undefined;
  readonly repository: RepositoryRef;
};

export type ServicePlace = ServiceRef & {
  readonly pipeline: Pipeline;
  readonly policy: ServicePolicy;
};

export type Place = {
  readonly service: ServicePlace;
  readonly environment: EnvironmentRow;
  readonly policy: EnvironmentPolicy;
  /** What approvals are bound to besides from and content: gates, stages and who is in the groups. */
  readonly policyHash: string;
  /** The policy under which what is live was deployed, where it is another: it has to pass as well. */
  readonly earlier?: PolicyInForce;
};

/** A service's channel by its id once it was found, so that nothing hangs on what the channel is called. */
const channelOf = sql<string | null>`coalesce(service.channel_id, service.channel)`;
export const serviceChannel = channelOf.as("channel");

/** All services that a pipeline file in force names, by name. */
export async function loadServices(db: Kysely<Database>): Promise<readonly ServicePlace[]> {
  const rows = await serviceRows(db).execute();
  return rows.flatMap((row) => servicePlace(row) ?? []);
}

export async function loadService(db: Kysely<Database>, service: number): Promise<ServicePlace | undefined> {
  const row = await serviceRows(db).where("service.id", "=", service).executeTakeFirst();
  return row === undefined ? undefined : servicePlace(row);
}

export async function loadServiceRef(db: Kysely<Database>, service: number): Promise<ServiceRef> {
  return serviceRef(await refRows(db).where("service.id", "=", service).executeTakeFirstOrThrow());
}

export type LoadedDeployment = {
  readonly row: DeploymentRow;
  readonly service: ServiceRef;
  readonly environmentName: string;
  readonly attempts: readonly AttemptRow[];
};

/** A deployment with its attempts and what it is of, by one statement: each of its steps begins with this. */
export async function loadDeployment(db: Kysely<Database>, deployment: number): Promise<LoadedDeployment | undefined> {
  const found = await refRows(db)
    .innerJoin("environment", "environment.service_id", "service.id")
    .innerJoin("deployment", "deployment.environment_id", "environment.id")
    .where("deployment.id", "=", deployment)
    .select("environment.name as environment_name")
    .selectAll("deployment")
    .select(attemptsOf(db, deployment))
    .executeTakeFirst();
  if (found === undefined) return undefined;
  const { environment_name: environmentName, attempts, ...row } = withoutRef(found);
  return { row, service: serviceRef(found), environmentName, attempts: attempts.map(attemptFromJson) };
}

/** Those of these services that a pipeline file in force names, by name. */
export async function loadServicesById(
  db: Kysely<Database>,
  services: readonly number[],
): Promise<readonly ServicePlace[]> {
  if (services.length === 0) return [];
  const rows = await serviceRows(db)
    .where("service.id", "in", [...services])
    .execute();
  return rows.flatMap((row) => servicePlace(row) ?? []);
}

/** All services, by name, without their pipelines: enough to find the one that is meant, however many there are. */
export function serviceRefs(db: Kysely<Database>) {
  return db
    .selectFrom("service")
    .innerJoin("repository", "repository.id", "service.repository_id")
    .where("service.removed_at", "is", null)
    .where("repository.removed_at", "is", null)
    .where("repository.pipeline_file_id", "is not", null)
    .select(["service.id", "service.name", serviceChannel, "repository.id as repository_id", "repository.full_name"])
    .orderBy("service.name")
    .orderBy("repository.full_name");
}

export async function loadServicesOf(db: Kysely<Database>, repository: number): Promise<readonly ServicePlace[]> {
  const rows = await serviceRows(db).where("repository.id", "=", repository).execute();
  return rows.flatMap((row) => servicePlace(row) ?? []);
}

/** The environment by its id; undefined when the pipeline in force no longer names it. */
export async function loadPlace(db: Kysely<Database>, environment: number): Promise<Place | undefined> {
  const row = await serviceRows(db)
    .innerJoin("environment", "environment.service_id", "service.id")
    .where("environment.id", "=", environment)
    .selectAll("environment")
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const service = servicePlace(row);
  if (service === undefined) return undefined;
  const { pipeline, ...own } = withoutRef(row);
  return placeOf(service, own);
}

/** The environments of the pipeline file, in their order: demos are none of them. */
export async function loadPlaces(db: Kysely<Database>, service: ServicePlace): Promise<readonly Place[]> {
  const rows = await db
    .selectFrom("environment")
    .selectAll()
    .where("service_id", "=", service.id)
    .where("removed_at", "is", null)
    .where("demo_branch", "is", null)
    .orderBy("position")
    .execute();
  return rows.flatMap((row) => placeOf(service, row) ?? []);
}

/** The demos that there are of these services, by their names. */
export async function loadDemos(db: Kysely<Database>, services: readonly ServicePlace[]): Promise<readonly Place[]> {
  if (services.length === 0) return [];
  const rows = await db
    .selectFrom("environment")
    .selectAll()
    .where(
      "service_id",
      "in",
      services.map(({ id }) => id),
    )
    .where("removed_at", "is", null)
    .where("demo_branch", "is not", null)
    .orderBy("name")
    .execute();
  return rows.flatMap((row) => {
    const service = services.find(({ id }) => id === row.service_id);
    return (service && placeOf(service, row)) ?? [];
  });
}

export function placeOf(service: ServicePlace, environment: EnvironmentRow): Place | undefined {
  const policy = policyOf(service.policy, environment);
  if (policy === undefined) return undefined;
  const hash = policyHash(policy, service.pipeline.groups);
  const earlier = earlierOf(environment, hash);
  return { service, environment, policy, policyHash: hash, ...(earlier === undefined ? {} : { earlier }) };
}

function policyOf(service: ServicePolicy, environment: EnvironmentRow): EnvironmentPolicy | undefined {
  const { name, demo_branch: branch, demo_policy: stored } = environment;
  if (branch === null || stored === null) return service.environments.find((candidate) => candidate.name === name);
  return demoPolicyNow(service, { name, branch, policy: withDefaults(stored) });
}

/** The place under what a request of this kind is judged and carried out by: a demo is destroyed by stages of its own. */
export function placeFor(place: Place, kind: RequestKind): Place {
  if (kind !== "destroy") return place;
  // Nothing new comes by it that an earlier policy could have kept out.
  const { earlier: _, ...rest } = place;
  return { ...rest, policy: destroying(place.policy) };
}

function earlierOf({ live_policy: live }: EnvironmentRow, present: string): PolicyInForce | undefined {
  if (live === null) return undefined;
  const environment = withDefaults(live.environment);
  return policyHash(environment, live.groups) === present ? undefined : { environment, groups: live.groups };
}

/** The policy of the place as it is kept with what went live under it. */
export function policyInForce({ policy, service }: Place): PolicyInForce {
  return { environment: policy, groups: groupsBehind(service.pipeline.groups, namesIn(policy)) };
}

/** Under names that no column of an environment or a deployment has, so that these can be read with them. */
function refRows(db: Kysely<Database>) {
  return db
    .selectFrom("service")
    .innerJoin("repository", "repository.id", "service.repository_id")
    .select([
      "service.id as ref_id",
      "service.name as ref_name",
      channelOf.as("ref_channel"),
      "repository.id as ref_repository_id",
      "repository.full_name as ref_full_name",
      "repository.installation_id as ref_installation_id",
      "repository.default_branch as ref_default_branch",
    ]);
}

type RefRow = Awaited<ReturnType<ReturnType<typeof refRows>["execute"]>>[number];

function serviceRef(row: RefRow): ServiceRef {
  return {
    id: row.ref_id,
    name: row.ref_name,
    channel: row.ref_channel ?? undefined,
    repository: {
      id: row.ref_repository_id,
      fullName: row.ref_full_name,
      installationId: row.ref_installation_id,
      defaultBranch: row.ref_default_branch,
    },
  };
}

function withoutRef<Row extends RefRow>({
  ref_id,
  ref_name,
  ref_channel,
  ref_repository_id,
  ref_full_name,
  ref_installation_id,
  ref_default_branch,
  ...own
}: Row) {
  return own;
}

function serviceRows(db: Kysely<Database>) {
  return refRows(db)
    .innerJoin("pipeline_file", "pipeline_file.id", "repository.pipeline_file_id")
    .where("service.removed_at", "is", null)
    .where("repository.removed_at", "is", null)
    .select("pipeline_file.pipeline")
    .orderBy("service.name")
    .orderBy("repository.full_name");
}

type ServiceRow = Awaited<ReturnType<ReturnType<typeof serviceRows>["execute"]>>[number];

function servicePlace(row: ServiceRow): ServicePlace | undefined {
  const policy = row.pipeline?.services.find((candidate) => candidate.name === row.ref_name);
  if (row.pipeline === null || policy === undefined) return undefined;
  return { ...serviceRef(row), pipeline: row.pipeline, policy };
}

/**
 * Where the work of an issue or a pull request is: open, merged, live somewhere, taken back. Reads stored rows only, each
 * by an index; nothing here asks GitHub, so an answer costs no call.
 */
import { type Kysely, sql } from "kysely";
import { optional } from "../optional.ts";
import type { Instant, Revision } from "../policy/model.ts";
import type { PullRequestPolicy } from "../policy/pipeline.ts";
import type { Database } from "../store/schema.ts";

/** One environment that the work has reached. */
export type Reached = {
  /** Present where the repository has more than one service. */
  readonly service?: string;
  readonly environment: string;
  readonly url?: string;
  readonly revision: Revision;
  readonly since: Instant;
  /** From then on it was not live there any more. */
  readonly gone?: { readonly at: Instant; readonly rollback: boolean; readonly deployment: number };
};

export type Work = {
  readonly repository: string;
  readonly repositoryId: number;
  readonly installationId: number;
  readonly pullRequest: number;
  readonly title: string;
  readonly base: string;
  readonly state: "open" | "closed" | "merged";
  readonly mergedAt?: Instant;
  readonly mergedBy?: string;
  readonly news: PullRequestPolicy["news"];
  /** In promotion order. */
  readonly reached: readonly Reached[];
};

/** An issue or a pull request: GitHub counts both in one row, so that a number alone does not say which. */
export type Numbered = { readonly repository: string; readonly number: number };

/** The pull request of this number, and those whose description names the issue of this number, the oldest first. */
export async function loadWork(db: Kysely<Database>, { repository, number }: Numbered): Promise<readonly Work[]> {
  const name = repository.toLowerCase();
  const itself = await pullRequests(db)
    .where((eb) => eb(eb.fn<string>("lower", ["repository.full_name"]), "=", name))
    .where("pull_request.number", "=", number)
    .execute();
  const naming = await pullRequests(db)
    .where(sql<boolean>`issues_named(pull_request.issues) @> array[${`${name}#${number}`}]::text[]`)
    .execute();
  const rows = [...itself, ...naming.filter((row) => isIssue(row, name, number))];
  return await Promise.all(rows.map((row) => workOf(db, row)));
}

function pullRequests(db: Kysely<Database>) {
  return db
    .selectFrom("pull_request")
    .innerJoin("repository", "repository.id", "pull_request.repository_id")
    .innerJoin("pipeline_file", "pipeline_file.id", "repository.pipeline_file_id")
    .where("repository.removed_at", "is", null)
    .select([
      "pull_request.repository_id",
      "pull_request.number",
      "pull_request.title",
      "pull_request.base_ref",
      "pull_request.state",
      "pull_request.issues",
      "pull_request.merged_at",
      "pull_request.merged_by",
      "repository.full_name",
      "repository.installation_id",
      "pipeline_file.pipeline",
    ])
    .orderBy("pull_request.repository_id")
    .orderBy("pull_request.number");
}

type Row = Awaited<ReturnType<ReturnType<typeof pullRequests>["execute"]>>[number];

/** What the description names may be no issue at all; nothing is said about that. */
function isIssue(row: Row, repository: string, number: number): boolean {
  return row.issues.some(
    (issue) =>
      issue.number === number &&
      issue.repository.toLowerCase() === repository &&
      (issue.state === "open" || issue.state === "closed"),
  );
}

async function workOf(db: Kysely<Database>, row: Row): Promise<Work> {
  const reached = await db
    .selectFrom("work_live")
    .innerJoin("environment", "environment.id", "work_live.environment_id")
    .innerJoin("service", "service.id", "environment.service_id")
    .innerJoin("deployment", "deployment.id", "work_live.deployment_id")
    .leftJoin("deployment as ending", "ending.id", "work_live.ended_by")
    .where("work_live.repository_id", "=", row.repository_id)
    .where("work_live.number", "=", row.number)
    .where("environment.removed_at", "is", null)
    .where("service.removed_at", "is", null)
    .select([
      "service.name as service",
      "environment.name as environment",
      "deployment.sha",
      "deployment.tree",
      "deployment.version",
      "work_live.since",
      "work_live.until",
      "work_live.ended_by",
      "ending.kind as ended_by_kind",
    ])
    .orderBy("service.name")
    .orderBy("environment.position")
    .execute();
  const services = row.pipeline?.services ?? [];
  return {
    repository: row.full_name,
    repositoryId: row.repository_id,
    installationId: row.installation_id,
    pullRequest: row.number,
    title: row.title,
    base: row.base_ref,
    state: row.merged_at === null ? row.state : "merged",
    ...optional("mergedAt", row.merged_at?.getTime()),
    ...optional("mergedBy", row.merged_by),
    news: row.pipeline?.pullRequests.news ?? "off",
    reached: reached.map((one) => ({
      ...(services.length > 1 ? { service: one.service } : {}),
      environment: one.environment,
      ...optional(
        "url",
        services
          .find((service) => service.name === one.service)
          ?.environments.find((environment) => environment.name === one.environment)?.url,
      ),
      revision: { sha: one.sha, tree: one.tree, ...optional("version", one.version) },
      since: one.since.getTime(),
      ...(one.until === null || one.ended_by === null
        ? {}
        : {
            gone: { at: one.until.getTime(), rollback: one.ended_by_kind === "rollback", deployment: one.ended_by },
          }),
    })),
  };
}

/** What a release is made from: a deployment that its environment wants one for, or a version that was finished. */

import type { Ships } from "../../operations/ships.ts";
import { runningStatuses } from "../../policy/model.ts";
import type { Pipeline } from "../../policy/pipeline.ts";
import type { Ground } from "./ground.ts";
import type { ReleaseSubject } from "./subject.ts";

export type ReleaseRow = {
  readonly repository_id: number;
  readonly repository: string;
  readonly pipeline: Pipeline | null;
  readonly service: string;
  readonly sha: string;
  /** Absent where it is chosen by what tags the commit. */
  readonly tag?: string;
  readonly ships: Ships | null;
};

export async function loadReleaseRow(ground: Ground, { of, id }: ReleaseSubject): Promise<ReleaseRow | undefined> {
  return of === "version" ? await loadVersion(ground, id) : await loadDeployment(ground, id);
}

/** What ended without success gets none: one that GitHub refused until then would be published for what never went live. */
async function loadDeployment({ db }: Ground, id: number): Promise<ReleaseRow | undefined> {
  return await db
    .selectFrom("deployment")
    .innerJoin("environment", "environment.id", "deployment.environment_id")
    .innerJoin("service", "service.id", "environment.service_id")
    .innerJoin("repository", "repository.id", "service.repository_id")
    .leftJoin("pipeline_file", "pipeline_file.id", "repository.pipeline_file_id")
    .where("deployment.id", "=", id)
    .where("deployment.status", "in", [...runningStatuses, "success"])
    .where("repository.removed_at", "is", null)
    .select(["deployment.sha", "deployment.ships", "service.name as service"])
    .select(["service.repository_id", "repository.full_name as repository", "pipeline_file.pipeline"])
    .executeTakeFirst();
}

async function loadVersion({ db }: Ground, id: number): Promise<ReleaseRow | undefined> {
  const row = await db
    .selectFrom("candidate")
    .innerJoin("service", "service.id", "candidate.service_id")
    .innerJoin("repository", "repository.id", "service.repository_id")
    .leftJoin("pipeline_file", "pipeline_file.id", "repository.pipeline_file_id")
    .where("candidate.id", "=", id)
    .where("candidate.step", "=", "finish")
    .where("repository.removed_at", "is", null)
    .select(["candidate.sha", "candidate.tag", "candidate.ships", "service.name as service"])
    .select(["service.repository_id", "repository.full_name as repository", "pipeline_file.pipeline"])
    .executeTakeFirst();
  // Until it was finished it has no commit.
  return row === undefined || row.sha === null ? undefined : { ...row, sha: row.sha };
}

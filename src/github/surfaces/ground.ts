/** What every surface on GitHub is given, and the rows that they render from. */
import type { Kysely } from "kysely";
import type { Context } from "../../context.ts";
import { type RepositoryColumns, refOf } from "../../operations/repository-ref.ts";
import type { LoadDeploymentView } from "../../operations/views.ts";
import type { Database, PullRequestRow } from "../../store/schema.ts";
import type { GitHub } from "../client.ts";
import { ownerAndRepo } from "../repository-name.ts";

export type Ground = {
  readonly db: Kysely<Database>;
  readonly github: GitHub;
  readonly context: Context;
  readonly loadDeploymentView: LoadDeploymentView;
};

/** Undefined when the repository was removed: nothing is written there any more. */
export async function loadRepository({ db }: Ground, id: number): Promise<RepositoryColumns | undefined> {
  return await db
    .selectFrom("repository")
    .select(["id", "full_name", "installation_id", "default_branch"])
    .where("id", "=", id)
    .where("removed_at", "is", null)
    .executeTakeFirst();
}

/** By name in any case, as GitHub takes it. */
export async function loadRepositoryNamed({ db }: Ground, fullName: string): Promise<RepositoryColumns | undefined> {
  return await db
    .selectFrom("repository")
    .select(["id", "full_name", "installation_id", "default_branch"])
    .where((eb) => eb(eb.fn<string>("lower", ["full_name"]), "=", fullName.toLowerCase()))
    .where("removed_at", "is", null)
    .executeTakeFirst();
}

export async function loadPullRequest(
  { db }: Ground,
  repositoryId: number,
  number: number,
): Promise<PullRequestRow | undefined> {
  return await db
    .selectFrom("pull_request")
    .selectAll()
    .where("repository_id", "=", repositoryId)
    .where("number", "=", number)
    .executeTakeFirst();
}

/** Whether the branch requires `signalbox/ready`; undefined when that is not known. */
export async function loadGuard({ db }: Ground, repositoryId: number, branch: string): Promise<boolean | undefined> {
  const row = await db
    .selectFrom("branch_guard")
    .select("required")
    .where("repository_id", "=", repositoryId)
    .where("branch", "=", branch)
    .executeTakeFirst();
  return row?.required ?? undefined;
}

/** Octokit for a repository, the two parameters that name it, and itself as the operations know it. */
export async function reach({ github }: Ground, row: RepositoryColumns | undefined) {
  if (row === undefined) throw new Error("the repository was removed meanwhile");
  const repository = refOf(row);
  const octokit = await github.installation(repository.installationId);
  return { octokit, at: ownerAndRepo(repository.fullName), repository };
}

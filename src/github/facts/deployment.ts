/** How a GitHub Deployment stands, whoever made it. Calls: 1. */
import type { RepositoryRef } from "../../operations/ports.ts";
import type { GitHub } from "../client.ts";
import { orUndefined } from "../failures.ts";
import { ownerAndRepo } from "../repository-name.ts";

export async function readDeploymentState(github: GitHub, repository: RepositoryRef, deployment: number) {
  const octokit = await github.installation(repository.installationId);
  const at = { ...ownerAndRepo(repository.fullName), deployment_id: deployment, per_page: 1 };
  const listed = await orUndefined(octokit.rest.repos.listDeploymentStatuses(at));
  const newest = listed?.data[0];
  return newest && { state: newest.state, by: newest.creator?.login ?? "somebody" };
}

/** Branches and tags of which none is ever moved back or away. Calls: 1 each, and 1 more where something is there already. */
import type { RepositoryRef } from "../../operations/ports.ts";
import type { GitHub } from "../client.ts";
import { GitHubRefusal, orUndefined } from "../failures.ts";
import { ownerAndRepo } from "../repository-name.ts";

/** Without `force`, GitHub moves a branch only to a commit that holds what the branch holds. */
export async function moveBranch(github: GitHub, repository: RepositoryRef, branch: string, to: string): Promise<void> {
  const octokit = await github.installation(repository.installationId);
  const ref = `heads/${branch}`;
  await octokit.rest.git.updateRef({ ...ownerAndRepo(repository.fullName), ref, sha: to, force: false });
}

export async function makeBranch(github: GitHub, repository: RepositoryRef, branch: string, at: string): Promise<void> {
  await makeRef(github, repository, `heads/${branch}`, at);
}

export async function setTag(github: GitHub, repository: RepositoryRef, tag: string, at: string): Promise<void> {
  await makeRef(github, repository, `tags/${tag}`, at);
}

/** GitHub refuses a name that is taken, so that a tag is never moved. */
async function makeRef(github: GitHub, repository: RepositoryRef, ref: string, sha: string): Promise<void> {
  const octokit = await github.installation(repository.installationId);
  const at = ownerAndRepo(repository.fullName);
  try {
    await octokit.rest.git.createRef({ ...at, ref: `refs/${ref}`, sha });
  } catch (error) {
    if (!(error instanceof GitHubRefusal)) throw error;
    const there = await orUndefined(octokit.rest.git.getRef({ ...at, ref }));
    if (there?.data.object.sha !== sha) throw error;
  }
}

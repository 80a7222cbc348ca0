/** What a repository is called now, and which branch is its default one. Calls: 1; GitHub leads on from a former name. */
import type { GitHubPort, RepositoryRef } from "../../operations/ports.ts";
import type { GitHub } from "../client.ts";
import { orUndefined } from "../failures.ts";
import { ownerAndRepo } from "../repository-name.ts";

/** 401: the installation itself is gone or suspended. */
const outOfReach: readonly number[] = [401, 403, 404];

export async function readRepository(github: GitHub, told: RepositoryRef): ReturnType<GitHubPort["repository"]> {
  const octokit = await github.installation(told.installationId);
  const at = ownerAndRepo(told.fullName);
  const found = await orUndefined(octokit.rest.repos.get(at), outOfReach);
  // An installation is of one owner: of what another has by now, a public repository can be read all the same.
  if (found?.data.id !== told.id || found.data.owner.login.toLowerCase() !== at.owner.toLowerCase()) return undefined;
  const { full_name: fullName, default_branch: defaultBranch, private: isPrivate } = found.data;
  return { id: told.id, fullName, installationId: told.installationId, defaultBranch, private: isPrivate };
}

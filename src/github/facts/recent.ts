/** What a repository has lately: for people who choose a revision. Calls: 1 each. */
import type { RecentCommit, RepositoryRef, TagName } from "../../operations/ports.ts";
import type { GitHub } from "../client.ts";
import { orUndefined } from "../failures.ts";
import { ownerAndRepo } from "../repository-name.ts";

const perPage = 100;

/**
 * The newest commits of a branch, newest first: each the first parent of the one before it, so that what was merged
 * stands in the order in which the branch got it. None when there is no such branch.
 */
export async function recentCommits(
  github: GitHub,
  repository: RepositoryRef,
  branch: string,
): Promise<readonly RecentCommit[]> {
  const octokit = await github.installation(repository.installationId);
  const answer = await orUndefined(
    octokit.rest.repos.listCommits({ ...ownerAndRepo(repository.fullName), sha: branch, per_page: perPage }),
    // 409: the repository is empty.
    [404, 409],
  );
  const listed = new Map((answer?.data ?? []).map((commit) => [commit.sha, commit]));
  const recent: RecentCommit[] = [];
  for (let commit = answer?.data[0]; commit !== undefined; commit = listed.get(commit.parents[0]?.sha ?? "")) {
    const [title = ""] = commit.commit.message.split("\n");
    recent.push({ sha: commit.sha, tree: commit.commit.tree.sha, title });
    listed.delete(commit.sha);
  }
  return recent;
}

/** At most a hundred tags, as GitHub lists them. */
export async function listTags(github: GitHub, repository: RepositoryRef): Promise<readonly TagName[]> {
  const octokit = await github.installation(repository.installationId);
  const tags = await octokit.rest.repos.listTags({ ...ownerAndRepo(repository.fullName), per_page: perPage });
  return tags.data.map(({ name, commit }) => ({ name, sha: commit.sha }));
}

/** Which repositories the App can reach. Calls: 1 for each hundred. */
import type { GitHub } from "./client.ts";
import type { EventRepository } from "./events.ts";

/** Ids of the installations that are not suspended. */
export async function listInstallations(github: GitHub): Promise<readonly number[]> {
  const app = await github.app();
  const installations = await app.paginate(app.rest.apps.listInstallations, { per_page: 100 });
  return installations
    .filter(({ suspended_at }) => suspended_at === null || suspended_at === undefined)
    .map(({ id }) => id);
}

export async function listRepositories(github: GitHub, installationId: number): Promise<readonly EventRepository[]> {
  const octokit = await github.installation(installationId);
  const repositories = await octokit.paginate(octokit.rest.apps.listReposAccessibleToInstallation, { per_page: 100 });
  return repositories.map((repository) => ({
    id: repository.id,
    fullName: repository.full_name,
    installationId,
    defaultBranch: repository.default_branch,
    private: repository.private,
  }));
}

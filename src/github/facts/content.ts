/**
 * What a service's files hold at a commit. Calls: 1. A commit never changes, so what was told of the last few is kept: a
 * merge asks the same for every service and environment.
 */
import type { RepositoryRef } from "../../operations/ports.ts";
import { contentOf, type TreeFile } from "../../policy/paths.ts";
import { createShortMemory } from "../../short-memory.ts";
import type { GitHub } from "../client.ts";
import { ownerAndRepo } from "../repository-name.ts";

const rememberMs = 60 * 60_000;
const mostRemembered = 2_000;
/** A listing may be some megabytes: it is kept only for the services of the same merge. */
const listingMs = 10_000;
const mostListings = 2;

/** Undefined when GitHub does not list all files of the commit. */
export function createContentReader(github: GitHub) {
  const contents = createShortMemory<string | undefined>(github, { forMs: rememberMs, most: mostRemembered });
  const listings = createShortMemory<readonly TreeFile[] | undefined>(github, { forMs: listingMs, most: mostListings });
  return async (repository: RepositoryRef, sha: string, paths: readonly string[]): Promise<string | undefined> =>
    await contents.get(`${repository.id}/${sha}/${JSON.stringify(paths)}`, async () => {
      const files = await listings.get(`${repository.id}/${sha}`, () => listFiles(github, repository, sha));
      return files && contentOf(files, paths);
    });
}

/** "Git trees" in GitHub's REST reference: 100,000 entries and 7 MB at most; a longer listing says that it is cut. */
async function listFiles(
  github: GitHub,
  repository: RepositoryRef,
  sha: string,
): Promise<readonly TreeFile[] | undefined> {
  const octokit = await github.installation(repository.installationId);
  const { data } = await octokit.rest.git.getTree({
    ...ownerAndRepo(repository.fullName),
    tree_sha: sha,
    recursive: "1",
  });
  if (data.truncated) return undefined;
  // A submodule (`commit`) is content as a file is; folders follow from what is in them.
  return data.tree.filter(({ type }) => type !== "tree").map(({ path, mode, sha }) => ({ path, mode, sha }));
}

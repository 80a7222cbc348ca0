/**
 * Finds the commit that a person names: a branch, a tag, a full or an abbreviated SHA; branches win over tags, tags
 * over SHAs.
 *
 * GitHub answers for every commit of a repository's whole network of forks, so that a SHA being found proves nothing. A
 * commit counts as the repository's own only when a branch or tag of the repository itself reaches it. Calls:
 *
 * - a branch: 1; a tag: 2 (the branch that is not there, the tag);
 * - a full SHA: 1, and then as few as prove it: branches whose head it is (1), the default branch (1), pull requests of
 *   the repository that contain it (1, and 1 for each of their branches), tags (1), other branches and tags (2 lists at
 *   most, 1 for each), at most `mostComparisons` of them. What is not proven by then is treated as not the
 *   repository's: naming the branch instead of the SHA always works.
 */
import semver from "semver";
import type { FoundRevision, RepositoryRef } from "../../operations/ports.ts";
import { optional } from "../../optional.ts";
import type { GitHub } from "../client.ts";
import { orUndefined } from "../failures.ts";
import { type OwnerAndRepo, ownerAndRepo, sameRepository } from "../repository-name.ts";

const mostComparisons = 20;

type Octokit = Awaited<ReturnType<GitHub["installation"]>>;
type Commit = { readonly sha: string; readonly tree: string };

export async function findRevision(
  github: GitHub,
  repository: RepositoryRef,
  name: string,
): Promise<FoundRevision | undefined> {
  if (!isRefName(name)) return undefined;
  const looksLikeSha = /^[0-9a-f]{7,40}$/.test(name);
  // GitHub refuses branches and tags that are named like a whole SHA.
  if (!(looksLikeSha && name.length === 40)) {
    const branch = await findBranch(github, repository, name);
    if (branch !== undefined) return branch;
    const tag = await commitOf(github, repository, `tags/${name}`);
    if (tag !== undefined) {
      return { ...tag, ref: name, ...optional("version", semver.valid(name)), inRepository: true };
    }
  }
  if (!looksLikeSha) return undefined;
  const commit = await commitOf(github, repository, name);
  // A ref with an odd name must not pass for the abbreviation of a SHA.
  if (commit === undefined || !commit.sha.startsWith(name)) return undefined;
  return { ...commit, inRepository: await isReachable(github, repository, commit.sha) };
}

export async function findBranch(
  github: GitHub,
  repository: RepositoryRef,
  branch: string,
): Promise<FoundRevision | undefined> {
  if (!isRefName(branch)) return undefined;
  const octokit = await github.installation(repository.installationId);
  const found = await orUndefined(octokit.rest.repos.getBranch({ ...ownerAndRepo(repository.fullName), branch }));
  if (found === undefined) return undefined;
  // GitHub leads on from a branch's former name; what is there is then named as it is now.
  const { name, commit } = found.data;
  return { sha: commit.sha, tree: commit.commit.tree.sha, ref: name, inRepository: true };
}

/** What git allows in the name of a ref (git-check-ref-format), so that `main~3` or `a..b` never reaches GitHub. */
export function isRefName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (name.length === 0 || name.length > 250 || /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\.lock(\/|$)/.test(name))
    return false;
  return !/^[/.-]|\/\.|[/.]$/.test(name) && name !== "@";
}

/** Calls: 1. A fork's commit is found too: it proves nothing of where the commit belongs. */
export async function readTree(github: GitHub, repository: RepositoryRef, sha: string): Promise<string> {
  const octokit = await github.installation(repository.installationId);
  const commit = await octokit.rest.git.getCommit({ ...ownerAndRepo(repository.fullName), commit_sha: sha });
  return commit.data.tree.sha;
}

async function commitOf(github: GitHub, repository: RepositoryRef, ref: string): Promise<Commit | undefined> {
  const octokit = await github.installation(repository.installationId);
  const found = await orUndefined(
    octokit.rest.repos.getCommit({ ...ownerAndRepo(repository.fullName), ref, per_page: 1 }),
    // 422: no commit for that SHA, or more than one begins so.
    [404, 409, 422],
  );
  return found && { sha: found.data.sha, tree: found.data.commit.tree.sha };
}

async function isReachable(github: GitHub, repository: RepositoryRef, sha: string): Promise<boolean> {
  const octokit = await github.installation(repository.installationId);
  const at = ownerAndRepo(repository.fullName);
  const heads = await orUndefined(octokit.rest.repos.listBranchesForHeadCommit({ ...at, commit_sha: sha }), [404, 422]);
  if (heads !== undefined && heads.data.length > 0) return true;

  const looked = new Set<string>();
  for await (const tip of tips(octokit, repository, at, sha)) {
    if (tip === sha) return true;
    if (looked.has(tip)) continue;
    if (looked.size === mostComparisons) return false;
    looked.add(tip);
    if (await reaches(octokit, at, tip, sha)) return true;
  }
  return false;
}

/**
 * Tips of the repository's own branches and tags that may reach the commit, likeliest first: by SHA, or by a branch's
 * name where GitHub has not told its SHA.
 */
async function* tips(octokit: Octokit, repository: RepositoryRef, at: OwnerAndRepo, sha: string) {
  yield repository.defaultBranch;
  const pulls = await orUndefined(
    octokit.rest.repos.listPullRequestsAssociatedWithCommit({ ...at, commit_sha: sha, per_page: 10 }),
    [404, 409, 422],
  );
  for (const { head, base, state } of pulls?.data ?? []) {
    // The head of an open pull request is a branch that exists; that of a fork's is none of ours.
    const own = head.repo !== null && sameRepository(head.repo.full_name, repository.fullName);
    if (own && state === "open") yield head.sha;
    yield base.ref;
  }
  const tags = await octokit.rest.repos.listTags({ ...at, per_page: 100 });
  if (tags.data.some((tag) => tag.commit.sha === sha)) yield sha;
  const branches = await octokit.rest.repos.listBranches({ ...at, per_page: 100 });
  for (const branch of branches.data) yield branch.commit.sha;
  for (const tag of tags.data) yield tag.commit.sha;
}

/** Seen from the tip, what it reaches is behind it: the answer then lists no commits and no files. */
async function reaches(octokit: Octokit, at: OwnerAndRepo, tip: string, sha: string): Promise<boolean> {
  const compared = await orUndefined(
    octokit.rest.repos.compareCommitsWithBasehead({ ...at, basehead: `${tip}...${sha}`, per_page: 1 }),
  );
  return compared?.data.status === "behind" || compared?.data.status === "identical";
}

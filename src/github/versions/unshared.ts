/** What one commit has that another lacks: by content, since a squashed merge shares no commits. */
import type { RepositoryRef } from "../../operations/ports.ts";
import type { Unshared } from "../../operations/version-writes.ts";
import type { GitHub } from "../client.ts";
import { authorsOf } from "../facts/comparison.ts";
import { orUndefined } from "../failures.ts";
import { type OwnerAndRepo, ownerAndRepo } from "../repository-name.ts";

type Octokit = Awaited<ReturnType<GitHub["installation"]>>;

const perPage = 100;
/** GitHub lists no more files of a comparison: with so many it cannot be told which are missing. */
const mostListed = 300;
/** Of so many files it is looked whether both hold the same; more than these are taken to differ. */
const mostLooked = 30;

/** Calls: 1, and 1 for each file that `from` changed, up to thirty; 1 more with `since`. */
export async function findUnshared(
  github: GitHub,
  repository: RepositoryRef,
  from: string,
  to: string,
  since?: string,
): Promise<Unshared> {
  const octokit = await github.installation(repository.installationId);
  const at = ownerAndRepo(repository.fullName);
  const all = await compared(octokit, at, to, from);
  const later = since === undefined || all.files.length === 0 ? undefined : await compared(octokit, at, since, from);
  const counts = later?.holdsBase === true && later.files.length < mostListed;
  const among = counts ? new Set(later.files.map(({ filename }) => filename)) : undefined;
  // What GitHub does not list of all may be among what came later.
  const listed = counts && all.files.length >= mostListed ? later.files : all.files;
  const files: string[] = [];
  for (const [i, file] of listed.filter(({ filename }) => among?.has(filename) !== false).entries()) {
    const there = i < mostLooked ? await blobAt(octokit, at, to, file.filename) : undefined;
    const same = file.status === "removed" ? i < mostLooked && there === undefined : there === file.sha;
    if (!same) files.push(file.filename);
  }
  const { commits, authors } = counts ? later : all;
  return { commits, authors, files };
}

/** What `head` has since it parted from `base`. GitHub lists every file with the first page of commits. Calls: 1. */
async function compared(octokit: Octokit, at: OwnerAndRepo, base: string, head: string) {
  const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
    ...at,
    basehead: `${base}...${head}`,
    per_page: perPage,
  });
  const listed = data.commits.map(({ sha, author, commit }) => ({
    sha,
    login: author !== null && "login" in author ? author.login : undefined,
    email: commit.author?.email,
    message: commit.message,
  }));
  return {
    holdsBase: data.status === "ahead" || data.status === "identical",
    commits: data.total_commits,
    authors: authorsOf(listed),
    files: data.files ?? [],
  };
}

async function blobAt(octokit: Octokit, at: OwnerAndRepo, ref: string, path: string): Promise<string | undefined> {
  const found = await orUndefined(octokit.rest.repos.getContent({ ...at, path, ref }));
  return found === undefined || Array.isArray(found.data) ? undefined : found.data.sha;
}

/** Calls: 1. GitHub finds it out in the background, and says null until then. */
export async function readMergeable(
  github: GitHub,
  repository: RepositoryRef,
  pullRequest: number,
): Promise<boolean | undefined> {
  const octokit = await github.installation(repository.installationId);
  const found = await octokit.rest.pulls.get({ ...ownerAndRepo(repository.fullName), pull_number: pullRequest });
  return found.data.mergeable ?? undefined;
}

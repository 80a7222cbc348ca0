/** Pull requests and issues as GitHub has them now. Calls: 1, unless said otherwise; for an issue of another repository that is not there, 2. */

import type { FoundPullRequest, RepositoryRef } from "../../operations/ports.ts";
import { optional } from "../../optional.ts";
import type { NamedIssue } from "../../policy/pull-request.ts";
import { storable } from "../../storable.ts";
import type { GitHub } from "../client.ts";
import { orUndefined } from "../failures.ts";
import { ownerAndRepo, sameRepository } from "../repository-name.ts";

type Account = { readonly login: string; readonly type?: string | undefined };

/** A pull request in GitHub's shape, as far as it is read: the same in a payload, in a list and by itself. */
export type GitHubPullRequest = {
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: string;
  readonly draft?: boolean | undefined;
  readonly user: { readonly login: string } | null;
  readonly assignees?: readonly Account[] | null | undefined;
  readonly labels?: readonly { readonly name: string }[] | null | undefined;
  readonly requested_reviewers?: readonly Account[] | null | undefined;
  readonly requested_teams?: readonly { readonly slug: string }[] | null | undefined;
  readonly head: { readonly sha: string; readonly ref: string; readonly repo: { readonly id: number } | null };
  readonly base: { readonly ref: string; readonly repo: { readonly id: number } };
  readonly created_at: string;
  readonly updated_at: string;
  readonly merged_at: string | null;
  readonly merged_by?: { readonly login: string } | null | undefined;
  readonly merge_commit_sha: string | null;
};

export function foundPullRequest(pull: GitHubPullRequest): FoundPullRequest {
  return {
    number: pull.number,
    title: storable(pull.title),
    body: storable(pull.body ?? ""),
    // GitHub shows the work of deleted accounts under this name.
    author: pull.user?.login ?? "ghost",
    draft: pull.draft ?? false,
    state: pull.state === "open" ? "open" : "closed",
    headSha: pull.head.sha,
    headRef: pull.head.ref,
    baseRef: pull.base.ref,
    fromFork: pull.head.repo?.id !== pull.base.repo.id,
    assignees: (pull.assignees ?? []).map(({ login }) => login).toSorted(),
    ...optional("labels", pull.labels?.map(({ name }) => storable(name)).toSorted()),
    requestedReviewers: [
      ...people(pull.requested_reviewers ?? []),
      ...(pull.requested_teams ?? []).map(({ slug }) => `team:${slug}`),
    ].toSorted(),
    createdAt: Date.parse(pull.created_at),
    updatedAt: Date.parse(pull.updated_at),
    ...(pull.merged_at === null
      ? {}
      : {
          mergedAt: Date.parse(pull.merged_at),
          ...optional("mergedBy", pull.merged_by?.login),
          // Before the merge this is only GitHub's trial merge.
          ...optional("mergeSha", pull.merge_commit_sha),
        }),
  };
}

/** Many repositories ask a program for a review of everything, which would satisfy the rule for nothing. */
function people(accounts: readonly Account[]): readonly string[] {
  return accounts.filter(({ type }) => type !== "Bot").map(({ login }) => login);
}

/** Calls: 1 for each hundred. */
export async function listOpenPullRequests(
  github: GitHub,
  repository: RepositoryRef,
): Promise<readonly FoundPullRequest[]> {
  const octokit = await github.installation(repository.installationId);
  const open = await octokit.paginate(octokit.rest.pulls.list, {
    ...ownerAndRepo(repository.fullName),
    state: "open",
    per_page: 100,
  });
  return open.map(foundPullRequest);
}

/** Calls: 1; more than a hundred reviews change nothing, one is enough. */
export async function readReviewers(
  github: GitHub,
  repository: RepositoryRef,
  number: number,
): Promise<readonly string[]> {
  const octokit = await github.installation(repository.installationId);
  const answer = await orUndefined(
    octokit.rest.pulls.listReviews({ ...ownerAndRepo(repository.fullName), pull_number: number, per_page: 100 }),
  );
  const given = answer?.data.filter(({ state }) => state !== "PENDING") ?? [];
  return [...new Set(people(given.flatMap(({ user }) => user ?? [])))].toSorted();
}

/** Calls: 1 for each hundred files until the file is found; GitHub lists at most 3,000. */
export async function changesFile(
  github: GitHub,
  repository: RepositoryRef,
  number: number,
  path: string,
): Promise<boolean> {
  const octokit = await github.installation(repository.installationId);
  const pages = octokit.paginate.iterator(octokit.rest.pulls.listFiles, {
    ...ownerAndRepo(repository.fullName),
    pull_number: number,
    per_page: 100,
  });
  for await (const { data } of pages) if (data.some(({ filename }) => filename === path)) return true;
  return false;
}

/** GitHub lists no more files of a pull request than these. */
const mostListedFiles = 3_000;

/** Both names of a file that was renamed. Calls: 1 for each hundred files. */
export async function listChangedFiles(
  github: GitHub,
  repository: RepositoryRef,
  number: number,
): Promise<{ readonly paths: readonly string[]; readonly whole: boolean }> {
  const octokit = await github.installation(repository.installationId);
  const files = await octokit.paginate(octokit.rest.pulls.listFiles, {
    ...ownerAndRepo(repository.fullName),
    pull_number: number,
    per_page: 100,
  });
  const paths = files.flatMap(({ filename, previous_filename: before }) => [filename, ...(before ? [before] : [])]);
  return { paths: [...new Set(paths)], whole: files.length < mostListedFiles };
}

export async function readPullRequest(
  github: GitHub,
  repository: RepositoryRef,
  number: number,
): Promise<FoundPullRequest | undefined> {
  const octokit = await github.installation(repository.installationId);
  const answer = await orUndefined(
    octokit.rest.pulls.get({ ...ownerAndRepo(repository.fullName), pull_number: number }),
  );
  return answer && foundPullRequest(answer.data);
}

/** Calls: 1 when no pull request into the branch made the commit, else 2, since a list does not say who merged. */
export async function findMergedPullRequest(
  github: GitHub,
  repository: RepositoryRef,
  branch: string,
  sha: string,
): Promise<FoundPullRequest | undefined> {
  const octokit = await github.installation(repository.installationId);
  const answer = await orUndefined(
    octokit.rest.repos.listPullRequestsAssociatedWithCommit({
      ...ownerAndRepo(repository.fullName),
      commit_sha: sha,
      per_page: 100,
    }),
    // 409: the repository is empty; 422: there is no such commit.
    [404, 409, 422],
  );
  const made = answer?.data.find(
    (pull) => pull.merged_at !== null && pull.merge_commit_sha === sha && pull.base.ref === branch,
  );
  return made && (await readPullRequest(github, repository, made.number));
}

export async function readIssue(
  github: GitHub,
  repository: RepositoryRef,
  named: Pick<NamedIssue, "repository" | "number">,
): Promise<NamedIssue["state"]> {
  const at = namedRepository(named.repository);
  if (at === undefined) return "missing";
  const octokit = await github.installation(repository.installationId);
  // 410: issues are switched off there, or this one was deleted; 301 leads on to where it was transferred.
  const answer = await orUndefined(octokit.rest.issues.get({ ...at, issue_number: named.number }), [404, 410, 403]);
  if (answer !== undefined) {
    if (answer.data.pull_request) return "pull-request";
    return answer.data.state === "open" ? "open" : "closed";
  }
  if (sameRepository(named.repository, repository.fullName)) return "missing";
  // GitHub hides what the App may not see behind the same 404.
  return (await orUndefined(octokit.rest.repos.get(at), [404, 403])) === undefined ? "unknown" : "missing";
}

function namedRepository(fullName: string) {
  return /^[\w.-]+\/[\w.-]+$/.test(fullName) ? ownerAndRepo(fullName) : undefined;
}

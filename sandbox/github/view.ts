/** What the sandbox's page and tests see of a repository: a snapshot in the contract's own words. */
import type {
  SandboxCheckRun,
  SandboxComment,
  SandboxPullRequest,
  SandboxRepositoryView,
  SandboxWorkflowRun,
} from "../contract.ts";
import { unmetChecks } from "./acts/protection.ts";
import { isPull, type PullIssue, pullsOf } from "./hub/hub.ts";
import type { CheckRun, Comment, Repository, Review } from "./hub/state.ts";
import { refsUnder } from "./routes/repositories.ts";

function commentView(comment: Comment): SandboxComment {
  return {
    id: comment.id,
    author: comment.author.login,
    body: comment.body,
    edits: comment.edits,
    createdAt: new Date(comment.createdAt).toISOString(),
  };
}

function checkRunView(run: CheckRun): SandboxCheckRun {
  return {
    id: run.id,
    name: run.name,
    headSha: run.headSha,
    status: run.status,
    conclusion: run.conclusion,
    title: run.title ?? "",
    summary: run.summary ?? "",
  };
}

/** The latest check run of each App and name on a commit. */
function latestRuns(repository: Repository, sha: string): readonly CheckRun[] {
  const latest = new Map<string, CheckRun>();
  for (const run of repository.checkRuns.values()) {
    if (run.headSha === sha) latest.set(`${run.app} ${run.name}`, run);
  }
  return [...latest.values()];
}

/** A comment takes nothing back that was said before it. */
function approvers(reviews: readonly Review[]): readonly string[] {
  const said = reviews.filter(({ state }) => state !== "COMMENTED" && state !== "PENDING");
  const latest = new Map(said.map(({ author, state }) => [author.login, state]));
  return [...latest].flatMap(([login, state]) => (state === "APPROVED" ? [login] : []));
}

function pullView(repository: Repository, issue: PullIssue): SandboxPullRequest {
  const { pull } = issue;
  const unmet = unmetChecks(repository, pull.baseRef, pull.headSha);
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body ?? "",
    author: issue.author.login,
    draft: pull.draft,
    assignees: issue.assignees.map(({ login }) => login),
    state: issue.state,
    merged: pull.merged !== null,
    mergeSha: pull.merged?.sha ?? null,
    head: { ref: pull.headRef, sha: pull.headSha },
    base: { ref: pull.baseRef, sha: pull.baseSha },
    comments: issue.comments.map(commentView),
    approvedBy: approvers(pull.reviews),
    checkRuns: latestRuns(repository, pull.headSha).map(checkRunView),
    mergeable: issue.state === "open" && !pull.draft && unmet.length === 0,
  };
}

export function repositoryView(repository: Repository): SandboxRepositoryView {
  return {
    fullName: repository.fullName,
    defaultBranch: repository.defaultBranch,
    branches: refsUnder(repository, "refs/heads/"),
    pullRequests: pullsOf(repository).map((issue) => pullView(repository, issue)),
    issues: [...repository.issues.values()]
      .filter((issue) => !isPull(issue))
      .map((issue) => ({
        number: issue.number,
        title: issue.title,
        state: issue.state,
        comments: issue.comments.map(commentView),
      })),
    tags: refsUnder(repository, "refs/tags/"),
    releases: [...repository.releases.values()].map(({ tagName, name, body }) => ({
      tag: tagName,
      name: name ?? "",
      body: body ?? "",
    })),
    deployments: [...repository.deployments.values()].map((deployment) => ({
      id: deployment.id,
      sha: deployment.sha,
      environment: deployment.environment,
      payload: deployment.payload,
      statuses: deployment.statuses.map((status) => ({
        state: status.state,
        description: status.description,
        logUrl: status.logUrl,
        createdAt: new Date(status.createdAt).toISOString(),
      })),
    })),
  };
}

export function workflowRunsView(repository: Repository): readonly SandboxWorkflowRun[] {
  return [...repository.actions.runs.values()].map(
    ({ id, workflow, title, event, sha, attempt, status, conclusion, attempts, problem }) => ({
      ...{ id, workflow: workflow.path, title, event, sha, attempt, status, conclusion },
      ...(problem === undefined ? {} : { problem }),
      jobs: (attempts.at(-1)?.jobs ?? []).map((job) => ({ name: job.name, conclusion: job.conclusion, log: job.log })),
    }),
  );
}

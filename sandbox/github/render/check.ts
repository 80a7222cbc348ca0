/** Check runs, check suites and statuses as GitHub writes them. */
import type { Commit } from "../git/objects.ts";
import { type Hub, nodeId, pullsOf } from "../hub/hub.ts";
import type { CheckRun, CheckSuite, CommitStatus, Repository } from "../hub/state.ts";
import { accountJson, appJson, type Json, time, timeOrNull } from "./account.ts";
import { htmlUrl, repositoryUrl } from "./repository.ts";

function pullReferences(hub: Hub, repository: Repository, sha: string): readonly Json[] {
  const repo = { id: repository.id, url: repositoryUrl(hub, repository), name: repository.name };
  return pullsOf(repository)
    .filter((issue) => issue.state === "open" && issue.pull.fork === undefined && issue.pull.headSha === sha)
    .map(({ number, pull }) => ({
      url: `${repositoryUrl(hub, repository)}/pulls/${number}`,
      id: pull.id,
      number,
      head: { ref: pull.headRef, sha: pull.headSha, repo },
      base: { ref: pull.baseRef, sha: pull.baseSha, repo },
    }));
}

export function checkRunJson(hub: Hub, repository: Repository, run: CheckRun): Json {
  const url = `${repositoryUrl(hub, repository)}/check-runs/${run.id}`;
  const html = `${htmlUrl(hub, repository)}/runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId("CheckRun", run.id),
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: html,
    details_url: run.detailsUrl ?? html,
    status: run.status,
    conclusion: run.conclusion,
    started_at: time(run.startedAt),
    completed_at: timeOrNull(run.completedAt),
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suite.id },
    app: appJson(hub, run.app),
    pull_requests: pullReferences(hub, repository, run.headSha),
  };
}

export function suiteState(
  repository: Repository,
  suite: CheckSuite,
): { readonly status: string; readonly conclusion: string | null; readonly runs: number } {
  const runs = [...repository.checkRuns.values()].filter((run) => run.suite === suite);
  if (runs.length === 0) return { status: "queued", conclusion: null, runs: 0 };
  if (runs.some((run) => run.status !== "completed")) {
    return { status: "in_progress", conclusion: null, runs: runs.length };
  }
  const worst = ["failure", "timed_out", "action_required", "cancelled", "success", "neutral", "skipped", "stale"];
  const conclusion = worst.find((one) => runs.some((run) => run.conclusion === one)) ?? null;
  return { status: "completed", conclusion, runs: runs.length };
}

export function checkSuiteJson(hub: Hub, repository: Repository, suite: CheckSuite): Json {
  const { status, conclusion, runs } = suiteState(repository, suite);
  const url = `${repositoryUrl(hub, repository)}/check-suites/${suite.id}`;
  return {
    id: suite.id,
    node_id: nodeId("CheckSuite", suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    status,
    conclusion,
    url,
    before: suite.before,
    after: suite.headSha,
    pull_requests: pullReferences(hub, repository, suite.headSha),
    app: appJson(hub, suite.app),
    created_at: time(suite.createdAt),
    updated_at: time(suite.updatedAt),
    rerequestable: true,
    runs_rerequestable: true,
    latest_check_runs_count: runs,
    check_runs_url: `${url}/check-runs`,
    head_commit: suite.headCommit === undefined ? null : suiteCommitJson(suite.headCommit),
  };
}

function suiteCommitJson({ sha, tree, message, author, committer }: Commit): Json {
  return {
    id: sha,
    tree_id: tree,
    message,
    timestamp: time(committer.seconds * 1000),
    author: { name: author.name, email: author.email },
    committer: { name: committer.name, email: committer.email },
  };
}

export function statusJson(hub: Hub, repository: Repository, status: CommitStatus): Json {
  return {
    url: `${repositoryUrl(hub, repository)}/statuses/${status.sha}`,
    avatar_url: `${hub.url()}/avatars/${status.creator.id}`,
    id: status.id,
    node_id: nodeId("StatusContext", status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: time(status.createdAt),
    updated_at: time(status.createdAt),
    creator: accountJson(hub, status.creator),
  };
}

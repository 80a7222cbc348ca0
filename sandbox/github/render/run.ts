/** Workflow runs and merge groups as GitHub writes them. */
import { type Hub, nodeId } from "../hub/hub.ts";
import type { MergeGroup, Repository, WorkflowRun } from "../hub/state.ts";
import { accountJson, type Json, time } from "./account.ts";
import { htmlUrl, repositoryUrl } from "./repository.ts";

export function runUrl(hub: Hub, repository: Repository, run: WorkflowRun): string {
  return `${repositoryUrl(hub, repository)}/actions/runs/${run.id}`;
}

export function runJson(hub: Hub, repository: Repository, run: WorkflowRun): Json {
  const url = runUrl(hub, repository, run);
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId("WorkflowRun", run.id),
    head_branch: run.branch,
    head_sha: run.sha,
    path: ".github/workflows/deploy.yml",
    display_title: run.name,
    run_number: 1,
    run_attempt: 1,
    event: "push",
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: repository.id,
    url,
    html_url: `${htmlUrl(hub, repository)}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: time(run.createdAt),
    updated_at: time(run.updatedAt),
    run_started_at: time(run.createdAt),
    actor: accountJson(hub, run.actor),
    triggering_actor: accountJson(hub, run.actor),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
  };
}

export function mergeGroupJson(group: MergeGroup, message: string): Json {
  return {
    head_sha: group.headSha,
    head_ref: `refs/heads/${group.headRef}`,
    base_sha: group.baseSha,
    base_ref: `refs/heads/${group.baseRef}`,
    head_commit: { id: group.headSha, message },
  };
}

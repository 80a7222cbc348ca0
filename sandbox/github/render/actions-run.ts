/** Workflow runs and jobs of the sandbox's Actions as GitHub writes them. */
import type { ActionsRun, JobRecord } from "../actions/state.ts";
import { type Hub, nodeId } from "../hub/hub.ts";
import type { Repository } from "../hub/state.ts";
import { accountJson, type Json, time, timeOrNull } from "./account.ts";
import { htmlUrl, repositoryUrl } from "./repository.ts";

export function runPage(hub: Hub, repository: Repository, run: Pick<ActionsRun, "id">): string {
  return `${htmlUrl(hub, repository)}/actions/runs/${run.id}`;
}

export function jobPage(hub: Hub, repository: Repository, run: Pick<ActionsRun, "id">, job: number): string {
  return `${runPage(hub, repository, run)}/job/${job}`;
}

/** As it is now, or as one attempt was. */
export function actionsRunJson(hub: Hub, repository: Repository, run: ActionsRun, number = run.attempt): Json {
  const url = `${repositoryUrl(hub, repository)}/actions/runs/${run.id}`;
  const attempt = run.attempts.find((one) => one.number === number);
  const isNewest = number === run.attempt;
  return {
    id: run.id,
    name: run.workflow.name,
    node_id: nodeId("WorkflowRun", run.id),
    head_branch: run.ref.replace(/^refs\/(?:heads|tags)\//u, ""),
    head_sha: run.sha,
    path: run.workflow.path,
    display_title: run.title,
    run_number: run.number,
    run_attempt: number,
    event: run.event,
    status: isNewest ? run.status : "completed",
    conclusion: isNewest ? run.conclusion : (attempt?.conclusion ?? null),
    workflow_id: run.workflow.id,
    url,
    html_url: runPage(hub, repository, run),
    pull_requests: [],
    created_at: time(run.createdAt),
    updated_at: time(run.updatedAt),
    run_started_at: time(attempt?.startedAt ?? run.createdAt),
    actor: accountJson(hub, run.actor),
    triggering_actor: accountJson(hub, run.actor),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    repository: { id: repository.id, full_name: repository.fullName },
  };
}

export function jobJson(hub: Hub, repository: Repository, run: ActionsRun, job: JobRecord): Json {
  const api = repositoryUrl(hub, repository);
  return {
    id: job.id,
    run_id: run.id,
    run_url: `${api}/actions/runs/${run.id}`,
    run_attempt: job.attempt,
    node_id: nodeId("CheckRun", job.id),
    head_sha: run.sha,
    head_branch: run.ref.replace(/^refs\/(?:heads|tags)\//u, ""),
    url: `${api}/actions/jobs/${job.id}`,
    html_url: jobPage(hub, repository, run, job.id),
    status: job.status,
    conclusion: job.conclusion,
    created_at: time(run.createdAt),
    started_at: time(job.startedAt ?? run.createdAt),
    completed_at: timeOrNull(job.completedAt),
    name: job.name,
    steps: job.steps.map(({ name, status, conclusion, number, startedAt, completedAt }) => ({
      ...{ name, status, conclusion, number },
      ...{ started_at: timeOrNull(startedAt), completed_at: timeOrNull(completedAt) },
    })),
    check_run_url: `${api}/check-runs/${job.check.id}`,
    labels: ["ubuntu-latest"],
    workflow_name: run.workflow.name,
  };
}

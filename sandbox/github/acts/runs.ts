/** What happens to workflow runs that deploy: held before an environment, let in or turned away, carried out. */
import type { Hub } from "../hub/hub.ts";
import type { Account, Repository, WorkflowRun } from "../hub/state.ts";
import { unprocessable } from "../problem.ts";
import { deploymentJson } from "../render/deployment.ts";
import { runJson, runUrl } from "../render/run.ts";
import { addDeploymentStatus, createDeployment } from "./deployments.ts";

/** GitHub takes so many reports on one run's environment. */
const mostReports = 10;

function tellRun(
  hub: Hub,
  repository: Repository,
  run: WorkflowRun,
  action: "requested" | "in_progress" | "completed",
) {
  run.updatedAt = hub.now();
  hub.emit(repository, "workflow_run", run.actor, {
    action,
    workflow_run: runJson(hub, repository, run),
    workflow: null,
  });
}

function tellDeployment(hub: Hub, repository: Repository, run: WorkflowRun, state: string): void {
  const { deployment } = run;
  const { environment } = deployment;
  const wish = { state, description: "", logUrl: runUrl(hub, repository, run), environmentUrl: "", environment };
  addDeploymentStatus(hub, repository, deployment, run.actor, wish, true);
}

/** With `guarded`, the environment asks the App before the run may go on. */
export function startRun(
  hub: Hub,
  repository: Repository,
  by: Account,
  wish: { readonly sha: string; readonly branch: string; readonly environment: string; readonly guarded: boolean },
): WorkflowRun {
  const { sha, branch, environment, guarded } = wish;
  const deployment = createDeployment(hub, repository, by, {
    ...{ sha, ref: branch, task: "deploy", payload: {}, environment, description: null },
    ...{ transient: false, production: environment === "production" },
  });
  const run: WorkflowRun = {
    ...{ id: hub.nextId(), name: "Deploy", sha, branch, actor: by, deployment },
    ...{ status: guarded ? "waiting" : "in_progress", conclusion: null, reports: [] },
    ...{ createdAt: hub.now(), updatedAt: hub.now() },
  };
  repository.runs.set(run.id, run);
  tellRun(hub, repository, run, "requested");
  if (!guarded) {
    letIn(hub, repository, run);
    return run;
  }
  tellDeployment(hub, repository, run, "waiting");
  hub.emit(repository, "deployment_protection_rule", by, {
    action: "requested",
    environment,
    event: "push",
    deployment_callback_url: `${runUrl(hub, repository, run)}/deployment_protection_rule`,
    deployment: deploymentJson(hub, repository, deployment),
    pull_requests: [],
  });
  return run;
}

/** What the App says about the environment; without a state it is only a word on how it stands. */
export function reportOnRun(
  hub: Hub,
  repository: Repository,
  run: WorkflowRun,
  report: WorkflowRun["reports"][number],
  environment: string,
): void {
  if (run.deployment.environment.toLowerCase() !== environment.toLowerCase()) {
    throw unprocessable(`There is no pending deployment request for the environment ${environment}.`);
  }
  if (run.status !== "waiting") throw unprocessable("There are no pending deployment requests to approve or reject.");
  if (run.reports.length >= mostReports) throw unprocessable("Too many status reports for this deployment.");
  run.reports.push(report);
  if (report.state === "approved") letIn(hub, repository, run);
  if (report.state === "rejected") completeRun(hub, repository, run, "failure");
  hub.changed();
}

function letIn(hub: Hub, repository: Repository, run: WorkflowRun): void {
  run.status = "in_progress";
  tellRun(hub, repository, run, "in_progress");
  tellDeployment(hub, repository, run, "in_progress");
}

export function completeRun(
  hub: Hub,
  repository: Repository,
  run: WorkflowRun,
  conclusion: NonNullable<WorkflowRun["conclusion"]>,
): void {
  if (run.status === "completed") return;
  run.status = "completed";
  run.conclusion = conclusion;
  // A run that was called off leaves its Deployment without an end of its own.
  if (conclusion !== "cancelled") tellDeployment(hub, repository, run, conclusion);
  tellRun(hub, repository, run, "completed");
}

/** What happens to deployments and their statuses. */
import type { Hub } from "../hub/hub.ts";
import type { Account, Deployment, DeploymentStatus, Repository } from "../hub/state.ts";
import { deploymentJson, deploymentStatusJson } from "../render/deployment.ts";

export function createDeployment(
  hub: Hub,
  repository: Repository,
  by: Account,
  wish: Pick<
    Deployment,
    "sha" | "ref" | "task" | "payload" | "environment" | "description" | "transient" | "production"
  >,
): Deployment {
  const now = hub.now();
  const deployment: Deployment = {
    ...wish,
    id: hub.nextId(),
    originalEnvironment: wish.environment,
    creator: by,
    createdAt: now,
    updatedAt: now,
    statuses: [],
  };
  repository.deployments.set(deployment.id, deployment);
  hub.emit(repository, "deployment", by, {
    action: "created",
    deployment: deploymentJson(hub, repository, deployment),
    workflow: null,
    workflow_run: null,
  });
  return deployment;
}

export function addDeploymentStatus(
  hub: Hub,
  repository: Repository,
  deployment: Deployment,
  by: Account,
  wish: Pick<DeploymentStatus, "state" | "description" | "logUrl" | "environmentUrl" | "environment">,
  autoInactive: boolean,
): DeploymentStatus {
  const status: DeploymentStatus = { ...wish, id: hub.nextId(), creator: by, createdAt: hub.now() };
  deployment.statuses.push(status);
  deployment.environment = wish.environment;
  deployment.updatedAt = hub.now();
  hub.emit(repository, "deployment_status", by, {
    action: "created",
    deployment_status: deploymentStatusJson(hub, repository, deployment, status),
    deployment: deploymentJson(hub, repository, deployment),
    check_run: null,
    workflow: null,
    workflow_run: null,
  });
  if (status.state === "success" && autoInactive) retireOlder(hub, repository, deployment, by);
  return status;
}

/** A success makes what succeeded before in the same environment inactive. GitHub sends no webhook for `inactive`. */
function retireOlder(hub: Hub, repository: Repository, deployment: Deployment, by: Account): void {
  for (const older of repository.deployments.values()) {
    const last = older.statuses.at(-1);
    if (older.id >= deployment.id || older.environment !== deployment.environment || older.transient) continue;
    if (last?.state !== "success") continue;
    older.statuses.push({
      ...last,
      id: hub.nextId(),
      state: "inactive",
      description: "",
      creator: by,
      createdAt: hub.now(),
    });
    older.updatedAt = hub.now();
  }
  hub.changed();
}

/** Deployments, their statuses and releases as GitHub writes them. */
import { type Hub, nodeId } from "../hub/hub.ts";
import type { Deployment, DeploymentStatus, Release, Repository } from "../hub/state.ts";
import { accountJson, type Json, time, timeOrNull } from "./account.ts";
import { htmlUrl, repositoryUrl } from "./repository.ts";

export function deploymentJson(hub: Hub, repository: Repository, deployment: Deployment): Json {
  const url = `${repositoryUrl(hub, repository)}/deployments/${deployment.id}`;
  return {
    url,
    id: deployment.id,
    node_id: nodeId("Deployment", deployment.id),
    task: deployment.task,
    original_environment: deployment.originalEnvironment,
    environment: deployment.environment,
    description: deployment.description,
    created_at: time(deployment.createdAt),
    updated_at: time(deployment.updatedAt),
    statuses_url: `${url}/statuses`,
    repository_url: repositoryUrl(hub, repository),
    creator: accountJson(hub, deployment.creator),
    sha: deployment.sha,
    ref: deployment.ref,
    payload: deployment.payload,
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    performed_via_github_app: null,
  };
}

export function deploymentStatusJson(
  hub: Hub,
  repository: Repository,
  deployment: Deployment,
  status: DeploymentStatus,
): Json {
  const url = `${repositoryUrl(hub, repository)}/deployments/${deployment.id}`;
  return {
    url: `${url}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId("DeploymentStatus", status.id),
    state: status.state,
    creator: accountJson(hub, status.creator),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    created_at: time(status.createdAt),
    updated_at: time(status.createdAt),
    deployment_url: url,
    repository_url: repositoryUrl(hub, repository),
    environment_url: status.environmentUrl,
    log_url: status.logUrl,
    performed_via_github_app: null,
  };
}

export function releaseJson(hub: Hub, repository: Repository, release: Release): Json {
  const url = `${repositoryUrl(hub, repository)}/releases/${release.id}`;
  return {
    url,
    assets_url: `${url}/assets`,
    upload_url: `${url}/assets{?name,label}`,
    html_url: `${htmlUrl(hub, repository)}/releases/tag/${encodeURIComponent(release.tagName)}`,
    id: release.id,
    author: accountJson(hub, release.author),
    node_id: nodeId("Release", release.id),
    tag_name: release.tagName,
    target_commitish: release.target,
    name: release.name,
    draft: release.draft,
    prerelease: release.prerelease,
    created_at: time(release.createdAt),
    published_at: timeOrNull(release.publishedAt),
    assets: [],
    tarball_url: null,
    zipball_url: null,
    body: release.body,
  };
}

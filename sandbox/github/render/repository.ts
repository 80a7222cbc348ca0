/** Repositories and installations as GitHub writes them. */
import { type Hub, nodeId } from "../hub/hub.ts";
import type { Installation, Repository } from "../hub/state.ts";
import { accountJson, appEvents, appPermissions, type Json, time } from "./account.ts";

export function repositoryUrl(hub: Hub, repository: Repository): string {
  return `${hub.url()}/repos/${repository.fullName}`;
}

export function htmlUrl(hub: Hub, repository: Repository): string {
  return `${hub.url()}/${repository.fullName}`;
}

export function repositoryJson(hub: Hub, repository: Repository): Json {
  const url = repositoryUrl(hub, repository);
  const html = htmlUrl(hub, repository);
  const open = [...repository.issues.values()].filter((issue) => issue.state === "open").length;
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: repository.fullName,
    private: true,
    owner: accountJson(hub, repository.owner),
    html_url: html,
    description: null,
    fork: false,
    url,
    forks_url: `${url}/forks`,
    keys_url: `${url}/keys{/key_id}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    teams_url: `${url}/teams`,
    hooks_url: `${url}/hooks`,
    issue_events_url: `${url}/issues/events{/number}`,
    events_url: `${url}/events`,
    assignees_url: `${url}/assignees{/user}`,
    branches_url: `${url}/branches{/branch}`,
    tags_url: `${url}/tags`,
    blobs_url: `${url}/git/blobs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    trees_url: `${url}/git/trees{/sha}`,
    statuses_url: `${url}/statuses/{sha}`,
    commits_url: `${url}/commits{/sha}`,
    git_commits_url: `${url}/git/commits{/sha}`,
    comments_url: `${url}/comments{/number}`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    contents_url: `${url}/contents/{+path}`,
    compare_url: `${url}/compare/{base}...{head}`,
    merges_url: `${url}/merges`,
    issues_url: `${url}/issues{/number}`,
    pulls_url: `${url}/pulls{/number}`,
    labels_url: `${url}/labels{/name}`,
    releases_url: `${url}/releases{/id}`,
    deployments_url: `${url}/deployments`,
    created_at: time(repository.createdAt),
    updated_at: time(repository.pushedAt),
    pushed_at: time(repository.pushedAt),
    git_url: `${html}.git`,
    clone_url: `${html}.git`,
    homepage: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: false,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: false,
    disabled: false,
    open_issues_count: open,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: "private",
    forks: 0,
    open_issues: open,
    watchers: 0,
    default_branch: repository.defaultBranch,
  };
}

/** The few fields that installation events tell of a repository. */
export function installedRepositoryJson(repository: Repository): Json {
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: repository.fullName,
    private: true,
  };
}

export function installationJson(hub: Hub, installation: Installation): Json {
  return {
    id: installation.id,
    client_id: `Iv1.${hub.app.slug}`,
    account: accountJson(hub, installation.account),
    repository_selection: "selected",
    access_tokens_url: `${hub.url()}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${hub.url()}/installation/repositories`,
    html_url: `${hub.url()}/organizations/${installation.account.login}/settings/installations/${installation.id}`,
    app_id: hub.app.id,
    app_slug: hub.app.slug,
    target_id: installation.account.id,
    target_type: installation.account.type,
    permissions: appPermissions,
    events: appEvents,
    created_at: time(installation.createdAt),
    updated_at: time(installation.createdAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: null,
  };
}

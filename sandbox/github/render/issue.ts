/** Issues, comments, pull requests and reviews as GitHub writes them. */
import { type Hub, nodeId, type PullIssue } from "../hub/hub.ts";
import type { Account, Comment, Fork, Issue, Repository, Review } from "../hub/state.ts";
import { accountJson, appJson, type Json, time, timeOrNull } from "./account.ts";
import { htmlUrl, repositoryJson, repositoryUrl } from "./repository.ts";

function association(repository: Repository, account: Account): string {
  if (account.type === "Bot") return "NONE";
  if (account.login === repository.owner.login) return "OWNER";
  return account.permission === "admin" ? "MEMBER" : account.permission === "write" ? "COLLABORATOR" : "CONTRIBUTOR";
}

/** The App, where it was the one who wrote. */
function viaApp(hub: Hub, author: Account): Json | null {
  return author === hub.app.account ? appJson(hub, hub.app.slug) : null;
}

function labelJson(hub: Hub, repository: Repository, name: string): Json {
  const url = `${repositoryUrl(hub, repository)}/labels/${encodeURIComponent(name)}`;
  return {
    id: repository.id,
    node_id: nodeId("Label", repository.id),
    url,
    name,
    color: "ededed",
    default: false,
    description: null,
  };
}

export function issueJson(hub: Hub, repository: Repository, issue: Issue): Json {
  const url = `${repositoryUrl(hub, repository)}/issues/${issue.number}`;
  const html = `${htmlUrl(hub, repository)}/${issue.pull === undefined ? "issues" : "pull"}/${issue.number}`;
  const assignees = issue.assignees.map((account) => accountJson(hub, account));
  return {
    url,
    repository_url: repositoryUrl(hub, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: html,
    id: issue.id,
    node_id: nodeId("Issue", issue.id),
    number: issue.number,
    title: issue.title,
    user: accountJson(hub, issue.author),
    labels: issue.labels.map((name) => labelJson(hub, repository, name)),
    state: issue.state,
    locked: issue.locked,
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    comments: issue.comments.length,
    created_at: time(issue.createdAt),
    updated_at: time(issue.updatedAt),
    closed_at: timeOrNull(issue.closedAt),
    closed_by: issue.closedBy === null ? null : accountJson(hub, issue.closedBy),
    author_association: association(repository, issue.author),
    active_lock_reason: null,
    body: issue.body,
    reactions: { url: `${url}/reactions`, total_count: 0 },
    timeline_url: `${url}/timeline`,
    performed_via_github_app: viaApp(hub, issue.author),
    state_reason: issue.stateReason,
    ...(issue.pull === undefined
      ? {}
      : {
          draft: issue.pull.draft,
          pull_request: {
            url: `${repositoryUrl(hub, repository)}/pulls/${issue.number}`,
            html_url: html,
            diff_url: `${html}.diff`,
            patch_url: `${html}.patch`,
            merged_at: timeOrNull(issue.pull.merged?.at ?? null),
          },
        }),
  };
}

export function commentJson(hub: Hub, repository: Repository, issue: Issue, comment: Comment): Json {
  const page = issue.pull === undefined ? "issues" : "pull";
  const url = `${repositoryUrl(hub, repository)}/issues/comments/${comment.id}`;
  return {
    url,
    html_url: `${htmlUrl(hub, repository)}/${page}/${issue.number}#issuecomment-${comment.id}`,
    issue_url: `${repositoryUrl(hub, repository)}/issues/${issue.number}`,
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    user: accountJson(hub, comment.author),
    created_at: time(comment.createdAt),
    updated_at: time(comment.updatedAt),
    author_association: association(repository, comment.author),
    body: comment.body,
    reactions: { url: `${url}/reactions`, total_count: 0 },
    performed_via_github_app: viaApp(hub, comment.author),
  };
}

function side(hub: Hub, repository: Repository, ref: string, sha: string): Json {
  return {
    label: `${repository.owner.login}:${ref}`,
    ref,
    sha,
    user: accountJson(hub, repository.owner),
    repo: repositoryJson(hub, repository),
  };
}

function forkSide(hub: Hub, repository: Repository, fork: Fork, ref: string, sha: string): Json {
  const { id, owner, name, fullName } = fork;
  const repo = { ...repositoryJson(hub, { ...repository, id, owner, name, fullName }), fork: true };
  return { label: `${owner.login}:${ref}`, ref, sha, user: accountJson(hub, owner), repo };
}

/** What a list gives of a pull request. */
export function listedPullJson(hub: Hub, repository: Repository, issue: PullIssue): Json {
  const { pull } = issue;
  const api = repositoryUrl(hub, repository);
  const url = `${api}/pulls/${issue.number}`;
  const html = `${htmlUrl(hub, repository)}/pull/${issue.number}`;
  const assignees = issue.assignees.map((account) => accountJson(hub, account));
  const links: Readonly<Record<string, string>> = {
    self: url,
    html,
    issue: `${api}/issues/${issue.number}`,
    comments: `${api}/issues/${issue.number}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${api}/statuses/${pull.headSha}`,
  };
  return {
    url,
    id: pull.id,
    node_id: nodeId("PullRequest", pull.id),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: links["issue"],
    number: issue.number,
    state: issue.state,
    locked: issue.locked,
    title: issue.title,
    user: accountJson(hub, issue.author),
    body: issue.body,
    created_at: time(issue.createdAt),
    updated_at: time(issue.updatedAt),
    closed_at: timeOrNull(issue.closedAt),
    merged_at: timeOrNull(pull.merged?.at ?? null),
    merge_commit_sha: pull.merged?.sha ?? null,
    assignee: assignees[0] ?? null,
    assignees,
    requested_reviewers: pull.reviewers.map((account) => accountJson(hub, account)),
    requested_teams: pull.teams.map((slug) => ({ id: repository.id, name: slug, slug })),
    labels: issue.labels.map((name) => labelJson(hub, repository, name)),
    milestone: null,
    draft: pull.draft,
    commits_url: links["commits"],
    review_comments_url: links["review_comments"],
    review_comment_url: links["review_comment"],
    comments_url: links["comments"],
    statuses_url: links["statuses"],
    head:
      pull.fork === undefined
        ? side(hub, repository, pull.headRef, pull.headSha)
        : forkSide(hub, repository, pull.fork, pull.headRef, pull.headSha),
    base: side(hub, repository, pull.baseRef, pull.baseSha),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: association(repository, issue.author),
    auto_merge: null,
    active_lock_reason: null,
  };
}

/** What one pull request's own route and the webhooks give. `mergeable` is null while GitHub has not looked. */
export function pullJson(
  hub: Hub,
  repository: Repository,
  issue: PullIssue,
  mergeable: { readonly mergeable: boolean | null; readonly state: string } = { mergeable: null, state: "unknown" },
): Json {
  const { pull } = issue;
  return {
    ...listedPullJson(hub, repository, issue),
    merged: pull.merged !== null,
    mergeable: mergeable.mergeable,
    rebaseable: mergeable.mergeable,
    mergeable_state: mergeable.state,
    merged_by: pull.merged === null ? null : accountJson(hub, pull.merged.by),
    comments: issue.comments.length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: pull.size.commits,
    additions: pull.size.additions,
    deletions: pull.size.deletions,
    changed_files: pull.size.changedFiles,
  };
}

export function reviewJson(hub: Hub, repository: Repository, issue: PullIssue, review: Review): Json {
  const html = `${htmlUrl(hub, repository)}/pull/${issue.number}#pullrequestreview-${review.id}`;
  const pull = `${repositoryUrl(hub, repository)}/pulls/${issue.number}`;
  return {
    id: review.id,
    node_id: nodeId("PullRequestReview", review.id),
    user: accountJson(hub, review.author),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pull,
    author_association: association(repository, review.author),
    submitted_at: time(review.submittedAt),
    commit_id: review.commit,
    _links: { html: { href: html }, pull_request: { href: pull } },
  };
}

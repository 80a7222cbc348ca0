/** What happens to issues and to the comments, labels and assignees of issues and pull requests. */
import { type Hub, isPull } from "../hub/hub.ts";
import type { Account, Comment, Issue, Repository } from "../hub/state.ts";
import { unprocessable } from "../problem.ts";
import { accountJson, type Json } from "../render/account.ts";
import { commentJson, issueJson, pullJson } from "../render/issue.ts";

export function newIssue(
  hub: Hub,
  repository: Repository,
  by: Account,
  options: { readonly title: string; readonly body: string | null },
): Issue {
  const number = repository.nextNumber;
  repository.nextNumber += 1;
  const now = hub.now();
  return {
    id: hub.nextId(),
    number,
    title: options.title,
    body: options.body,
    author: by,
    state: "open",
    stateReason: null,
    locked: false,
    labels: [],
    assignees: [],
    comments: [],
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    closedBy: null,
  };
}

/** Tells of a change to an issue, or to the pull request that it is. */
export function tellIssue(
  hub: Hub,
  repository: Repository,
  issue: Issue,
  by: Account,
  action: string,
  more: Json = {},
): void {
  if (isPull(issue)) {
    const pull = pullJson(hub, repository, issue);
    hub.emit(repository, "pull_request", by, { action, number: issue.number, pull_request: pull, ...more });
  } else {
    hub.emit(repository, "issues", by, { action, issue: issueJson(hub, repository, issue), ...more });
  }
}

export function createIssue(
  hub: Hub,
  repository: Repository,
  by: Account,
  options: { readonly title: string; readonly body: string | null },
): Issue {
  const issue = newIssue(hub, repository, by, options);
  repository.issues.set(issue.number, issue);
  tellIssue(hub, repository, issue, by, "opened");
  return issue;
}

export function setIssueState(
  hub: Hub,
  repository: Repository,
  issue: Issue,
  by: Account,
  state: "open" | "closed",
  reason: Issue["stateReason"] = state === "closed" ? "completed" : "reopened",
): void {
  if (issue.state === state) return;
  issue.state = state;
  issue.stateReason = isPull(issue) ? null : reason;
  issue.closedAt = state === "closed" ? hub.now() : null;
  issue.closedBy = state === "closed" ? by : null;
  issue.updatedAt = hub.now();
  tellIssue(hub, repository, issue, by, state === "closed" ? "closed" : "reopened");
}

/** Changes title and body; an `edited` event tells what they were. What alters nothing tells nothing. */
export function editText(
  hub: Hub,
  repository: Repository,
  issue: Issue,
  by: Account,
  changes: { readonly title?: string | undefined; readonly body?: string | null | undefined },
  moreChanges: Json = {},
): void {
  const { title, body } = changes;
  const told: Record<string, unknown> = { ...moreChanges };
  if (title !== undefined && title !== issue.title) {
    told["title"] = { from: issue.title };
    issue.title = title;
  }
  if (body !== undefined && body !== issue.body) {
    told["body"] = { from: issue.body };
    issue.body = body;
  }
  if (Object.keys(told).length === 0) return;
  issue.updatedAt = hub.now();
  tellIssue(hub, repository, issue, by, "edited", { changes: told });
}

export function addComment(hub: Hub, repository: Repository, issue: Issue, by: Account, body: string): Comment {
  const now = hub.now();
  const comment: Comment = {
    id: hub.nextId(),
    issue: issue.number,
    author: by,
    body,
    edits: 0,
    createdAt: now,
    updatedAt: now,
  };
  issue.comments.push(comment);
  issue.updatedAt = now;
  tellComment(hub, repository, issue, comment, by, "created");
  return comment;
}

function tellComment(
  hub: Hub,
  repository: Repository,
  issue: Issue,
  comment: Comment,
  by: Account,
  action: "created" | "edited" | "deleted",
  more: Json = {},
): void {
  hub.emit(repository, "issue_comment", by, {
    action,
    issue: issueJson(hub, repository, issue),
    comment: commentJson(hub, repository, issue, comment),
    ...more,
  });
}

export function editComment(
  hub: Hub,
  repository: Repository,
  issue: Issue,
  comment: Comment,
  by: Account,
  body: string,
): void {
  const from = comment.body;
  comment.edits += 1;
  comment.body = body;
  comment.updatedAt = hub.now();
  tellComment(hub, repository, issue, comment, by, "edited", { changes: { body: { from } } });
}

export function deleteComment(hub: Hub, repository: Repository, issue: Issue, comment: Comment, by: Account): void {
  issue.comments = issue.comments.filter((one) => one !== comment);
  tellComment(hub, repository, issue, comment, by, "deleted");
}

export function findComment(
  repository: Repository,
  id: number,
): { readonly issue: Issue; readonly comment: Comment } | undefined {
  for (const issue of repository.issues.values()) {
    const comment = issue.comments.find((one) => one.id === id);
    if (comment !== undefined) return { issue, comment };
  }
  return undefined;
}

export function setLabels(
  hub: Hub,
  repository: Repository,
  issue: Issue,
  by: Account,
  labels: readonly string[],
): void {
  const wanted = [...new Set(labels)];
  const changes = [
    ...wanted.filter((name) => !issue.labels.includes(name)).map((name) => ({ action: "labeled", name })),
    ...issue.labels.filter((name) => !wanted.includes(name)).map((name) => ({ action: "unlabeled", name })),
  ];
  issue.labels = wanted;
  for (const { action, name } of changes) tellIssue(hub, repository, issue, by, action, { label: { name } });
}

export function assign(hub: Hub, repository: Repository, issue: Issue, by: Account, logins: readonly string[]): void {
  for (const login of logins) {
    const account = hub.account(login);
    // GitHub leaves out, without a word, whoever may not be assigned.
    if (account?.type !== "User" || issue.assignees.includes(account)) continue;
    issue.assignees.push(account);
    issue.updatedAt = hub.now();
    tellIssue(hub, repository, issue, by, "assigned", { assignee: accountJson(hub, account) });
  }
}

export function unassign(hub: Hub, repository: Repository, issue: Issue, by: Account, logins: readonly string[]): void {
  const gone = issue.assignees.filter((account) => logins.includes(account.login));
  for (const account of gone) {
    issue.assignees = issue.assignees.filter((one) => one !== account);
    issue.updatedAt = hub.now();
    tellIssue(hub, repository, issue, by, "unassigned", { assignee: accountJson(hub, account) });
  }
}

export function requireUser(hub: Hub, login: string): Account {
  const account = hub.account(login);
  if (account?.type !== "User") throw unprocessable("Reviews may only be requested from collaborators.");
  return account;
}

/** Issues and what issues and pull requests share: comments, labels, assignees. */
import { z } from "zod";
import {
  addComment,
  assign,
  createIssue,
  deleteComment,
  editComment,
  editText,
  findComment,
  setIssueState,
  setLabels,
  tellIssue,
  unassign,
} from "../acts/issues.ts";
import { issueOf } from "../hub/hub.ts";
import { notFound } from "../problem.ts";
import { commentJson, issueJson } from "../render/issue.ts";
import { listAnswer, parseBody, type RepositoryCall, type Route, repositoryRoute } from "../server/route.ts";

export const title = z.string().min(1, "can't be blank").max(256, "is too long (maximum is 256 characters)");
export const longText = z.string().max(65_536, "body is too long (maximum is 65536 characters)");

const comment = z.object({ body: longText.min(1, "body can't be blank") });
const label = z
  .union([z.string(), z.object({ name: z.string() })])
  .transform((one) => (typeof one === "string" ? one : one.name));
const labels = z.union([z.array(label), z.object({ labels: z.array(label) }).transform((one) => one.labels)]);
const logins = z.object({ assignees: z.array(z.string()).max(10).default([]) });

const createWish = z.object({
  title,
  body: longText.nullish(),
  labels: z.array(label).optional(),
  assignees: z.array(z.string()).optional(),
});
const updateWish = z.object({
  title: title.optional(),
  body: longText.nullish(),
  state: z.enum(["open", "closed"]).optional(),
  state_reason: z.enum(["completed", "not_planned", "reopened"]).nullish(),
  labels: z.array(label).optional(),
  assignees: z.array(z.string()).optional(),
});

function issueAt(call: RepositoryCall) {
  return issueOf(call.repository, call.numberParam("number"));
}

const issuesThemselves: readonly Route[] = [
  repositoryRoute("GET", "/issues", (call, hub) => {
    const { repository, query } = call;
    const state = query.get("state") ?? "open";
    const found = [...repository.issues.values()]
      .filter((issue) => state === "all" || issue.state === state)
      .toReversed();
    return listAnswer(hub, call, found, (issue) => issueJson(hub, repository, issue));
  }),
  repositoryRoute("POST", "/issues", (call, hub) => {
    const { repository, by } = call;
    const wish = parseBody(createWish, call);
    const issue = createIssue(hub, repository, by, { title: wish.title, body: wish.body ?? null });
    if (wish.labels !== undefined) setLabels(hub, repository, issue, by, wish.labels);
    if (wish.assignees !== undefined) assign(hub, repository, issue, by, wish.assignees);
    return { status: 201, body: issueJson(hub, repository, issue) };
  }),
  repositoryRoute("GET", "/issues/:number", (call, hub) => ({ body: issueJson(hub, call.repository, issueAt(call)) })),
  repositoryRoute("PATCH", "/issues/:number", (call, hub) => {
    const { repository, by } = call;
    const issue = issueAt(call);
    const wish = parseBody(updateWish, call);
    editText(hub, repository, issue, by, { title: wish.title, body: wish.body });
    if (wish.labels !== undefined) setLabels(hub, repository, issue, by, wish.labels);
    if (wish.assignees !== undefined) {
      const wanted = wish.assignees;
      const gone = issue.assignees.map(({ login }) => login).filter((login) => !wanted.includes(login));
      unassign(hub, repository, issue, by, gone);
      assign(hub, repository, issue, by, wanted);
    }
    if (wish.state !== undefined) {
      setIssueState(hub, repository, issue, by, wish.state, wish.state_reason ?? undefined);
    }
    return { body: issueJson(hub, repository, issue) };
  }),
  repositoryRoute("PUT", "/issues/:number/lock", (call, hub) => {
    const issue = issueAt(call);
    issue.locked = true;
    tellIssue(hub, call.repository, issue, call.by, "locked");
    return { status: 204 };
  }),
];

const comments: readonly Route[] = [
  repositoryRoute("GET", "/issues/comments/:id", (call, hub) => {
    const found = findComment(call.repository, call.numberParam("id"));
    if (found === undefined) throw notFound();
    return { body: commentJson(hub, call.repository, found.issue, found.comment) };
  }),
  repositoryRoute("PATCH", "/issues/comments/:id", (call, hub) => {
    const found = findComment(call.repository, call.numberParam("id"));
    if (found === undefined) throw notFound();
    const { body } = parseBody(comment, call);
    editComment(hub, call.repository, found.issue, found.comment, call.by, body);
    return { body: commentJson(hub, call.repository, found.issue, found.comment) };
  }),
  repositoryRoute("DELETE", "/issues/comments/:id", (call, hub) => {
    const found = findComment(call.repository, call.numberParam("id"));
    if (found === undefined) throw notFound();
    deleteComment(hub, call.repository, found.issue, found.comment, call.by);
    return { status: 204 };
  }),
  repositoryRoute("GET", "/issues/comments", (call, hub) => {
    const { repository } = call;
    const all = [...repository.issues.values()].flatMap((issue) => issue.comments.map((one) => ({ issue, one })));
    return listAnswer(hub, call, all, ({ issue, one }) => commentJson(hub, repository, issue, one));
  }),
  repositoryRoute("GET", "/issues/:number/comments", (call, hub) => {
    const issue = issueAt(call);
    const since = Date.parse(call.query.get("since") ?? "");
    const found = issue.comments.filter(({ updatedAt }) => Number.isNaN(since) || updatedAt >= since);
    return listAnswer(hub, call, found, (one) => commentJson(hub, call.repository, issue, one));
  }),
  repositoryRoute("POST", "/issues/:number/comments", (call, hub) => {
    const issue = issueAt(call);
    const { body } = parseBody(comment, call);
    const made = addComment(hub, call.repository, issue, call.by, body);
    return { status: 201, body: commentJson(hub, call.repository, issue, made) };
  }),
];

const marks: readonly Route[] = [
  repositoryRoute("POST", "/issues/:number/assignees", (call, hub) => {
    const issue = issueAt(call);
    assign(hub, call.repository, issue, call.by, parseBody(logins, call).assignees);
    return { status: 201, body: issueJson(hub, call.repository, issue) };
  }),
  repositoryRoute("DELETE", "/issues/:number/assignees", (call, hub) => {
    const issue = issueAt(call);
    unassign(hub, call.repository, issue, call.by, parseBody(logins, call).assignees);
    return { body: issueJson(hub, call.repository, issue) };
  }),
  repositoryRoute("GET", "/issues/:number/labels", (call, hub) => {
    const issue = issueAt(call);
    return listAnswer(hub, call, issue.labels, (name) => ({ name, color: "ededed", default: false }));
  }),
  repositoryRoute("POST", "/issues/:number/labels", (call, hub) => {
    const issue = issueAt(call);
    setLabels(hub, call.repository, issue, call.by, [...issue.labels, ...parseBody(labels, call)]);
    return { body: issueJson(hub, call.repository, issue)["labels"] };
  }),
  repositoryRoute("PUT", "/issues/:number/labels", (call, hub) => {
    const issue = issueAt(call);
    setLabels(hub, call.repository, issue, call.by, parseBody(labels, call));
    return { body: issueJson(hub, call.repository, issue)["labels"] };
  }),
  repositoryRoute("DELETE", "/issues/:number/labels/:name", (call, hub) => {
    const issue = issueAt(call);
    const name = call.param("name");
    if (!issue.labels.includes(name)) throw notFound();
    setLabels(
      hub,
      call.repository,
      issue,
      call.by,
      issue.labels.filter((one) => one !== name),
    );
    return { body: issueJson(hub, call.repository, issue)["labels"] };
  }),
];

export const issueRoutes: readonly Route[] = [...comments, ...issuesThemselves, ...marks];

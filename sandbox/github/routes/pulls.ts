/** Pull requests, their files and commits, reviews and reviewers. */
import { z } from "zod";
import { requireUser, setIssueState } from "../acts/issues.ts";
import { mergeability } from "../acts/protection.ts";
import { editPull, mergePull, openPull, reopenPull, requestReviewers, submitReview } from "../acts/pull-requests.ts";
import { changedFiles, compareCommits } from "../git/history.ts";
import { type Hub, type PullIssue, pullOf, pullsOf } from "../hub/hub.ts";
import type { Repository } from "../hub/state.ts";
import { notFound, unprocessable } from "../problem.ts";
import { accountJson } from "../render/account.ts";
import { commitJson, fileJson } from "../render/commit.ts";
import { listedPullJson, pullJson, reviewJson } from "../render/issue.ts";
import {
  type Answer,
  listAnswer,
  parseBody,
  type RepositoryCall,
  type Route,
  repositoryRoute,
} from "../server/route.ts";
import { longText, title } from "./issues.ts";

function pullAt(call: RepositoryCall): PullIssue {
  return pullOf(call.repository, call.numberParam("number"));
}

async function pullAnswer(hub: Hub, repository: Repository, issue: PullIssue, status = 200): Promise<Answer> {
  const body = pullJson(hub, repository, issue, await mergeability(repository, issue));
  return { status, body };
}

const createWish = z.object({
  title,
  head: z.string(),
  base: z.string(),
  body: longText.nullish(),
  draft: z.boolean().default(false),
});
const updateWish = z.object({
  title: title.optional(),
  body: longText.nullish(),
  state: z.enum(["open", "closed"]).optional(),
  base: z.string().optional(),
});
const mergeWish = z.object({
  sha: z.string().optional(),
  merge_method: z
    .enum(["merge", "squash", "rebase"], "merge method is not allowed on this repository")
    .default("merge"),
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
});
const reviewersWish = z.object({
  reviewers: z.array(z.string()).default([]),
  team_reviewers: z.array(z.string()).default([]),
});
const reviewWish = z.object({
  commit_id: z.string().optional(),
  body: longText.default(""),
  event: z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]).default("COMMENT"),
});
const reviewStates = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

const pullsThemselves: readonly Route[] = [
  repositoryRoute("GET", "/pulls", (call, hub) => {
    const { repository, query } = call;
    const state = query.get("state") ?? "open";
    const base = query.get("base");
    // The head is named with its owner; without one GitHub does not filter.
    const head = query.get("head");
    const found = pullsOf(repository).filter(
      (issue) =>
        (state === "all" || issue.state === state) &&
        (base === null || issue.pull.baseRef === base) &&
        (head === null || !head.includes(":") || headLabel(repository, issue).toLowerCase() === head.toLowerCase()),
    );
    const ordered = sortPulls(found, query.get("sort") ?? "created", query.get("direction"));
    return listAnswer(hub, call, ordered, (issue) => listedPullJson(hub, repository, issue));
  }),
  repositoryRoute("POST", "/pulls", async (call, hub) => {
    const { repository, by } = call;
    const wish = parseBody(createWish, call);
    const head = wish.head.replace(new RegExp(`^${repository.owner.login}:`, "i"), "");
    const issue = await openPull(hub, repository, by, { ...wish, head, body: wish.body ?? null });
    return pullAnswer(hub, repository, issue, 201);
  }),
  repositoryRoute("GET", "/pulls/:number", (call, hub) => pullAnswer(hub, call.repository, pullAt(call))),
  repositoryRoute("PATCH", "/pulls/:number", async (call, hub) => {
    const { repository, by } = call;
    const issue = pullAt(call);
    const wish = parseBody(updateWish, call);
    await editPull(hub, repository, issue, by, wish);
    if (wish.state === "closed") setIssueState(hub, repository, issue, by, "closed");
    if (wish.state === "open" && issue.state === "closed") await reopenPull(hub, repository, issue, by);
    return pullAnswer(hub, repository, issue);
  }),
  repositoryRoute("GET", "/pulls/:number/merge", (call) => {
    if (pullAt(call).pull.merged === null) throw notFound();
    return { status: 204 };
  }),
  repositoryRoute("PUT", "/pulls/:number/merge", async (call, hub) => {
    const wish = parseBody(mergeWish, call);
    const sha = await mergePull(hub, call.repository, pullAt(call), call.by, {
      sha: wish.sha,
      method: wish.merge_method,
      title: wish.commit_title,
      message: wish.commit_message,
    });
    return { body: { sha, merged: true, message: "Pull Request successfully merged" } };
  }),
  repositoryRoute("GET", "/pulls/:number/files", async (call, hub) => {
    const { repository } = call;
    const { pull } = pullAt(call);
    const compared = await compareCommits(repository.git, pull.baseSha, pull.headSha);
    const from = compared?.mergeBase ?? pull.baseSha;
    const files = await changedFiles(repository.git, from, pull.headSha);
    return listAnswer(hub, call, files, (file) => fileJson(hub, repository, pull.headSha, file));
  }),
  repositoryRoute("GET", "/pulls/:number/commits", async (call, hub) => {
    const { repository } = call;
    const { pull } = pullAt(call);
    const compared = await compareCommits(repository.git, pull.baseSha, pull.headSha);
    // GitHub lists at most 250 of them.
    return listAnswer(hub, call, (compared?.ahead ?? []).slice(0, 250), async (sha) => {
      const commit = await repository.git.commit(sha);
      return commit === undefined ? null : commitJson(hub, repository, commit);
    });
  }),
];

function headLabel(repository: Repository, { pull }: PullIssue): string {
  return `${(pull.fork?.owner ?? repository.owner).login}:${pull.headRef}`;
}

function sortPulls(pulls: readonly PullIssue[], sort: string, direction: string | null): readonly PullIssue[] {
  const key = sort === "updated" ? "updatedAt" : "createdAt";
  const oldestFirst = [...pulls].sort((one, other) => one[key] - other[key] || one.number - other.number);
  return (direction ?? (sort === "created" ? "desc" : "asc")) === "asc" ? oldestFirst : oldestFirst.toReversed();
}

const reviewing: readonly Route[] = [
  repositoryRoute("GET", "/pulls/:number/requested_reviewers", (call, hub) => {
    const { pull } = pullAt(call);
    const teams = pull.teams.map((slug) => ({ name: slug, slug }));
    return { body: { users: pull.reviewers.map((one) => accountJson(hub, one)), teams } };
  }),
  repositoryRoute("POST", "/pulls/:number/requested_reviewers", (call, hub) => {
    const issue = pullAt(call);
    const wish = parseBody(reviewersWish, call);
    const accounts = wish.reviewers.map((login) => requireUser(hub, login));
    if (wish.team_reviewers.length > 0)
      throw unprocessable("Could not resolve to a node with the global id of a team.");
    requestReviewers(hub, call.repository, issue, call.by, accounts);
    return { status: 201, body: listedPullJson(hub, call.repository, issue) };
  }),
  repositoryRoute("DELETE", "/pulls/:number/requested_reviewers", (call, hub) => {
    const issue = pullAt(call);
    const wish = parseBody(reviewersWish, call);
    issue.pull.reviewers = issue.pull.reviewers.filter(({ login }) => !wish.reviewers.includes(login));
    hub.changed();
    return { body: listedPullJson(hub, call.repository, issue) };
  }),
  repositoryRoute("GET", "/pulls/:number/reviews", (call, hub) => {
    const issue = pullAt(call);
    return listAnswer(hub, call, issue.pull.reviews, (one) => reviewJson(hub, call.repository, issue, one));
  }),
  repositoryRoute("POST", "/pulls/:number/reviews", (call, hub) => {
    const issue = pullAt(call);
    const wish = parseBody(reviewWish, call);
    if (wish.event !== "APPROVE" && wish.body === "")
      throw unprocessable("Unprocessable Entity", ["Body can't be blank"]);
    const state = reviewStates[wish.event];
    const made = submitReview(hub, call.repository, issue, call.by, { state, body: wish.body, commit: wish.commit_id });
    return { body: reviewJson(hub, call.repository, issue, made) };
  }),
];

export const pullRoutes: readonly Route[] = [...pullsThemselves, ...reviewing];

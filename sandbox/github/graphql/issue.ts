/** Issues and pull requests as GitHub's GraphQL API tells them; see `repository.ts` for where its fields are from. */
import { z } from "zod";
import { type PullIssue, pullsOf } from "../hub/hub.ts";
import type { Account, Issue, Repository } from "../hub/state.ts";
import { time } from "../render/account.ts";
import { connection } from "./connection.ts";
import { graphError } from "./graph-error.ts";
import type { Arguments } from "./parse-query.ts";
import type { GraphObject } from "./run-query.ts";

export function issueObject(repository: Repository, issue: Issue): GraphObject {
  const pull = pullsOf(repository).find(({ number }) => number === issue.number);
  if (pull !== undefined) return pullRequestObject(pull);
  return { type: "Issue", fields: { number: () => issue.number, state: () => issue.state.toUpperCase() } };
}

const pullStates = z.array(z.enum(["OPEN", "CLOSED", "MERGED"]));
const orderShape = z.object({ field: z.enum(["CREATED_AT", "UPDATED_AT"]), direction: z.enum(["ASC", "DESC"]) });

export function pullRequests(repository: Repository, args: Arguments): GraphObject {
  const states = pullStates.safeParse(args["states"] ?? ["OPEN", "CLOSED", "MERGED"]).data;
  const order = orderShape.safeParse(args["orderBy"] ?? { field: "CREATED_AT", direction: "ASC" }).data;
  if (states === undefined || order === undefined) {
    const message = "Argument on Field 'pullRequests' has an invalid value.";
    throw graphError({ message, extensions: { code: "argumentLiteralsIncompatible" } });
  }
  const key = order.field === "CREATED_AT" ? "createdAt" : "updatedAt";
  const found = pullsOf(repository)
    .filter((pull) => states.includes(stateOf(pull)))
    .sort((one, other) => one[key] - other[key] || one.number - other.number);
  return connection("PullRequestConnection", order.direction === "ASC" ? found : found.toReversed(), args, {
    key: ({ number }) => String(number),
    node: pullRequestObject,
  });
}

function stateOf({ state, pull }: PullIssue): "OPEN" | "CLOSED" | "MERGED" {
  if (state === "open") return "OPEN";
  return pull.merged === null ? "CLOSED" : "MERGED";
}

export function pullRequestObject(issue: PullIssue): GraphObject {
  const { pull } = issue;
  const reviewers = [...pull.reviewers.map(accountObject), ...pull.teams.map(teamObject)];
  return {
    type: "PullRequest",
    fields: {
      number: () => issue.number,
      title: () => issue.title,
      body: () => issue.body ?? "",
      state: () => stateOf(issue),
      isDraft: () => pull.draft,
      headRefOid: () => pull.headSha,
      headRefName: () => pull.headRef,
      baseRefName: () => pull.baseRef,
      isCrossRepository: () => pull.fork !== undefined,
      createdAt: () => time(issue.createdAt),
      updatedAt: () => time(issue.updatedAt),
      author: () => accountObject(issue.author),
      // Users alone: that an App is assigned too is only told elsewhere.
      assignees: (args) =>
        connection(
          "UserConnection",
          issue.assignees.filter(({ type }) => type === "User"),
          args,
          { key: ({ login }) => login, node: accountObject },
        ),
      labels: (args) =>
        connection("LabelConnection", issue.labels, args, {
          key: (name) => name,
          node: (name) => ({ type: "Label", fields: { name: () => name } }),
        }),
      reviewRequests: (args) =>
        connection("ReviewRequestConnection", [...reviewers.entries()], args, {
          key: ([index]) => String(index),
          node: ([, reviewer]) => ({ type: "ReviewRequest", fields: { requestedReviewer: () => reviewer } }),
        }),
    },
  };
}

/** An App's login has its `[bot]` in the REST API alone. */
function accountObject({ type, login, id }: Account): GraphObject {
  const fields = { login: () => login.replace(/\[bot\]$/, ""), databaseId: () => id };
  return { type, fields };
}

function teamObject(slug: string): GraphObject {
  return { type: "Team", fields: { slug: () => slug } };
}

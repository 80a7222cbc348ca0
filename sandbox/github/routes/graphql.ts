/** The little of GitHub's GraphQL API that is asked of it: queries of repositories, and the revert of a pull request. */
import { z } from "zod";
import { revertPull } from "../acts/revert.ts";
import { GraphError } from "../graphql/graph-error.ts";
import { pullRequestObject } from "../graphql/issue.ts";
import { parseQuery, type Value } from "../graphql/parse-query.ts";
import { repositoryObject } from "../graphql/repository.ts";
import { type GraphObject, NotFound, runQuery } from "../graphql/run-query.ts";
import { type Hub, nodeId, pullsOf } from "../hub/hub.ts";
import { Problem } from "../problem.ts";
import { type Answer, type Call, parseBody, type Route, route } from "../server/route.ts";
import { actingAccount, maySee } from "../server/sign-in.ts";

const value: z.ZodType<Value> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(value), z.record(z.string(), value)]),
);
const wish = z.object({ query: z.string(), variables: z.record(z.string(), value).default({}) });
const named = z.object({ owner: z.string(), name: z.string() });

const reverting = z.object({
  input: z.object({
    pullRequestId: z.string(),
    title: z.string().optional(),
    body: z.string().optional(),
    draft: z.boolean().optional(),
  }),
});

function mutations(call: Call, hub: Hub): GraphObject {
  return {
    type: "Mutation",
    fields: {
      async revertPullRequest(args) {
        const { pullRequestId, title, body, draft } = reverting.parse(args).input;
        const seen = [...hub.repositories.values()].filter((repository) => maySee(call.actor, repository));
        for (const repository of seen) {
          const issue = pullsOf(repository).find(({ pull }) => nodeId("PullRequest", pull.id) === pullRequestId);
          if (issue === undefined) continue;
          const wish = { ...given("title", title), ...given("body", body), ...given("draft", draft) };
          const made = await revertPull(hub, repository, issue, actingAccount(hub, call.actor), wish);
          const fields = {
            pullRequest: () => pullRequestObject(issue),
            revertPullRequest: () => pullRequestObject(made),
          };
          return { type: "RevertPullRequestPayload", fields };
        }
        return new NotFound(`Could not resolve to a node with the global id of '${pullRequestId}'`);
      },
    },
  };
}

function given<Key extends string, Value>(key: Key, value: Value | undefined) {
  return value === undefined ? {} : { [key]: value };
}

function root(call: Call, hub: Hub): GraphObject {
  return {
    type: "Query",
    fields: {
      repository(args) {
        const { owner, name } = named.parse(args);
        const found = hub.repositories.get(`${owner}/${name}`.toLowerCase());
        if (found !== undefined && maySee(call.actor, found)) return repositoryObject(found);
        return new NotFound(`Could not resolve to a Repository with the name '${owner}/${name}'.`);
      },
    },
  };
}

async function answer(call: Call, hub: Hub): Promise<Answer> {
  const { actor } = call;
  if (actor.kind === "nobody" || actor.kind === "app") throw new Problem(401, "Bad credentials");
  if (actor.kind === "installation" && actor.installation.suspended) {
    throw new Problem(403, "This installation has been suspended");
  }
  const { query, variables } = parseBody(wish, call);
  try {
    const { kind, selection } = parseQuery(query, variables);
    return { body: await runQuery(kind === "mutation" ? mutations(call, hub) : root(call, hub), selection) };
  } catch (error) {
    // What a mutation refuses is told beside the data, with status 200.
    if (error instanceof Problem && error.status === 422) {
      return { body: { data: null, errors: [{ type: "UNPROCESSABLE", message: error.message }] } };
    }
    if (!(error instanceof GraphError)) throw error;
    return { body: { errors: [error.body] } };
  }
}

export const graphqlRoutes: readonly Route[] = [route("POST", "/graphql", answer)];

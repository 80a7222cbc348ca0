/** The little of GitHub's GraphQL API that is asked of it: queries of repositories. */
import { z } from "zod";
import { GraphError } from "../graphql/graph-error.ts";
import { parseQuery, type Value } from "../graphql/parse-query.ts";
import { repositoryObject } from "../graphql/repository.ts";
import { type GraphObject, NotFound, runQuery } from "../graphql/run-query.ts";
import type { Hub } from "../hub/hub.ts";
import { Problem } from "../problem.ts";
import { type Answer, type Call, parseBody, type Route, route } from "../server/route.ts";
import { maySee } from "../server/sign-in.ts";

const value: z.ZodType<Value> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(value), z.record(z.string(), value)]),
);
const wish = z.object({ query: z.string(), variables: z.record(z.string(), value).default({}) });
const named = z.object({ owner: z.string(), name: z.string() });

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
    return { body: await runQuery(root(call, hub), parseQuery(query, variables)) };
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return { body: { errors: [error.body] } };
  }
}

export const graphqlRoutes: readonly Route[] = [route("POST", "/graphql", answer)];

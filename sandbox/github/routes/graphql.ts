/**
 * The little of GitHub's GraphQL API that is asked of it: fields of one repository, `issueOrPullRequest` and `object`, each
 * under an alias. It reads the query's fields by their form and knows nothing of the rest of the language.
 */
import { z } from "zod";
import type { Hub } from "../hub/hub.ts";
import type { Repository } from "../hub/state.ts";
import { Problem } from "../problem.ts";
import { type Call, parseBody, type Route, route } from "../server/route.ts";
import { refuseUnseen } from "../server/sign-in.ts";

const wish = z.object({
  query: z.string(),
  variables: z.object({ owner: z.string(), repo: z.string() }),
});

const field =
  /(?<alias>\w+):\s*(?:issueOrPullRequest\(number:\s*(?<number>\d+)\)|object\(expression:\s*(?<expression>"(?:[^"\\]|\\.)*")\))/g;

async function answer(call: Call, hub: Hub) {
  const { query, variables } = parseBody(wish, call);
  const repository = hub.repositories.get(`${variables.owner}/${variables.repo}`.toLowerCase());
  refuseUnseen(call.actor, repository);
  if (repository === undefined) throw new Problem(404, "Not Found");
  const found: Record<string, unknown> = {};
  const errors: unknown[] = [];
  for (const { groups = {} } of query.matchAll(field)) {
    const { alias = "", number, expression } = groups;
    if (expression !== undefined) {
      found[alias] = await blobAt(repository, z.string().parse(JSON.parse(expression)));
      continue;
    }
    const issue = repository.issues.get(Number(number));
    found[alias] =
      issue === undefined
        ? null
        : {
            __typename: issue.pull !== undefined ? "PullRequest" : "Issue",
            state: issue.state.toUpperCase(),
          };
    if (issue === undefined) {
      const message = `Could not resolve to an issue or pull request with the number of ${number}.`;
      errors.push({ type: "NOT_FOUND", path: ["repository", alias], message });
    }
  }
  return { body: { data: { repository: found }, ...(errors.length === 0 ? {} : { errors }) } };
}

async function blobAt(repository: Repository, expression: string) {
  const blob = await repository.git.blob(expression);
  return blob === undefined ? null : { text: blob.content.toString(), isTruncated: false };
}

export const graphqlRoutes: readonly Route[] = [route("POST", "/graphql", answer)];

/**
 * Many small facts of one repository in one call, by GitHub's GraphQL API: the states of issues and files at commits. For
 * starting up, where one call for each of them would use up the hour's limit. Where GraphQL does not answer, whoever
 * asked does without: every fact can be asked for by itself as well.
 *
 * Calls: 1 for each hundred facts, counted by GitHub apart from those of the REST API.
 */
import { z } from "zod";
import type { BulkAnswers, BulkQuestions, RepositoryRef } from "../../operations/ports.ts";
import type { GitHub } from "../client.ts";
import { ownerAndRepo } from "../repository-name.ts";

/** One query may not grow without bound; GitHub gives it ten seconds. */
const factsAtOnce = 100;

const issueAnswer = z.object({ __typename: z.enum(["Issue", "PullRequest"]), state: z.string() });
const fileAnswer = z.object({ text: z.string().nullish(), isTruncated: z.boolean().nullish() });
const answers = z.object({ repository: z.record(z.string(), z.unknown()).nullable() });
const withErrors = z.object({
  data: answers,
  errors: z.array(
    z.object({ type: z.string().optional(), path: z.array(z.union([z.string(), z.number()])).optional() }),
  ),
});

type Question =
  | { readonly kind: "issue"; readonly number: number }
  | { readonly kind: "file"; readonly at: string; readonly path: string };

export async function readInBulk(
  github: GitHub,
  repository: RepositoryRef,
  { issues, files }: BulkQuestions,
): Promise<BulkAnswers> {
  const questions: readonly Question[] = [
    ...issues.map((number) => ({ kind: "issue" as const, number })),
    ...files.filter(isPlain).map((file) => ({ kind: "file" as const, ...file })),
  ];
  const states = new Map<number, "open" | "closed" | "missing" | "pull-request">();
  const texts = new Map<string, string | undefined>();
  for (let from = 0; from < questions.length; from += factsAtOnce) {
    const asked = questions.slice(from, from + factsAtOnce);
    const found = await ask(github, repository, asked);
    if (found === undefined) continue;
    for (const [index, question] of asked.entries()) {
      const answer = found[`a${index}`];
      if (question.kind === "issue") {
        const issue = issueAnswer.safeParse(answer);
        // An issue that is not there comes back as null; anything else that is not understood stays unanswered.
        if (answer === null) states.set(question.number, "missing");
        else if (issue.success) states.set(question.number, stateOf(issue.data));
      } else {
        const file = fileAnswer.safeParse(answer);
        if (answer === null) texts.set(fileKey(question), undefined);
        else if (file.success && file.data.isTruncated !== true && typeof file.data.text === "string") {
          texts.set(fileKey(question), file.data.text);
        }
      }
    }
  }
  return { issues: states, files: texts };
}

/** How `BulkAnswers.files` names a file. */
export function fileKey({ at, path }: { readonly at: string; readonly path: string }): string {
  return `${at}:${path}`;
}

function isPlain({ at, path }: { readonly at: string; readonly path: string }): boolean {
  return /^[0-9a-f]{40}$/.test(at) && path !== "";
}

function stateOf({ __typename, state }: z.infer<typeof issueAnswer>): "open" | "closed" | "pull-request" {
  if (__typename === "PullRequest") return "pull-request";
  return state === "OPEN" ? "open" : "closed";
}

async function ask(
  github: GitHub,
  repository: RepositoryRef,
  questions: readonly Question[],
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const octokit = await github.installation(repository.installationId);
  const fields = questions.map((question, index) => `a${index}: ${fieldOf(question)}`);
  const query = `query ($owner: String!, $repo: String!) {\n  repository(owner: $owner, name: $repo) {\n    ${fields.join("\n    ")}\n  }\n}`;
  try {
    return answers.parse(await octokit.graphql(query, ownerAndRepo(repository.fullName))).repository ?? undefined;
  } catch (error) {
    // Of what is not there GraphQL tells as an error, beside the answers to all else.
    const partial = withErrors.safeParse(error);
    if (!partial.success) return undefined;
    const { data, errors } = partial.data;
    const refused = new Set(errors.flatMap(({ type, path }) => (type === "NOT_FOUND" ? [] : (path?.at(1) ?? []))));
    return Object.fromEntries(Object.entries(data.repository ?? {}).filter(([alias]) => !refused.has(alias)));
  }
}

function fieldOf(question: Question): string {
  if (question.kind === "issue") {
    return `issueOrPullRequest(number: ${question.number}) { __typename ... on Issue { state } ... on PullRequest { state } }`;
  }
  // JSON's strings are GraphQL's.
  const expression = JSON.stringify(`${question.at}:${question.path}`);
  return `object(expression: ${expression}) { ... on Blob { text isTruncated } }`;
}

/** The workflow files of the default branch, in GraphQL's words, so that they come along with what else is asked for. */
import { z } from "zod";
import type { RepositoryRef } from "../../operations/ports.ts";
import { type Workflows, workflowFolder } from "../../policy/workflow-problems.ts";
import type { GitHub } from "../client.ts";
import { askTogether, quoted } from "./together.ts";

/** A field of a commit. */
export const workflowsOfCommit = `workflows: file(path: ${quoted(workflowFolder)}) { object { ... on Tree { entries { name object { ... on Blob { text isTruncated } } } } } }`;

export const workflowsAnswer = z
  .object({
    object: z.object({
      entries: z
        .array(
          z.object({
            name: z.string(),
            object: z.object({ text: z.string().nullable(), isTruncated: z.boolean() }).partial().nullable(),
          }),
        )
        .nullable(),
    }),
  })
  .nullable();

/** A folder that is not there holds none. */
export function workflowsIn(answer: z.infer<typeof workflowsAnswer>): Workflows {
  const files = (answer?.object.entries ?? []).filter(({ name }) => /\.ya?ml$/u.test(name));
  return new Map(
    files.map(({ name, object }) => {
      const text = object?.isTruncated === false ? (object.text ?? undefined) : undefined;
      return [`${workflowFolder}/${name}`, text];
    }),
  );
}

const fieldAnswer = z.object({ target: z.object({ workflows: workflowsAnswer }) });

/** Undefined when GitHub did not tell. Calls: 1. */
export async function readWorkflows(github: GitHub, repository: RepositoryRef): Promise<Workflows | undefined> {
  const field = `defaultBranchRef { target { ... on Commit { ${workflowsOfCommit} } } }`;
  const [answer] = await askTogether(github, repository.installationId, [{ repository, fields: [field] }]);
  const found = answer?.kind === "answered" ? fieldAnswer.safeParse(answer.fields.get(0)) : undefined;
  return found?.success ? workflowsIn(found.data.target.workflows) : undefined;
}

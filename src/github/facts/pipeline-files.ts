/**
 * The pipeline files of many repositories at once, each from its default branch, with those of their owners' `.github`
 * repositories, which stand in for a missing one, and the workflows that stand beside them. Calls: 1 for each 25 repositories, each owner counted as one.
 */
import { z } from "zod";
import type { GitHubPort, RepositoryRef } from "../../operations/ports.ts";
import type { Workflows } from "../../policy/workflow-problems.ts";
import type { GitHub } from "../client.ts";
import { ownerAndRepo } from "../repository-name.ts";
import { byInstallation } from "./by-installation.ts";
import { pipelineFilePath } from "./pipeline-file.ts";
import { askTogether, quoted, type Wish } from "./together.ts";
import { workflowsAnswer, workflowsIn, workflowsOfCommit } from "./workflows.ts";

/** A link's text is the path that it leads to, which only the REST API follows: it is told from a file by its mode. */
const fileModes: readonly number[] = [0o100644, 0o100755];

const field = `defaultBranchRef { target { ... on Commit { file(path: ${quoted(pipelineFilePath)}) { mode object { ... on Blob { text isTruncated } } } ${workflowsOfCommit} } } }`;

const answerShape = z
  .object({
    target: z.object({
      file: z
        .object({ mode: z.number(), object: z.object({ text: z.string(), isTruncated: z.literal(false) }) })
        .nullable(),
      workflows: workflowsAnswer.optional().catch(undefined),
    }),
  })
  .nullable();

export async function readPipelineFiles(
  github: GitHub,
  repositories: readonly RepositoryRef[],
): ReturnType<GitHubPort["pipelineFiles"]> {
  const files = new Map<string, string | undefined>();
  const workflows = new Map<string, Workflows>();
  for (const [installation, some] of byInstallation(repositories)) {
    const owners = new Set(some.map(({ fullName }) => `${ownerAndRepo(fullName).owner}/.github`));
    const standIns = [...owners].filter((name) => !some.some(({ fullName }) => fullName === name));
    const wishes: readonly Wish[] = [...some, ...standIns.map((fullName) => ({ fullName }))].map((repository) => ({
      repository,
      fields: [field],
    }));
    const answered = await askTogether(github, installation, wishes);
    for (const [index, { repository }] of wishes.entries()) {
      const answer = answered[index];
      const name = repository.fullName.toLowerCase();
      // One of ours that is not there is for the REST API to tell about; nobody needs to have a stand-in.
      if (answer?.kind === "missing" && repository.id === undefined) files.set(name, undefined);
      if (answer?.kind !== "answered" || !answer.fields.has(0)) continue;
      const found = answerShape.safeParse(answer.fields.get(0));
      if (!found.success) continue;
      const file = found.data?.target.file ?? undefined;
      const beside = found.data?.target.workflows;
      if (beside !== undefined) workflows.set(name, workflowsIn(beside));
      if (file === undefined || fileModes.includes(file.mode)) files.set(name, file?.object.text);
    }
  }
  return { files, workflows };
}

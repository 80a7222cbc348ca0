/** Tells a repository's channels, once for each pipeline file, what its workflows say against that file. */
import type { Transaction } from "kysely";
import { canonicalHash } from "../policy/canonical-hash.ts";
import type { Pipeline } from "../policy/pipeline.ts";
import { type WorkflowProblem, type Workflows, workflowProblems } from "../policy/workflow-problems.ts";
import type { Database } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import type { RepositoryRef } from "./ports.ts";
import { tellServices } from "./tell-services.ts";

export type WorkflowNote = {
  readonly code: "workflow-problems";
  readonly repository: string;
  readonly problems: readonly WorkflowProblem[];
};

/** Undefined where this file is in force already, and where GitHub does not tell. `hash` names the file. Calls: 1. */
export async function workflowsBeside(
  bot: Bot,
  repository: RepositoryRef,
  hash: string,
): Promise<Workflows | undefined> {
  const inForce = await bot.db
    .selectFrom("repository")
    .innerJoin("pipeline_file", "pipeline_file.id", "repository.pipeline_file_id")
    .where("repository.id", "=", repository.id)
    .where("pipeline_file.hash", "=", hash)
    .select("pipeline_file.id")
    .executeTakeFirst();
  return inForce === undefined ? await bot.github.workflows(repository) : undefined;
}

export async function tellWorkflowProblems(
  trx: Transaction<Database>,
  bot: Bot,
  repository: RepositoryRef,
  file: number,
  pipeline: Pipeline,
  workflows: Workflows,
): Promise<void> {
  const problems = workflowProblems(pipeline, workflows);
  if (problems.length === 0) return;
  const content = { code: "workflow-problems", repository: repository.fullName, problems } as const;
  await tellServices(trx, bot, repository.id, `workflow-problems/${file}/${canonicalHash(problems)}`, content);
}

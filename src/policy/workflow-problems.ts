/** What the workflows of a repository say against its pipeline file. Pure; what it cannot read it does not speak of. */
import type { Pipeline } from "./pipeline.ts";
import { readWorkflowFile } from "./workflow-file.ts";

/** Texts by path, as the default branch holds them; undefined where a file's text could not be read. */
export type Workflows = ReadonlyMap<string, string | undefined>;

export const workflowFolder = ".github/workflows";

export type WorkflowProblem =
  /** It runs whenever GitHub hears of a deployment, and another deployer carries that out. */
  | { readonly code: "listens"; readonly path: string }
  /** A stage names it, and it is not there. */
  | { readonly code: "absent"; readonly path: string }
  /** A stage names it, and it has no `workflow_dispatch`. */
  | { readonly code: "not-dispatchable"; readonly path: string };

export function workflowProblems(pipeline: Pipeline, workflows: Workflows): readonly WorkflowProblem[] {
  const stages = pipeline.services.flatMap(({ environments, demos }) => [
    ...[...environments, ...(demos === undefined ? [] : [demos.template])].flatMap(({ deploy, verify }) => [
      ...deploy,
      ...verify,
    ]),
    ...(demos?.destroy ?? []),
  ]);
  const deployers = stages.map(({ deployer }) => deployer);
  const named = new Set(
    deployers.flatMap((one) => (one.kind === "actions" ? [`${workflowFolder}/${one.workflow}`] : [])),
  );
  const answersDeployments = deployers.some(({ kind }) => kind === "deployment");
  const read = [...workflows].map(([path, text]) => ({
    path,
    file: text === undefined ? undefined : readWorkflowFile(text),
  }));
  return [
    ...read.flatMap(({ path, file }) =>
      file?.listensToDeployments && !answersDeployments ? [{ code: "listens", path } as const] : [],
    ),
    ...[...named].flatMap((path): readonly WorkflowProblem[] => {
      if (!workflows.has(path)) return [{ code: "absent", path }];
      const file = read.find((one) => one.path === path)?.file;
      return file !== undefined && file.inputs === undefined ? [{ code: "not-dispatchable", path }] : [];
    }),
  ];
}

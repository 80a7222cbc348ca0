/** What workflows say against a pipeline file → sentences. */
import type { WorkflowNote } from "../operations/workflow-problems.ts";
import type { WorkflowProblem } from "../policy/workflow-problems.ts";

function line({ code, path }: WorkflowProblem): string {
  switch (code) {
    case "listens":
      return `${path} listens to “deployment”, and no stage is a “deployment”: it runs besides the stages whenever I tell GitHub of a deployment. Take that trigger out, or let a stage be “deployment: {}”.`;
    case "absent":
      return `A stage runs ${path}, which is not on the default branch. It cannot start.`;
    case "not-dispatchable":
      return `A stage runs ${path}, which has no “workflow_dispatch” trigger on the default branch. It cannot start.`;
  }
}

export function wordWorkflowNote({ repository, problems }: WorkflowNote): string {
  return `The pipeline file of ${repository} is in force, but its workflows do not fit it.\n${problems.map((one) => `• ${line(one)}`).join("\n")}`;
}

/** The workflow files of a commit, each with the identity that it keeps while its path stays the same. */
import type { Hub } from "../hub/hub.ts";
import type { Repository } from "../hub/state.ts";
import type { WorkflowIdentity } from "./state.ts";
import { readWorkflow } from "./workflow.ts";

export const folderOfWorkflows = ".github/workflows";

export type WorkflowFile = { readonly identity: WorkflowIdentity; readonly text: string };

function identityOf(hub: Hub, repository: Repository, path: string, name: string): WorkflowIdentity {
  const known = repository.actions.workflows.get(path);
  if (known !== undefined) return known;
  const made = { id: hub.nextId(), path, name };
  repository.actions.workflows.set(path, made);
  return made;
}

export async function workflowsAt(hub: Hub, repository: Repository, sha: string): Promise<readonly WorkflowFile[]> {
  const tree = await repository.git.tree(`${sha}:${folderOfWorkflows}`);
  const files = (tree?.entries ?? []).filter(({ name, type }) => type === "blob" && /\.ya?ml$/u.test(name));
  return await Promise.all(
    files.map(async ({ name, sha: blob }) => {
      const text = (await repository.git.blob(blob))?.content.toString() ?? "";
      const read = readWorkflow(text);
      const path = `${folderOfWorkflows}/${name}`;
      const title = "workflow" in read ? (read.workflow.name ?? path) : path;
      return { identity: identityOf(hub, repository, path, title), text };
    }),
  );
}

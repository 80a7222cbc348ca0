/** The files of a revision, as whoever looks at a repository sees them. It changes nothing. */
import type { Repository } from "../hub/state.ts";
import { findCommit } from "../routes/revision.ts";

/** Texts by their paths; the revision is a branch, a tag or a SHA. Rejects when there is none of this name. */
export async function readFiles(repository: Repository, revision: string): Promise<Readonly<Record<string, string>>> {
  const commit = await findCommit(repository, revision);
  if (commit === undefined) throw new Error(`${repository.fullName} has no commit "${revision}".`);
  const files: Record<string, string> = {};
  const read = async (tree: string, folder: string): Promise<void> => {
    for (const { name, type, sha } of (await repository.git.tree(tree))?.entries ?? []) {
      if (type === "tree") await read(sha, `${folder}${name}/`);
      if (type === "blob") files[`${folder}${name}`] = (await repository.git.blob(sha))?.content.toString() ?? "";
    }
  };
  await read(commit.tree, "");
  return files;
}

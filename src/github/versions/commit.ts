/**
 * A commit on no branch yet, by the git database: the files of another commit but for some. No author is named, so that
 * GitHub signs it as the App's own. Calls: 2, and for each file 1 for each folder above it, to keep its mode.
 */
import type { RepositoryRef } from "../../operations/ports.ts";
import type { NewCommit } from "../../operations/version-writes.ts";
import { commitMessage } from "../../wording/version.ts";
import type { GitHub } from "../client.ts";
import { orUndefined } from "../failures.ts";
import { type OwnerAndRepo, ownerAndRepo } from "../repository-name.ts";

type Octokit = Awaited<ReturnType<GitHub["installation"]>>;

export async function makeCommit(github: GitHub, repository: RepositoryRef, commit: NewCommit): Promise<string> {
  const octokit = await github.installation(repository.installationId);
  const at = ownerAndRepo(repository.fullName);
  const { data: like } = await octokit.rest.git.getCommit({ ...at, commit_sha: commit.like });
  const tree = commit.files.length === 0 ? like.tree.sha : await changed(octokit, at, like.tree.sha, commit.files);
  const made = await octokit.rest.git.createCommit({
    ...at,
    message: commitMessage(commit.about),
    tree,
    parents: [...commit.parents],
  });
  return made.data.sha;
}

async function changed(octokit: Octokit, at: OwnerAndRepo, base: string, files: NewCommit["files"]): Promise<string> {
  const tree: { path: string; mode: "100644" | "100755"; type: "blob"; content: string }[] = [];
  for (const { path, text } of files) {
    tree.push({ path, mode: await modeOf(octokit, at, base, path), type: "blob", content: text });
  }
  const made = await octokit.rest.git.createTree({ ...at, base_tree: base, tree });
  return made.data.sha;
}

async function modeOf(octokit: Octokit, at: OwnerAndRepo, root: string, path: string): Promise<"100644" | "100755"> {
  let tree = root;
  for (const part of path.split("/")) {
    const listed = await orUndefined(octokit.rest.git.getTree({ ...at, tree_sha: tree }));
    const entry = listed?.data.tree.find((one) => one.path === part);
    if (entry === undefined) return "100644";
    if (entry.type === "blob") return entry.mode === "100755" ? "100755" : "100644";
    tree = entry.sha;
  }
  return "100644";
}

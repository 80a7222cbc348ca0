/** A pull request that takes a merged one back, as GitHub's own button makes it: on a branch `revert-<number>-<head>`. */
import { noCommit } from "../git/bare-repository.ts";
import { commitTree } from "../git/writing.ts";
import type { Hub, PullIssue } from "../hub/hub.ts";
import type { Account, Repository } from "../hub/state.ts";
import { Problem } from "../problem.ts";
import { bringOver } from "./commits.ts";
import { openPull } from "./pull-requests.ts";
import { branchSha, moveRefs, signatureOf } from "./refs.ts";

export type RevertWish = { readonly title?: string; readonly body?: string; readonly draft?: boolean };

export async function revertPull(
  hub: Hub,
  repository: Repository,
  issue: PullIssue,
  by: Account,
  wish: RevertWish,
): Promise<PullIssue> {
  const branch = await branchOfRevert(hub, repository, issue, by);
  return await openPull(hub, repository, by, {
    title: wish.title ?? `Revert "${issue.title}"`,
    body: wish.body ?? `Reverts ${repository.fullName}#${issue.number}`,
    head: branch,
    base: issue.pull.baseRef,
    draft: wish.draft ?? false,
  });
}

function branchOfRevert(hub: Hub, repository: Repository, issue: PullIssue, by: Account): Promise<string> {
  return repository.git.exclusive(async () => {
    const { merged, baseRef, headRef } = issue.pull;
    const tip = branchSha(repository, baseRef);
    const before = merged === null ? undefined : (await repository.git.commit(merged.sha))?.parents[0];
    if (merged === null || tip === undefined || before === undefined) {
      throw new Problem(422, "Pull request is not merged and cannot be reverted");
    }
    // From the merge back to what was before it, brought over to the branch as it is now.
    const reverted = await bringOver(repository, before, merged.sha, tip);
    if (reverted.kind === "conflict") throw new Problem(422, "This pull request cannot be reverted automatically");
    const author = signatureOf(hub, by);
    const message = `Revert "${issue.title}"\n\nThis reverts commit ${merged.sha}.\n`;
    const made = { tree: reverted.tree, parents: [tip], message, author, committer: author };
    const sha = commitTree(repository.git, made);
    let branch = `revert-${issue.number}-${headRef}`;
    for (let count = 1; branchSha(repository, branch) !== undefined; count += 1) {
      branch = `revert-${issue.number}-${headRef}-${count}`;
    }
    await moveRefs(hub, repository, by, [{ ref: `refs/heads/${branch}`, before: noCommit, after: sha }]);
    return branch;
  });
}

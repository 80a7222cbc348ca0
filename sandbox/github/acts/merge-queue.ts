/**
 * The merge queue, in a simple form: each pull request is a group of its own, built upon the base as it is when it is
 * queued, in a branch that GitHub makes for it and takes away again.
 */
import { noCommit } from "../git/bare-repository.ts";
import type { Hub, PullIssue } from "../hub/hub.ts";
import { pullOf } from "../hub/hub.ts";
import type { Account, MergeGroup, Repository } from "../hub/state.ts";
import { Problem } from "../problem.ts";
import { mergeGroupJson } from "../render/run.ts";
import { mergeCommit } from "./commits.ts";
import { setIssueState, tellIssue } from "./issues.ts";
import { unmetChecks } from "./protection.ts";
import { branchSha, closeNamed, moveRefs } from "./refs.ts";

function tellGroup(
  hub: Hub,
  repository: Repository,
  group: MergeGroup,
  what: { readonly action: "checks_requested" } | { readonly action: "destroyed"; readonly reason: string },
): void {
  const message = `Merge pull request #${group.pull}`;
  hub.emit(repository, "merge_group", group.by, { ...what, merge_group: mergeGroupJson(group, message) });
}

export function enqueue(hub: Hub, repository: Repository, issue: PullIssue, by: Account): Promise<MergeGroup> {
  return repository.git.exclusive(async () => {
    const { pull } = issue;
    const baseSha = branchSha(repository, pull.baseRef);
    if (baseSha === undefined || issue.state === "closed" || pull.draft) {
      throw new Problem(405, "Pull Request is not mergeable");
    }
    const message = `Merge pull request #${issue.number}\n`;
    const merge = { ours: baseSha, theirs: pull.headSha, message };
    const headSha = (await mergeCommit(hub, repository, by, merge)) ?? baseSha;
    const headRef = `gh-readonly-queue/${pull.baseRef}/pr-${issue.number}-${baseSha}`;
    const group: MergeGroup = { pull: issue.number, by, baseRef: pull.baseRef, baseSha, headRef, headSha };
    repository.mergeQueue.push(group);
    tellIssue(hub, repository, issue, by, "enqueued");
    await moveRefs(hub, repository, by, [{ ref: `refs/heads/${headRef}`, before: noCommit, after: headSha }]);
    tellGroup(hub, repository, group, { action: "checks_requested" });
    return group;
  });
}

/** Looks at the first group: merged when its checks are green and the base has not moved, sent back when one failed. */
export function advanceQueue(hub: Hub, repository: Repository): Promise<"empty" | "waiting" | "merged" | "sent-back"> {
  return repository.git.exclusive(async () => {
    const [group] = repository.mergeQueue;
    if (group === undefined) return "empty";
    const unmet = unmetChecks(repository, group.baseRef, group.headSha);
    const moved = branchSha(repository, group.baseRef) !== group.baseSha;
    const failed = unmet.some(({ state }) => state === "failing");
    if (unmet.length > 0 && !failed && !moved) return "waiting";
    repository.mergeQueue.shift();
    const issue = pullOf(repository, group.pull);
    const { by, baseRef, baseSha, headRef, headSha } = group;
    const gone = { ref: `refs/heads/${headRef}`, before: headSha, after: noCommit };
    if (failed || moved) {
      tellIssue(hub, repository, issue, by, "dequeued", { reason: failed ? "CI_FAILURE" : "BRANCH_PROTECTIONS" });
      tellGroup(hub, repository, group, { action: "destroyed", reason: "invalidated" });
      await moveRefs(hub, repository, by, [gone]);
      return "sent-back";
    }
    const merged = () => {
      issue.pull.merged = { sha: headSha, at: hub.now(), by };
      setIssueState(hub, repository, issue, by, "closed");
    };
    const base = { ref: `refs/heads/${baseRef}`, before: baseSha, after: headSha };
    await moveRefs(hub, repository, by, [base], { beforePush: merged });
    if (baseRef === repository.defaultBranch) closeNamed(hub, repository, by, issue.body ?? "");
    tellGroup(hub, repository, group, { action: "destroyed", reason: "merged" });
    await moveRefs(hub, repository, by, [gone]);
    return "merged";
  });
}

/** Branch protection: which required checks keep a commit from being merged, and in GitHub's words why. */

import { mergeTrees } from "../git/writing.ts";
import type { PullIssue } from "../hub/hub.ts";
import type { Repository } from "../hub/state.ts";
import { Problem } from "../problem.ts";

export type UnmetCheck = { readonly name: string; readonly state: "expected" | "pending" | "failing" };

/** GitHub lets these conclusions through. */
const passing = ["success", "neutral", "skipped"];

function stateOf(repository: Repository, sha: string, name: string): "passing" | UnmetCheck["state"] {
  const run = [...repository.checkRuns.values()].findLast((one) => one.headSha === sha && one.name === name);
  const status = repository.statuses.findLast((one) => one.sha === sha && one.context === name);
  const states: ("passing" | UnmetCheck["state"])[] = [];
  if (run !== undefined) {
    if (run.status !== "completed") states.push("pending");
    else states.push(run.conclusion !== null && passing.includes(run.conclusion) ? "passing" : "failing");
  }
  if (status !== undefined) {
    states.push(status.state === "success" ? "passing" : status.state === "pending" ? "pending" : "failing");
  }
  if (states.includes("failing")) return "failing";
  if (states.includes("pending")) return "pending";
  return states.length === 0 ? "expected" : "passing";
}

export function unmetChecks(repository: Repository, branch: string, sha: string): readonly UnmetCheck[] {
  const required = repository.requiredChecks.get(branch) ?? [];
  return required.flatMap((name): UnmetCheck[] => {
    const state = stateOf(repository, sha, name);
    return state === "passing" ? [] : [{ name, state }];
  });
}

export function unmetSentence(unmet: readonly UnmetCheck[]): string {
  const [first] = unmet;
  if (unmet.length > 1) return `${unmet.length} of the required status checks have not succeeded.`;
  if (first?.state === "failing") return `Required status check "${first.name}" is failing.`;
  if (first?.state === "pending") return `Required status check "${first.name}" is pending.`;
  return `Required status check "${first?.name ?? ""}" is expected.`;
}

/** Refuses a direct write by the API to a protected branch, as GitHub does, unless the commit is green already. */
export function refuseProtected(
  repository: Repository,
  branch: string,
  sha: string,
  status: 409 | 422,
  what = "",
): void {
  const unmet = unmetChecks(repository, branch, sha);
  if (unmet.length > 0) throw new Problem(status, `${what}${unmetSentence(unmet)}`);
}

/** A ruleset that restricts creations, in GitHub's words. */
export function refuseRestricted(repository: Repository, ref: string): void {
  const { restrictedTags } = repository;
  if (restrictedTags === undefined || !ref.startsWith(`refs/tags/${restrictedTags}`)) return;
  throw new Problem(
    422,
    "Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n",
  );
}

export async function mergeability(
  repository: Repository,
  issue: PullIssue,
): Promise<{ readonly mergeable: boolean | null; readonly state: string }> {
  const { pull } = issue;
  const base = repository.git.refs.get(`refs/heads/${pull.baseRef}`);
  if (issue.state === "closed" || base === undefined) return { mergeable: null, state: "unknown" };
  const merge = await mergeTrees(repository.git, base, pull.headSha);
  if (merge.kind === "conflict") return { mergeable: false, state: "dirty" };
  if (pull.draft) return { mergeable: true, state: "draft" };
  if (unmetChecks(repository, pull.baseRef, pull.headSha).length > 0) return { mergeable: true, state: "blocked" };
  return { mergeable: true, state: "clean" };
}

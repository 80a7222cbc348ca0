/**
 * The steps by which a version comes about, decided from what GitHub says. A commit is made first and put on no branch;
 * it is kept in the plan, and only then is a branch moved to it, or a tag set on it. So after a crash the same commit is
 * found again: a branch either holds it or not, a tag either stands on it or not, and nothing is done twice. Pure.
 */
import type { Sha } from "../model.ts";

export type CandidateStep = "cut" | "next" | "finish";

/** Where a write was refused, a pull request stands for it: from `branch`, made for this, into the branch that is meant. */
export type AskedToMerge = {
  readonly for: "files" | "merge";
  readonly branch: string;
  readonly base: string;
  readonly sha: Sha;
};

export type CandidatePlan = {
  /** What the tag is set on. */
  readonly commit?: Sha;
  /** The commit that it was built on; the same when nothing had to be written. */
  readonly base?: Sha;
  /** The branch that `commit` goes onto; absent where the tag alone holds it. */
  readonly branch?: string;
  /** The merge of the tag into the release branch, built on `onto`: the candidate itself. */
  readonly merge?: { readonly onto: Sha; readonly sha: Sha };
  readonly asked?: AskedToMerge;
  /** Whether the tag stood on `commit` when it was last looked at, for what is told where GitHub cannot be asked. */
  readonly tagged?: boolean;
  /** How often a branch moved while its next commit was made. */
  readonly rebuilt?: number;
};

export type CandidateFacts = {
  readonly plan: CandidatePlan;
  /** Where the tag stands now. */
  readonly tagAt?: Sha;
  /** The branch that the commit goes onto. */
  readonly branch?: { readonly head?: Sha; readonly holdsCommit: boolean };
  /** The branch that the tag is merged into; absent where there is nothing to merge. */
  readonly release?: { readonly name: string; readonly head?: Sha; readonly holdsCommit: boolean };
  /** The pull request that stands for a write; absent until it is known. */
  readonly pull?: { readonly number: number; readonly state: "open" | "closed" | "merged"; readonly mergeSha?: Sha };
  /** GitHub's words, where it has refused that pull request again and again. */
  readonly pullRefused?: string;
};

export type CandidateMove =
  | { readonly kind: "make-commit" }
  | { readonly kind: "move-branch"; readonly branch: string; readonly to: Sha }
  | { readonly kind: "set-tag"; readonly at: Sha }
  | { readonly kind: "make-release-branch"; readonly branch: string; readonly at: Sha }
  | { readonly kind: "make-merge"; readonly branch: string; readonly onto: Sha }
  | { readonly kind: "move-release"; readonly branch: string; readonly to: Sha }
  /** A person merges. `number` is not known before the pull request was made. */
  | { readonly kind: "wait-for-pull"; readonly number?: number }
  /** The merged pull request holds the commit, perhaps as another one. */
  | { readonly kind: "take-merged"; readonly sha: Sha }
  | { readonly kind: "stop"; readonly why: CandidateEnd }
  | { readonly kind: "done"; readonly candidate: Sha };

export type CandidateEnd =
  | { readonly code: "tag-elsewhere"; readonly at: Sha }
  | { readonly code: "pull-closed"; readonly number: number }
  /** From which branch it was to come. */
  | { readonly code: "refused"; readonly what: "pull-request"; readonly name: string; readonly said: string }
  | { readonly code: "branch-moves-on"; readonly branch: string };

/** Somebody pushes all the time; then it is better to say so than to run after them. */
const mostRebuilds = 5;

export function nextMove(facts: CandidateFacts): CandidateMove {
  const { plan, tagAt } = facts;
  if (tagAt !== undefined && tagAt !== plan.commit) return { kind: "stop", why: { code: "tag-elsewhere", at: tagAt } };
  return tagAt === undefined ? beforeTag(facts) : afterTag(facts, tagAt);
}

function beforeTag(facts: CandidateFacts): CandidateMove {
  const { plan, branch, pull } = facts;
  const { commit, base } = plan;
  if (commit === undefined) return { kind: "make-commit" };
  if (plan.branch === undefined || commit === base || branch?.holdsCommit === true)
    return { kind: "set-tag", at: commit };
  if (plan.asked?.for === "files") {
    return waiting(facts, plan.asked) ?? { kind: "take-merged", sha: pull?.mergeSha ?? commit };
  }
  if (branch?.head === base) return { kind: "move-branch", branch: plan.branch, to: commit };
  return again(plan, plan.branch) ?? { kind: "make-commit" };
}

function afterTag(facts: CandidateFacts, tagged: Sha): CandidateMove {
  const { plan, release, pull } = facts;
  if (release === undefined) return { kind: "done", candidate: tagged };
  const { merge } = plan;
  const merged = plan.asked?.for === "merge" && pull?.state === "merged" ? pull.mergeSha : undefined;
  // Where the branch was made at the tag, the tag itself is the candidate.
  if (release.holdsCommit) return { kind: "done", candidate: merged ?? merge?.sha ?? tagged };
  if (release.head === undefined) return { kind: "make-release-branch", branch: release.name, at: tagged };
  if (plan.asked?.for === "merge") {
    return waiting(facts, plan.asked) ?? { kind: "done", candidate: pull?.mergeSha ?? plan.asked.sha };
  }
  if (merge?.onto === release.head) return { kind: "move-release", branch: release.name, to: merge.sha };
  const stop = merge === undefined ? undefined : again(plan, release.name);
  return stop ?? { kind: "make-merge", branch: release.name, onto: release.head };
}

function waiting(
  { pull, pullRefused: said }: CandidateFacts,
  { branch: name }: AskedToMerge,
): CandidateMove | undefined {
  if (pull === undefined) {
    if (said === undefined) return { kind: "wait-for-pull" };
    return { kind: "stop", why: { code: "refused", what: "pull-request", name, said } };
  }
  if (pull.state === "open") return { kind: "wait-for-pull", number: pull.number };
  if (pull.state === "merged") return undefined;
  return { kind: "stop", why: { code: "pull-closed", number: pull.number } };
}

function again({ rebuilt = 0 }: CandidatePlan, branch: string): CandidateMove | undefined {
  return rebuilt < mostRebuilds ? undefined : { kind: "stop", why: { code: "branch-moves-on", branch } };
}

/** What happens to pull requests: opening, editing, merging, closing, reviews. */
import { noCommit } from "../git/bare-repository.ts";
import { compareCommits } from "../git/history.ts";
import type { Hub, PullIssue } from "../hub/hub.ts";
import type { Account, PullRequest, Repository, Review } from "../hub/state.ts";
import { invalidField, Problem, unprocessable } from "../problem.ts";
import { accountJson } from "../render/account.ts";
import { pullJson, reviewJson } from "../render/issue.ts";
import { mergeCommit, rebaseCommits } from "./commits.ts";
import { editText, newIssue, setIssueState, tellIssue } from "./issues.ts";
import { unmetChecks, unmetSentence } from "./protection.ts";
import { branchSha, closeNamed, measurePull, moveRefs } from "./refs.ts";

export type PullWish = {
  readonly title: string;
  readonly body: string | null;
  readonly head: string;
  readonly base: string;
  readonly draft: boolean;
};

export function openPull(hub: Hub, repository: Repository, by: Account, wish: PullWish): Promise<PullIssue> {
  return repository.git.exclusive(async () => {
    const headSha = branchSha(repository, wish.head);
    const baseSha = branchSha(repository, wish.base);
    if (headSha === undefined) throw invalidField("PullRequest", "head", "invalid");
    if (baseSha === undefined) throw invalidField("PullRequest", "base", "invalid");
    const refused = (message: string) =>
      unprocessable("Validation Failed", [{ resource: "PullRequest", code: "custom", message }]);
    const same = [...repository.issues.values()].some(
      ({ state, pull }) =>
        state === "open" && pull?.headRef === wish.head && pull.baseRef === wish.base && pull.fork === undefined,
    );
    if (same) throw refused(`A pull request already exists for ${repository.owner.login}:${wish.head}.`);
    const compared = await compareCommits(repository.git, baseSha, headSha);
    if (compared === undefined) throw refused(`The ${wish.head} branch has no history in common with ${wish.base}`);
    if (compared.ahead.length === 0) throw refused(`No commits between ${wish.base} and ${wish.head}`);
    const pull: PullRequest = {
      id: hub.nextId(),
      draft: wish.draft,
      headRef: wish.head,
      headSha,
      baseRef: wish.base,
      baseSha,
      merged: null,
      reviewers: [],
      teams: [],
      reviews: [],
      size: { commits: 0, additions: 0, deletions: 0, changedFiles: 0 },
    };
    const issue: PullIssue = { ...newIssue(hub, repository, by, wish), pull };
    await repository.git.updateRefs([{ ref: `refs/pull/${issue.number}/head`, before: noCommit, after: headSha }]);
    await measurePull(repository, issue);
    repository.issues.set(issue.number, issue);
    tellIssue(hub, repository, issue, by, "opened");
    return issue;
  });
}

export function editPull(
  hub: Hub,
  repository: Repository,
  issue: PullIssue,
  by: Account,
  changes: {
    readonly title?: string | undefined;
    readonly body?: string | null | undefined;
    readonly base?: string | undefined;
    readonly draft?: boolean | undefined;
  },
): Promise<void> {
  return repository.git.exclusive(async () => {
    const { pull } = issue;
    const from = { ref: { from: pull.baseRef }, sha: { from: pull.baseSha } };
    const rebased = changes.base !== undefined && changes.base !== pull.baseRef;
    if (changes.base !== undefined && rebased) {
      if (branchSha(repository, changes.base) === undefined) throw invalidField("PullRequest", "base", "invalid");
      pull.baseRef = changes.base;
      await measurePull(repository, issue);
    }
    editText(hub, repository, issue, by, changes, rebased ? { base: from } : {});
    if (changes.draft !== undefined && changes.draft !== pull.draft) {
      pull.draft = changes.draft;
      issue.updatedAt = hub.now();
      tellIssue(hub, repository, issue, by, changes.draft ? "converted_to_draft" : "ready_for_review");
    }
  });
}

export function reopenPull(hub: Hub, repository: Repository, issue: PullIssue, by: Account): Promise<void> {
  return repository.git.exclusive(async () => {
    if (issue.pull.merged !== null)
      throw invalidField("PullRequest", "state", "custom", "A merged pull request cannot be reopened.");
    const head = issue.pull.fork === undefined ? branchSha(repository, issue.pull.headRef) : issue.pull.headSha;
    if (head === undefined) {
      throw invalidField(
        "PullRequest",
        "state",
        "custom",
        `state cannot be changed. The ${issue.pull.headRef} branch has been deleted.`,
      );
    }
    if (head !== issue.pull.headSha) {
      const ref = `refs/pull/${issue.number}/head`;
      await repository.git.updateRefs([{ ref, before: issue.pull.headSha, after: head }]);
      issue.pull.headSha = head;
    }
    await measurePull(repository, issue);
    setIssueState(hub, repository, issue, by, "open");
  });
}

/** A real merge commit. Throws GitHub's own refusals: 405 when it may not be merged, 409 when the head has moved. */
export function mergePull(
  hub: Hub,
  repository: Repository,
  issue: PullIssue,
  by: Account,
  options: {
    readonly sha?: string | undefined;
    readonly method?: "merge" | "squash" | "rebase" | undefined;
    readonly title?: string | undefined;
    readonly message?: string | undefined;
    readonly overrideProtection?: boolean;
  } = {},
): Promise<string> {
  return repository.git.exclusive(async () => {
    const { pull } = issue;
    const ours = branchSha(repository, pull.baseRef);
    if (issue.state === "closed" || ours === undefined) throw new Problem(405, "Pull Request is not mergeable");
    if (options.sha !== undefined && options.sha !== pull.headSha) {
      throw new Problem(409, "Head branch was modified. Review and try the merge again.");
    }
    if (pull.draft) throw new Problem(405, "Pull Request is still a draft");
    const unmet = unmetChecks(repository, pull.baseRef, pull.headSha);
    if (unmet.length > 0 && options.overrideProtection !== true) throw new Problem(405, unmetSentence(unmet));
    const squash = options.method === "squash";
    const title =
      options.title ??
      (squash
        ? `${issue.title} (#${issue.number})`
        : `Merge pull request #${issue.number} from ${(pull.fork?.owner ?? repository.owner).login}/${pull.headRef}`);
    const message = `${title}\n\n${options.message ?? (squash ? "" : issue.title)}`.trim();
    const merge = { ours, theirs: pull.headSha, message: `${message}\n`, squash };
    const making =
      options.method === "rebase"
        ? rebaseCommits(hub, repository, ours, pull.headSha)
        : mergeCommit(hub, repository, by, merge);
    const made = await making.catch((error: unknown) => {
      if (error instanceof Problem) throw new Problem(405, "Pull Request is not mergeable");
      throw error;
    });
    const sha = made ?? ours;
    const merged = () => {
      pull.merged = { sha, at: hub.now(), by };
      setIssueState(hub, repository, issue, by, "closed");
    };
    const ref = `refs/heads/${pull.baseRef}`;
    await moveRefs(hub, repository, by, [{ ref, before: ours, after: sha }], { beforePush: merged });
    if (pull.baseRef === repository.defaultBranch) closeNamed(hub, repository, by, issue.body ?? "");
    return sha;
  });
}

export function requestReviewers(
  hub: Hub,
  repository: Repository,
  issue: PullIssue,
  by: Account,
  reviewers: readonly Account[],
): void {
  for (const account of reviewers) {
    if (account === issue.author) throw unprocessable("Review cannot be requested from pull request author.");
    if (issue.pull.reviewers.includes(account)) continue;
    issue.pull.reviewers.push(account);
    issue.updatedAt = hub.now();
    tellIssue(hub, repository, issue, by, "review_requested", { requested_reviewer: accountJson(hub, account) });
  }
}

export function submitReview(
  hub: Hub,
  repository: Repository,
  issue: PullIssue,
  by: Account,
  review: { readonly state: Review["state"]; readonly body: string; readonly commit?: string | undefined },
): Review {
  if (by === issue.author && review.state !== "COMMENTED") {
    throw unprocessable("Unprocessable Entity", [
      `Can not ${review.state === "APPROVED" ? "approve" : "request changes on"} your own pull request`,
    ]);
  }
  const made: Review = {
    id: hub.nextId(),
    author: by,
    body: review.body,
    state: review.state,
    commit: review.commit ?? issue.pull.headSha,
    submittedAt: hub.now(),
  };
  issue.pull.reviews.push(made);
  issue.pull.reviewers = issue.pull.reviewers.filter((account) => account !== by);
  // Webhooks write the state of a review in lower case, the API in upper case.
  const told = { ...reviewJson(hub, repository, issue, made), state: made.state.toLowerCase() };
  hub.emit(repository, "pull_request_review", by, {
    action: "submitted",
    review: told,
    pull_request: pullJson(hub, repository, issue),
  });
  return made;
}

/** GitHub's news, each handed to its operation. Decides nothing itself. */

import type { Bot } from "./bot.ts";
import { looksAgainAt } from "./checks-changed.ts";
import { followBranch } from "./follow-branch.ts";
import { type HeldRun, judgeHeldRun } from "./judge-held-run.ts";
import { seeIssue, showReadinessAgain } from "./look-again-at-pull-requests.ts";
import type { RepositoryRef } from "./ports.ts";
import { lookAhead } from "./pull-request-facts.ts";
import { type ExternalEnd, type RunEnd, seeDeployment, seeRunEnd } from "./see-deployment.ts";
import { loseMergeGroup, type MergeGroup, seeMergeGroup } from "./see-merge-group.ts";
import { seeListedPullRequests, seeOpenPullRequests } from "./see-open-pull-requests.ts";
import { seePullRequest } from "./see-pull-request.ts";
import {
  asItIsNow,
  asKnown,
  loseInstallation,
  loseRepository,
  type SeenRepository,
  seeRepositories,
  seeRepository,
  storedBeyond,
} from "./see-repository.ts";
import { type Review, seeReview } from "./see-review.ts";
import { showGatesAgain } from "./show-gates-again.ts";
import { type Comment, type Parse, takeComment } from "./take-comment.ts";
import { lookAtDueBackMerges, versionNews } from "./version-news.ts";
import { byGitHubDeployment, byPullRequest, byRun, hearOf } from "./woken-by.ts";

type Repository = SeenRepository;

export function createGitHubEvents(bot: Bot, parse: Parse) {
  /**
   * The repository as it is now, whatever it was when this was told; undefined for one out of reach, of which nothing is
   * done. `isNew` when the event brings it to light.
   */
  async function see(told: Repository) {
    const now = await asItIsNow(bot, told);
    if (now !== undefined) return { repository: now, isNew: await seeRepository(bot, now) };
    const repository = await asKnown(bot, told);
    return repository && { repository, isNew: false };
  }
  /** Of a repository that comes to light, the pull requests that are open already are looked at too. */
  async function meet(told: Repository): Promise<RepositoryRef | undefined> {
    const seen = await see(told);
    if (seen?.isNew === true) await seeOpenPullRequests(bot, seen.repository);
    return seen?.repository;
  }
  return {
    async repositoryAdded(repository: Repository) {
      await see(repository);
    },
    async repositoriesAdded(repositories: readonly Repository[]) {
      await seeRepositories(bot, repositories);
    },
    async repositoryRemoved(id: number) {
      await loseRepository(bot, id);
    },
    async installationRemoved(installationId: number) {
      await loseInstallation(bot, installationId);
    },
    async repositoriesListed(ids: readonly number[]) {
      return await storedBeyond(bot, ids);
    },
    async pullRequestSeen(told: Repository, pullRequest: Parameters<typeof seePullRequest>[2]) {
      const repository = await meet(told);
      if (repository === undefined) return;
      await seePullRequest(bot, repository, pullRequest);
      await hearOf(bot, byPullRequest(repository.id, pullRequest.number));
      await versionNews(bot, repository, [pullRequest.headRef]);
    },
    async reviewSeen(review: { readonly repository: Repository } & Review) {
      const repository = await asKnown(bot, review.repository);
      if (repository !== undefined) await seeReview(bot, repository, review);
    },
    async openPullRequestsListed(listed: Parameters<typeof seeListedPullRequests>[1]) {
      await seeListedPullRequests(bot, listed);
    },
    async pushed(push: {
      readonly repository: Repository;
      readonly branch?: string;
      readonly before: string;
      readonly after: string;
      readonly deleted: boolean;
      readonly forced: boolean;
      readonly pusher: string;
      readonly changedPaths?: readonly string[];
    }) {
      const { branch, before, after, deleted, forced, pusher, changedPaths } = push;
      const repository = await meet(push.repository);
      if (repository === undefined || branch === undefined) return;
      const paths = changedPaths === undefined ? {} : { changedPaths };
      await followBranch(bot, { repository, branch, before, after, deleted, forced, pusher, ...paths });
      await versionNews(bot, repository, [branch]);
      // The push may have brought pairs that the branch itself is no part of.
      await lookAtDueBackMerges(bot, repository);
      if (!deleted) await lookAhead(bot, repository, { branch, after, ...paths });
    },
    async issueSeen(issue: {
      readonly repository: Repository;
      readonly number: number;
      readonly state: "open" | "closed" | "missing";
    }) {
      await seeIssue(bot, issue.repository, issue);
    },
    async commented(comment: { readonly repository: Repository } & Comment) {
      const seen = await see(comment.repository);
      if (seen !== undefined) await takeComment(bot, parse, { ...comment, repository: seen.repository });
    },
    async runHeld(held: { readonly repository: Repository } & HeldRun) {
      const seen = await see(held.repository);
      if (seen !== undefined) await judgeHeldRun(bot, { ...held, repository: seen.repository });
    },
    async deploymentEnded(ended: { readonly repository: Repository } & ExternalEnd) {
      const seen = await see(ended.repository);
      if (seen !== undefined) await seeDeployment(bot, { ...ended, repository: seen.repository });
    },
    async runEnded(ended: { readonly repository: Repository } & RunEnd) {
      await seeRunEnd(bot, ended);
      await looksAgainAt(bot, ended.repository, ended.sha);
      await hearOf(bot, byRun(ended.repository.id, ended.run));
    },
    async stageAnswered(answered: { readonly repository: Repository; readonly deployment: number }) {
      await hearOf(bot, byGitHubDeployment(answered.repository.id, answered.deployment));
    },
    async runMoved(moved: { readonly repository: Repository; readonly run: number }) {
      await hearOf(bot, byRun(moved.repository.id, moved.run));
    },
    async mergeGroupAsked(group: { readonly repository: Repository } & MergeGroup) {
      const repository = await meet(group.repository);
      if (repository !== undefined) await seeMergeGroup(bot, repository, group);
    },
    async mergeGroupGone(group: { readonly repository: Repository } & MergeGroup) {
      await loseMergeGroup(bot, group.repository, group);
    },
    async checksChanged(change: { readonly repository: Repository; readonly sha: string }) {
      await looksAgainAt(bot, change.repository, change.sha);
    },
    async checkRerequested(asked: {
      readonly repository: Repository;
      readonly sha: string;
      readonly numbers: readonly number[];
    }) {
      await showReadinessAgain(bot, asked.repository, asked.sha);
      await showGatesAgain(bot, asked.repository, asked.sha);
    },
  };
}

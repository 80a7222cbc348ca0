/** GitHub's news, each handed to its operation. Decides nothing itself. */

import type { Bot } from "./bot.ts";
import { looksAgainAt } from "./checks-changed.ts";
import { followBranch } from "./follow-branch.ts";
import { type HeldRun, judgeHeldRun } from "./judge-held-run.ts";
import { seeIssue, showReadinessAgain } from "./look-again-at-pull-requests.ts";
import { lookAhead } from "./pull-request-facts.ts";
import { type ExternalEnd, type RunEnd, seeDeployment, seeRunEnd } from "./see-deployment.ts";
import { loseMergeGroup, type MergeGroup, seeMergeGroup } from "./see-merge-group.ts";
import { seeListedPullRequests, seeOpenPullRequests } from "./see-open-pull-requests.ts";
import { seePullRequest } from "./see-pull-request.ts";
import {
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
  /** Of a repository that an event brings to light, the pull requests that are open already are looked at too. */
  async function meet(repository: Repository): Promise<void> {
    if (await seeRepository(bot, repository)) await seeOpenPullRequests(bot, repository);
  }
  return {
    async repositoryAdded(repository: Repository) {
      await seeRepository(bot, repository);
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
    async pullRequestSeen(repository: Repository, pullRequest: Parameters<typeof seePullRequest>[2]) {
      await meet(repository);
      await seePullRequest(bot, repository, pullRequest);
      await hearOf(bot, byPullRequest(repository.id, pullRequest.number));
      await versionNews(bot, repository, [pullRequest.headRef]);
    },
    async reviewSeen(review: { readonly repository: Repository } & Review) {
      await seeReview(bot, review.repository, review);
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
      const { repository, branch, before, after, deleted, forced, pusher, changedPaths } = push;
      await meet(repository);
      if (branch === undefined) return;
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
      await seeRepository(bot, comment.repository);
      await takeComment(bot, parse, comment);
    },
    async runHeld(held: { readonly repository: Repository } & HeldRun) {
      await seeRepository(bot, held.repository);
      await judgeHeldRun(bot, held);
    },
    async deploymentEnded(ended: { readonly repository: Repository } & ExternalEnd) {
      await seeRepository(bot, ended.repository);
      await seeDeployment(bot, ended);
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
      await meet(group.repository);
      await seeMergeGroup(bot, group.repository, group);
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

/** An `Events` that remembers what it was told, in order. */
import type { Events, StoredRepository } from "../../src/github/events.ts";

export type Told = readonly [keyof Events, ...unknown[]];

/** `beyond` is what is stored beyond what GitHub lists. */
export function recordedEvents(
  fail?: (told: Told) => void,
  beyond?: () => Promise<readonly StoredRepository[]>,
): Events & { readonly told: readonly Told[] } {
  const told: Told[] = [];
  const record =
    (name: keyof Events) =>
    async (...news: unknown[]): Promise<void> => {
      told.push([name, ...news]);
      fail?.([name, ...news]);
    };
  return {
    told,
    repositoryAdded: record("repositoryAdded"),
    repositoriesAdded: record("repositoriesAdded"),
    repositoryRemoved: record("repositoryRemoved"),
    installationRemoved: record("installationRemoved"),
    repositoriesListed: async (ids) => {
      await record("repositoriesListed")(ids);
      return (await beyond?.()) ?? [];
    },
    pullRequestSeen: record("pullRequestSeen"),
    openPullRequestsListed: record("openPullRequestsListed"),
    pushed: record("pushed"),
    reviewSeen: record("reviewSeen"),
    issueSeen: record("issueSeen"),
    commented: record("commented"),
    runHeld: record("runHeld"),
    deploymentEnded: record("deploymentEnded"),
    runEnded: record("runEnded"),
    stageAnswered: record("stageAnswered"),
    runMoved: record("runMoved"),
    mergeGroupAsked: record("mergeGroupAsked"),
    mergeGroupGone: record("mergeGroupGone"),
    checksChanged: record("checksChanged"),
    checkRerequested: record("checkRerequested"),
  };
}

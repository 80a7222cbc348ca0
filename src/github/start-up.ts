/**
 * Compares, at start, what GitHub has with what is stored: installations, repositories and open pull requests, through
 * the same port as deliveries, so that whatever happened while the bot was down is met as if it had just been told.
 *
 * Calls: 1 for each hundred installations; for each installation 1 for each hundred repositories; for each repository
 * that is followed 1 for each hundred open pull requests.
 */
import type { Logger } from "pino";
import type { Context } from "../context.ts";
import type { GitHub } from "./client.ts";
import type { EventRepository, Events } from "./events.ts";
import { listOpenPullRequests } from "./facts/pull-request.ts";
import { GitHubRefusal } from "./failures.ts";
import { listInstallations, listRepositories } from "./installations.ts";

type StartUp = {
  readonly context: Context;
  readonly log: Logger;
  readonly github: GitHub;
  readonly events: Events;
  readonly follows?: (repositoryId: number) => Promise<boolean>;
};

export async function startUp({ context, log, github, events, follows }: StartUp): Promise<void> {
  const repositories: EventRepository[] = [];
  for (const installation of await listInstallations(github)) {
    for (const repository of await listRepositories(github, installation)) {
      repositories.push(repository);
      await events.repositoryAdded(repository);
    }
  }
  await events.repositoriesListed(repositories.map(({ id }) => id));
  await context.faults.at("github.repositories-compared");
  for (const repository of repositories) {
    if (follows !== undefined && !(await follows(repository.id))) continue;
    try {
      await comparePullRequests(github, events, repository);
    } catch (error) {
      // A repository that is blocked or just being deleted must not keep the others from being looked at.
      if (!(error instanceof GitHubRefusal)) throw error;
      log.warn({ err: error, repository: repository.fullName }, "its open pull requests could not be listed");
    }
  }
}

/** Calls: 1 for each hundred that are open. */
export async function comparePullRequests(github: GitHub, events: Events, repository: EventRepository): Promise<void> {
  const open = await listOpenPullRequests(github, repository);
  await events.openPullRequestsListed(repository, open);
}

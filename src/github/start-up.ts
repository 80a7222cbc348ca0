/**
 * Compares, at start, what GitHub has with what is stored: installations, repositories and open pull requests, through
 * the same port as deliveries, so that whatever happened while the bot was down is met as if it had just been told.
 *
 * Calls: 1 for each hundred installations; for each installation 1 for each hundred repositories; for each ten
 * repositories that are followed 1, and 1 more for each further page of open pull requests that one of them has; and what
 * `followRepositories` asks for each installation of which something is stored that is not listed.
 */
import type { Logger } from "pino";
import type { Context } from "../context.ts";
import type { GitHub } from "./client.ts";
import type { EventRepository, Events, ListedPullRequests } from "./events.ts";
import { readOpenPullRequests } from "./facts/open-pull-requests.ts";
import { listOpenPullRequests } from "./facts/pull-request.ts";
import { GitHubRefusal } from "./failures.ts";
import { listInstallations, listRepositories } from "./installations.ts";
import { followRepositories, type ReachEvents } from "./reach.ts";

export type StartUp = {
  readonly context: Context;
  readonly log: Logger;
  readonly github: GitHub;
  readonly events: Events;
  readonly follows?: (repositoryId: number) => Promise<boolean>;
};

/** What was listed is told before more is listed, so that it does not grow old. */
const repositoriesAtOnce = 10;

/** Resolves with why an installation could not be looked at, if one could not: all others were all the same. */
export async function startUp(options: StartUp): Promise<GitHubRefusal | undefined> {
  const { context, github, events } = options;
  const repositories: EventRepository[] = [];
  let closed: GitHubRefusal | undefined;
  const look = async (installation: number, act: () => Promise<unknown>) => {
    closed = (await refusalOf(options, installation, act)) ?? closed;
  };
  for (const installation of await listInstallations(github)) {
    await look(installation, async () => repositories.push(...(await listRepositories(github, installation))));
  }
  await events.repositoriesAdded(repositories);
  const beyond = await events.repositoriesListed(repositories.map(({ id }) => id));
  for (const installation of new Set(beyond.map(({ installationId }) => installationId))) {
    const ids = beyond.filter(({ installationId }) => installationId === installation).map(({ id }) => id);
    await look(installation, () => followRepositories(github, reachEvents(options), installation, ids));
  }
  await context.faults.at("github.repositories-compared");
  await comparePullRequests(options, repositories);
  return closed;
}

export function reachEvents(options: StartUp): ReachEvents {
  const { events } = options;
  return {
    /** Their pull requests may have been open for long before anybody told us of them. */
    async added(repositories) {
      await events.repositoriesAdded(repositories);
      await comparePullRequests(options, repositories);
    },
    repositoryRemoved: events.repositoryRemoved,
    installationRemoved: events.installationRemoved,
  };
}

/**
 * An organisation may let nobody in for a while, by its list of addresses or because it is just being suspended. That must
 * not keep the others from being looked at, and its repositories stay as they are.
 */
async function refusalOf({ log }: StartUp, installation: number, act: () => Promise<unknown>) {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof GitHubRefusal)) throw error;
    log.warn({ err: error, installation }, "GitHub refuses to tell of an installation");
    return error;
  }
  return undefined;
}

/** Tells of the open pull requests of those repositories that are followed. */
async function comparePullRequests(options: StartUp, repositories: readonly EventRepository[]): Promise<void> {
  const { follows, events } = options;
  const followed: EventRepository[] = [];
  for (const repository of repositories) {
    if (follows === undefined || (await follows(repository.id))) followed.push(repository);
  }
  for (let from = 0; from < followed.length; from += repositoriesAtOnce) {
    await events.openPullRequestsListed(await list(options, followed.slice(from, from + repositoriesAtOnce)));
  }
}

async function list({ github, log }: StartUp, repositories: readonly EventRepository[]) {
  const known = await readOpenPullRequests(github, repositories);
  const listed: ListedPullRequests[] = [];
  for (const repository of repositories) {
    try {
      const open = known.get(repository.id) ?? (await listOpenPullRequests(github, repository));
      listed.push({ repository, open });
    } catch (error) {
      // A repository that is blocked or just being deleted must not keep the others from being looked at.
      if (!(error instanceof GitHubRefusal)) throw error;
      log.warn({ err: error, repository: repository.fullName }, "its open pull requests could not be listed");
    }
  }
  return listed;
}

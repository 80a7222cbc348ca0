/**
 * The Probot App: turns what GitHub delivers into our own events (`events.ts`) and calls the operations with them.
 * Deliveries come from the inbox, where they are stored before GitHub is answered; so a handler may take its time, and
 * may fail: the delivery is then taken up again. It decides nothing and writes nothing to GitHub.
 */
import { emitterEventNames } from "@octokit/webhooks";
import type { Logger } from "pino";
import type { Probot } from "probot";
import type { Context } from "../context.ts";
import { optional } from "../optional.ts";
import type { GitHub } from "./client.ts";
import type { EventRepository, Events } from "./events.ts";
import { foundPullRequest } from "./facts/pull-request.ts";
import { type EventName, isEventName, type Payload, pathsOf, payloads, type RepositoryPayload } from "./payloads.ts";
import { followInstallation, followRepositories } from "./reach.ts";
import { type KnownDeliveries, type Recovered, recoverDeliveries } from "./recover-deliveries.ts";
import { reachEvents, type StartUp, startUp } from "./start-up.ts";

export type StoredDelivery = { readonly key: string; readonly name: string; readonly payload: unknown };

export type GitHubApp = {
  /** Hands one stored delivery to Probot; rejects when a handler failed, with what it failed with. */
  handDelivery(stored: StoredDelivery): Promise<void>;
  /** Compares installations, repositories and open pull requests with what is stored, as `startUp` of `start-up.ts`. */
  startUp(): ReturnType<typeof startUp>;
  /** Asks GitHub to send again what failed since then (epoch ms) and is not in the inbox. */
  recoverDeliveries(since: number): Promise<Recovered>;
};

export function createGitHubApp(options: {
  readonly context: Context;
  readonly log: Logger;
  readonly github: GitHub;
  readonly events: Events;
  readonly knownDeliveries: KnownDeliveries;
  /** Whether a repository's pull requests matter to us; by default those of all do. */
  readonly follows?: (repositoryId: number) => Promise<boolean>;
}): GitHubApp {
  const { github } = options;
  listen(options);
  return {
    async handDelivery({ key, name, payload }) {
      await github.probot.ready();
      const event = { id: key, name, payload };
      if (!isEmitted(event)) throw new Error(`a delivery of an event that Probot does not know: ${name}`);
      // Probot would take it in silence, and a newer bot beside this one, which stored it, would never see it.
      if (!isEventName(name)) throw new Error(`nothing handles the event ${name}`);
      try {
        await github.probot.webhooks.receive(event);
      } catch (error) {
        throw withoutPayload(error);
      }
    },
    startUp: () => startUp(options),
    recoverDeliveries: (since) => recoverDeliveries(options, since),
  };
}

type Emitted = Parameters<Probot["webhooks"]["receive"]>[0];

/** Stored payloads hold fewer fields than Probot's types promise; every handler parses what it reads once more. */
function isEmitted(event: { id: string; name: string; payload: unknown }): event is Emitted {
  return emitterEventNames.some((known) => known === event.name) && typeof event.payload === "object";
}

/** The library hangs the whole event on what was thrown; a log line of it would hold what people wrote. */
function withoutPayload(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  for (const one of error.errors) if (one instanceof Error) Reflect.deleteProperty(one, "event");
  Reflect.deleteProperty(error, "event");
  return error.errors.length === 1 ? error.errors[0] : error;
}

function listen(options: StartUp): void {
  const { github, events } = options;
  const reach = reachEvents(options);

  function on<Name extends EventName>(name: Name, handle: (payload: Payload<Name>) => Promise<void>): void {
    github.probot.on(name, async (context) => await handle(read(name, context.payload)));
  }

  on("installation", async ({ installation }) => await followInstallation(github, reach, installation.id));

  on("installation_repositories", async ({ installation, ...changed }) => {
    const ids = [...changed.repositories_added, ...changed.repositories_removed].map(({ id }) => id);
    await followRepositories(github, reach, installation.id, ids);
  });

  on("repository", async ({ action, ...payload }) => {
    if (action === "deleted") return await events.repositoryRemoved(payload.repository.id);
    await events.repositoryAdded(repositoryOf(payload));
  });

  on("pull_request", async (payload) => {
    await events.pullRequestSeen(repositoryOf(payload), foundPullRequest(payload.pull_request));
  });

  on("pull_request_review", async ({ review, pull_request: pull, ...payload }) => {
    const byPerson = review.user !== null && review.user.type !== "Bot";
    const reviewedBy = byPerson && review.user !== null ? { reviewedBy: [review.user.login] } : {};
    const repository = repositoryOf(payload);
    await events.pullRequestSeen(repository, { ...foundPullRequest(pull), ...reviewedBy });
    const { id: reviewId, user, commit_id: commitSha, submitted_at: submittedAt } = review;
    const state = reviewStates.get(review.state);
    // One that only comments is no answer, and one without a commit was given to nothing.
    if (state === undefined || user === null || !commitSha || !submittedAt) return;
    const about = { repository, number: pull.number, reviewId, login: user.login };
    await events.reviewSeen({ ...about, state, commitSha, at: Date.parse(submittedAt) });
  });

  on("issues", async ({ action, issue, ...payload }) => {
    const gone = action === "deleted" || action === "transferred";
    const state = gone ? "missing" : action === "closed" ? "closed" : "open";
    await events.issueSeen({ repository: repositoryOf(payload), number: issue.number, state });
  });

  on("push", async (push) => {
    const { ref, before, after, created, deleted, forced } = push;
    const changed = "commits" in push ? [...new Set(push.commits.flatMap(pathsOf))] : undefined;
    await events.pushed({
      repository: repositoryOf(push),
      ref,
      ...optional("branch", /^refs\/heads\/(.+)$/s.exec(ref)?.[1]),
      ...{ before, after, created, deleted, forced },
      pusher: push.pusher.name,
      ...optional("changedPaths", changed),
    });
  });

  on("check_run", async ({ action, check_run: run, ...payload }) => {
    const repository = repositoryOf(payload);
    // A click on a button of ours asks for the same as a re-run: our one button says "Look again".
    const isAsked = action === "rerequested" || action === "requested_action";
    if (!isAsked) return await events.checksChanged({ repository, sha: run.head_sha });
    await events.checkRerequested({
      repository,
      sha: run.head_sha,
      name: run.name,
      ...optional("externalId", run.external_id || undefined),
      numbers: ownNumbers(repository, run.pull_requests),
    });
  });

  on("check_suite", async ({ action, check_suite: suite, ...payload }) => {
    const repository = repositoryOf(payload);
    if (action !== "rerequested") return await events.checksChanged({ repository, sha: suite.head_sha });
    const numbers = ownNumbers(repository, suite.pull_requests);
    await events.checkRerequested({ repository, sha: suite.head_sha, numbers });
  });

  on("issue_comment", async ({ issue, comment, ...payload }) => {
    if (comment.user === null) return;
    await events.commented({
      repository: repositoryOf(payload),
      issue: issue.number,
      onPullRequest: issue.pull_request !== undefined,
      comment: comment.id,
      body: comment.body,
      login: comment.user.login,
      at: Date.parse(comment.created_at),
    });
  });

  on("deployment_protection_rule", async ({ deployment, environment, ...payload }) => {
    const run = /\/runs\/(\d+)\/deployment_protection_rule$/.exec(payload.deployment_callback_url)?.[1];
    await events.runHeld({
      repository: repositoryOf(payload),
      run: Number(run),
      environment,
      deployment: deployment.id,
      sha: deployment.sha,
      by: personIn(deployment.creator?.login, payload.sender.login),
      ...at(deployment.created_at),
    });
  });

  on("deployment_status", async ({ deployment, deployment_status: status, ...payload }) => {
    const { state } = status;
    if (deployment.payload.stage) {
      return await events.stageAnswered({ repository: repositoryOf(payload), deployment: deployment.id });
    }
    if (state !== "success" && state !== "failure" && state !== "error") return;
    await events.deploymentEnded({
      repository: repositoryOf(payload),
      deployment: deployment.id,
      environment: deployment.environment,
      sha: deployment.sha,
      state,
      by: status.creator?.login ?? "somebody",
      at: Date.parse(status.created_at),
    });
  });

  on("workflow_run", async ({ workflow_run: run, sender, ...payload }) => {
    const { id, head_sha: sha, conclusion } = run;
    const ended = { run: id, sha, conclusion, by: sender.login, ...at(run.updated_at) };
    await events.runEnded({ repository: repositoryOf(payload), ...ended });
  });

  on("workflow_job", async ({ workflow_job: job, ...payload }) => {
    await events.runMoved({ repository: repositoryOf(payload), run: job.run_id });
  });

  on("merge_group", async ({ action, merge_group: group, ...payload }) => {
    const told = { repository: repositoryOf(payload), headSha: group.head_sha, headRef: group.head_ref };
    if (action === "checks_requested") await events.mergeGroupAsked(told);
    else await events.mergeGroupGone(told);
  });

  on("status", async ({ sha, ...payload }) => {
    await events.checksChanged({ repository: repositoryOf(payload), sha });
  });
}

const reviewStates: ReadonlyMap<string, "approved" | "changes-requested" | "dismissed"> = new Map([
  ["approved", "approved"],
  ["changes_requested", "changes-requested"],
  ["dismissed", "dismissed"],
] as const);

function at(time: string | undefined): { readonly at?: number } {
  return time === undefined ? {} : { at: Date.parse(time) };
}

/** Where GitHub's own Actions made the Deployment, whoever set the run off stands behind it. */
function personIn(creator: string | undefined, sender: string): string {
  return creator === undefined || creator.endsWith("[bot]") ? sender : creator;
}

function read<Name extends EventName>(name: Name, payload: unknown): Payload<Name>;
function read(name: EventName, payload: unknown): unknown {
  return payloads[name].parse(payload);
}

function repositoryOf(payload: {
  readonly repository: RepositoryPayload;
  readonly installation: { readonly id: number };
}): EventRepository {
  const { id, full_name: fullName, default_branch: defaultBranch, private: isPrivate } = payload.repository;
  return { id, fullName, installationId: payload.installation.id, defaultBranch, private: isPrivate };
}

/** GitHub also names pull requests of forks for a commit that both share. */
function ownNumbers(
  repository: EventRepository,
  pulls: Payload<"check_suite">["check_suite"]["pull_requests"],
): readonly number[] {
  return pulls.filter((pull) => pull.base.repo.id === repository.id).map(({ number }) => number);
}

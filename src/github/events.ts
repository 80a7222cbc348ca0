/**
 * What GitHub told, in our own words: `app.ts` turns deliveries into these, `start-up.ts` calls the same port for what
 * happened while the bot was down. Operations implement it. Every method may be called again with the same news, and
 * news may come late or out of order: an implementation treats each as a hint and compares it with what is stored.
 */
import type { FoundPullRequest, RepositoryRef } from "../operations/ports.ts";
import type { Sha } from "../policy/model.ts";

/** A repository as a payload names it. */
export type EventRepository = RepositoryRef & { readonly private: boolean };

export type Push = {
  readonly repository: EventRepository;
  /** The full ref, for example `refs/heads/main` or `refs/tags/v1.4.0`. */
  readonly ref: string;
  /** The branch's name, when the ref is one. */
  readonly branch?: string;
  /** Forty zeros when the ref was created. */
  readonly before: Sha;
  /** Forty zeros when the ref was deleted. */
  readonly after: Sha;
  readonly created: boolean;
  readonly deleted: boolean;
  readonly forced: boolean;
  /** The pusher's login. */
  readonly pusher: string;
  /**
   * YAML files and files under `.github/` that the push changed. Absent when GitHub did not list them all (the ref is
   * new, the push was forced, or there were too many): then anything may have changed.
   */
  readonly changedPaths?: readonly string[];
};

/** A comment on an issue or pull request, as it was first written, that may hold a command. */
export type WrittenComment = {
  readonly repository: EventRepository;
  readonly issue: number;
  readonly onPullRequest: boolean;
  readonly comment: number;
  readonly body: string;
  /** Whoever wrote it; never a bot. */
  readonly login: string;
  /** Epoch ms. */
  readonly at: number;
};

/** GitHub holds a workflow run before one of its environments until it is answered. */
export type HeldRun = {
  readonly repository: EventRepository;
  readonly run: number;
  readonly environment: string;
  /** The GitHub Deployment that was made for this run and environment. */
  readonly deployment: number;
  readonly sha: Sha;
  readonly by: string;
  /** Epoch ms: when GitHub made the Deployment. */
  readonly at?: number;
};

/** A GitHub Deployment of somebody else came to its end. */
export type DeploymentEnded = {
  readonly repository: EventRepository;
  readonly deployment: number;
  readonly environment: string;
  readonly sha: Sha;
  readonly state: "success" | "failure" | "error";
  readonly by: string;
  /** Epoch ms. */
  readonly at: number;
};

export type RunEnded = {
  readonly repository: EventRepository;
  readonly run: number;
  readonly sha: Sha;
  readonly conclusion: string | null;
  readonly by: string;
  /** Epoch ms: when this attempt of the run ended. */
  readonly at?: number;
};

export type MergeGroup = { readonly repository: EventRepository; readonly headSha: Sha; readonly headRef: string };

export type ListedPullRequests = {
  readonly repository: EventRepository;
  readonly open: readonly FoundPullRequest[];
};

export type StoredRepository = Pick<EventRepository, "id" | "installationId">;

export type Events = {
  /** Also when it was renamed, transferred, made private or public, or has another default branch. */
  repositoryAdded(repository: EventRepository): Promise<void>;
  /** Many at once, at start and when the App was installed; what GitHub refuses of one keeps none of the others. */
  repositoriesAdded(repositories: readonly EventRepository[]): Promise<void>;
  repositoryRemoved(repositoryId: number): Promise<void>;
  /** The App was uninstalled or suspended there: all of the installation's repositories are out of reach. */
  installationRemoved(installationId: number): Promise<void>;
  /**
   * At start: these are what GitHub lists as within reach. Answers with what is stored beyond them, and takes none of it
   * away: it was removed, or has come since, or a list that was read page by page has passed it over.
   */
  repositoriesListed(repositoryIds: readonly number[]): Promise<readonly StoredRepository[]>;
  pullRequestSeen(repository: EventRepository, pullRequest: FoundPullRequest): Promise<void>;
  /**
   * At start: these are all open pull requests of these repositories; one that is stored as open and is not among them
   * ended meanwhile. What GitHub refuses of one repository keeps none of the others.
   */
  openPullRequestsListed(listed: readonly ListedPullRequests[]): Promise<void>;
  pushed(push: Push): Promise<void>;
  /** A pull request was approved, changes were asked for, or such a review was dismissed; mere comments are not told. */
  reviewSeen(review: {
    readonly repository: EventRepository;
    readonly number: number;
    readonly reviewId: number;
    readonly login: string;
    readonly state: "approved" | "changes-requested" | "dismissed";
    /** The commit that was reviewed. */
    readonly commitSha: Sha;
    /** When it was submitted, also for a dismissal; whole seconds. */
    readonly at: number;
  }): Promise<void>;
  issueSeen(issue: {
    readonly repository: EventRepository;
    readonly number: number;
    readonly state: "open" | "closed" | "missing";
  }): Promise<void>;
  commented(comment: WrittenComment): Promise<void>;
  runHeld(held: HeldRun): Promise<void>;
  deploymentEnded(ended: DeploymentEnded): Promise<void>;
  runEnded(ended: RunEnded): Promise<void>;
  /** A GitHub Deployment that a stage made was answered with a status. */
  stageAnswered(answered: { readonly repository: EventRepository; readonly deployment: number }): Promise<void>;
  /** A job of a workflow run began or ended. */
  runMoved(moved: { readonly repository: EventRepository; readonly run: number }): Promise<void>;
  /** A merge queue asks whether a group may be merged; the ref names the pull request. */
  mergeGroupAsked(group: MergeGroup): Promise<void>;
  /** The group was merged or taken apart. */
  mergeGroupGone(group: MergeGroup): Promise<void>;
  /** A check or status of somebody else on this commit changed. */
  checksChanged(change: { readonly repository: EventRepository; readonly sha: Sha }): Promise<void>;
  /** Somebody pressed "Re-run", or the button, on a check of ours; without a name, on all of them. */
  checkRerequested(request: {
    readonly repository: EventRepository;
    readonly sha: Sha;
    readonly name?: string;
    /** The subject of the projection that wrote the check. */
    readonly externalId?: string;
    /** Pull requests of the repository itself that GitHub names for it. */
    readonly numbers: readonly number[];
  }): Promise<void>;
};

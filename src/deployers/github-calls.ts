/**
 * What the deployers that live on GitHub ask of it, and tell it. `github/deployer-calls/` implements this over the one
 * client; every call rejects with `OutsideError` when GitHub failed, and with `Refusal` when it answered and said no.
 */
import type { RepositoryRef } from "../operations/ports.ts";
import type { Sha } from "../policy/model.ts";

/** One check run or status, the newest of its App and name. */
export type NamedCheck = {
  /** The App that made the check run, or whoever set the status. */
  readonly by: string;
  readonly state: "pending" | "success" | "failure";
  /** GitHub's own word: a conclusion, or a state. */
  readonly word: string;
  readonly title?: string;
  readonly url?: string;
};

export type CheckCalls = {
  /** All of this name on the commit, whoever made them; none when nobody did. */
  named(repository: RepositoryRef, sha: Sha, name: string): Promise<readonly NamedCheck[]>;
};

/** A file as it stands on a branch; `text` is undefined when it is too large, or no text. */
export type PinFile = { readonly blob: Sha; readonly text: string | undefined };

export type PinCommit = { readonly sha: Sha; readonly url: string };

export type PinPullRequest = {
  readonly number: number;
  readonly url: string;
  readonly state: "open" | "merged" | "closed";
  readonly by: string | undefined;
};

export type PinCalls = {
  /** Undefined when the App is not installed there, or there is no such repository. */
  repository(fullName: string): Promise<RepositoryRef | undefined>;
  head(repository: RepositoryRef, branch: string): Promise<Sha | undefined>;
  file(repository: RepositoryRef, branch: string, path: string): Promise<PinFile | undefined>;
  /** Compared with the blob: refused when the file on the branch has become another meanwhile. */
  write(
    repository: RepositoryRef,
    wish: {
      readonly branch: string;
      readonly path: string;
      readonly blob: Sha;
      readonly text: string;
      readonly message: string;
    },
  ): Promise<PinCommit>;
  /** Among the newest commits to the file, the one whose message has this line. */
  commitWith(repository: RepositoryRef, branch: string, path: string, line: string): Promise<PinCommit | undefined>;
  /** Refused when there is a branch of that name. */
  makeBranch(repository: RepositoryRef, branch: string, sha: Sha): Promise<void>;
  /** Nothing when there is none. */
  deleteBranch(repository: RepositoryRef, branch: string): Promise<void>;
  openPullRequest(
    repository: RepositoryRef,
    wish: { readonly head: string; readonly base: string; readonly title: string; readonly body: string },
  ): Promise<PinPullRequest>;
  /** The newest whose head is this branch of the repository itself, also when it is not open any more. */
  pullRequestFrom(repository: RepositoryRef, branch: string): Promise<PinPullRequest | undefined>;
  pullRequest(repository: RepositoryRef, number: number): Promise<PinPullRequest | undefined>;
  close(repository: RepositoryRef, number: number): Promise<void>;
};

export type WorkflowRun = {
  readonly id: number;
  readonly attempt: number;
  readonly status: string;
  readonly conclusion: string | null;
  readonly sha: Sha;
  readonly title: string;
  readonly event: string;
  readonly url: string;
};

export type WorkflowJob = {
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly url: string | undefined;
  /** Names of the steps that failed. */
  readonly failedSteps: readonly string[];
};

export type ActionsCalls = {
  /** What a branch or tag of this name stands at; a branch wins. */
  headOf(repository: RepositoryRef, name: string): Promise<Sha | undefined>;
  branchesAt(repository: RepositoryRef, sha: Sha): Promise<readonly string[]>;
  /** The workflow file's text at a commit. */
  workflowAt(repository: RepositoryRef, sha: Sha, workflow: string): Promise<string | undefined>;
  /** The run that it began, where GitHub tells it: older servers do not. */
  dispatch(
    repository: RepositoryRef,
    workflow: string,
    wish: { readonly ref: string; readonly inputs: Readonly<Record<string, string>> },
  ): Promise<{ readonly run: number; readonly url: string } | undefined>;
  /** As it is now, or as one attempt of it was; undefined when there is none. */
  run(repository: RepositoryRef, run: number, attempt?: number): Promise<WorkflowRun | undefined>;
  /** The newest dispatched runs of a workflow. */
  dispatched(repository: RepositoryRef, workflow: string): Promise<readonly WorkflowRun[]>;
  jobs(repository: RepositoryRef, run: number, attempt: number): Promise<readonly WorkflowJob[]>;
  rerunFailed(repository: RepositoryRef, run: number): Promise<void>;
  cancel(repository: RepositoryRef, run: number): Promise<void>;
};

export type DeploymentStatus = {
  readonly state: string;
  readonly description: string;
  readonly logUrl: string | undefined;
  readonly environmentUrl: string | undefined;
  /** Set by the bot itself. */
  readonly own: boolean;
};

export type DeploymentWish = {
  readonly sha: Sha;
  readonly environment: string;
  readonly production: boolean;
  readonly description: string;
  readonly payload: Readonly<Record<string, unknown>>;
};

export type DeploymentCalls = {
  create(repository: RepositoryRef, wish: DeploymentWish): Promise<number>;
  /** The Deployment of the commit whose payload tells this token of a stage; tokens are unique. */
  find(repository: RepositoryRef, about: { readonly sha: Sha; readonly token: string }): Promise<number | undefined>;
  /** Newest first, at most a hundred; undefined when GitHub knows no such Deployment: it is gone, or very new. */
  statuses(repository: RepositoryRef, deployment: number): Promise<readonly DeploymentStatus[] | undefined>;
  /** Tells whoever carries it out, by the status `inactive`, that it is not wanted any more. */
  callOff(repository: RepositoryRef, deployment: number, description: string): Promise<void>;
};

export type GitHubCalls = {
  readonly checks: CheckCalls;
  readonly pins: PinCalls;
  readonly deployments: DeploymentCalls;
  readonly actions: ActionsCalls;
};

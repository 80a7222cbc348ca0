/** What the sandbox's GitHub remembers besides git: plain records, kept in memory, changed only by `acts/`. */
import type { Actions } from "../actions/state.ts";
import type { BareRepository } from "../git/bare-repository.ts";
import type { Commit } from "../git/objects.ts";

export type Account = {
  readonly id: number;
  readonly login: string;
  readonly type: "User" | "Organization" | "Bot";
  readonly name: string | null;
  readonly email: string;
  readonly permission?: "read" | "write" | "admin";
};

export type Comment = {
  readonly id: number;
  readonly issue: number;
  readonly author: Account;
  body: string;
  edits: number;
  readonly createdAt: number;
  updatedAt: number;
};

/** An issue, and the part of a pull request that is one. */
export type Issue = {
  readonly id: number;
  readonly number: number;
  title: string;
  body: string | null;
  readonly author: Account;
  state: "open" | "closed";
  stateReason: "completed" | "not_planned" | "reopened" | null;
  locked: boolean;
  labels: string[];
  assignees: Account[];
  comments: Comment[];
  readonly createdAt: number;
  updatedAt: number;
  closedAt: number | null;
  closedBy: Account | null;
  readonly pull?: PullRequest;
};

export type Review = {
  readonly id: number;
  readonly author: Account;
  body: string;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED" | "PENDING";
  readonly commit: string;
  submittedAt: number;
};

/** Another's copy of a repository. Its commits are kept in the repository itself, where no branch reaches them. */
export type Fork = { readonly id: number; readonly owner: Account; readonly name: string; readonly fullName: string };

export type PullRequest = {
  readonly id: number;
  draft: boolean;
  /** The fork that the head is in; absent when it is a branch of the repository itself. */
  readonly fork?: Fork;
  readonly headRef: string;
  headSha: string;
  baseRef: string;
  baseSha: string;
  merged: { readonly sha: string; readonly at: number; readonly by: Account } | null;
  reviewers: Account[];
  teams: string[];
  reviews: Review[];
  size: { commits: number; additions: number; deletions: number; changedFiles: number };
};

export type Annotation = Readonly<Record<string, unknown>>;

export type CheckRun = {
  readonly id: number;
  readonly suite: CheckSuite;
  /** The App that made it, by slug. */
  readonly app: string;
  name: string;
  readonly headSha: string;
  externalId: string;
  detailsUrl: string | null;
  status: "queued" | "in_progress" | "completed";
  conclusion: string | null;
  startedAt: number;
  completedAt: number | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  annotations: Annotation[];
  actions: readonly unknown[];
};

export type CheckSuite = {
  readonly id: number;
  readonly app: string;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly before: string | null;
  readonly headCommit: Commit | undefined;
  readonly createdAt: number;
  updatedAt: number;
};

export type CommitStatus = {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: "error" | "failure" | "pending" | "success";
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: Account;
  readonly createdAt: number;
};

export type DeploymentStatus = {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly logUrl: string;
  readonly environmentUrl: string;
  readonly environment: string;
  readonly creator: Account;
  readonly createdAt: number;
};

export type Deployment = {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly payload: unknown;
  readonly originalEnvironment: string;
  environment: string;
  readonly description: string | null;
  readonly transient: boolean;
  readonly production: boolean;
  readonly creator: Account;
  readonly createdAt: number;
  updatedAt: number;
  statuses: DeploymentStatus[];
};

/** One workflow run with one job, which deploys to one environment. */
export type WorkflowRun = {
  readonly id: number;
  readonly name: string;
  readonly sha: string;
  readonly branch: string;
  readonly actor: Account;
  readonly deployment: Deployment;
  status: "waiting" | "in_progress" | "completed";
  conclusion: "success" | "failure" | "cancelled" | null;
  /** What the App reported about the environment, oldest first. */
  readonly reports: { readonly state: "approved" | "rejected" | null; readonly comment: string }[];
  readonly createdAt: number;
  updatedAt: number;
};

/** A pull request on its way through the merge queue: what the branch would be after it. */
export type MergeGroup = {
  readonly pull: number;
  readonly by: Account;
  readonly baseRef: string;
  readonly baseSha: string;
  readonly headRef: string;
  readonly headSha: string;
};

export type Release = {
  readonly id: number;
  tagName: string;
  target: string;
  name: string | null;
  body: string | null;
  draft: boolean;
  prerelease: boolean;
  readonly author: Account;
  readonly createdAt: number;
  publishedAt: number | null;
};

export type Repository = {
  readonly id: number;
  readonly owner: Account;
  readonly name: string;
  readonly fullName: string;
  readonly defaultBranch: string;
  readonly git: BareRepository;
  readonly issues: Map<number, Issue>;
  nextNumber: number;
  readonly checkRuns: Map<number, CheckRun>;
  readonly checkSuites: Map<number, CheckSuite>;
  readonly statuses: CommitStatus[];
  readonly deployments: Map<number, Deployment>;
  readonly releases: Map<number, Release>;
  readonly runs: Map<number, WorkflowRun>;
  /** What GitHub Actions carries out by workflow files. */
  readonly actions: Actions;
  readonly mergeQueue: MergeGroup[];
  /** Branch name → names of checks or statuses that must be green on what is merged into it. */
  readonly requiredChecks: Map<string, readonly string[]>;
  /** How the names begin of which nobody makes a tag. */
  restrictedTags: string | undefined;
  readonly createdAt: number;
  pushedAt: number;
};

export type Installation = {
  readonly id: number;
  readonly account: Account;
  readonly repositories: Repository[];
  suspended: boolean;
  readonly createdAt: number;
};

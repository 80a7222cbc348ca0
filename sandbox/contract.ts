/**
 * What the sandbox's GitHub offers to the sandbox's page and to tests; its Slack is in `slack-contract.ts`. The bot
 * knows none of this: it speaks to both over HTTP, as it speaks to the real ones.
 */

/** One person of the sandbox, the same on both sides. */
export type SandboxPerson = {
  readonly login: string;
  readonly slackUser: string;
  readonly name: string;
  /** Permission on every sandbox repository. */
  readonly permission: "read" | "write" | "admin";
  /** What the person is to the sample service, in words, for example `developer`. */
  readonly role: string;
};

export type SandboxCheckRun = {
  readonly id: number;
  readonly name: string;
  readonly headSha: string;
  readonly status: "queued" | "in_progress" | "completed";
  readonly conclusion: string | null;
  readonly title: string;
  readonly summary: string;
};

export type SandboxComment = {
  readonly id: number;
  readonly author: string;
  readonly body: string;
  readonly edits: number;
  readonly createdAt: string;
};

export type SandboxPullRequest = {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly draft: boolean;
  /** Logins. */
  readonly assignees: readonly string[];
  readonly state: "open" | "closed";
  readonly merged: boolean;
  readonly mergeSha: string | null;
  readonly head: { readonly ref: string; readonly sha: string };
  readonly base: { readonly ref: string; readonly sha: string };
  readonly comments: readonly SandboxComment[];
  /** Logins of those whose latest review approves. */
  readonly approvedBy: readonly string[];
  readonly checkRuns: readonly SandboxCheckRun[];
  /** Whether branch protection lets it be merged now: required checks green, not a draft. */
  readonly mergeable: boolean;
};

export type SandboxIssue = {
  readonly number: number;
  readonly title: string;
  readonly state: "open" | "closed";
  readonly comments: readonly SandboxComment[];
};

export type SandboxDeployment = {
  readonly id: number;
  readonly sha: string;
  readonly environment: string;
  readonly payload: unknown;
  readonly statuses: readonly {
    readonly state: string;
    readonly description: string;
    readonly logUrl: string;
    readonly createdAt: string;
  }[];
};

/** A workflow run with one job, which deploys to one environment. */
export type SandboxRun = {
  readonly id: number;
  readonly sha: string;
  readonly status: "waiting" | "in_progress" | "completed";
  readonly conclusion: "success" | "failure" | "cancelled" | null;
  readonly environment: string;
  /** The number of the Deployment that GitHub made for it. */
  readonly deployment: number;
  /** What the App reported while the run was held, oldest first; without a state it was only a word on how it stands. */
  readonly reports: readonly { readonly state: "approved" | "rejected" | null; readonly comment: string }[];
};

/** A run of a workflow file by the sandbox's Actions; of its jobs those of the newest attempt. */
export type SandboxWorkflowRun = {
  readonly id: number;
  readonly workflow: string;
  readonly title: string;
  readonly event: string;
  readonly sha: string;
  readonly attempt: number;
  readonly status: "queued" | "in_progress" | "completed";
  readonly conclusion: string | null;
  readonly problem?: string;
  readonly jobs: readonly {
    readonly name: string;
    readonly conclusion: string | null;
    readonly log: string;
  }[];
};

export type SandboxRepositoryView = {
  readonly fullName: string;
  readonly defaultBranch: string;
  readonly branches: readonly { readonly name: string; readonly sha: string }[];
  readonly pullRequests: readonly SandboxPullRequest[];
  readonly issues: readonly SandboxIssue[];
  readonly deployments: readonly SandboxDeployment[];
  readonly tags: readonly { readonly name: string; readonly sha: string }[];
  readonly releases: readonly { readonly tag: string; readonly name: string; readonly body: string }[];
};

/** One HTTP call that the bot made, for tests that count them. */
export type SandboxCall = { readonly method: string; readonly path: string; readonly status: number };

/** What the next call answers instead, for failure drills. */
export type SandboxFailure = {
  /** 0 breaks the connection without an answer. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The call is carried out all the same, and only its answer is lost. */
  readonly afterDoing?: boolean;
};

/** One line of GitHub's delivery log, newest first. */
export type SandboxDelivery = {
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly redelivery: boolean;
  /** What came back; 0 when nothing did, or nothing was sent yet. */
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type FileChange = { readonly path: string; readonly content: string | null };

export type SandboxGitHub = {
  /** The REST API's base, also the web and git base (`<url>/<owner>/<repo>.git`): GITHUB_API_URL and GITHUB_URL. */
  readonly apiUrl: string;
  readonly url: string;
  readonly appId: number;
  /** PEM, for the bot's PRIVATE_KEY. */
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** For the web flow by which people link their accounts. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** The App's callback: people are sent back to addresses below it and nowhere else. */
  setCallback(url: string): void;
  /** Where webhooks are delivered from now on; undefined keeps them in the delivery log, undelivered. */
  deliverTo(url: string | undefined): void;
  /** Resolves when no delivery is under way. */
  settled(): Promise<void>;
  view(fullName: string): SandboxRepositoryView;
  /** Texts of files by their paths; the revision is a branch, a tag or a SHA. */
  files(fullName: string, revision: string): Promise<Readonly<Record<string, string>>>;
  repositories(): readonly string[];
  calls(): readonly SandboxCall[];
  /** A listener for every change, for live pages; returns its removal. */
  onChange(listener: () => void): () => void;

  // What people do on GitHub, each followed by GitHub's own webhooks.
  createRepository(
    fullName: string,
    options: {
      readonly files: Readonly<Record<string, string>>;
      readonly requiredChecks?: readonly string[];
      /** `main` unless said. */
      readonly defaultBranch?: string;
    },
  ): Promise<void>;
  createIssue(fullName: string, by: string, title: string): Promise<number>;
  setIssueState(fullName: string, by: string, number: number, state: "open" | "closed"): Promise<void>;
  /** Commits to a branch (made from the default branch when it is new); returns the SHA. */
  commit(
    fullName: string,
    by: string,
    options: { readonly branch: string; readonly message: string; readonly changes: readonly FileChange[] },
  ): Promise<string>;
  openPullRequest(
    fullName: string,
    by: string,
    options: {
      readonly title: string;
      readonly body: string;
      readonly head: string;
      readonly base?: string;
      readonly draft?: boolean;
    },
  ): Promise<number>;
  editPullRequest(
    fullName: string,
    by: string,
    number: number,
    changes: { readonly title?: string; readonly body?: string; readonly draft?: boolean },
  ): Promise<void>;
  /** A real git merge commit. Rejects, saying why, when branch protection or a conflict forbids it. */
  mergePullRequest(
    fullName: string,
    by: string,
    number: number,
    options?: { readonly overrideProtection?: boolean; readonly method?: "merge" | "squash" | "rebase" },
  ): Promise<string>;
  closePullRequest(fullName: string, by: string, number: number): Promise<void>;
  setStatus(
    fullName: string,
    sha: string,
    context: string,
    state: "pending" | "success" | "failure" | "error",
  ): Promise<void>;
  /** A check run of another App, such as a CI: made, or the one of that name changed. */
  setCheckRun(
    fullName: string,
    sha: string,
    name: string,
    state: "queued" | "in_progress" | "success" | "failure" | "neutral" | "skipped" | "cancelled" | "timed_out",
  ): Promise<void>;
  comment(fullName: string, by: string, number: number, body: string): Promise<number>;
  editComment(fullName: string, by: string, comment: number, body: string): Promise<void>;
  assign(fullName: string, by: string, number: number, logins: readonly string[]): Promise<void>;
  requestReviewers(fullName: string, by: string, number: number, logins: readonly string[]): Promise<void>;
  review(
    fullName: string,
    by: string,
    number: number,
    state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED",
    body?: string,
  ): Promise<void>;
  reopenPullRequest(fullName: string, by: string, number: number): Promise<void>;
  /** Makes a lightweight tag or a branch; the target is a branch, tag or SHA. */
  createRef(fullName: string, by: string, ref: `refs/${"heads" | "tags"}/${string}`, target: string): Promise<string>;
  deleteBranch(fullName: string, by: string, branch: string): Promise<void>;
  rerequestCheckRun(fullName: string, by: string, checkRun: number): void;
  /** Clicks a button that a check run offers. */
  requestCheckAction(fullName: string, by: string, checkRun: number, identifier: string): void;
  /** Sets the checks that must be green on what is merged into a branch; none takes the protection away. */
  protect(fullName: string, branch: string, requiredChecks: readonly string[]): void;
  /** A ruleset under which nobody makes tags whose names begin so; undefined takes it away. */
  restrictTags(fullName: string, beginning: string | undefined): void;
  deleteComment(fullName: string, by: string, comment: number): Promise<void>;

  // What others than the bot do, and GitHub's own automation.
  /** A GitHub Deployment that the bot has no part in, with its statuses in order (`success` unless said); its number. */
  deployAs(
    fullName: string,
    by: string,
    options: {
      readonly environment: string;
      /** A branch, tag or SHA. */
      readonly revision: string;
      readonly states?: readonly ("queued" | "in_progress" | "success" | "failure" | "error")[];
    },
  ): Promise<number>;
  /** A worker's answer to a Deployment that somebody made. */
  answerDeployment(
    fullName: string,
    by: string,
    deployment: number,
    status: {
      readonly state: "queued" | "pending" | "in_progress" | "success" | "failure" | "error" | "inactive";
      readonly description?: string;
      readonly logUrl?: string;
      readonly environmentUrl?: string;
    },
  ): void;
  /** A workflow run that deploys; `guarded`, which it is unless said, lets the App's protection rule hold it before. */
  runWorkflow(
    fullName: string,
    by: string,
    options: { readonly environment: string; readonly revision: string; readonly guarded?: boolean },
  ): Promise<number>;
  endRun(fullName: string, run: number, conclusion: "success" | "failure" | "cancelled"): void;
  runs(fullName: string): readonly SandboxRun[];
  /** Commits to a branch of the person's own fork, which needs no permission here, and opens a pull request from it. */
  openPullRequestFromFork(
    fullName: string,
    by: string,
    options: {
      readonly title: string;
      readonly body: string;
      readonly branch: string;
      readonly changes: readonly FileChange[];
      readonly base?: string;
    },
  ): Promise<number>;
  pushToFork(
    fullName: string,
    by: string,
    number: number,
    commit: { readonly message: string; readonly changes: readonly FileChange[] },
  ): Promise<string>;
  /** Runs of workflow files, oldest first. */
  workflowRuns(fullName: string): readonly SandboxWorkflowRun[];
  /** Somebody presses "Cancel workflow". */
  endWorkflowRun(fullName: string, by: string, run: number): void;
  /** Resolves when no workflow runs. */
  workflowsIdle(): Promise<void>;
  /** Puts a pull request into the merge queue: a temporary branch is made and `merge_group` sent. */
  enqueue(
    fullName: string,
    by: string,
    number: number,
  ): Promise<{ readonly headRef: string; readonly headSha: string }>;
  /** Lets the queue look at its first entry. */
  advanceQueue(fullName: string): Promise<"empty" | "waiting" | "merged" | "sent-back">;
  setTeam(organization: string, slug: string, logins: readonly string[]): void;
  changeInstallation(owner: string, by: string, action: "suspend" | "unsuspend" | "deleted"): void;
  /** Who uses the sandbox's browser at GitHub from now on. */
  signIn(login: string): void;
  /** What a click on Authorize does at this address of the web flow: the address that the person is sent back to. */
  authorize(login: string, address: string): string;
  /** A personal access token, for git and the API. */
  tokenOf(login: string): string;

  // Drills.
  /** Makes the next API calls that match answer so, one answer for each call. The path is as sent, percent-encoded. */
  fail(match: { readonly method: string; readonly path: RegExp }, answers: readonly SandboxFailure[]): void;
  deliveries(): readonly SandboxDelivery[];
  /** Holds webhooks back until `resumeDeliveries`; `settled` does not wait for what is held back. */
  pauseDeliveries(): void;
  resumeDeliveries(): void;
  /** Sends a delivery again under its GUID; false when there is none. */
  redeliver(guid: string): boolean;
  close(): Promise<void>;
};

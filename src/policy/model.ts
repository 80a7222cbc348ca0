/**
 * The words of the promotion policy: what a decision is made from (facts) and what it is (a verdict).
 *
 * Everything here is plain readonly data. Nothing in `policy/` reads a clock, does I/O or writes a log: the time is one
 * of the facts. Times are milliseconds since the Unix epoch.
 */
import type { EnvironmentPolicy } from "./pipeline.ts";
import type { Reason } from "./reasons.ts";

/** Milliseconds since the Unix epoch, UTC. */
export type Instant = number;

/** A full commit SHA, 40 lower-case hex digits. */
export type Sha = string;

/** A commit. Two revisions have the same content when their trees are equal. */
export type Revision = { readonly sha: Sha; readonly tree: Sha; readonly version?: string };

export const statuses = [
  "requested",
  "waiting",
  "queued",
  "in_progress",
  "verifying",
  "success",
  "rejected",
  "expired",
  "superseded",
  "cancelled",
  "failure",
  "error",
] as const;
export type Status = (typeof statuses)[number];

/** Statuses before a deployment has begun to run. */
export const pendingStatuses = ["requested", "waiting", "queued"] as const satisfies readonly Status[];
/** Statuses in which a deployment runs; the database allows one of these for each environment. */
export const runningStatuses = ["in_progress", "verifying"] as const satisfies readonly Status[];

/** All gates, in the order in which people are shown them. */
export const gateNames = [
  "access",
  "ready",
  "lock",
  "freeze",
  "window",
  "order",
  "checks",
  "soak",
  "quarantine",
  "hold",
  "approvals",
  "queue",
] as const;
export type GateName = (typeof gateNames)[number];

/** What a stage needs that only the operator can let a repository have. */
export type NotGranted =
  | { readonly kind: "commands" }
  | { readonly kind: "secrets"; readonly names: readonly string[] }
  /** To write versions into another repository, by its full name. */
  | { readonly kind: "pins"; readonly into: string };

/** Who or what can turn a waiting or blocking gate. */
export type Clearer =
  | { readonly kind: "person"; readonly login: string }
  | { readonly kind: "people"; readonly logins: readonly string[] }
  | { readonly kind: "whoever-may-ask" }
  | { readonly kind: "approvers" }
  /** The repository's, where an environment has no approvers. */
  | { readonly kind: "administrators" }
  | { readonly kind: "operator" }
  | { readonly kind: "checks"; readonly names: readonly string[] }
  /** Who is in these groups has to become known: GitHub or Slack is asked again by itself. */
  | { readonly kind: "membership"; readonly groups: readonly string[] }
  | { readonly kind: "deployment"; readonly deployment: number }
  | { readonly kind: "time"; readonly at: Instant };

export type GateResult = {
  readonly gate: GateName;
  readonly result: "pass" | "wait" | "block";
  /** Machine-readable code with the facts that speak for it; `wording.ts` turns it into a sentence. */
  readonly reason: Reason;
  /** The answer by the policy in force when what is live was deployed; it stands beside the answer by the present one. */
  readonly earlier?: true;
  readonly clearedBy: readonly Clearer[];
};

/** All gates together: `stop` if any blocks, else `wait` if any waits, else `go`. Every gate's result is kept. */
export type Verdict = { readonly outcome: "go" | "wait" | "stop"; readonly gates: readonly GateResult[] };

/** How `head` relates to `base`, in the words of GitHub's compare; `unknown` when GitHub could not tell. */
export type Comparison = "identical" | "ahead" | "behind" | "diverged" | "unknown";

/**
 * `destroy` takes a demo away.
 * `external`: a workflow or somebody else carries it out; the bot judges it before, or only sees that it went live.
 */
export const requestKinds = ["deploy", "promotion", "merge", "rollback", "external", "destroy"] as const;
export type RequestKind = (typeof requestKinds)[number];

export type Permission = "none" | "read" | "triage" | "write" | "maintain" | "admin";

export type LiveFacts = { readonly deployment: number; readonly revision: Revision; readonly since: Instant };

export type LockFacts = {
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
  readonly until?: Instant;
};

/** Environments held by someone until a time; of several that stand, the one that ends last. */
export type FreezeFacts = {
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
  readonly until: Instant;
};

/** What a rollback left behind: nothing brings `bad` straight back. */
export type HoldFacts = {
  /** The rollback's deployment. */
  readonly rollback: number;
  readonly bad: Revision;
  readonly since: Instant;
  /** How the requested revision (head) relates to the bad one (base): a fix is `ahead`. */
  readonly comparedToBad: Comparison;
};

/** Another deployment of the same environment that has not ended. */
export type QueueEntry = {
  readonly deployment: number;
  readonly kind: RequestKind;
  readonly status: Status;
  readonly sha: Sha;
  readonly requestedBy: string;
  readonly requestedAt: Instant;
  /** All gates but `queue` passed when last judged. */
  readonly ready: boolean;
};

/** The deployment that holds the environment's slot: running, or ended without proof that it ended. */
export type SlotFacts = { readonly deployment: number; readonly status: Status; readonly proven: boolean };

export type EnvironmentFacts = {
  readonly name: string;
  readonly live?: LiveFacts;
  /** An attempt that had begun to change the environment ended otherwise than in success. */
  readonly uncertain?: { readonly deployment: number; readonly since: Instant };
  readonly lock?: LockFacts;
  readonly freeze?: FreezeFacts;
  readonly hold?: HoldFacts;
  readonly slot?: SlotFacts;
  /** A deployment that failed and that is about to be taken back: nothing but that starts meanwhile. */
  readonly undoing?: number;
  /** Everything else that has not started, oldest first, without the request that is judged. */
  readonly queue: readonly QueueEntry[];
};

/** The environment named by `after`, as the order gate sees it. */
export type BeforeFacts = {
  readonly name: string;
  readonly live?: LiveFacts;
  readonly uncertain?: { readonly deployment: number; readonly since: Instant };
  /** The newest success there of the same content as the requested revision, if there was one. */
  readonly sameContent?: {
    readonly deployment: number;
    readonly at: Instant;
    readonly rolledBack: boolean;
    /** It is not the same, but patched on the pull request that promotes it. */
    readonly patchedIn?: number;
    /** When something else began to change the environment after it; absent while it is live and healthy. */
    readonly until?: Instant;
  };
};

export type CheckFacts = {
  readonly name: string;
  readonly state: "success" | "pending" | "failure";
  readonly url?: string;
};

export type RevisionFacts = Revision & {
  readonly ref?: string;
  /** Reachable from a branch or tag of the repository itself; a fork's commit is not. */
  readonly inRepository: boolean;
  /** The requested revision (head) against what is live (base); absent when nothing is live. */
  readonly comparedToLive?: Comparison;
  /** Checks and statuses on the revision, all that GitHub knows. */
  readonly checks: readonly CheckFacts[];
  /** GitHub logins that authored what ships (from live, exclusive, to this revision). */
  readonly authors: readonly string[];
  /** GitHub logins that merged the pull requests that ship. */
  readonly mergers: readonly string[];
  readonly quarantine?: QuarantineFacts;
};

/** The content was taken out of service by a rollback, here or in an environment before this one. */
export type QuarantineFacts = {
  readonly environment: string;
  readonly by: string;
  readonly reason: string;
  readonly since: Instant;
};

/** What an approval says yes to. It counts only while all three are still so. */
export type AskFacts = { readonly from: Sha | undefined; readonly tree: Sha; readonly policy: string };

export type ApprovalFacts = {
  /** GitHub login; undefined when the Slack person is linked to none. */
  readonly login: string | undefined;
  /** How to name the person when there is no login, for example a Slack user id. */
  readonly person: string;
  readonly answer: "approve" | "reject";
  readonly at: Instant;
  readonly via: "reaction" | "button" | "review";
  readonly ask: AskFacts;
  readonly bot: boolean;
  readonly guest: boolean;
  /** From another workspace (Slack Connect). */
  readonly stranger: boolean;
};

/**
 * Why something is only offered: an unlock starts nothing, the environment says `auto: false`, or its branch was
 * deleted or forced to where this is no longer on it.
 */
export type OfferedBecause = "unlock" | "auto" | "branch";

/** Changed files that the environment's `migrations` name; `unknown`: it names some, and nobody can tell. */
export type MigrationFacts = { readonly files: number; readonly atLeast: boolean } | "unknown";

export type RequestFacts = {
  readonly kind: RequestKind;
  /** Typed by a person, as against a merge: a lock then blocks instead of making it wait. */
  readonly typed: boolean;
  readonly requestedBy: string;
  /** Logins that the asker goes by in Slack by now; absent where nobody asked there. */
  readonly requestedAlsoAs?: readonly string[];
  readonly requestedAt: Instant;
  /** The asker's permission on the repository, as GitHub says now. */
  readonly permission: Permission;
  /** Who merged, for a merge; that person's own approval does not count. */
  readonly mergedBy?: string;
  /** For a merge of a pull request: whether `signalbox/ready` was green when it was merged. */
  readonly readyWhenMerged?: boolean;
  readonly pullRequest?: number;
  /** It is only offered, and a person's own request starts it. */
  readonly offered?: OfferedBecause;
  /** An open pull request, judged before its merge: nobody has asked yet, and whoever merges it will. */
  readonly unmerged?: boolean;
  /** Who confirmed that the revision contains the fix for what was rolled back. */
  readonly fixConfirmedBy?: string;
  /** For a rollback: the revision that was live and healthy before, or an older one. */
  readonly rollbackTarget?: "previous" | "older";
  /** For a rollback: the migrations among what it takes back, which it does not undo; absent when there are none. */
  readonly migrations?: MigrationFacts;
  /** Who said that it may go on all the same. */
  readonly migrationsConfirmedBy?: string;
  /**
   * Asked for as a hotfix: it passes freeze, soak, window and order, and nothing else, if the asker is one of those whom
   * the environment names for it (gate `access`).
   */
  readonly hotfix?: boolean;
  /** The environment's schedule asks, and no person. */
  readonly scheduled?: boolean;
  /** It tries again what this deployment did not bring to its end. */
  readonly retryOf?: number;
  /** What the stages need and the operator does not let this repository have. */
  readonly notGranted?: readonly NotGranted[];
};

/** A complete snapshot, the clock included: the only input of a decision. */
export type Facts = {
  readonly now: Instant;
  readonly service: string;
  readonly repository: string;
  readonly policy: EnvironmentPolicy;
  /** Hash of the policy in force; part of what an approval is bound to. */
  readonly policyHash: string;
  readonly environment: EnvironmentFacts;
  readonly before?: BeforeFacts;
  readonly revision: RevisionFacts;
  readonly request: RequestFacts;
  /** When the present ask was put up; approvals expire from here. */
  readonly askedAt?: Instant;
  readonly approvals: readonly ApprovalFacts[];
  /** When what is live was deployed under another policy: that one must pass too. */
  readonly earlier?: EarlierFacts;
} & PeopleFacts;

/** Who is meant by the names in a policy. */
export type PeopleFacts = {
  /** Logins in `approvals.from`, groups resolved; undefined when membership could not be read (then nobody counts). */
  readonly approvers: readonly string[] | undefined;
  /** Logins in `who`, groups resolved; undefined when `who` is not set, or when membership could not be read. */
  readonly mayAsk: readonly string[] | undefined;
  /** Logins in `hotfix.from`, groups resolved; undefined when it is not set, or when membership could not be read. */
  readonly mayHotfix: readonly string[] | undefined;
  /** Groups in `approvals.from`, in `who`, and in `hotfix.from`, that could not be read. */
  readonly unreadApprovers?: readonly string[];
  readonly unreadMayAsk?: readonly string[];
  readonly unreadMayHotfix?: readonly string[];
  /** Names in `approvals.from` that mean nobody at present. */
  readonly emptyGroups?: readonly string[];
};

/** What of the facts is another under the policy that was in force before. */
export type EarlierFacts = PeopleFacts & { readonly policy: EnvironmentPolicy; readonly before?: BeforeFacts };

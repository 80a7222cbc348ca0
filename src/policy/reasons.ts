/**
 * Reason codes of the gates, each with the facts that speak for it. Prose belongs to `wording.ts` alone.
 * The code's first word is the gate's name.
 */
import type { Comparison, Instant, MigrationFacts, OfferedBecause, Permission, Sha } from "./model.ts";

/** Why one approval does not count. */
export type ApprovalRefusal =
  | { readonly code: "bot" }
  | { readonly code: "guest" }
  | { readonly code: "stranger" }
  | { readonly code: "not-linked" }
  | { readonly code: "not-an-approver" }
  | { readonly code: "membership-unknown" }
  | { readonly code: "requester" }
  | { readonly code: "merger" }
  | { readonly code: "author" }
  | { readonly code: "from-changed" }
  | { readonly code: "content-changed" }
  | { readonly code: "policy-changed" }
  /** It came after the ask had run out. */
  | { readonly code: "expired" };

/** Somebody who may approve, but not what is their own. */
export type Excluded = { readonly login: string; readonly why: "requester" | "merger" | "author" };

export type Reason =
  | { readonly code: "access.ok" }
  /** An open pull request: its merge asks, so that who may ask binds whoever merges it. */
  | { readonly code: "access.by-merging"; readonly who: readonly string[] }
  | { readonly code: "access.scheduled" }
  | { readonly code: "access.not-in-repository"; readonly sha: Sha }
  | { readonly code: "access.no-permission"; readonly login: string; readonly permission: Permission }
  | { readonly code: "access.membership-unknown"; readonly login: string; readonly groups: readonly string[] }
  | { readonly code: "access.not-in-who"; readonly login: string; readonly who: readonly string[] }
  /** The environment names nobody who may ask for a hotfix. */
  | { readonly code: "access.no-hotfixes" }
  | { readonly code: "access.not-in-hotfix"; readonly login: string; readonly from: readonly string[] }
  | { readonly code: "access.commands-not-allowed"; readonly repository: string }
  | { readonly code: "access.secrets-not-granted"; readonly repository: string; readonly names: readonly string[] }
  | { readonly code: "access.pins-not-allowed"; readonly repository: string; readonly into: string }
  | { readonly code: "ready.ok" }
  | { readonly code: "ready.not-a-merge" }
  | { readonly code: "ready.merged-while-not-ready"; readonly pullRequest: number }
  | { readonly code: "ready.offered"; readonly because: OfferedBecause }
  /** A rollback that does not undo the migrations that it goes back over. */
  | { readonly code: "ready.confirm-migrations"; readonly migrations: MigrationFacts }
  | { readonly code: "ready.migrations-confirmed"; readonly by: string }
  | { readonly code: "ready.may-be-merged" }
  | { readonly code: "ready.not-ready-yet"; readonly pullRequest: number }
  | { readonly code: "lock.free" }
  | {
      readonly code: "lock.held";
      readonly by: string;
      readonly reason: string;
      readonly at: Instant;
      readonly until?: Instant;
    }
  | { readonly code: "lock.passed-by-rollback"; readonly by: string; readonly reason: string }
  /** Whoever holds the lock is also who asks. */
  | { readonly code: "lock.held-by-asker"; readonly by: string; readonly reason: string; readonly until?: Instant }
  | { readonly code: "freeze.none" }
  | {
      readonly code: "freeze.stands";
      readonly by: string;
      readonly reason: string;
      readonly at: Instant;
      readonly until: Instant;
    }
  | { readonly code: "freeze.passed-by-rollback"; readonly by: string; readonly until: Instant }
  | { readonly code: "freeze.passed-by-hotfix"; readonly by: string; readonly until: Instant }
  | { readonly code: "window.none" }
  | { readonly code: "window.open"; readonly until?: Instant }
  | {
      readonly code: "window.closed";
      readonly allow: readonly string[];
      readonly timezone: string;
      readonly opens?: Instant;
    }
  | { readonly code: "window.passed-by-rollback" }
  | { readonly code: "window.passed-by-hotfix" }
  /** Durations in ms: what was had, and what is asked for. */
  | { readonly code: "soak.none" }
  | { readonly code: "soak.redeploy" }
  | { readonly code: "soak.done"; readonly before: string; readonly had: number; readonly need: number }
  | {
      readonly code: "soak.runs";
      readonly before: string;
      readonly since: Instant;
      readonly need: number;
      readonly until: Instant;
    }
  | {
      readonly code: "soak.broken";
      readonly before: string;
      readonly had: number;
      readonly need: number;
      readonly at: Instant;
    }
  | { readonly code: "soak.not-begun"; readonly before: string; readonly need: number }
  | { readonly code: "soak.passed-by-rollback" }
  | { readonly code: "soak.passed-by-hotfix" }
  | { readonly code: "order.first-environment" }
  | { readonly code: "order.ok"; readonly before: string; readonly deployment: number }
  /** What is promoted was live there; the pull request that promotes it has patches on top. */
  | {
      readonly code: "order.patched";
      readonly before: string;
      readonly deployment: number;
      readonly pullRequest: number;
    }
  | { readonly code: "order.redeploy" }
  | { readonly code: "order.demo" }
  | { readonly code: "order.passed-by-rollback" }
  | { readonly code: "order.passed-by-hotfix" }
  | { readonly code: "order.nothing-live-before"; readonly before: string }
  | { readonly code: "order.never-live-before"; readonly before: string; readonly sha: Sha }
  | { readonly code: "order.rolled-back-before"; readonly before: string; readonly sha: Sha }
  | { readonly code: "order.uncertain-before"; readonly before: string; readonly deployment: number }
  | { readonly code: "order.behind-live"; readonly live: Sha }
  /** `hotfix`: who may bring it all the same, where the environment names somebody. */
  | { readonly code: "order.diverged-from-live"; readonly live: Sha; readonly hotfix: readonly string[] }
  | { readonly code: "order.comparison-unknown"; readonly live: Sha }
  | { readonly code: "checks.none-required" }
  | { readonly code: "checks.ok"; readonly names: readonly string[] }
  | { readonly code: "checks.passed-by-rollback" }
  | { readonly code: "checks.failed"; readonly names: readonly string[] }
  | { readonly code: "checks.pending"; readonly names: readonly string[] }
  | { readonly code: "checks.missing"; readonly names: readonly string[] }
  | { readonly code: "quarantine.clear" }
  | { readonly code: "quarantine.passed-by-destroy" }
  | {
      readonly code: "quarantine.quarantined";
      readonly sha: Sha;
      readonly environment: string;
      readonly by: string;
      readonly reason: string;
    }
  | { readonly code: "hold.none" }
  | { readonly code: "hold.passed-by-rollback" }
  | { readonly code: "hold.passed-by-destroy" }
  | { readonly code: "hold.fix-confirmed"; readonly by: string; readonly bad: Sha }
  /** A person asks for a descendant of the bad revision: someone who may ask confirms that it contains the fix. */
  | { readonly code: "hold.confirm-fix"; readonly bad: Sha; readonly rollback: number }
  /** Merges, retries and what comes by itself wait while a hold stands. */
  | { readonly code: "hold.stands"; readonly bad: Sha; readonly rollback: number }
  | {
      readonly code: "hold.not-a-descendant";
      readonly bad: Sha;
      readonly rollback: number;
      readonly comparison: Comparison;
    }
  | { readonly code: "approvals.not-required" }
  | { readonly code: "approvals.not-required-for-rollback" }
  | { readonly code: "approvals.enough"; readonly by: readonly string[] }
  | {
      readonly code: "approvals.missing";
      readonly count: number;
      readonly by: readonly string[];
      /** Logins that could still approve, the excluded ones left out. */
      readonly candidates: readonly string[];
      readonly expiresAt?: Instant;
    }
  | {
      readonly code: "approvals.cannot-be-reached";
      readonly count: number;
      readonly by: readonly string[];
      readonly candidates: readonly string[];
      /** Those who may approve, but not this. */
      readonly excluded: readonly Excluded[];
      /** Names in `approvals.from` that mean nobody. */
      readonly empty: readonly string[];
    }
  /** Nobody counts until it is known again who may approve. */
  | { readonly code: "approvals.membership-unknown"; readonly count: number; readonly groups: readonly string[] }
  | { readonly code: "approvals.rejected"; readonly by: string }
  | { readonly code: "queue.free" }
  /** An open pull request has no place in the line. */
  | { readonly code: "queue.after-merge" }
  | { readonly code: "queue.running"; readonly deployment: number; readonly position: number }
  | { readonly code: "queue.unsettled"; readonly deployment: number }
  /** It is being found out how to take back what failed there last. */
  | { readonly code: "queue.before-rollback"; readonly deployment: number }
  | { readonly code: "queue.behind"; readonly deployment: number; readonly position: number };

/** What is said of locks, freezes, retries and what a person settles, as data. `wording/holds.ts` makes sentences of it. */
import type { Instant, Revision, Status } from "../policy/model.ts";
import type { Settlers } from "../policy/rights.ts";

/** Environments of one service. */
export type FrozenPlace = { readonly service: string; readonly environments: readonly string[] };

type HeldPlace = { readonly service: string; readonly environment: string };

/** A lock that a person may take over by pressing a button: of which environment, as it was then, and what for. */
export type LockOffer = {
  /** Names the answer that offers it. */
  readonly token: string;
  readonly environmentId: number;
  readonly heldBy: string;
  readonly lockedAt: Instant;
  readonly reason: string;
  readonly until?: Instant;
};

/** Why a deployment is not tried again, or not cancelled. */
type RetryReply =
  | { readonly code: "not-retriable"; readonly deployment: number; readonly status: Status }
  /** A newer one waits, ran, or is live. */
  | { readonly code: "not-latest"; readonly deployment: number; readonly latest: number }
  /** It is not proven that its attempt has ended. */
  | { readonly code: "retry-unsettled"; readonly deployment: number }
  /** Somebody else carried it out. */
  | { readonly code: "retry-elsewhere"; readonly deployment: number }
  /** GitHub carries it out, and ends it. */
  | { readonly code: "cancel-elsewhere"; readonly deployment: number }
  /** The pipeline file no longer names its environment. */
  | { readonly code: "left-pipeline"; readonly deployment: number }
  | {
      readonly code: "unknown-stage";
      readonly deployment: number;
      readonly found: string;
      readonly nearest?: string;
      readonly choices: readonly string[];
    }
  | { readonly code: "stage-not-reached"; readonly deployment: number; readonly stage: string; readonly first: string };

export type HoldsNote =
  /** What runs was asked to stop. */
  | { readonly code: "cancel-asked"; readonly by: string }
  /** A rollback waits for a workflow run that only GitHub can end. */
  | { readonly code: "run-in-the-way"; readonly deployment: number; readonly rollback: number }
  /** Out of quarantine. */
  | {
      readonly code: "allowed";
      readonly service: string;
      readonly revision: Revision;
      readonly by: string;
      readonly reason: string;
    }
  /** A deployment is tried again as another, beginning at a stage; those before it are kept. */
  | {
      readonly code: "retried";
      readonly by: string;
      readonly of: number;
      readonly as: number;
      readonly from: string;
      readonly kept: readonly string[];
    }
  /** Also told to whoever held it before. */
  | ({
      readonly code: "lock-taken";
      readonly by: string;
      readonly from: string;
      readonly reason: string;
      readonly until?: Instant;
    } & HeldPlace)
  /** Its time has come. */
  | ({ readonly code: "lock-ended"; readonly by: string; readonly reason: string } & HeldPlace)
  /** It has no end and has stood for long: its holder is asked whether it is still wanted. */
  | ({
      readonly code: "lock-forgotten";
      readonly environmentId: number;
      readonly by: string;
      readonly reason: string;
      readonly lockedAt: Instant;
    } & HeldPlace)
  | {
      readonly code: "frozen";
      readonly where: readonly FrozenPlace[];
      readonly by: string;
      readonly reason: string;
      readonly until: Instant;
    }
  | { readonly code: "thawed"; readonly where: readonly FrozenPlace[]; readonly by: string }
  /** Its time has come. */
  | { readonly code: "freeze-ended"; readonly where: readonly FrozenPlace[]; readonly by: string };

export type HoldsReply =
  | RetryReply
  | ({
      readonly code: "already-locked";
      readonly by: string;
      readonly reason: string;
      readonly until?: Instant;
      /** Who else may end it. */
      readonly settledBy: Settlers;
      /** The asker may take it over. */
      readonly offer?: LockOffer;
    } & Pick<HeldPlace, "environment">)
  | ({ readonly code: "lock-kept" } & Pick<HeldPlace, "environment">)
  /** It is not the lock any more that the button spoke of, or that stood when it was asked to end. */
  | { readonly code: "lock-moved" }
  | {
      readonly code: "frozen";
      readonly where: readonly FrozenPlace[];
      readonly reason: string;
      readonly until: Instant;
      /** Who may end it: both, when the environments differ in that. */
      readonly settledBy: readonly Settlers[];
    }
  | { readonly code: "thawed"; readonly where: readonly FrozenPlace[] }
  | { readonly code: "not-frozen"; readonly where: readonly FrozenPlace[] }
  /** A freeze that is not the one that was to end: nothing was thawed. */
  | { readonly code: "frozen-since"; readonly where: readonly FrozenPlace[] };

/**
 * A deployment's life as one table: status × event → status. What is not in the table cannot happen, and a caller that
 * meets it has found a bug or a race that it lost.
 */
import { pendingStatuses, runningStatuses, type Status } from "./model.ts";

export const events = [
  /** A gate waits. */
  "wait",
  /** Every gate but `queue` passes. */
  "queue",
  /** Every gate passes and the slot was claimed. */
  "start",
  /** A gate blocks. */
  "block",
  "reject",
  "expire",
  "supersede",
  /** Before the start, cancelling happens at once; what runs can only be asked to stop, and then `stopped` is told. */
  "cancel",
  /** The deploy stages have succeeded and there is something to verify. */
  "verify",
  "succeed",
  /** It ran and said no. */
  "fail",
  /** It could not be carried out, or nobody can tell. */
  "break",
  /** What ran was cancelled, and that it ended is proven. */
  "stopped",
  /** A person settled what nobody could tell. */
  "settle-success",
  "settle-failure",
] as const;
export type TransitionEvent = (typeof events)[number];

/**
 * A blocked request ends as `rejected`: the policy said no before anything ran. `waiting` and `queued` lead to
 * themselves and to each other, because gates open and close again until the start.
 */
const pending = {
  wait: "waiting",
  queue: "queued",
  start: "in_progress",
  block: "rejected",
  reject: "rejected",
  expire: "expired",
  supersede: "superseded",
  cancel: "cancelled",
} as const satisfies Partial<Record<TransitionEvent, Status>>;

const running = {
  succeed: "success",
  fail: "failure",
  break: "error",
  stopped: "cancelled",
} as const satisfies Partial<Record<TransitionEvent, Status>>;

const table: Readonly<Record<Status, Readonly<Partial<Record<TransitionEvent, Status>>>>> = {
  requested: pending,
  waiting: pending,
  queued: pending,
  in_progress: { ...running, verify: "verifying" },
  verifying: running,
  success: {},
  rejected: {},
  expired: {},
  superseded: {},
  cancelled: {},
  failure: {},
  error: { "settle-success": "success", "settle-failure": "failure" },
};

/** The status that follows, or undefined when the event cannot happen in this status. */
export function transition(status: Status, event: TransitionEvent): Status | undefined {
  return table[status][event];
}

/** Not begun to run. */
export function isPending(status: Status): boolean {
  return pendingStatuses.some((one) => one === status);
}

/** A stage or a verification is under way; the environment's slot is taken. */
export function isRunning(status: Status): boolean {
  return runningStatuses.some((one) => one === status);
}

/** Nothing more happens by itself; an `error` may still be settled by a person. */
export function isEnded(status: Status): boolean {
  return !isPending(status) && !isRunning(status);
}

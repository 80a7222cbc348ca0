/** The buttons that people press, by the ids under which a face shows them and tells of a click. */

/** On a deployment's message. */
const deploymentActions = [
  "approve",
  "reject",
  "withdraw",
  "confirm-fix",
  "confirm-migrations",
  "start",
  "cancel",
  "retry",
  "roll-back",
  "see-log",
  "revert",
] as const;
export type DeploymentAction = (typeof deploymentActions)[number];

/** An answer is to one exact thing, and counts however late it is heard of; everything else may not be meant any more. */
export function isAnswer(action: string): boolean {
  return action === "approve" || action === "reject" || action === "withdraw";
}

/** On an answer or a note that speaks of a lock. */
const lockActions = ["take-lock", "keep-lock", "give-back-lock"] as const;
export type LockAction = (typeof lockActions)[number];

export function isLockAction(action: string): action is LockAction {
  return lockActions.some((known) => known === action);
}

/** Where a person says whether they hear of their changes. */
const liveNewsActions = ["no-live-news", "live-news"] as const;
export type LiveNewsAction = (typeof liveNewsActions)[number];

export function isLiveNewsAction(action: string): action is LiveNewsAction {
  return liveNewsActions.some((known) => known === action);
}

export const actionIds = [...deploymentActions, ...lockActions, ...liveNewsActions] as const;
export type ActionId = (typeof actionIds)[number];

/** Of more pull requests at once people say themselves which are at fault. */
export const mostReverted = 5;

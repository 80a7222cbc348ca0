/** Who may do what besides asking for a deployment, which the `access` gate decides: DESIGN's "Who may", as functions. */
import { hasLogin } from "./logins.ts";
import type { Permission } from "./model.ts";
import type { EnvironmentPolicy } from "./pipeline.ts";

export type Standing = {
  readonly login: string;
  readonly permission: Permission;
  /** Logins in `who`, groups resolved; undefined when it is not set. */
  readonly mayAsk: readonly string[] | undefined;
  /** Logins in `approvals.from`, groups resolved; undefined when the environment has no approvals. */
  readonly approvers: readonly string[] | undefined;
  /** There are approvers, and who they are could not be read: that is not the same as there being none. */
  readonly approversUnknown?: boolean;
};

/** Reading commands: whoever can read the repository. */
export function mayRead({ permission }: Pick<Standing, "permission">): boolean {
  return permission !== "none";
}

export function mayPush({ permission }: Pick<Standing, "permission">): boolean {
  return permission === "write" || permission === "maintain" || permission === "admin";
}

/** `lock`, `cancel`, `retry`, `queue`: whoever may ask for that environment. */
export function mayAskFor(standing: Standing): boolean {
  if (standing.mayAsk === undefined) return mayPush(standing);
  return mayRead(standing) && hasLogin(standing.mayAsk, standing.login);
}

export type Settlers = "approvers" | "administrators";

/** Whom `maySettle` lets through in this environment, by what they are. */
export function settlersOf({ approvals }: Pick<EnvironmentPolicy, "approvals">): Settlers {
  return approvals === undefined || approvals.from.length === 0 ? "administrators" : "approvers";
}

/** Another's lock, a freeze, a hold, `allow`, `resolve`, `adopt`: approvers, or repository admins where there are none. */
export function maySettle({ login, permission, approvers, approversUnknown }: Standing): boolean {
  if (approversUnknown) return false;
  if (approvers === undefined || approvers.length === 0) return permission === "admin";
  return mayRead({ permission }) && hasLogin(approvers, login);
}

/**
 * What of a delivery is stored: the fields that are read, in GitHub's own shape, so that a job can hand them to Probot.
 * Pure; runs before the answer to GitHub, so it must be quick and must never throw.
 */
import { z } from "zod";
import { actionsOf, isEventName, isIdle, isOwnEcho, payloads } from "./payloads.ts";

export type Malformed = { readonly kind: "malformed"; readonly why: string };

const withAction = z.object({ action: z.string().optional() });

/**
 * The payload as it is to be stored; undefined for events and actions that the bot does not read (and for the echo of
 * its own checks, and what it would do nothing about); `Malformed` when an event that it reads lacks what it needs. Unknown events are never malformed.
 */
export function slim(name: string, payload: unknown): object | Malformed | undefined {
  if (!isEventName(name)) return undefined;
  const outer = withAction.safeParse(payload);
  if (!outer.success) return malformed(outer.error);
  if (!isRead(name, outer.data.action)) return undefined;
  const parsed = payloads[name].safeParse(payload);
  if (!parsed.success) return malformed(parsed.error);
  return isOwnEcho(name, parsed.data) || isIdle(name, parsed.data) ? undefined : parsed.data;
}

export function isMalformed(slimmed: object | undefined): slimmed is Malformed {
  return slimmed !== undefined && "kind" in slimmed && slimmed.kind === "malformed";
}

/** Whether the bot reads the event with this action at all. */
export function isRead(name: string, action: string | null | undefined): boolean {
  if (!isEventName(name)) return false;
  const actions = actionsOf(name);
  return actions === undefined || action === null || action === undefined || actions.includes(action);
}

/** Says where and what, never the value: a payload may hold what people wrote. */
function malformed(error: z.ZodError): Malformed {
  const issues = error.issues.slice(0, 5).map((issue) => `${issue.path.join(".") || "payload"}: ${issue.message}`);
  const more = error.issues.length > issues.length ? `; and ${error.issues.length - issues.length} more` : "";
  return { kind: "malformed", why: issues.join("; ") + more };
}

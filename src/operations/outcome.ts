/** How a deployment ended, or what it is waiting for beyond its verdict. Prose belongs to `wording.ts`. */
import type { Verdict } from "../policy/model.ts";

export type Outcome =
  | { readonly code: "succeeded" }
  /** The demo is no longer there. */
  | { readonly code: "destroyed" }
  | { readonly code: "stage-failed"; readonly stage: string; readonly message?: string }
  | { readonly code: "stage-error"; readonly stage: string; readonly message?: string }
  | { readonly code: "stage-timed-out"; readonly stage: string; readonly afterMs: number }
  /** The bot cannot tell how the attempt ended; the slot is kept until a person settles it. */
  | { readonly code: "end-unknown"; readonly stage: string; readonly message?: string }
  | { readonly code: "verification-failed"; readonly stage: string; readonly message?: string }
  | { readonly code: "blocked"; readonly verdict: Verdict }
  /** With the reason, once whoever rejected has given one. */
  | { readonly code: "rejected"; readonly by: string; readonly reason?: string }
  | { readonly code: "expired" }
  /** The pipeline file in force no longer names the environment. */
  | { readonly code: "environment-removed" }
  /** `askedBy`: who asked for the one that took its place. */
  | { readonly code: "superseded"; readonly by: number; readonly askedBy?: string }
  | { readonly code: "cancelled"; readonly by: string }
  | { readonly code: "cancelled-by-rollback"; readonly rollback: number }
  /** Where the stage runs somebody, or a rule there, has ended it; nobody had asked for that here. */
  | { readonly code: "cancelled-elsewhere"; readonly stage: string; readonly message?: string }
  | { readonly code: "settled"; readonly by: string; readonly as: "success" | "failure"; readonly reason: string }
  | { readonly code: "adopted"; readonly by: string }
  /** Somebody else made it live; the bot only saw it. */
  | { readonly code: "seen"; readonly by: string };

/** Who brought this end about, for the audit log. */
export function actorOf(outcome: Outcome): string {
  return "by" in outcome && typeof outcome.by === "string" ? outcome.by : "signalbox";
}

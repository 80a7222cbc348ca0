/** What the bot says of approvals, as data: a part of `said.ts`'s unions. Nothing here holds markup. */
import type { Instant, Sha } from "../policy/model.ts";
import type { Excluded } from "../policy/reasons.ts";

/** What an approver had been shown and is no longer so. */
export type AskChanged = {
  readonly changed: readonly ("from" | "content" | "policy")[];
  /** What had been live when it was asked, and what is live now; absent where nothing was. */
  readonly was?: Sha;
  readonly is?: Sha;
};

/** Said in the deployment's thread. */
export type ApprovalNote =
  | ({ readonly code: "asked-anew" } & AskChanged)
  | { readonly code: "rejection-reason-wanted"; readonly login: string; readonly slackUser?: string }
  | { readonly code: "rejection-reason-noted"; readonly login: string }
  | {
      readonly code: "approval-reminder";
      /** How many are missing. */
      readonly missing: number;
      /** Those who can still approve, with the Slack ids of those who are known there. */
      readonly candidates: readonly { readonly login: string; readonly slackUser?: string }[];
      readonly expiresAt: Instant;
    }
  | {
      readonly code: "approvals-cannot-be-reached";
      readonly count: number;
      readonly possible: number;
      readonly excluded: readonly Excluded[];
      readonly empty: readonly string[];
      readonly earlier: boolean;
    };

/** Answers to a command or a click. */
export type ApprovalReply =
  | { readonly code: "approval-withdrawn"; readonly deployment: number }
  | { readonly code: "membership-unknown"; readonly what: string; readonly groups: readonly string[] };

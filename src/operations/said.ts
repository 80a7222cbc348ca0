/**
 * What the bot says, as data: notes in a thread or channel, and replies to commands. `wording.ts` makes sentences of
 * them, the faces render those. Nothing here holds markup.
 */
import type { CommandProblem } from "../commands/command.ts";
import type { Instant, Revision, Status, Verdict } from "../policy/model.ts";
import type { Mistake } from "../policy/pipeline.ts";
import type { ApprovalRefusal } from "../policy/reasons.ts";
import type { FailureReply } from "./after-failure.ts";
import type { AnnouncementNote } from "./announcements.ts";
import type { ApprovalNote, ApprovalReply } from "./approval-said.ts";
import type { VersionNote, VersionReply } from "./candidate-said.ts";
import type { DemoNote, DemoReply } from "./demo-said.ts";
import type { DiffReply } from "./diff.ts";
import type { RollbackNote, RollbackReply } from "./failure-said.ts";
import type { FormReply } from "./form.ts";
import type { HistoryReply } from "./history.ts";
import type { HoldsNote, HoldsReply } from "./holds-said.ts";
import type { LinkNote, LinkReply } from "./link.ts";
import type { LiveNewsReply, LiveNote } from "./live-news.ts";
import type { Outcome } from "./outcome.ts";
import type { PromotionNote, PromotionReply } from "./promotion-said.ts";
import type { QueueReply } from "./queue.ts";
import type { ReleaseNote } from "./release-said.ts";
import type { ScheduleNote } from "./schedule-said.ts";
import type { StatusReply } from "./status.ts";
import type { ChannelNote } from "./tell-channel-problems.ts";
import type { Work } from "./work.ts";
import type { WorkflowNote } from "./workflow-problems.ts";

/** Said once in a deployment's thread, in the service's channel, or to one person. */
export type NoteContent =
  | HoldsNote
  | RollbackNote
  | LinkNote
  | ChannelNote
  | VersionNote
  | LiveNote
  | PromotionNote
  | ReleaseNote
  | ScheduleNote
  | AnnouncementNote
  | DemoNote
  | WorkflowNote
  | {
      readonly code: "approval-refused";
      readonly person: string;
      readonly slackUser?: string;
      readonly why: ApprovalRefusal;
    }
  | { readonly code: "approval-counted"; readonly login: string; readonly have: number; readonly need: number }
  | { readonly code: "approval-withdrawn"; readonly login: string }
  | ApprovalNote
  | { readonly code: "fix-confirmed"; readonly by: string }
  /** To the person who asked, when the answer can no longer be given where it was asked. */
  | { readonly code: "answered-late"; readonly at: Instant; readonly now: Instant; readonly reply: ReplyContent }
  | {
      readonly code: "branch-forced";
      readonly service: string;
      readonly branch: string;
      /** Where it was forced to. */
      readonly to: string;
      readonly environments: readonly string[];
      /** Unknown when it happened while the bot was down. */
      readonly by?: string;
    }
  | {
      readonly code: "branch-deleted";
      readonly service: string;
      readonly branch: string;
      readonly environments: readonly string[];
      readonly by?: string;
    }
  | {
      readonly code: "stage-ended";
      readonly stage: string;
      readonly outcome: "success" | "failure" | "error" | "cancelled";
      readonly tookMs: number;
      readonly message?: string;
      readonly outputTail?: string;
      readonly logUrl?: string;
    }
  | { readonly code: "found-after-restart"; readonly stage: string; readonly now: "running" | "unknown" }
  | {
      readonly code: "ended";
      readonly status: Status;
      readonly outcome: Outcome;
      /** Where it stood in the queue, from 1, when it ended without having started. */
      readonly position?: number;
    }
  | {
      readonly code: "hold-began";
      readonly service: string;
      readonly environment: string;
      readonly bad: Revision;
      readonly rollback: number;
    }
  | {
      readonly code: "hold-ended";
      readonly environment: string;
      readonly by: "success" | "unlock";
      readonly person?: string;
    }
  | {
      readonly code: "locked";
      readonly service: string;
      readonly environment: string;
      readonly by: string;
      readonly reason: string;
      readonly until?: Instant;
    }
  | {
      readonly code: "unlocked";
      readonly service: string;
      readonly environment: string;
      readonly by: string;
      readonly held: string;
      readonly offers?: number;
    }
  | {
      readonly code: "pipeline-mistakes";
      readonly repository: string;
      readonly mistakes: readonly Mistake[];
      readonly lastGood: boolean;
    }
  | { readonly code: "pipeline-mended"; readonly repository: string }
  /** A pull request that was not ready was merged, because its branch does not require the check. */
  | {
      readonly code: "merged-unguarded";
      readonly repository: string;
      readonly branch: string;
      readonly pullRequest: number;
    }
  | {
      readonly code: "went-live-elsewhere";
      readonly service: string;
      readonly environment: string;
      readonly revision: Revision;
      readonly by: string;
      /** The deployment as which it was noted. */
      readonly deployment: number;
    };

/** Why a workflow run is turned away from one of GitHub's environments without being judged. */
export type ProtectionRefusal =
  | { readonly code: "no-pipeline" }
  | { readonly code: "unknown-environment"; readonly found: string; readonly choices: readonly string[] }
  /** Several services of the repository have an environment of this name. */
  | { readonly code: "which-environment"; readonly found: string; readonly choices: readonly string[] }
  | { readonly code: "not-in-repository"; readonly sha: string };

/** The answer to a command or a click. */
export type ReplyContent =
  | HoldsReply
  | PromotionReply
  | LinkReply
  | VersionReply
  | FormReply
  | DemoReply
  | { readonly code: "command-problem"; readonly problem: CommandProblem }
  | {
      readonly code: "unknown-environment";
      readonly service: string;
      readonly found: string;
      readonly nearest?: string;
      readonly choices: readonly string[];
    }
  | {
      readonly code: "unknown-service";
      readonly found: string;
      readonly nearest?: string;
      readonly choices: readonly string[];
    }
  | { readonly code: "which-service"; readonly choices: readonly string[] }
  | { readonly code: "no-services" }
  | { readonly code: "not-linked" }
  | {
      readonly code: "may-not";
      readonly login: string;
      readonly what: string;
      readonly needs: "read" | "ask" | "approve" | "push";
    }
  | { readonly code: "unknown-revision"; readonly service: string; readonly found: string; readonly nearest?: string }
  | { readonly code: "no-revision"; readonly service: string; readonly environment: string }
  | {
      readonly code: "nothing-to-promote";
      readonly service: string;
      readonly environment: string;
      readonly before?: string;
    }
  /** What was live there when the person asked is live no longer: nobody knows whether the new one is meant. */
  | { readonly code: "live-changed"; readonly service: string; readonly before: string }
  | { readonly code: "nothing-to-roll-back-to"; readonly service: string; readonly environment: string }
  | {
      readonly code: "stopped";
      readonly service: string;
      readonly environment: string;
      readonly revision: Revision;
      readonly ref?: string;
      readonly verdict: Verdict;
    }
  | {
      readonly code: "requested";
      readonly service: string;
      readonly environment: string;
      readonly revision: Revision;
      readonly deployment: number;
      readonly verdict: Verdict;
    }
  | { readonly code: "already-requested"; readonly deployment: number }
  | {
      readonly code: "verdict";
      readonly service: string;
      readonly environment: string;
      readonly revision: Revision;
      readonly deployment?: number;
      readonly verdict: Verdict;
    }
  | StatusReply
  | QueueReply
  | HistoryReply
  | DiffReply
  /** `asked` as it was written: `#12`, `acme/shop#12`. */
  | { readonly code: "where"; readonly asked: string; readonly work: readonly Work[] }
  | { readonly code: "locked"; readonly environment: string; readonly reason: string; readonly until?: Instant }
  | { readonly code: "unlocked"; readonly environment: string; readonly offers?: number }
  | { readonly code: "not-locked"; readonly environment: string }
  | { readonly code: "unknown-deployment"; readonly deployment: number }
  | { readonly code: "cancelled"; readonly deployment: number }
  | { readonly code: "cancel-asked"; readonly deployment: number }
  | { readonly code: "already-ended"; readonly deployment: number; readonly status: Status }
  | { readonly code: "settled"; readonly deployment: number; readonly as: "success" | "failure" }
  | { readonly code: "nothing-to-settle"; readonly deployment: number; readonly status: Status }
  /** What runs there may yet change what is live. */
  | { readonly code: "slot-taken"; readonly environment: string; readonly deployment: number }
  | { readonly code: "adopted"; readonly environment: string; readonly revision: Revision; readonly deployment: number }
  | { readonly code: "allowed"; readonly revision: Revision }
  | { readonly code: "not-quarantined"; readonly revision: Revision }
  | RollbackReply
  | { readonly code: "fix-confirmed"; readonly deployment: number }
  | ApprovalReply
  | { readonly code: "approval-noted"; readonly deployment: number }
  | { readonly code: "approval-refused"; readonly deployment: number; readonly why: ApprovalRefusal }
  | { readonly code: "message-outdated"; readonly deployment: number }
  | FailureReply
  | LiveNewsReply
  /** A comment holds one command; none of several is carried out. */
  | { readonly code: "several-commands"; readonly commands: number }
  /** It was heard of too late to be meant still. */
  | { readonly code: "asked-long-ago"; readonly at: Instant }
  | { readonly code: "help"; readonly topic?: string }
  /** What is asked for outside does not answer: said at once, before the real answer. */
  | { readonly code: "trying-again" }
  | { readonly code: "gave-up" }
  | { readonly code: "broke"; readonly reference: string };

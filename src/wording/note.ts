/** Notes → sentences. The output of a stage is not part of them: each face shows it in its own way. */
import type { NoteContent } from "../operations/said.ts";
import type { Mistake } from "../policy/pipeline.ts";
import { wordAnnouncementNote } from "./announcement.ts";
import { wordApprovalNote } from "./approvals.ts";
import { wordChannelNote } from "./channel.ts";
import { wordDemoNote } from "./demos.ts";
import { wordHoldsNote } from "./holds.ts";
import { wordLinkNote } from "./link.ts";
import { wordLiveNote } from "./live-news.ts";
import { sentenceForOutcome } from "./outcome.ts";
import {
  because,
  count,
  durationInWords,
  listInWords,
  quoted,
  revisionInWords,
  shortSha,
  statusSentence,
  timeInWords,
} from "./phrases.ts";
import { wordPromotionNote } from "./promotion.ts";
import { sentenceForRefusal } from "./refusal.ts";
import { wordReleaseNote } from "./release.ts";
import { wordReply } from "./reply.ts";
import { wordRollbackNote } from "./rollbacks.ts";
import { wordScheduleNote } from "./schedule.ts";
import { wordVersionNote } from "./version.ts";
import { wordWorkflowNote } from "./workflows.ts";

const stageEnds = {
  success: "succeeded",
  failure: "failed",
  error: "could not be carried out",
  cancelled: "was cancelled",
} as const;

/** A mistake as one line: where, what was found, what would be right. */
function mistakeInWords(mistake: Mistake): string {
  const near = mistake.nearest === undefined ? "" : ` Did you mean ${mistake.nearest}?`;
  const path = mistake.path === "" ? "" : `${mistake.path}: `;
  return `${mistake.file}, line ${mistake.line}, column ${mistake.column}: ${path}found ${mistake.found}, expected ${mistake.expected}.${near}`;
}

function lastGood(has: boolean): string {
  return has ? "The last good one stays in force." : "Until it is mended, nothing is deployed from this repository.";
}

function deployCommands(environments: readonly string[], rest = ""): string {
  return listInWords(
    environments.map((environment) => `/deploy ${environment}${rest}`),
    "or",
  );
}

export function wordNote(note: NoteContent): string {
  switch (note.code) {
    case "rolled-back-by-itself":
    case "not-rolled-back":
    case "migrations-confirmed":
    case "revert-asked":
      return wordRollbackNote(note);
    case "announcement-refused":
      return wordAnnouncementNote(note);
    case "channel-problem":
      return wordChannelNote(note);
    case "linked":
    case "link-moved":
      return wordLinkNote(note);
    case "approval-refused":
      return `${note.person}: ${sentenceForRefusal(note.why)}`;
    case "version-done":
    case "version-stopped":
    case "version-asks-to-merge":
    case "back-merge-refused":
    case "back-merge-conflict":
      return wordVersionNote(note);
    case "live":
      return wordLiveNote(note);
    case "approval-counted":
      return `${note.login} approved: ${note.have} of ${count(note.need, "approval")}.`;
    case "approval-withdrawn":
      return `${note.login} took the answer back; it no longer counts.`;
    case "asked-anew":
    case "rejection-reason-wanted":
    case "rejection-reason-noted":
    case "approval-reminder":
    case "approvals-cannot-be-reached":
      return wordApprovalNote(note);
    case "fix-confirmed":
      return `${note.by} confirmed that this contains the fix.`;
    case "answered-late": {
      const answer = wordReply(note.reply, { now: note.now });
      if (note.reply.code === "asked-long-ago") return answer;
      return `You asked me something at ${timeInWords(note.at)}, and I can answer only now. ${answer}`;
    }
    case "branch-forced":
      return `${note.by ?? "Somebody"} forced the branch ${note.branch} of ${note.service} to ${shortSha(note.to)}. What is live in ${listInWords(note.environments)} stays as it is, and this is not deployed by itself. Ask for it with ${deployCommands(note.environments)}.`;
    case "branch-deleted":
      return `${note.by ?? "Somebody"} deleted the branch ${note.branch} of ${note.service}. What is live in ${listInWords(note.environments)} stays as it is. Until there is such a branch again, nothing comes there by a merge; ask for a revision with ${deployCommands(note.environments, " <revision>")}.`;
    case "stage-ended": {
      const log = note.logUrl === undefined ? "" : ` Log: ${note.logUrl}`;
      const message =
        note.message === undefined || note.message.trim() === "" ? "" : ` It said ${quoted(note.message)}.`;
      return `The stage ${note.stage} ${stageEnds[note.outcome]} after ${durationInWords(note.tookMs)}.${message}${log}`;
    }
    case "found-after-restart":
      return note.now === "running"
        ? `I was restarted. The stage ${note.stage} was running when I last saw it; I follow it again.`
        : `I was restarted while I was starting the stage ${note.stage}. Whether it began is found out before anything is started again.`;
    case "ended": {
      const place = note.position === undefined ? "" : ` It was number ${note.position} in the queue.`;
      return `This deployment ${statusSentence(note.status)}. ${sentenceForOutcome(note.outcome)}${place}`;
    }
    case "hold-began":
      return `${note.service} ${note.environment} is held since rollback ${note.rollback}: ${revisionInWords(note.bad)} is in quarantine, and merges wait. Bring the fix with /deploy ${note.environment} <revision>, or end the hold with /deploy unlock ${note.environment}.`;
    case "hold-ended":
      return note.by === "success"
        ? `The hold on ${note.environment} has ended: the fix is live.`
        : `The hold on ${note.environment} has ended: ${note.person ?? "somebody"} unlocked it.`;
    case "locked": {
      const until = note.until === undefined ? "" : ` until ${timeInWords(note.until)}`;
      return `${note.by} locked ${note.service} ${note.environment}${until}${because(note.reason)}.`;
    }
    case "unlocked": {
      const held = note.held === note.by ? "" : ` The lock was held by ${note.held}.`;
      const offers =
        note.offers === undefined
          ? ""
          : ` Deployment ${note.offers} is the newest that waits; it starts when a person asks for it.`;
      return `${note.by} unlocked ${note.service} ${note.environment}.${held}${offers}`;
    }
    case "pipeline-mistakes": {
      const lines = note.mistakes.map((mistake) => `• ${mistakeInWords(mistake)}`);
      return [
        `The pipeline file of ${note.repository} has ${count(note.mistakes.length, "mistake")}. ${lastGood(note.lastGood)}`,
        ...lines,
      ].join("\n");
    }
    case "went-live-elsewhere":
      return `${revisionInWords(note.revision)} of ${note.service} went live in ${note.environment} without Signalbox: ${note.by} deployed it. Noted as deployment ${note.deployment}.`;
    case "merged-unguarded":
      return `Pull request #${note.pullRequest} of ${note.repository} was merged while it was not ready: nothing kept it from that, because ${note.branch} does not require the check signalbox/ready. Require it in the branch's protection or ruleset.`;
    case "cancel-asked":
    case "run-in-the-way":
    case "allowed":
    case "retried":
    case "lock-taken":
    case "lock-ended":
    case "lock-forgotten":
    case "frozen":
    case "thawed":
    case "freeze-ended":
      return wordHoldsNote(note);
    case "schedule-skipped":
      return wordScheduleNote(note);
    case "release-stands":
    case "release-refused":
      return wordReleaseNote(note);
    case "demo-ends":
    case "demo-limit":
      return wordDemoNote(note);
    case "promotion-opened":
    case "promotion-refused":
      return wordPromotionNote(note);
    case "workflow-problems":
      return wordWorkflowNote(note);
    case "pipeline-mended":
      return `The pipeline file of ${note.repository} has no mistakes any more and is in force.`;
  }
}

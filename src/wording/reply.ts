/** Answers to commands and clicks → sentences. Said to the person who asked, in the second person. */
import type { CommandProblem } from "../commands/command.ts";
import { helpOn } from "../commands/help.ts";
import { helpTopics, isHelpTopic } from "../commands/help-topics.ts";
import type { ReplyContent } from "../operations/said.ts";
import type { Instant, Verdict } from "../policy/model.ts";
import { deployVerbs } from "../policy/verbs.ts";
import { wordFailureReply } from "./after-failure.ts";
import { groupsInWords } from "./approvals.ts";
import { wordDemoReply } from "./demos.ts";
import { diffLines } from "./diff.ts";
import { wordFormReply } from "./form.ts";
import { gateLines } from "./gate-lines.ts";
import { historyLines } from "./history.ts";
import { wordHoldsReply } from "./holds.ts";
import { wordLinkReply } from "./link.ts";
import { wordLiveNewsReply } from "./live-news.ts";
import { listInWords, namedRevision, quoted, revisionInWords, statusSentence, timeInWords } from "./phrases.ts";
import { wordPromotionReply } from "./promotion.ts";
import { queueLines } from "./queue.ts";
import { sentenceForRefusal } from "./refusal.ts";
import { wordRollbackReply } from "./rollbacks.ts";
import { standingLines } from "./standing.ts";
import { wordVersionReply } from "./version.ts";
import { whereLines } from "./work.ts";

const noServices =
  "I know no service yet. Install the GitHub App on a repository whose default branch has a .github/signalbox.yml.";

type Needs = Extract<ReplyContent, { code: "may-not" }>["needs"];

const needs: Readonly<Record<Needs, string>> = {
  read: "That needs permission to read the repository on GitHub.",
  ask: "That is for whoever may ask for this environment: “who” in the pipeline file, or everyone who can push.",
  push: "That needs permission to push to the repository on GitHub.",
  approve: "That is for the environment's approvers, or for the repository's administrators where there are none.",
};

const missing: Readonly<Record<Extract<CommandProblem, { code: "missing" }>["what"], string>> = {
  environment: "Which environment?",
  revision: "Which revision?",
  reason: "Please say why; the reason is shown to others.",
  deployment: "Which deployment? Its number is on its message.",
  outcome: "Did it end in success or in failure?",
  issue: "Which issue or pull request?",
  time: "Until when?",
  demo: "Which demo? /deploy demo list names them.",
};

function didYouMean(nearest: string | undefined): string {
  return nearest === undefined ? "" : ` Did you mean ${nearest}?`;
}

function wordProblem(problem: CommandProblem): string {
  switch (problem.code) {
    case "unknown-word": {
      const environment =
        problem.choices.length === deployVerbs.length && deployVerbs.every((verb) => problem.choices.includes(verb))
          ? ` If ${problem.word} is an environment, put it in quotes.`
          : "";
      return `I do not know the word ${quoted(problem.word)}.${didYouMean(problem.nearest)} I know ${listInWords(problem.choices, "and", 20)}.${environment}`;
    }
    case "missing":
      return `${missing[problem.what]} Write: ${problem.usage}`;
    case "unexpected":
      return `I did not expect ${quoted(problem.word)} there. Write: ${problem.usage}`;
    case "bad-time":
      return `${problem.found === "" ? "Until when?" : `I cannot read ${quoted(problem.found)} as a time within the coming year.`} Times are UTC: 18:00, 2026-11-22, 2026-11-22 18:00, tomorrow, 30m, 2h or 3d. Write: ${problem.usage}`;
    case "bad-issue":
      return `${quoted(problem.found)} is no issue or pull request. Write its number, owner/repo#number, or its address on GitHub: ${problem.usage}`;
    case "bad-number":
      return `${quoted(problem.found)} is not the number of a deployment. Write: ${problem.usage}`;
  }
}

const outcomes: Readonly<Record<Verdict["outcome"], string>> = {
  go: "may go now",
  wait: "waits",
  stop: "is stopped",
};

function helpLines(topic: string | undefined): string {
  if (topic !== undefined && isHelpTopic(topic)) {
    const entry = helpOn(topic);
    return [entry.usage, entry.does, "For example:", ...entry.examples.map((example) => `    ${example}`)].join("\n");
  }
  return [
    "What you can ask me:",
    ...helpTopics.map((name) => `• ${helpOn(name).usage}`),
    "Put a reason that ends in “of something” in quotes. /deploy help <command> explains one.",
  ].join("\n");
}

function until(at: Instant | undefined): string {
  return at === undefined ? "" : ` until ${timeInWords(at)}`;
}

/** A command is turned away as long as it is not known whether its asker may ask. */
function isUnknownAsker({ reason }: Verdict["gates"][number]): boolean {
  return reason.code === "access.membership-unknown";
}

export function wordReply(reply: ReplyContent, { now }: { readonly now: Instant }): string {
  switch (reply.code) {
    case "link-offered":
    case "link-not-set-up":
    case "link-in-slack":
    case "unlinked":
    case "nothing-linked":
      return wordLinkReply(reply);
    case "command-problem":
      return wordProblem(reply.problem);
    case "unknown-environment":
      return `${reply.service} has no environment ${quoted(reply.found)}.${didYouMean(reply.nearest)} It has ${listInWords(reply.choices, "and", 20)}.`;
    case "unknown-service":
      return `I know no service ${quoted(reply.found)}.${didYouMean(reply.nearest)} I know ${listInWords(reply.choices, "and", 20)}. If “of ${reply.found}” belongs to a reason, put the reason in quotes.`;
    case "which-service":
      return `Which service? Add “of” and one of ${listInWords(reply.choices, "or", 20)}.`;
    case "no-services":
      return noServices;
    case "not-linked":
      return "I do not know your GitHub login. Type /deploy link, or ask for your name to be added to “people” in the pipeline file.";
    case "may-not":
      return `${reply.login} may not ${reply.what}. ${needs[reply.needs]}`;
    case "unknown-revision":
      return `${reply.service} has no branch, tag or commit ${quoted(reply.found)}.${didYouMean(reply.nearest)}`;
    case "no-revision":
      return `Which revision? ${reply.environment} of ${reply.service} follows no branch, and nothing is live in an environment before it. Name a branch, tag or SHA: /deploy ${reply.environment} <revision>`;
    case "nothing-to-promote":
      return reply.before === undefined
        ? `${reply.environment} of ${reply.service} comes first; there is no environment before it to promote from. Use /deploy ${reply.environment}.`
        : `Nothing is live in ${reply.before} of ${reply.service} yet, so there is nothing to promote to ${reply.environment}. Deploy ${reply.before} first.`;
    case "live-changed":
      return `I did not ask for anything: what is live in ${reply.before} of ${reply.service} has changed since you asked. Ask again if you mean what is live there now.`;
    case "nothing-to-roll-back-to":
      return `${reply.environment} of ${reply.service} has no earlier healthy revision to go back to.`;
    case "stopped":
      return [
        `Stopped: ${namedRevision(reply.revision, reply.ref)} of ${reply.service} may not go to ${reply.environment}.`,
        ...gateLines(
          {
            ...reply.verdict,
            gates: reply.verdict.gates.filter((gate) => gate.result === "block" || isUnknownAsker(gate)),
          },
          now,
        ),
      ].join("\n");
    case "requested": {
      const waits = reply.verdict.gates.filter((gate) => gate.result === "wait");
      return [
        `Deployment ${reply.deployment}: ${revisionInWords(reply.revision)} of ${reply.service} to ${reply.environment} ${outcomes[reply.verdict.outcome]}.`,
        ...gateLines({ ...reply.verdict, gates: waits }, now),
      ].join("\n");
    }
    case "already-requested":
      return `Deployment ${reply.deployment} asks for the same already; I did not make another.`;
    case "slot-taken":
      return `Deployment ${reply.deployment} holds ${reply.environment} and may yet change what is live there, so nothing was adopted. Wait until it has ended, or settle it with /deploy resolve ${reply.deployment} success|failure <reason> if nobody knows how it did.`;
    case "verdict": {
      const which = reply.deployment === undefined ? "" : ` (deployment ${reply.deployment})`;
      const asIf = reply.deployment === undefined ? `Nothing waits for ${reply.environment}. Asked for now, ` : "";
      return [
        `${asIf}${revisionInWords(reply.revision)} of ${reply.service} to ${reply.environment}${which} ${outcomes[reply.verdict.outcome]}.`,
        ...gateLines(reply.verdict, now),
      ].join("\n");
    }
    case "status":
      return reply.services.length === 0 ? noServices : standingLines(reply.services, now).join("\n");
    case "queue":
      return queueLines(reply, now).join("\n");
    case "history":
      return historyLines(reply, now).join("\n");
    case "diff":
      return diffLines(reply).join("\n");
    case "where":
      return whereLines(reply.asked, reply.work);
    case "locked":
      return `You hold the lock of ${reply.environment}${until(reply.until)}: ${quoted(reply.reason)}. /deploy unlock ${reply.environment} gives it back.`;
    case "unlocked":
      return reply.offers === undefined
        ? `${reply.environment} is unlocked.`
        : `${reply.environment} is unlocked. Nothing starts by itself; deployment ${reply.offers} is the newest that waits, and /deploy ${reply.environment} starts it.`;
    case "not-locked":
      return `${reply.environment} is not locked, and no rollback holds it.`;
    case "unknown-deployment":
      return `I know no deployment ${reply.deployment}.`;
    case "cancelled":
      return `Deployment ${reply.deployment} is cancelled.`;
    case "cancel-asked":
      return `I asked deployment ${reply.deployment} to stop. Its message says when it has.`;
    case "already-ended":
      return `Deployment ${reply.deployment} has already ended: it ${statusSentence(reply.status)}.`;
    case "settled":
      return `Deployment ${reply.deployment} is settled as a ${reply.as}.`;
    case "nothing-to-settle":
      return `There is nothing to settle: I know how deployment ${reply.deployment} stands. It ${statusSentence(reply.status)}.`;
    case "adopted":
      return `Noted as deployment ${reply.deployment}: ${revisionInWords(reply.revision)} is live in ${reply.environment}. Nothing was deployed.`;
    case "allowed":
      return `${revisionInWords(reply.revision)} is out of quarantine and may be deployed again.`;
    case "not-quarantined":
      return `${revisionInWords(reply.revision)} is not in quarantine.`;
    case "migrations-confirmed":
    case "revert-asked":
    case "nothing-to-revert":
      return wordRollbackReply(reply);
    case "fix-confirmed":
      return `Thank you. You confirmed that deployment ${reply.deployment} contains the fix.`;
    case "approval-noted":
      return `Your answer to deployment ${reply.deployment} is noted.`;
    case "approval-withdrawn":
      return `Your answer to deployment ${reply.deployment}, if you had given one, no longer counts. A reaction of yours may still stand on the message; it says nothing any more.`;
    case "membership-unknown":
      return `I could not read who is in ${groupsInWords(reply.groups)}, so I do not know whether you may ${reply.what}. Nothing was done. Please try again later.`;
    case "approval-refused":
      return `Deployment ${reply.deployment}: ${sentenceForRefusal(reply.why)}`;
    case "live-news":
      return wordLiveNewsReply(reply);
    case "log":
    case "no-longer-broken":
      return wordFailureReply(reply);
    case "message-outdated":
      return `That message no longer counts: what it asked has changed. Please answer the newest message of deployment ${reply.deployment}.`;
    case "several-commands":
      return `That comment holds ${reply.commands} commands, and I carried out none of them. Write one command in each comment.`;
    case "asked-long-ago":
      return `This was written at ${timeInWords(reply.at)}, and I come to it only now. It may not be meant any more, so I do nothing more about it. Please ask again if it is.`;
    case "form-not-opened":
    case "form-cannot-look":
    case "form-mistake":
    case "chosen-already":
    case "menu-too-old":
      return wordFormReply(reply);
    case "help":
      return helpLines(reply.topic);
    case "not-retriable":
    case "not-latest":
    case "retry-unsettled":
    case "retry-elsewhere":
    case "cancel-elsewhere":
    case "left-pipeline":
    case "unknown-stage":
    case "stage-not-reached":
    case "already-locked":
    case "lock-kept":
    case "lock-moved":
    case "frozen":
    case "thawed":
    case "not-frozen":
    case "frozen-since":
      return wordHoldsReply(reply);
    case "promotion-asked":
    case "promotion-open":
    case "promotion-updated":
    case "promotion-pushed-onto":
    case "promotion-nothing-new":
    case "promotion-no-branch":
      return wordPromotionReply(reply);
    case "version-begun":
    case "version-under-way":
    case "no-next-version":
    case "versions":
      return wordVersionReply(reply);
    case "demos":
    case "unknown-demo":
    case "demo-gone":
    case "demo-destroying":
    case "demo-kept":
      return wordDemoReply(reply, now);
    case "trying-again":
      return "GitHub or Slack does not answer me just now. I try again by myself, within seconds at first and for six minutes, and then tell you how it went. You need not ask again.";
    case "gave-up":
      return "GitHub or Slack did not answer me for several minutes, so I gave up on this. Look at how things stand with /deploy status, and please ask again when they answer.";
    case "broke":
      return `Something went wrong on my side, and I could not do that. Please try again; if it stays so, tell the operator the reference ${reply.reference}.`;
  }
}

/** App Home → words. No markup. */
import type { HomeApproval, HomeLock, HomeView } from "../operations/home-shown.ts";
import type { Instant } from "../policy/model.ts";
import { ageInWords, listInWords, namedRevision, quoted, timeInWords } from "./phrases.ts";

export const homeWords = {
  approvals: "Waiting for your approval",
  noApprovals: "Nothing waits for your approval.",
  locks: "Your locks",
  environments: "Environments",
  noEnvironments:
    "There is no service that I may show you. I show those whose repository your GitHub login can read and whose default branch has a .github/signalbox.yml.",
  approve: "Approve",
  reject: "Reject",
  unlock: "Unlock",
  newsAreOn: "I tell you by a direct message when a change of yours is live in production.",
  newsAreOff: "I do not tell you when a change of yours is live in production.",
  newsOn: "Tell me of my changes",
  newsOff: "Do not tell me of my changes",
  link: "Link GitHub",
  linkAgain: "Link another login",
  more: "There is more than fits here. /deploy status and /deploy queue show it all.",
} as const;

/** Who the person is on GitHub, and what it rests on. */
export function linkSentence({ logins, linked }: Pick<HomeView, "logins" | "linked">): string {
  if (linked !== undefined) return `You are ${linked} on GitHub.`;
  if (logins.length > 0)
    return `Pipeline files say that you are ${listInWords(logins)} on GitHub. You can prove your own login.`;
  return "I do not know your GitHub login yet, so I can show you nothing and carry out nothing for you.";
}

export function approvalSentence(one: HomeApproval, now: Instant): string {
  const until = one.expiresAt === undefined ? "" : ` It stands until ${timeInWords(one.expiresAt)}.`;
  return `${one.service} to ${one.environment}: ${namedRevision(one.revision, one.ref)}, deployment ${one.deployment}, asked for by ${one.requestedBy} ${ageInWords(one.requestedAt, now)}.${until}`;
}

export function lockSentence(one: HomeLock, now: Instant): string {
  const until = one.until === undefined ? "" : ` until ${timeInWords(one.until)}`;
  return `${one.service} ${one.name}: locked since ${timeInWords(one.since)} (${ageInWords(one.since, now)})${until}, saying ${quoted(one.reason)}.`;
}

/** Production is asked about once more: the button stands far from what it is about. */
export function approvalQuestion(one: HomeApproval, answer: "approve" | "reject") {
  const what = `${namedRevision(one.revision, one.ref)} of ${one.service} to ${one.environment}`;
  return {
    title: answer === "approve" ? "Approve this?" : "Reject this?",
    text: `${answer === "approve" ? "Approve" : "Reject"} ${what}, deployment ${one.deployment}, asked for by ${one.requestedBy}?`,
    yes: answer === "approve" ? homeWords.approve : homeWords.reject,
    no: "Not now",
  };
}

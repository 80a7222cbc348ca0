/** The form of `/deploy`, its menus and what is said of them → words. No markup. */
import type { FormMistake, FormReply, OfferedRevision } from "../operations/form.ts";
import { count, quoted, revisionInWords, shortSha } from "./phrases.ts";

export const formWords = {
  title: "Deploy",
  send: "Ask for it",
  close: "Close",
  looking: "Looking up what you may deploy, and what it would bring.",
  service: "Service",
  environment: "Environment",
  revision: "Revision",
  revisionHint: "What each brings is counted from what is live there now.",
  noRevisions: "There is nothing recent to choose from. Write a branch, tag or SHA below.",
  other: "Another branch, tag or SHA",
  otherHint: "It goes before the revision above. Press Enter to see the verdict on it.",
  reason: "Reason for a hotfix",
  reasonHint: "With a reason this is a hotfix, and the reason is shown in the channel. Leave it empty otherwise.",
  chooseService: "Choose a service",
  chooseEnvironment: "Choose an environment",
  chooseRevision: "Choose a revision",
  instead: "You can also write it: /deploy <environment> [revision] [of <service>].",
} as const;

const menuWords = { service: "Choose a service", environment: "Choose an environment" } as const;

export function menuPlaceholder(what: keyof typeof menuWords): string {
  return menuWords[what];
}

/** The revision's name, in at most as many letters as an option of a select holds. */
export function offeredLabel(offered: OfferedRevision): string {
  const { sha, version, name = "" } = offered;
  const revision = revisionInWords({ sha, ...(version === undefined ? {} : { version }) });
  switch (offered.as) {
    case "tip":
      return `Tip of ${shortened(name, 50)} (${shortSha(sha)})`;
    case "live-before":
      return `Live in ${shortened(name, 30)}: ${revision}`;
    case "live":
      return `Live here already: ${revision}`;
    case "candidate":
      return `Candidate ${shortened(name, 45)} (${shortSha(sha)})`;
    case "tag":
      return `Tag ${shortened(name, 50)} (${shortSha(sha)})`;
    case "commit":
      return `${shortSha(sha)} ${shortened(offered.title ?? "", 60)}`.trim();
  }
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** How much it brings, and how the titles begin. */
export function offeredContent({ brings, title }: OfferedRevision): string | undefined {
  if (brings === undefined) return title;
  if (brings.pullRequests === 0) return title === undefined ? "no pull requests" : `no pull requests: ${title}`;
  const each = Math.max(8, Math.floor(48 / Math.min(brings.titles.length, 3)));
  const titles = brings.titles.slice(0, 3).map((one) => shortened(one, each));
  return `${count(brings.pullRequests, "pull request")}: ${titles.join(", ")}`;
}

/** Slack shows it under the field that it is about. */
export function wordMistake({ why, field }: FormMistake): string {
  switch (why.code) {
    case "too-old":
      return "This form was opened too long ago to be sent. Close it and type /deploy again.";
    case "sent-already":
      return "This form was sent already. Close it; the answer is where you typed /deploy.";
    case "missing":
      return field === "revision"
        ? "Choose a revision, or write one below."
        : `Choose ${field === "service" ? "a service" : "an environment"}.`;
    case "no-such-environment":
      return "This service has no such environment any more. Choose another.";
    case "not-a-revision":
      return "The name of a branch or tag, or a SHA, has no blanks.";
    case "live-changed":
      return `What is live in ${why.environment} has changed since you chose. Choose again.`;
    case "locked":
      return `${why.by} holds the lock of this environment: ${quoted(why.reason)}.`;
    case "asked-already":
      return `Deployment ${why.deployment} asks for the same already.`;
  }
}

export function wordFormReply(reply: FormReply): string {
  switch (reply.code) {
    case "form-not-opened":
      return "Slack would not open the form: it allows three seconds, and they had passed. Type /deploy again, or write it: /deploy <environment> [revision] [of <service>].";
    case "form-cannot-look":
      return `GitHub does not answer right now, so I cannot show what there is to choose. Try again in a minute. ${formWords.instead}`;
    case "form-mistake":
      return `I did not ask for anything. ${wordMistake(reply.mistake)}`;
    case "chosen-already":
      return "You have chosen from that menu already, and it was carried out once. Type the command again if you want something else.";
    case "menu-too-old":
      return "That menu is too old to choose from. Type the command again.";
  }
}

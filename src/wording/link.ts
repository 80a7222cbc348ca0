/** What is said of links: as answers, by direct message, and on the page between GitHub and the link. */
import type { LinkNote, LinkReply } from "../operations/link.ts";
import type { LinkStep } from "../operations/link-steps.ts";
import type { Instant } from "../policy/model.ts";
import { timeInWords } from "./phrases.ts";

export function wordLinkReply(reply: LinkReply): string {
  switch (reply.code) {
    case "link-offered": {
      const now =
        reply.linked === undefined ? "" : ` You are linked to ${reply.linked} now; another login replaces it.`;
      return `Link your GitHub login with the address below. It is for you alone and good until ${timeInWords(reply.until)}; a new /deploy link makes it void.${now}`;
    }
    case "link-not-set-up":
      return "Linking is not set up here. Whoever runs this bot can do it: it needs GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET and PUBLIC_URL. Until then, ask for your name to be added to “people” in the pipeline file.";
    case "link-in-slack":
      return "Links are made in Slack, where I can see who you are there: type /deploy link or /deploy unlink in any channel.";
    case "unlinked":
      return `You are no longer linked to ${reply.login}. Where the pipeline file names you under “people”, that counts again.`;
    case "nothing-linked":
      return "You are linked to no GitHub login, so there is nothing to take away. If I know you, it is from “people” in the pipeline file.";
  }
}

/** To the person alone. */
export function wordLinkNote(note: LinkNote): string {
  switch (note.code) {
    case "linked": {
      const before = note.before === undefined ? "" : `, and no longer to ${note.before}`;
      return `You are linked to the GitHub login ${note.login} now${before}. What you do here counts as ${note.login}'s. If that was not you, type /deploy unlink.`;
    }
    case "link-moved":
      return `The GitHub login ${note.login} was yours here and is now linked to somebody else in Slack, who proved it at GitHub. What you do no longer counts as ${note.login}'s. If the login is yours, secure your GitHub account, and type /deploy link.`;
  }
}

export type LinkPageWords = {
  readonly title: string;
  readonly lines: readonly string[];
  /** What the page's one button says, where it has one. */
  readonly button?: string;
};

const anew = "For a new link, type /deploy link in Slack.";

export function wordLinkPage(step: LinkStep): LinkPageWords {
  switch (step.kind) {
    case "confirm": {
      const before = step.before === undefined ? [] : [`It replaces the link to ${step.before}.`];
      return {
        title: "Is this you in both places?",
        lines: [
          `Slack: ${step.name} (member ${step.slackUser})`,
          `GitHub: ${step.login}`,
          `Whoever uses that Slack account will then ask, approve and lock with the rights of ${step.login}.`,
          ...before,
          "If the Slack account is not yours, close this page: somebody sent you their link.",
        ],
        button: "Link them",
      };
    }
    case "linked": {
      const before = step.before === undefined ? [] : [`The link to ${step.before} is gone.`];
      return {
        title: "Linked",
        lines: [
          `${step.name} in Slack (member ${step.slackUser}) is now ${step.login} on GitHub.`,
          ...before,
          "You can close this page. /deploy unlink in Slack takes it back.",
        ],
      };
    }
    case "unknown":
      return {
        title: "This link is not good any more",
        lines: ["It was used, has expired, or a newer one took its place. Nothing was changed.", anew],
      };
    case "declined":
      return { title: "Nothing was linked", lines: ["GitHub was not allowed to say who you are.", anew] };
    case "refused":
      return {
        title: "GitHub refused",
        lines: [
          "GitHub did not take the code that it had sent. Nothing was linked.",
          `${anew} If it happens again, tell whoever runs this bot; the log says what GitHub answered.`,
        ],
      };
    case "no-answer":
      return { title: `${step.from} did not answer`, lines: ["Nothing was linked.", anew] };
  }
}

/** What stands for the answer where only text is shown. */
export function linkLabel(until: Instant): string {
  return `Sign in at GitHub (until ${timeInWords(until)})`;
}

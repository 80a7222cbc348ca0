/** What the gates `window` and `soak` say, as sentences. */
import type { GateName } from "../policy/model.ts";
import type { Reason } from "../policy/reasons.ts";
import { durationInWords, listInWords, timeInWords } from "./phrases.ts";

type Timed = Extract<Reason, { readonly code: `${Extract<GateName, "window" | "soak">}.${string}` }>;

export function timingInWords(reason: Timed): string {
  switch (reason.code) {
    case "window.none":
      return "This environment is deployed to at any time.";
    case "window.open":
      return reason.until === undefined
        ? "The window is always open."
        : `The window is open until ${timeInWords(reason.until)}.`;
    case "window.closed": {
      const hours = `${listInWords(reason.allow)} (${reason.timezone})`;
      return reason.opens === undefined
        ? `This environment is deployed to ${hours} only, and that never comes.`
        : `This environment is deployed to ${hours} only.`;
    }
    case "window.passed-by-rollback":
      return "A rollback does not wait for the window.";
    case "window.passed-by-hotfix":
      return "A hotfix does not wait for the window.";
    case "soak.none":
      return "Nothing has to prove itself for some time first.";
    case "soak.redeploy":
      return "The same content is live here already.";
    case "soak.done":
      return `It was live and healthy in ${reason.before} for ${durationInWords(reason.had)}; ${durationInWords(reason.need)} are asked for.`;
    case "soak.runs":
      return `It has been live in ${reason.before} since ${timeInWords(reason.since)} and has to stay healthy there for ${durationInWords(reason.need)}.`;
    case "soak.broken":
      return `It has to be live and healthy in ${reason.before} for ${durationInWords(reason.need)} without a break, but another deployment there ended that after ${durationInWords(reason.had)}, at ${timeInWords(reason.at)}. Deploy it there again.`;
    case "soak.not-begun":
      return `It has to be live and healthy in ${reason.before} for ${durationInWords(reason.need)}, and is not.`;
    case "soak.passed-by-rollback":
      return "A rollback does not wait.";
    case "soak.passed-by-hotfix":
      return "A hotfix does not wait for what it mends to prove itself.";
  }
}

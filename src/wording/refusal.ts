/** Why an approval or a rejection does not count → a sentence, with what would count. */
import type { ApprovalRefusal } from "../policy/reasons.ts";

/** Said to the person whose answer it was. */
export function sentenceForRefusal(refusal: ApprovalRefusal): string {
  switch (refusal.code) {
    case "bot":
      return "Your answer does not count: bots cannot approve or reject.";
    case "guest":
      return "Your answer does not count: guests of this workspace cannot approve or reject.";
    case "stranger":
      return "Your answer does not count: only members of this workspace can approve or reject.";
    case "not-linked":
      return "Your answer does not count: I do not know your GitHub login. Type /deploy link, or ask for your name to be added to “people” in the pipeline file.";
    case "not-an-approver":
      return "Your answer does not count: you are not among those who may approve here. “approvals” in the pipeline file names them.";
    case "membership-unknown":
      return "Your answer does not count yet: I could not find out who may approve here. I keep asking, and look at your answer again then.";
    case "requester":
      return "Your answer does not count: you asked for this deployment yourself, and somebody else has to approve it.";
    case "merger":
      return "Your answer does not count: you merged this, and somebody else has to approve it.";
    case "author":
      return "Your answer does not count: you wrote part of what this deploys, and somebody else has to approve it.";
    case "from-changed":
      return "Your answer does not count: something else has gone live since this was asked. Please answer the newest message.";
    case "content-changed":
      return "Your answer does not count: what would be deployed has changed since this was asked. Please answer the newest message.";
    case "policy-changed":
      return "Your answer does not count: the rules of this environment have changed since this was asked. Please answer the newest message.";
    case "expired":
      return "Your answer does not count: it came after the request had expired. Ask for the deployment again.";
  }
}

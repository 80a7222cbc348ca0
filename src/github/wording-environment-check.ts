/**
 * Sentences for `signalbox/<environment>` on a pull request: what its merge would meet, gate by gate, and which answers
 * do not count. Pure; everything that people wrote goes through `prose`.
 */
import type { RefusedReview } from "../operations/pull-request-gate.ts";
import type { GateResult, Verdict } from "../policy/model.ts";
import type { ApprovalRefusal } from "../policy/reasons.ts";
import { listInWords } from "../wording/phrases.ts";
import { gateName, gateResultInWords, sentenceForGate } from "../wording.ts";
import { plainLine, prose } from "./markdown.ts";

export type EnvironmentCheck = {
  readonly environment: string;
  /** False where a merge is only offered. */
  readonly auto: boolean;
  readonly verdict: Verdict;
  readonly refused: readonly RefusedReview[];
  /** The service of which it changes nothing. */
  readonly untouched?: string;
  /** It was merged, closed, or goes elsewhere now. */
  readonly ended: "merged" | "closed" | "elsewhere" | null;
};

/** A few words, which GitHub shows as plain text beside the check's name. */
export function environmentCheckTitle({ environment, auto, verdict, ended, untouched }: EnvironmentCheck): string {
  if (ended === "elsewhere") return plainLine(`Not into the branch of ${environment} any more`);
  if (untouched !== undefined && ended !== "merged") return plainLine(`Changes nothing of ${untouched}`);
  if (ended === "merged" && verdict.outcome !== "go") return "Merged before every gate passed";
  if (ended === "merged") return "Merged";
  if (verdict.outcome === "go") return auto ? "Merging deploys it" : "Merging offers it";
  const result = verdict.outcome === "stop" ? "block" : "wait";
  const named = verdict.gates.filter((gate) => gate.result === result).map(gateName);
  return `${result === "block" ? "Stopped" : "Waiting"}: ${listInWords(named)}`;
}

/** In markdown. */
export function environmentCheckSummary(check: EnvironmentCheck): string {
  const { verdict, refused, ended } = check;
  const first = prose(opening(check));
  if (ended === "elsewhere" || check.untouched !== undefined) return first;
  const answers = refused.map((review) => `- ${prose(refusedInWords(review))}`);
  return [
    first,
    verdict.gates.map(gateLine).join("\n"),
    ...(answers.length === 0 ? [] : ["Answers that do not count:", answers.join("\n")]),
  ].join("\n\n");
}

function opening({ environment, auto, verdict, ended, untouched }: EnvironmentCheck): string {
  if (ended === "elsewhere") return `This pull request does not go into the branch of ${environment} any more.`;
  if (untouched !== undefined) {
    return `This pull request changes nothing of ${untouched}, so its merge is not deployed to ${environment}.`;
  }
  if (ended === "merged") {
    return verdict.outcome === "go"
      ? "It was merged, and every gate passed then."
      : `It was merged before every gate passed. Merging bypasses none: its deployment to ${environment} asks for what is missing.`;
  }
  if (verdict.outcome === "go") {
    return auto
      ? `Merged now, this is deployed to ${environment}.`
      : `Merged now, this is offered for ${environment}, and a person starts it.`;
  }
  return verdict.outcome === "stop"
    ? `Merged now, this would be stopped before ${environment}.`
    : `Merged now, this would wait before ${environment}.`;
}

function gateLine(gate: GateResult): string {
  return `- **${gateResultInWords(gate.result)}** · ${gateName(gate)}: ${prose(sentenceForGate(gate, {}))}`;
}

function refusedInWords({ login, answer, why }: RefusedReview): string {
  const did = answer === "approve" ? "approved" : "asked for changes";
  return `${login} ${did}, but ${refusals[why.code]}.`;
}

const refusals: Readonly<Record<ApprovalRefusal["code"], string>> = {
  bot: "only people can approve or reject",
  guest: "guests cannot approve or reject",
  stranger: "only members can approve or reject",
  "not-linked": "it is not known who that is",
  "not-an-approver": "may not approve here",
  "membership-unknown": "it could not be found out who may approve here",
  requester: "asked for this, and somebody else has to approve it",
  merger: "merged this, and somebody else has to approve it",
  author: "wrote part of it, and somebody else has to approve it",
  "from-changed": "something else has gone live since",
  "content-changed": "new commits have come since",
  "policy-changed": "the rules of the environment have changed since",
  expired: "that was too long ago",
};

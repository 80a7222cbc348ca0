/** What GitHub is told about a workflow run that it holds before an environment: sentences without markup. */
import type { ProtectionRefusal } from "../operations/said.ts";
import type { DeploymentView } from "../operations/views.ts";
import { gateName, gateResultInWords, sentenceForGate } from "../wording.ts";
import { sentenceForOutcome } from "./outcome.ts";
import { listInWords, quoted, shortSha, statusSentence } from "./phrases.ts";

export function sentenceForProtectionRefusal(refusal: ProtectionRefusal): string {
  switch (refusal.code) {
    case "no-pipeline":
      return "This environment asks Signalbox, but the repository has no pipeline file that is in force, so there are no rules to judge by. Add .github/signalbox.yml, or take the rule away from the environment.";
    case "unknown-environment":
      return `This environment asks Signalbox, but the pipeline file names no environment ${quoted(refusal.found)}; it has ${listInWords(refusal.choices, "and", 20)}. Name it there, or take the rule away from the environment.`;
    case "which-environment":
      return `Several services have an environment ${quoted(refusal.found)}. Call GitHub's environment by one of ${listInWords(refusal.choices, "or", 20)}.`;
    case "not-in-repository":
      return `${shortSha(refusal.sha)} is on no branch or tag of the repository itself, so it cannot be deployed.`;
  }
}

/** Why the run may go on, waits, or may not. */
export function protectionLines(view: DeploymentView, startedByUs: boolean): readonly string[] {
  const name = `Deployment ${view.id} of Signalbox`;
  if (startedByUs) return [`${name} started this run; it was judged before.`];
  if (view.startedAt !== undefined) return [`${name}: every gate passes.`];
  if (view.outcome === undefined) return [`${name} ${statusSentence(view.status)}.`, ...gates(view, "wait")];
  return view.outcome.code === "blocked"
    ? [`${name} was stopped.`, ...gates(view, "block")]
    : [`${name} ${statusSentence(view.status)}. ${sentenceForOutcome(view.outcome)}`];
}

function gates(view: DeploymentView, result: "wait" | "block"): readonly string[] {
  return (view.verdict?.gates ?? [])
    .filter((gate) => gate.result === result)
    .map((gate) => `${gateResultInWords(gate.result)}: ${gateName(gate)}. ${sentenceForGate(gate, {})}`);
}

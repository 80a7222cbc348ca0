/** How a deployment ended → sentences. */
import type { Outcome } from "../operations/outcome.ts";
import { gateName, sentenceForGate } from "../wording.ts";
import { because, capital, durationInWords } from "./phrases.ts";

function detail(message: string | undefined): string {
  const said = message?.replace(/\s+/gu, " ").trim() ?? "";
  return said === "" ? "" : ` ${capital(said)}${/[.!?]$/u.test(said) ? "" : "."}`;
}

/** How a deployment ended, and what to do next where there is something to do. */
export function sentenceForOutcome(outcome: Outcome): string {
  switch (outcome.code) {
    case "succeeded":
      return "It is live.";
    case "destroyed":
      return "The demo is no longer there.";
    case "stage-failed":
      return `The stage ${outcome.stage} failed.${detail(outcome.message)}`;
    case "stage-error":
      return `The stage ${outcome.stage} could not be carried out.${detail(outcome.message)}`;
    case "stage-timed-out":
      return `The stage ${outcome.stage} did not end within ${durationInWords(outcome.afterMs)} and was given up.`;
    case "end-unknown":
      return `I cannot tell how the stage ${outcome.stage} ended, so the environment stays busy.${detail(outcome.message)} Look at the environment, then settle this deployment with /deploy resolve.`;
    case "verification-failed":
      return `It was deployed, but the verification ${outcome.stage} failed.${detail(outcome.message)}`;
    case "blocked": {
      const blocking = outcome.verdict.gates.filter((gate) => gate.result === "block");
      const reasons = blocking.map((gate) => `${capital(gateName(gate))}: ${sentenceForGate(gate, {})}`);
      return reasons.length === 0 ? "It was stopped." : `It was stopped. ${reasons.join(" ")}`;
    }
    case "rejected":
      return `${outcome.by} rejected it${because(outcome.reason ?? "")}.`;
    case "expired":
      return "It was not approved in time. Ask again to start anew.";
    case "environment-removed":
      return "The pipeline file no longer names this environment.";
    case "superseded":
      return outcome.askedBy === undefined
        ? `Deployment ${outcome.by} took its place.`
        : `Deployment ${outcome.by}, which ${outcome.askedBy} asked for, took its place.`;
    case "cancelled":
      return `${outcome.by} cancelled it.`;
    case "cancelled-by-rollback":
      return `Rollback ${outcome.rollback} cancelled it.`;
    case "cancelled-elsewhere":
      return `The stage ${outcome.stage} was cancelled where it ran, and not from here.${detail(outcome.message)}`;
    case "settled":
      return `${outcome.by} settled it as a ${outcome.as}${because(outcome.reason)}.`;
    case "adopted":
      return `${outcome.by} said that this is live; nothing was deployed.`;
    case "seen":
      return `It went live without Signalbox: ${outcome.by} deployed it.`;
  }
}

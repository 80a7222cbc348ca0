/** A verdict's gates, a line each. */
import type { Instant, Verdict } from "../policy/model.ts";
import { gateName, gateResultInWords, sentenceForGate } from "../wording.ts";

/** Every gate with its result, in the order of the verdict, whatever it gave. */
export function gateLines(verdict: Verdict, now: Instant | undefined): readonly string[] {
  const context = now === undefined ? {} : { now };
  return verdict.gates.map(
    (gate) => `• ${gateResultInWords(gate.result)}: ${gateName(gate)}. ${sentenceForGate(gate, context)}`,
  );
}

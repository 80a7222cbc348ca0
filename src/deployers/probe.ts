/**
 * `http` under `verify`: asks an address by GET whether the version that answers is the one that was deployed.
 *
 * An answer that is not the right one is wrong. No answer at all, for whatever reason, tells nothing of the version.
 */
import type { Context } from "../context.ts";
import type { OperatorRules } from "../operations/bot.ts";
import type { StageDefinition } from "../policy/pipeline.ts";
import { deploymentValues, fillIn } from "../policy/value-template.ts";
import { holdsText, type Sight } from "../policy/verification.ts";
import type { Attempt, Deployer } from "./contract.ts";
import { ask } from "./outbound.ts";
import { createProber, fillAddress, lookTimeoutMs, problemOf } from "./probing.ts";
import { plainLine } from "./run/plain-text.ts";

export type ProbeOptions = { readonly context: Context; readonly operator: Pick<OperatorRules, "outbound"> };

type ProbeStage = Extract<StageDefinition["deployer"], { readonly kind: "probe" }>;

function definitionOf(attempt: Attempt): ProbeStage {
  const definition = attempt.stage.deployer;
  if (definition.kind !== "probe") throw new Error(`The stage ${attempt.stage.name} is not one that asks an address.`);
  return definition;
}

function wantedText(attempt: Attempt) {
  return fillIn(definitionOf(attempt).contains ?? "", deploymentValues(attempt));
}

/** A commit by its first digits, as people know it; any other text as it is, cut. */
function shortened(text: string): string {
  return /^[0-9a-f]{40}$/u.test(text) ? text.slice(0, 7) : `“${plainLine(text, 60)}”`;
}

/** What the answer says in the place of what was wanted: another commit if it names one, else how it begins. */
function saysInstead(body: string, wanted: string): string {
  const commit = /^[0-9a-f]{7,40}$/u.test(wanted) ? /\b[0-9a-f]{7,40}\b/u.exec(body)?.[0] : undefined;
  if (commit !== undefined) return commit.slice(0, 7);
  return body.trim() === "" ? "nothing" : `“${plainLine(body.slice(0, 1_000), 60)}”`;
}

async function look({ context, operator }: ProbeOptions, attempt: Attempt): Promise<Sight> {
  const { url, status, contains = "" } = definitionOf(attempt);
  const [address, wanted] = [fillAddress(url, attempt), wantedText(attempt)];
  if (address.kind === "missing" || wanted.kind === "missing") throw new Error("It was started without its values.");
  const answer = await ask(context, operator.outbound, {
    method: "GET",
    url: address.text,
    headers: { Accept: "*/*" },
    timeoutMs: lookTimeoutMs,
    beginningOnly: true,
  });
  if (answer.kind === "not-sent" && !answer.mayRetry) return { kind: "untold", says: answer.message, final: true };
  if (answer.kind !== "answered") return { kind: "untold", says: answer.message };
  if (answer.status !== status) return { kind: "wrong", says: `answered ${answer.status}, not ${status}` };
  if (!holdsText(answer.body, contains, wanted.text)) {
    const says = `says ${saysInstead(answer.body, wanted.text)}, not ${shortened(wanted.text)}`;
    return { kind: "wrong", says };
  }
  const says = wanted.text === "" ? "" : ` and says ${shortened(wanted.text)}`;
  return { kind: "right", says: `answered ${status}${says}` };
}

export function createProbe(options: ProbeOptions): Deployer {
  return createProber({
    kind: "probe",
    context: options.context,
    rule: definitionOf,
    problem: (attempt) => problemOf(fillAddress(definitionOf(attempt).url, attempt), wantedText(attempt)),
    look: (attempt) => look(options, attempt),
  });
}

/** Reads what is done to one deployment or one revision: `cancel`, `retry`, `resolve`, `adopt`, `allow`. */
import type { CommandReading } from "./command.ts";
import {
  command,
  deploymentNumber,
  is,
  missing,
  of,
  type Rest,
  serviceAnywhere,
  takeReason,
  takeWord,
  unexpected,
  unknownWord,
} from "./reading.ts";
import { phrase } from "./words.ts";

const outcomes = ["success", "failure"] as const;

export function readCancel(whole: Rest): CommandReading {
  // A deployment's number says its service; naming it as well does no harm.
  const [id, extra] = serviceAnywhere(whole).words;
  if (id === undefined) return missing("deployment", "cancel");
  const deployment = deploymentNumber(id, "cancel");
  if (typeof deployment !== "number") return deployment;
  if (extra !== undefined) return unexpected(extra, "cancel");
  return command({ kind: "cancel", deployment });
}

export function readRetry(whole: Rest): CommandReading {
  const [id, stage, extra] = serviceAnywhere(whole).words;
  if (id === undefined) return missing("deployment", "retry");
  const deployment = deploymentNumber(id, "retry");
  if (typeof deployment !== "number") return deployment;
  if (extra !== undefined) return unexpected(extra, "retry");
  return command({ kind: "retry", deployment, ...(stage === undefined ? {} : { stage: stage.text }) });
}

export function readResolve(rest: Rest): CommandReading {
  const [id, said, ...why] = rest.words;
  if (id === undefined) return missing("deployment", "resolve");
  const deployment = deploymentNumber(id, "resolve");
  if (typeof deployment !== "number") return deployment;
  if (said === undefined) return missing("outcome", "resolve");
  const outcome = outcomes.find((known) => is(said, known));
  if (outcome === undefined) return unknownWord(said.text, outcomes);
  const reason = phrase(rest.text, why);
  if (reason === "") return missing("reason", "resolve");
  return command({ kind: "resolve", deployment, outcome, reason });
}

export function readAdopt(whole: Rest): CommandReading {
  const rest = serviceAnywhere(whole);
  const [environment, revision, extra] = rest.words;
  if (environment === undefined) return missing("environment", "adopt");
  if (revision === undefined) return missing("revision", "adopt");
  if (extra !== undefined) return unexpected(extra, "adopt", ["of"]);
  return command({ kind: "adopt", environment: environment.text, revision: revision.text, ...of(rest) });
}

export function readAllow(whole: Rest): CommandReading {
  const { word: revision, rest } = takeWord(whole);
  if (revision === undefined) return missing("revision", "allow");
  const { reason, rest: left } = takeReason(rest);
  if (reason === "") return missing("reason", "allow");
  return command({ kind: "allow", revision: revision.text, reason, ...of(left) });
}

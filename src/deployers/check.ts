/**
 * The `check` deployer: waits for a GitHub check run or commit status on the revision, which somebody else sets. Nothing
 * is started at the far side, so there is nothing to find, to cancel or to start twice.
 *
 * Where several Apps give a name, all must be green, the newest of each; one that failed ends the wait at once. What does
 * not turn green before the deadline is an error: it has not said no.
 */
import { z } from "zod";
import type { Context } from "../context.ts";
import { byChecks } from "../operations/woken-by.ts";
import { optional } from "../optional.ts";
import { asked, isLate, lookAgainMs, notTold } from "./asked.ts";
import type { Attempt, Deployer, Handle, Observation, StartedAttempt } from "./contract.ts";
import type { CheckCalls, NamedCheck } from "./github-calls.ts";
import { plainLine } from "./run/plain-text.ts";

const callTimeoutMs = 5_000;

/** Epoch ms. */
const handleShape = z.object({ waitsSince: z.number() });

export type CheckDeployerOptions = { readonly context: Context; readonly checks: CheckCalls };

function nameOf(attempt: Attempt): string {
  const { deployer, name } = attempt.stage;
  if (deployer.kind !== "check") throw new Error(`The stage ${name} is not one that waits for a check.`);
  return deployer.name;
}

function begin({ context }: CheckDeployerOptions, attempt: Attempt): StartedAttempt {
  const handle = { waitsSince: context.clock.now() } satisfies z.infer<typeof handleShape>;
  return { kind: "started", handle, wokenBy: byChecks(attempt.repository.id, attempt.sha) };
}

function told(name: string, check: NamedCheck): string {
  const title = check.title === undefined ? "" : `: ${plainLine(check.title, 200)}`;
  return plainLine(`${name} by ${check.by} is ${check.word}${title}`, 400);
}

function judged(name: string, found: readonly NamedCheck[]): Observation {
  const failed = found.find(({ state }) => state === "failure");
  if (failed !== undefined) {
    return { state: "failure", message: told(name, failed), proven: true, ...optional("logUrl", failed.url) };
  }
  const pending = found.find(({ state }) => state === "pending");
  if (pending !== undefined)
    return { state: "running", message: told(name, pending), ...optional("logUrl", pending.url) };
  const [first] = found;
  if (first === undefined) return { state: "running", message: `no check or status called ${name} is there yet` };
  return { state: "success", message: told(name, first), proven: true, ...optional("logUrl", first.url) };
}

function tooLate(name: string, seen: Observation): Observation {
  const { message: last, logUrl } = seen;
  const message = `${name} did not turn green before the deadline: ${last}`;
  return { state: "error", message, proven: true, ...optional("logUrl", logUrl) };
}

async function observe(options: CheckDeployerOptions, attempt: Attempt, stored: Handle): Promise<Observation> {
  const { context, checks } = options;
  const handle = handleShape.safeParse(stored);
  if (!handle.success) return { state: "unknown", message: "its record cannot be read", proven: false };
  const name = nameOf(attempt);
  if (attempt.cancelAsked) {
    return { state: "cancelled", message: `${name} is not waited for any more`, proven: true };
  }
  const answer = await asked(checks.named(attempt.repository, attempt.sha, name));
  const seen = "silent" in answer ? notTold(context, answer.silent) : judged(name, answer.said);
  if (seen.state !== "running") return seen;
  if (isLate(context, attempt)) return tooLate(name, seen);
  return { lookAgainMs: lookAgainMs(context, handle.data.waitsSince), ...seen };
}

export function createCheckDeployer(options: CheckDeployerOptions): Deployer {
  return {
    kind: "check",
    callTimeoutMs,
    callOutlivesMs: 0,
    start: async (attempt) => begin(options, attempt),
    observe: (attempt, handle) => observe(options, attempt, handle),
    // Nothing runs that could be told to stop: `observe` says at once that it ended.
    cancel: async () => undefined,
    find: async (attempt) => begin(options, attempt),
  };
}

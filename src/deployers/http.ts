/**
 * The `http` deployer: posts a signed request, then follows what the far side says of it.
 *
 * The attempt's token goes along as `Idempotency-Key`, and the far side starts once for a key. So the call may be
 * repeated where no answer came, and `find` answers `impossible` (call again). What we cannot tell is an `error`
 * without proof, never a `failure`: the far side may still be at it. So is a no to a call that is repeated, by whoever
 * took over from a bot that was killed as well.
 *
 * Decided here, where the design is silent: `status_url` must be of the same origin as `url`, or it could send the bot
 * anywhere. There is no way to cancel at the far side: a cancelled attempt is followed until it ends or its deadline
 * comes. A far side that is silent or talks nonsense when polled is asked again until the deadline.
 */
import type { Logger } from "pino";
import { z } from "zod";
import type { Context } from "../context.ts";
import type { OperatorRules } from "../operations/bot.ts";
import type { Attempt, Deployer, Handle, Observation, Started } from "./contract.ts";
import { type Answer, observationFromAnswer, readAnswer, signatureHeader, signatureOf } from "./http-answer.ts";
import { ask, type OutboundResult } from "./outbound.ts";

const callTimeoutMs = 45_000;
/** No more calls are begun after this, so that the last one ends before somebody else may take over. */
const lastCallMs = 25_000;
const answerTimeoutMs = 15_000;
const pollTimeoutMs = 10_000;

export type HttpDeployerOptions = {
  readonly context: Context;
  readonly log: Logger;
  readonly operator: OperatorRules;
};

const handleShape = z.object({
  /** Epoch ms. */
  calledAt: z.number(),
  statusUrl: z.string().optional(),
  logUrl: z.string().optional(),
  /** The first answer, when it already told the end, or what it said so far. */
  status: z.enum(["in_progress", "success", "failure"]),
  message: z.string().optional(),
  /** Why we do not know whether the far side has begun, or cannot follow it. */
  problem: z.string().optional(),
});
type HttpHandle = z.infer<typeof handleShape>;

type Target = { readonly url: string; readonly secret: string | undefined };

/** The keys and their order are the protocol; absent values are null, so that a far side sees every key. */
function requestBody(attempt: Attempt): string {
  return JSON.stringify({
    deployment: attempt.deployment,
    stage: attempt.stage.name,
    service: attempt.service,
    environment: attempt.environment,
    kind: attempt.kind,
    sha: attempt.sha,
    ref: attempt.ref ?? null,
    version: attempt.version ?? null,
    previous_sha: attempt.previousSha ?? null,
    previous_version: attempt.previousVersion ?? null,
    requested_by: attempt.requestedBy,
  });
}

function targetOf(options: HttpDeployerOptions, attempt: Attempt): Target | string {
  const definition = attempt.stage.deployer;
  if (definition.kind !== "http") throw new Error(`The stage ${attempt.stage.name} is not one that posts a request.`);
  if (definition.secret === undefined) return { url: definition.url, secret: undefined };
  const { fullName } = attempt.repository;
  const { values, refused } = options.operator.secrets(fullName, [definition.secret]);
  const secret = values[definition.secret];
  if (refused.length > 0 || secret === undefined || secret === "") {
    return `The operator has not granted ${fullName} the secret ${definition.secret}.`;
  }
  return { url: definition.url, secret };
}

/** What one call came to: settled, or to be tried again with the reason if that is all we ever get. */
type Call =
  | { readonly kind: "settled"; readonly started: Started }
  | { readonly kind: "again"; readonly last: Started };

function startedWith(calledAt: number, handle: Omit<HttpHandle, "calledAt">): Started {
  const logUrl = handle.logUrl;
  return {
    kind: "started",
    handle: { calledAt, ...handle } satisfies HttpHandle,
    ...(logUrl === undefined ? {} : { logUrl }),
  };
}

function refused(outcome: "failure" | "error", message: string): Started {
  return { kind: "refused", outcome, message };
}

/** The address to poll, or why there is none that may be asked. */
function pollUrl(answer: Answer, url: string): { statusUrl?: string; problem?: string } {
  if (answer.status_url === null || answer.status_url === undefined || answer.status !== "in_progress") return {};
  const found = URL.parse(answer.status_url, url);
  if (found !== null && found.origin === new URL(url).origin) return { statusUrl: found.href };
  return {
    problem: "the far side began, but its `status_url` is not of the same origin as `url`, and so is not asked",
  };
}

function accepted(calledAt: number, answer: Answer, url: string): Started {
  return startedWith(calledAt, {
    status: answer.status,
    ...(answer.message === undefined ? {} : { message: answer.message }),
    ...(answer.log_url === undefined ? {} : { logUrl: answer.log_url }),
    ...pollUrl(answer, url),
  });
}

/** An answer that says by its code that the request was not taken. */
function declined(status: number, reading: ReturnType<typeof readAnswer>, host: string): Started {
  if (reading.kind === "answer" && reading.answer.status === "failure") {
    return refused("failure", reading.answer.message ?? `${host} refused with ${status}`);
  }
  if (status >= 300 && status < 400) return refused("error", `${host} answered with a redirect, which is not followed`);
  return refused("error", `${host} answered with ${status}`);
}

function mayHaveBegun(calledAt: number, problem: string): Started {
  return startedWith(calledAt, { status: "in_progress", problem });
}

function judge(result: OutboundResult, url: string, calledAt: number): Call {
  const unsure = (problem: string) => mayHaveBegun(calledAt, problem);
  if (result.kind === "not-sent") {
    const started = refused("error", result.message);
    return result.mayRetry ? { kind: "again", last: started } : { kind: "settled", started };
  }
  if (result.kind === "no-answer") {
    return { kind: "again", last: unsure(`${result.message}; it may have begun all the same`) };
  }
  const { status } = result;
  const { host } = new URL(url);
  const reading = readAnswer(result.body);
  if (status >= 500) {
    return { kind: "again", last: unsure(`${host} answered with ${status}; it may have begun all the same`) };
  }
  if (status === 408 || status === 425 || status === 429) {
    return { kind: "again", last: refused("error", `${host} answered with ${status}`) };
  }
  // 409 is how a far side tells that it knows the key: it has begun, and nothing was started now.
  const taken = (status >= 200 && status < 300) || status === 409;
  if (!taken) return { kind: "settled", started: declined(status, reading, host) };
  if (reading.kind === "answer") return { kind: "settled", started: accepted(calledAt, reading.answer, url) };
  return { kind: "settled", started: unsure(`${host} took the request, but ${reading.why}`) };
}

async function start(options: HttpDeployerOptions, attempt: Attempt): Promise<Started> {
  const { context, operator } = options;
  const calledAt = context.clock.now();
  let unsure = attempt.calledBefore ? mayHaveBegun(calledAt, "an earlier call may have begun it") : undefined;
  const target = targetOf(options, attempt);
  if (typeof target === "string") return unsure ?? refused("error", target);
  const body = requestBody(attempt);
  const headers = {
    "Content-Type": "application/json",
    "Idempotency-Key": attempt.token,
    ...(target.secret === undefined ? {} : { [signatureHeader]: signatureOf(target.secret, body) }),
  };
  const began = context.clock.monotonic();
  for (let pause = 250; ; pause = Math.min(pause * 2, 4_000)) {
    const request = { method: "POST", url: target.url, headers, body, timeoutMs: answerTimeoutMs } as const;
    const result = await ask(context, operator.outbound, request);
    await context.faults.at("http.answered");
    const call = judge(result, target.url, calledAt);
    // Once a call may have begun something, a later one that never arrived does not prove the contrary.
    if (call.kind === "settled") return call.started.kind === "refused" ? (unsure ?? call.started) : call.started;
    if (call.last.kind === "started") unsure = call.last;
    if (context.clock.monotonic() - began + pause > lastCallMs) return unsure ?? call.last;
    await context.clock.sleep(pause);
  }
}

function lookAgain(context: Context, handle: HttpHandle): number {
  const passed = context.clock.now() - handle.calledAt;
  return Math.min(10_000, Math.max(500, Math.round(passed / 20)));
}

/** One poll. What is not a good answer is no end: it is said, and asked again until the deadline. */
async function poll(options: HttpDeployerOptions, handle: HttpHandle, statusUrl: string): Promise<Observation> {
  const request = { method: "GET", url: statusUrl, timeoutMs: pollTimeoutMs } as const;
  const result = await ask(options.context, options.operator.outbound, request);
  if (result.kind !== "answered") return { state: "running", message: result.message };
  const { host } = new URL(statusUrl);
  if (result.status < 200 || result.status >= 300) {
    return { state: "running", message: `${host} answered with ${result.status} when asked for the status` };
  }
  const reading = readAnswer(result.body);
  if (reading.kind === "malformed") return { state: "running", message: `${host} ${reading.why}` };
  const seen = observationFromAnswer(reading.answer);
  return handle.logUrl === undefined || seen.logUrl !== undefined ? seen : { ...seen, logUrl: handle.logUrl };
}

async function observe(options: HttpDeployerOptions, attempt: Attempt, stored: Handle): Promise<Observation> {
  const { context } = options;
  const parsed = handleShape.safeParse(stored);
  if (!parsed.success) return { state: "unknown", message: "its record cannot be read", proven: false };
  const handle = parsed.data;
  const first = observationFromAnswer({ status: handle.status, message: handle.message, log_url: handle.logUrl });
  if (first.state !== "running") return first;
  // A far side whose first answer cannot be used may still call back, if it can sign; else nobody will ever know.
  const definition = attempt.stage.deployer;
  const mayCallBack = definition.kind === "http" && definition.secret !== undefined;
  if (handle.problem !== undefined && !mayCallBack) return { state: "error", message: handle.problem, proven: false };
  const told = handle.problem === undefined ? first : { ...first, message: handle.problem };
  const seen = handle.statusUrl === undefined ? told : await poll(options, handle, handle.statusUrl);
  if (seen.state !== "running") return seen;
  if (context.clock.now() >= attempt.deadlineAt) {
    const last = seen.message === undefined ? "" : ` The last that was heard: ${seen.message}.`;
    const message = `the far side did not tell an end before the deadline; whether it still runs is not known.${last}`;
    return { ...seen, state: "error", message, proven: false };
  }
  return { ...seen, lookAgainMs: lookAgain(context, handle) };
}

export function createHttpDeployer(options: HttpDeployerOptions): Deployer {
  return {
    kind: "http",
    callTimeoutMs,
    // The far side refuses a second start under the same key.
    callOutlivesMs: 0,
    start: (attempt) => start(options, attempt),
    observe: (attempt, handle) => observe(options, attempt, handle),
    // The protocol has no word for it. `observe` goes on telling the truth until the far side or the deadline ends it.
    cancel: async () => undefined,
    // The far side refuses a second start under the same key, so the call may be made again; not where its end is wished.
    find: async ({ cancelAsked }) =>
      cancelAsked
        ? { kind: "unknown", why: "it was to end before the far side had answered, which may have begun all the same" }
        : { kind: "impossible" },
  };
}

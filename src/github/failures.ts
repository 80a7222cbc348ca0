/**
 * What went wrong with a call to GitHub, as a value that is safe to log and show: method, path, status and GitHub's own
 * words, never a header, a query or a token. Decides whether, and when, it is worth asking again.
 */
import { NotSent, OutsideError, Refusal } from "../operations/ports.ts";

/** GitHub answered and said no (404, 409, 422, …): asking again alone changes nothing. */
export class GitHubRefusal extends Refusal {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.name = "GitHubRefusal";
    this.status = status;
  }
}

export type Call = { readonly method: string; readonly url: string };

const unnamedLimitMs = 60_000;

export function failureOf(error: unknown, call: Call, now: number): OutsideError {
  if (error instanceof OutsideError) return error;
  const what = `${call.method} ${pathOf(call.url)}`;
  // Octokit wraps what its `fetch` throws.
  if (error instanceof Error && error.cause instanceof NotSent) {
    return new NotSent(`GitHub was not asked ${what}: ${safe(error.cause.message)}`);
  }
  const answer = answerOf(error);
  if (answer === undefined) return new OutsideError(`GitHub did not answer ${what}: ${safe(messageOf(error))}`);
  const { status, headers, message } = answer;
  const retryAt = retryAtOf(status, headers, message, now);
  if (retryAt !== undefined) {
    // A limit turns a call away before anything comes of it; what broke may have been carried out all the same.
    const Kind = status < 500 ? NotSent : OutsideError;
    return new Kind(`GitHub limits the bot: ${status} to ${what}`, { retryAt });
  }
  if (status >= 500) return new OutsideError(`GitHub answered ${status} to ${what}`);
  // It is the bot that GitHub does not know just now: a key was changed or a token taken back. Nobody's request is at
  // fault, so nobody's is given up.
  if (status === 401) return new NotSent(`GitHub did not let the bot in: 401 to ${what}: ${safe(message)}`);
  // Nor is a sign-in's 404 an answer to what was then to be asked: whatever an App may not look at any more seemed gone.
  const refused = call.url.endsWith("/access_tokens") ? 401 : status;
  return new GitHubRefusal(`GitHub answered ${status} to ${what}: ${safe(message)}`, refused);
}

/** "There is none" as a value; every other failure stays one. */
export async function orUndefined<T>(answer: Promise<T>, statuses: readonly number[] = [404]): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GitHubRefusal && statuses.includes(error.status)) return undefined;
    throw error;
  }
}

type Headers = Readonly<Record<string, unknown>>;
type Answer = { readonly status: number; readonly headers: Headers; readonly message: string };

/** Octokit throws the same error, with status 500, when there was no answer at all: only `response` tells. */
function answerOf(error: unknown): Answer | undefined {
  if (!(error instanceof Error) || !("status" in error) || typeof error.status !== "number") return undefined;
  if (!("response" in error) || typeof error.response !== "object" || error.response === null) return undefined;
  const headers = "headers" in error.response ? error.response.headers : undefined;
  return {
    status: error.status,
    headers: typeof headers === "object" && headers !== null ? { ...headers } : {},
    message: error.message,
  };
}

/**
 * When a limit ends: `retry-after` in seconds, else the reset of an exhausted primary limit, else a minute for a
 * secondary one, as GitHub asks ("Rate limits for the REST API"). Undefined when it was no limit.
 */
function retryAtOf(status: number, headers: Headers, message: string, now: number): number | undefined {
  const after = Number.parseInt(String(headers["retry-after"]), 10);
  if (Number.isFinite(after) && (status === 403 || status === 429 || status >= 500)) return now + after * 1000;
  if (status !== 403 && status !== 429) return undefined;
  if (headers["x-ratelimit-remaining"] === "0") return resetOf(headers) ?? now + unnamedLimitMs;
  if (status === 429 || /rate limit/i.test(message)) return now + unnamedLimitMs;
  return undefined;
}

/** One second later than GitHub says, since it counts whole seconds. */
export function resetOf(headers: Headers): number | undefined {
  const seconds = Number.parseInt(String(headers["x-ratelimit-reset"]), 10);
  return Number.isFinite(seconds) ? (seconds + 1) * 1000 : undefined;
}

function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/]*/, "").replace(/\?.*$/s, "");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "unknown failure";
}

/** Tokens have well-known shapes; should GitHub or a library repeat one, it is taken out. */
export function safe(message: string): string {
  return message
    .replace(/\bgh[a-z]_[A-Za-z0-9_]{8,}/g, "***")
    .replace(/\bgithub_pat_\w+/g, "***")
    .replace(/\bey[\w-]+\.[\w-]+\.[\w-]+/g, "***")
    .replace(/\b(basic|bearer|token)\s+[\w+/=.-]{16,}/gi, "$1 ***")
    .replace(/-----BEGIN[\s\S]*/g, "***")
    .slice(0, 300);
}

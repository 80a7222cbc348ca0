/**
 * What the far side of an `http` stage says, whether as an answer, when polled, or in a callback: one shape, one
 * meaning. Pure but for hashing; everything here was written by somebody else and is parsed before it is believed.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Observation } from "./contract.ts";
import { plainLine } from "./run/plain-text.ts";

/** A link that people may be shown; anything else is left out rather than refused. */
const link = z
  .string()
  .max(2_000)
  .nullish()
  .transform((text) => {
    const url = text === null || text === undefined ? null : URL.parse(text);
    return url !== null && /^https?:$/.test(url.protocol) ? url.href : undefined;
  });

const message = z
  .string()
  .nullish()
  .transform((text) => (text === null || text === undefined ? undefined : plainLine(text, 500) || undefined));

const answerShape = z.object({
  status: z.enum(["in_progress", "success", "failure"]),
  message,
  log_url: link,
  status_url: z.string().max(2_000).nullish(),
});
export type Answer = z.output<typeof answerShape>;

export type AnswerReading =
  | { readonly kind: "answer"; readonly answer: Answer }
  /** A phrase that ends "the far side …". */
  | { readonly kind: "malformed"; readonly why: string };

function firstProblem(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return "not of the right shape";
  return `${issue.path.length === 0 ? "the whole" : `\`${issue.path.join(".")}\``}: ${issue.message}`;
}

function parse<T extends z.ZodType>(text: string, shape: T): { value: z.output<T> } | { why: string } {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { why: "answered with what is not JSON" };
  }
  const parsed = shape.safeParse(data);
  return parsed.success
    ? { value: parsed.data }
    : { why: `answered with JSON of the wrong shape (${firstProblem(parsed.error)})` };
}

export function readAnswer(text: string): AnswerReading {
  const parsed = parse(text, answerShape);
  return "value" in parsed ? { kind: "answer", answer: parsed.value } : { kind: "malformed", why: parsed.why };
}

/** An end that the far side states is proven: it is the one who knows. */
export function observationFromAnswer(answer: Pick<Answer, "status" | "message" | "log_url">): Observation {
  return {
    state: answer.status === "in_progress" ? "running" : answer.status,
    ...(answer.message === undefined ? {} : { message: answer.message }),
    ...(answer.log_url === undefined ? {} : { logUrl: answer.log_url }),
    ...(answer.status === "in_progress" ? {} : { proven: true }),
  };
}

export const callbackShape = answerShape.omit({ status_url: true }).extend({
  deployment: z.number().int().positive(),
  token: z.string().min(1).max(200),
});
export type Callback = z.output<typeof callbackShape>;

export type CallbackReading =
  | { readonly kind: "callback"; readonly callback: Callback }
  | { readonly kind: "malformed"; readonly why: string };

/** Reads the body of `POST /api/deployments/<deployment>/status`, after its signature was verified. */
export function readCallback(body: string): CallbackReading {
  const parsed = parse(body, callbackShape);
  if ("value" in parsed) return { kind: "callback", callback: parsed.value };
  return { kind: "malformed", why: parsed.why.replace(/^answered with /, "The body is ") };
}

export const signatureHeader = "X-Signalbox-Signature-256";

/** The header's value for a body: `sha256=` and the HMAC of the body's bytes under the secret, in hex. */
export function signatureOf(secret: string, body: string | Uint8Array): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

/** False for a missing or malformed header; takes the same time wherever the two differ. */
export function verifyCallbackSignature(options: {
  readonly secret: string;
  readonly body: string | Uint8Array;
  readonly signature: string | undefined;
}): boolean {
  const { secret, body, signature } = options;
  if (secret === "" || signature === undefined) return false;
  const given = Buffer.from(signature);
  const right = Buffer.from(signatureOf(secret, body));
  return given.length === right.length && timingSafeEqual(given, right);
}

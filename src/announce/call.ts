/** Calls to those who are told of a success, and what their answers mean. */
import type { z } from "zod";
import type { Outbound, OutboundResult } from "../deployers/outbound.ts";
import { OutsideError } from "../operations/ports.ts";

/** One call; resolves with the body of an answer in the 200s. */
export type Call = (request: Omit<Outbound, "timeoutMs">) => Promise<string>;

/** The far side said no, or may not be asked; the words end a sentence. */
export class AnnouncementRefused extends Error {}

export function bodyOfAnswer(result: OutboundResult): string {
  if (result.kind === "not-sent" && !result.mayRetry) throw new AnnouncementRefused(result.message);
  if (result.kind !== "answered") throw new OutsideError(result.message);
  const { status, body } = result;
  if (status >= 200 && status < 300) return body;
  // Too many at once, and what the far side is to blame for, passes; anything else stays as it is.
  if (status === 408 || status === 429 || status >= 500) throw new OutsideError(`it answered ${status}`);
  throw new AnnouncementRefused(`it answered ${status}`);
}

/** What is of another shape than the far side documents cannot be used. */
export function parseAnswer<Shape extends z.ZodType>(shape: Shape, body: string): z.infer<Shape> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (cause) {
    throw new OutsideError("it did not answer with JSON", { cause });
  }
  const read = shape.safeParse(parsed);
  if (read.success) return read.data;
  throw new OutsideError("its answer is of another shape than it documents", { cause: read.error });
}

/** Grafana and Sentry both take a token and JSON. */
export function withToken(token: string) {
  return { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
}

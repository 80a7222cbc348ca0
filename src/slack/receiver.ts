/**
 * The HTTP request that Slack sends: is it Slack's, is it fresh, what does it carry? Pure, so that nothing is stored or
 * answered before all of that is known. It must never let an unsigned word through, nor name a secret in a refusal.
 *
 * Bolt's own check accepts times in the future; a request signed for tomorrow could be kept and replayed. This one
 * looks five minutes both ways.
 *
 * Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Instant } from "../policy/model.ts";
import {
  type PayloadReading,
  readCommandPayload,
  readEventPayload,
  readInteractionPayload,
  type SlackDelivery,
} from "./payload.ts";

const windowMs = 5 * 60_000;

export type SlackHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export type SlackRequest = {
  readonly rawBody: Uint8Array;
  /** Names in lower case, as Node gives them. */
  readonly headers: SlackHeaders;
  readonly signingSecret: string;
  readonly now: Instant;
};

export type SlackReading =
  /** Answer 200 with the challenge as plain text: Slack asks whether the address is ours. */
  | { readonly kind: "challenge"; readonly challenge: string }
  /** Store it, then answer 200 with an empty body. */
  | ({ readonly kind: "delivery" } & SlackDelivery)
  /** Answer 200 with an empty body; there is nothing to do. */
  | { readonly kind: "ignore" }
  /** Answer `status`; `why` is for the log and for whoever tests the address. */
  | { readonly kind: "refused"; readonly status: 400 | 401; readonly why: string };

function header(headers: SlackHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}

/** Why the signature does not hold; undefined when it does. */
function forged({ rawBody, headers, signingSecret, now }: SlackRequest): string | undefined {
  const timestamp = header(headers, "x-slack-request-timestamp");
  const signature = header(headers, "x-slack-signature");
  if (timestamp === undefined || signature === undefined) return "the request is not signed";
  if (!/^\d{1,12}$/u.test(timestamp)) return "the signature's time is not a number";
  const given = /^v0=([0-9a-f]{64})$/u.exec(signature)?.[1];
  if (given === undefined) return "the signature is not of version v0";
  const wanted = createHmac("sha256", signingSecret).update(`v0:${timestamp}:`).update(rawBody).digest();
  if (!timingSafeEqual(wanted, Buffer.from(given, "hex"))) return "the signature does not match the body";
  if (Math.abs(now - Number(timestamp) * 1000) > windowMs) return "the signature's time is not within five minutes";
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(why: string): SlackReading {
  return { kind: "refused", status: 400, why };
}

function asReading(reading: PayloadReading): SlackReading {
  return reading.kind === "malformed" ? refused(reading.why) : reading;
}

const urlVerification = z.object({ type: z.literal("url_verification"), challenge: z.string().max(1_000) });

function readJson(text: string): SlackReading {
  const body = parseJson(text);
  if (typeof body !== "object" || body === null) return refused("the body is not a JSON object");
  const verification = urlVerification.safeParse(body);
  if (verification.success) return { kind: "challenge", challenge: verification.data.challenge };
  return asReading(readEventPayload(body));
}

function readForm(text: string): SlackReading {
  const form = new URLSearchParams(text);
  if (form.get("ssl_check") === "1") return { kind: "ignore" };
  const payload = form.get("payload");
  if (payload === null) return asReading(readCommandPayload(Object.fromEntries(form)));
  const body = parseJson(payload);
  if (typeof body !== "object" || body === null) return refused("the payload is not a JSON object");
  return asReading(readInteractionPayload(body));
}

export function readSlackRequest(request: SlackRequest): SlackReading {
  const why = forged(request);
  if (why !== undefined) return { kind: "refused", status: 401, why };
  const text = Buffer.from(request.rawBody).toString("utf8");
  const type = header(request.headers, "content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type === "application/json") return readJson(text);
  if (type === "application/x-www-form-urlencoded") return readForm(text);
  return refused("the content type is neither JSON nor a form");
}

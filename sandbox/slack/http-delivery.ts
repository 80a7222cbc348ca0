/**
 * Requests from the sandbox's Slack to the bot's address: signed as Slack signs them, given up after three seconds. It
 * never looks at what the bot does with them.
 *
 * Signing: https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
import { createHmac } from "node:crypto";
import type { Context } from "../../src/context.ts";
import type { Delivered, Payload, Repeat } from "./delivery.ts";

/** How long Slack waits for an answer. */
export const answerWithinMs = 3_000;
/** An answer longer than this is cut: Slack shows no more than 40,000 characters of text. */
const mostAnswer = 200_000;

function sign(secret: string, timestamp: number, rawBody: string): string {
  return `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${rawBody}`).digest("hex")}`;
}

/** Commands are forms, interactions a form with one field of JSON, events JSON. */
function encode({ kind, fields }: Payload): { readonly body: string; readonly contentType: string } {
  if (kind === "events_api") return { body: JSON.stringify(fields), contentType: "application/json" };
  const form =
    kind === "interactive"
      ? { payload: JSON.stringify(fields) }
      : Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  return { body: new URLSearchParams(form).toString(), contentType: "application/x-www-form-urlencoded" };
}

export async function post(
  context: Context,
  to: { readonly url: string; readonly secret: string; readonly closing: AbortSignal },
  payload: Payload,
  repeat: Repeat | undefined,
): Promise<Delivered> {
  const { body, contentType } = encode(payload);
  const timestamp = Math.floor(context.clock.now() / 1000);
  const late = new AbortController();
  const timer = context.clock.after(answerWithinMs, () => late.abort());
  try {
    const response = await context.fetch(to.url, {
      method: "POST",
      redirect: "manual",
      headers: {
        "content-type": contentType,
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "x-slack-request-timestamp": String(timestamp),
        "x-slack-signature": sign(to.secret, timestamp, body),
        ...(repeat ? { "x-slack-retry-num": String(repeat.count), "x-slack-retry-reason": repeat.reason } : {}),
      },
      body,
      signal: AbortSignal.any([late.signal, to.closing]),
    });
    const text = (await response.text()).slice(0, mostAnswer);
    const noRetry = response.headers.get("x-slack-no-retry") === "1";
    return { kind: "answered", status: response.status, body: text, noRetry };
  } catch {
    return { kind: late.signal.aborted ? "timeout" : "unreachable" };
  } finally {
    timer.cancel();
  }
}

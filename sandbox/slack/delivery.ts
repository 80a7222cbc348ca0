/**
 * Requests from the sandbox's Slack to the bot: signed as Slack signs them, given up after three seconds, and, for
 * events, repeated as Slack repeats them. It never looks at what the bot does with them.
 *
 * Signing: https://docs.slack.dev/authentication/verifying-requests-from-slack
 * Repeats: https://docs.slack.dev/apis/events-api#retries
 */
import { createHmac } from "node:crypto";
import type { Context } from "../../src/context.ts";

export type Delivered =
  | { readonly kind: "answered"; readonly status: number; readonly body: string; readonly noRetry: boolean }
  | { readonly kind: "timeout" }
  | { readonly kind: "unreachable" };

export type Delivery = {
  deliverTo(url: string | undefined): void;
  /** One request, sent once. */
  send(body: string, contentType: string, extra?: Readonly<Record<string, string>>): Promise<Delivered>;
  /** An event: sent, and sent again after 0, 1 and 5 minutes while it is not answered with 2xx in time. */
  event(body: string): void;
  /** Resolves when no request is under way; repeats that wait for their time do not count. */
  settled(): Promise<void>;
  close(): Promise<void>;
};

/** How long Slack waits for an answer. */
export const answerWithinMs = 3_000;
const repeatAfterMs = [0, 60_000, 300_000] as const;
/** An answer longer than this is cut: Slack shows no more than 40,000 characters of text. */
const mostAnswer = 200_000;

export function sign(secret: string, timestamp: number, rawBody: string): string {
  return `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${rawBody}`).digest("hex")}`;
}

function accepted(result: Delivered): boolean {
  return result.kind === "answered" && result.status >= 200 && result.status < 300;
}

function repeatReason(result: Delivered): string {
  if (result.kind === "timeout") return "http_timeout";
  return result.kind === "unreachable" ? "connection_failed" : "http_error";
}

export function createDelivery(context: Context, signingSecret: string): Delivery {
  let target: string | undefined;
  const closing = new AbortController();
  const underWay = new Set<Promise<unknown>>();

  async function attempt(body: string, contentType: string, extra: Readonly<Record<string, string>>) {
    if (target === undefined || closing.signal.aborted) return { kind: "unreachable" } as const;
    const timestamp = Math.floor(context.clock.now() / 1000);
    const late = new AbortController();
    const timer = context.clock.after(answerWithinMs, () => late.abort());
    try {
      const response = await context.fetch(target, {
        method: "POST",
        redirect: "manual",
        headers: {
          "content-type": contentType,
          "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
          "x-slack-request-timestamp": String(timestamp),
          "x-slack-signature": sign(signingSecret, timestamp, body),
          ...extra,
        },
        body,
        signal: AbortSignal.any([late.signal, closing.signal]),
      });
      const text = (await response.text()).slice(0, mostAnswer);
      const noRetry = response.headers.get("x-slack-no-retry") === "1";
      return { kind: "answered", status: response.status, body: text, noRetry } as const;
    } catch {
      return { kind: late.signal.aborted ? "timeout" : "unreachable" } as const;
    } finally {
      timer.cancel();
    }
  }

  function send(body: string, contentType: string, extra: Readonly<Record<string, string>> = {}): Promise<Delivered> {
    const sending: Promise<Delivered> = attempt(body, contentType, extra).finally(() => underWay.delete(sending));
    underWay.add(sending);
    return sending;
  }

  async function deliverEvent(body: string, repeat: number, reason: string): Promise<void> {
    const extra = repeat === 0 ? {} : { "x-slack-retry-num": String(repeat), "x-slack-retry-reason": reason };
    const result = await send(body, "application/json", extra);
    if (accepted(result) || closing.signal.aborted) return;
    if (result.kind === "answered" && result.noRetry) return;
    const wait = repeatAfterMs[repeat];
    if (wait === undefined) return;
    const again = () => void deliverEvent(body, repeat + 1, repeatReason(result));
    if (wait === 0) again();
    else context.clock.after(wait, again);
  }

  return {
    deliverTo(url) {
      target = url;
    },
    send,
    event: (body) => void deliverEvent(body, 0, ""),
    async settled() {
      // An event that failed is sent again at once, in the turn after its first attempt has ended.
      do {
        await Promise.allSettled(underWay);
        await new Promise((resolve) => setImmediate(resolve));
      } while (underWay.size > 0);
    },
    async close() {
      closing.abort();
      await Promise.allSettled(underWay);
    },
  };
}

/**
 * What the sandbox's Slack sends to the bot: over a socket when the bot has one open, else to its address; and, for
 * events, sent again as Slack sends them again.
 *
 * Repeats: https://docs.slack.dev/apis/events-api#retries
 */
import type { Context } from "../../src/context.ts";
import { post } from "./http-delivery.ts";
import type { Sockets } from "./sockets.ts";

export type Payload = {
  readonly kind: "slash_commands" | "interactive" | "events_api";
  readonly fields: Readonly<Record<string, unknown>>;
};

export type Repeat = { readonly count: number; readonly reason: string };

export type Delivered =
  | { readonly kind: "answered"; readonly status: number; readonly body: string; readonly noRetry: boolean }
  | { readonly kind: "timeout" }
  | { readonly kind: "unreachable" };

export type Delivery = {
  deliverTo(url: string | undefined): void;
  /** One payload, sent once. */
  send(payload: Payload): Promise<Delivered>;
  /** Sent to the address, also when a socket is open. */
  sendByHttp(payload: Payload): Promise<Delivered>;
  /** An event: sent, and sent again after 0, 1 and 5 minutes while it is not answered with 2xx in time. */
  event(fields: Readonly<Record<string, unknown>>): void;
  /** Resolves when nothing is under way; repeats that wait for their time do not count. */
  settled(): Promise<void>;
  close(): Promise<void>;
};

const repeatAfterMs = [0, 60_000, 300_000] as const;

export function accepted(result: Delivered): boolean {
  return result.kind === "answered" && result.status >= 200 && result.status < 300;
}

function repeatReason(result: Delivered): string {
  if (result.kind === "timeout") return "http_timeout";
  return result.kind === "unreachable" ? "connection_failed" : "http_error";
}

export function createDelivery(context: Context, signingSecret: string, sockets: Sockets): Delivery {
  let target: string | undefined;
  const closing = new AbortController();
  const underWay = new Set<Promise<unknown>>();

  async function byHttp(payload: Payload, repeat?: Repeat): Promise<Delivered> {
    if (target === undefined || closing.signal.aborted) return { kind: "unreachable" };
    return post(context, { url: target, secret: signingSecret, closing: closing.signal }, payload, repeat);
  }

  function track(sending: Promise<Delivered>): Promise<Delivered> {
    const tracked: Promise<Delivered> = sending.finally(() => underWay.delete(tracked));
    underWay.add(tracked);
    return tracked;
  }

  function send(payload: Payload, repeat?: Repeat): Promise<Delivered> {
    return track(sockets.open() > 0 ? sockets.send(payload, repeat) : byHttp(payload, repeat));
  }

  async function deliverEvent(fields: Payload["fields"], repeat: Repeat | undefined): Promise<void> {
    const result = await send({ kind: "events_api", fields }, repeat);
    if (accepted(result) || closing.signal.aborted) return;
    if (result.kind === "answered" && result.noRetry) return;
    const count = repeat?.count ?? 0;
    const wait = repeatAfterMs[count];
    if (wait === undefined) return;
    const again = () => void deliverEvent(fields, { count: count + 1, reason: repeatReason(result) });
    if (wait === 0) again();
    else context.clock.after(wait, again);
  }

  return {
    deliverTo(url) {
      target = url;
    },
    send: (payload) => send(payload),
    sendByHttp: (payload) => track(byHttp(payload)),
    event: (fields) => void deliverEvent(fields, undefined),
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

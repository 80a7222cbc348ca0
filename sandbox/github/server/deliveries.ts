/**
 * Sends webhooks, one after another in the order in which things happened, and keeps a log of them. As on GitHub, a
 * delivery that failed is not sent again by itself; only a person or the API asks for another attempt.
 */
import { createHmac } from "node:crypto";
import { request } from "node:http";
import type { Context } from "../../../src/context.ts";
import type { AppIdentity, Event } from "../hub/hub.ts";

export type Delivery = {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  readonly deliveredAt: number;
  readonly redelivery: boolean;
  readonly body: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds; undefined while it is not settled. */
  duration: number;
  /** What GitHub's log says in words, `pending` before anything was sent. */
  status: string;
  /** 0 when nothing answered. */
  statusCode: number;
  responseHeaders: Readonly<Record<string, string>>;
  responseBody: string;
};

export type DeliveryQueue = {
  deliver(event: Event): void;
  /** Sends the same payload again under the same GUID; false when the log has no such delivery. */
  redeliver(find: { readonly id: number } | { readonly guid: string }): boolean;
  /** Newest first. */
  log(): readonly Delivery[];
  deliverTo(url: string | undefined): void;
  pause(): void;
  resume(): void;
  /** Resolves when nothing is under way; what is held back by `pause` does not count. */
  settled(): Promise<void>;
};

/** GitHub keeps three days of deliveries; the sandbox keeps so many. */
const mostKept = 5_000;
/** GitHub gives up after ten seconds. */
const patience = 10_000;

export function createDeliveryQueue(options: {
  readonly context: Context;
  readonly secret: string;
  readonly app: () => AppIdentity;
  readonly nextId: () => number;
  readonly changed: () => void;
}): DeliveryQueue {
  const { context } = options;
  const log: Delivery[] = [];
  const waiting: Delivery[] = [];
  let target: string | undefined;
  let paused = false;
  let running: Promise<void> | undefined;

  function enqueue(delivery: Delivery): void {
    log.unshift(delivery);
    if (log.length > mostKept) log.pop();
    waiting.push(delivery);
    work();
  }

  function work(): void {
    if (running !== undefined || paused) return;
    running = (async () => {
      for (let next = waiting.shift(); next !== undefined; next = paused ? undefined : waiting.shift()) {
        await send(next);
        options.changed();
      }
    })().finally(() => {
      running = undefined;
      if (waiting.length > 0) work();
    });
  }

  async function send(delivery: Delivery): Promise<void> {
    if (target === undefined) {
      delivery.status = "no webhook URL";
      return;
    }
    const began = context.clock.monotonic();
    const abort = new AbortController();
    const timer = context.clock.after(patience, () => abort.abort());
    try {
      const answer = await post(target, delivery, abort.signal);
      delivery.responseBody = answer.body.slice(0, 10_000);
      delivery.responseHeaders = answer.headers;
      delivery.statusCode = answer.status;
      const good = answer.status >= 200 && answer.status < 300;
      delivery.status = good ? "OK" : `Invalid HTTP Response: ${answer.status}`;
    } catch {
      delivery.status = abort.signal.aborted ? "timed out" : "failed to connect to host";
    } finally {
      timer.cancel();
      delivery.duration = context.clock.monotonic() - began;
    }
  }

  function make(event: Event, body: string, guid: string, redelivery: boolean): Delivery {
    const app = options.app();
    const signature = createHmac("sha256", options.secret).update(body).digest("hex");
    return {
      id: options.nextId(),
      guid,
      event: event.name,
      action: event.action,
      installationId: event.installation?.id ?? null,
      repositoryId: event.repository?.id ?? null,
      deliveredAt: context.clock.now(),
      redelivery,
      body,
      url: target ?? "",
      headers: {
        accept: "*/*",
        "content-type": "application/json",
        "user-agent": "GitHub-Hookshot/5a3d0be",
        "x-github-delivery": guid,
        "x-github-event": event.name,
        "x-github-hook-id": String(app.id + 100_000),
        "x-github-hook-installation-target-id": String(app.id),
        "x-github-hook-installation-target-type": "integration",
        "x-hub-signature-256": `sha256=${signature}`,
      },
      duration: 0,
      status: "pending",
      statusCode: 0,
      responseHeaders: {},
      responseBody: "",
    };
  }

  return {
    deliver: (event) => enqueue(make(event, JSON.stringify(event.payload), context.ids.uuid(), false)),
    redeliver(find) {
      const first = log.find((one) => ("id" in find ? one.id === find.id : one.guid === find.guid));
      if (first === undefined) return false;
      enqueue({
        ...first,
        id: options.nextId(),
        deliveredAt: context.clock.now(),
        redelivery: true,
        duration: 0,
        status: "pending",
        statusCode: 0,
        responseHeaders: {},
        responseBody: "",
      });
      return true;
    },
    log: () => log,
    deliverTo(url) {
      target = url;
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      work();
    },
    async settled() {
      while (running !== undefined) await running;
    },
  };
}

type Answered = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * Posts over a connection of its own. One that is kept open could be closed by the other side just as it is used
 * again, and since nothing is sent twice, that delivery would be lost by mere chance.
 */
function post(target: string, delivery: Delivery, signal: AbortSignal): Promise<Answered> {
  const { headers, body } = delivery;
  return new Promise((resolve, reject) => {
    const length = String(Buffer.byteLength(body));
    const sent = request(target, {
      method: "POST",
      agent: false,
      signal,
      headers: { ...headers, "content-length": length },
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
          body: Buffer.concat(chunks).toString(),
        });
      });
    });
    sent.end(body);
  });
}

/**
 * Socket Mode: Slack's deliveries over a socket that the bot opens, for where nothing can reach it from outside. Each
 * envelope is stored as an HTTP request would be, and only then acknowledged; what could not be stored is not
 * acknowledged, and Slack sends it again.
 */
import { SocketModeClient } from "@slack/socket-mode";
import type { FetchFunction } from "@slack/web-api";
import type { Logger } from "pino";
import { z } from "zod";
import type { Context, Timer } from "../context.ts";
import type { AnswerAtOnce } from "./answer-at-once.ts";
import { libraryLog } from "./library-log.ts";
import {
  type PayloadReading,
  readCommandPayload,
  readEventPayload,
  readInteractionPayload,
  type SlackDelivery,
} from "./payload.ts";

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
const farewellMs = 1_000;

export type SocketMode = {
  /** True while Slack has said hello and the socket has not ended since. */
  connected(): boolean;
  stop(): Promise<void>;
};

export type SocketModeOptions = {
  readonly context: Context;
  readonly log: Logger;
  readonly settings: { readonly appToken: string; readonly apiUrl: string };
  /** Stores a delivery once, whoever sent it how often; the same that the HTTP server calls. */
  readonly store: (delivery: SlackDelivery) => Promise<void>;
  /** What is answered instead of being stored. */
  readonly answerAtOnce: AnswerAtOnce;
  /** The socket is open, for the first time or again: what Slack told before may be lost. */
  readonly onConnected?: () => void;
};

const envelope = z.object({
  type: z.string(),
  body: z.unknown(),
  envelope_id: z.string(),
  ack: z.custom<(response?: Readonly<Record<string, unknown>>) => Promise<void>>(
    (value) => typeof value === "function",
  ),
});

/** What an envelope carries, by its type. */
export function readEnvelope(type: string, body: unknown): PayloadReading {
  switch (type) {
    case "events_api":
      return readEventPayload(body);
    case "slash_commands":
      return readCommandPayload(body);
    case "interactive":
      return readInteractionPayload(body);
    default:
      return { kind: "ignore" };
  }
}

/**
 * Opens the socket and keeps it open. The library's own reconnecting gives up on a lost network by an unhandled
 * rejection, so it is off, and the pauses are ours. Resolves at once; the log says how it stands.
 */
export function startSocketMode(options: SocketModeOptions): SocketMode {
  const { context, log, settings, store } = options;
  const fetch: FetchFunction = (url, init) => context.fetch(url, init);
  const client = new SocketModeClient({
    appToken: settings.appToken,
    autoReconnectEnabled: false,
    logger: libraryLog(log),
    clientOptions: { slackApiUrl: settings.apiUrl, fetch, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true },
  });
  let stopped = false;
  let connected = false;
  let failures = 0;
  let pause: Timer | undefined;

  function again(): void {
    connected = false;
    if (stopped || pause !== undefined) return;
    const ms = Math.min(firstPauseMs * 2 ** failures, longestPauseMs) * (0.5 + context.random() / 2);
    failures += 1;
    pause = context.clock.after(ms, () => {
      pause = undefined;
      connect();
    });
  }

  function connect(): void {
    client.start().catch((error: unknown) => {
      log.warn({ err: error }, "the socket to Slack could not be opened; I try again");
      again();
    });
  }

  async function take(event: unknown): Promise<void> {
    const { type, body, ack } = envelope.parse(event);
    const reading = readEnvelope(type, body);
    if (reading.kind === "malformed") log.warn({ type, why: reading.why }, "a message on Slack's socket was refused");
    if (reading.kind === "delivery") {
      const { key, name, payload } = reading;
      const answer = await options.answerAtOnce({ key, name, payload });
      if (answer !== undefined) return await ack(answer);
      await store({ key, name, payload });
      await context.faults.at("slack.envelope-stored");
    }
    await ack();
  }

  client.on("connected", () => {
    // One that was still being opened when the bot stopped.
    if (stopped) return void client.disconnect();
    connected = true;
    failures = 0;
    log.info("connected to Slack by Socket Mode");
    options.onConnected?.();
  });
  client.on("disconnected", again);
  client.on("slack_event", (event: unknown) => {
    take(event).catch((error: unknown) =>
      log.error({ err: error }, "a message on Slack's socket was not acknowledged; Slack sends it again"),
    );
  });
  connect();

  return {
    connected: () => connected,
    async stop() {
      stopped = true;
      pause?.cancel();
      if (!connected) return;
      // The far side may be gone without a word; nothing is lost by not waiting for its farewell.
      const late = new AbortController();
      await Promise.race([client.disconnect(), context.clock.sleep(farewellMs, late.signal).catch(() => undefined)]);
      late.abort();
    },
  };
}

/**
 * `POST /slack/events`: commands, events and actions. They are read and checked by `slack/receiver.ts`, stored, and
 * answered at once with nothing, since Slack waits three seconds only. It never handles anything itself.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Logger } from "pino";
import type { Context } from "../context.ts";
import type { Delivery, Stored } from "../store/inbox.ts";
import { type Answerer, empty, refusal } from "./answer.ts";
import type { BodyReader } from "./body.ts";

/** What one request from Slack is; the signature over the raw body was checked before anything was read from it. */
export type SlackRequest =
  | { readonly kind: "delivery"; readonly key: string; readonly name: string; readonly payload: unknown }
  /** Slack asks whether this address is ours; the answer is what it sent. */
  | { readonly kind: "challenge"; readonly challenge: string }
  /** A form with a mistake: nothing is stored, and Slack shows what is wrong. */
  | { readonly kind: "answer"; readonly body: string }
  /** Signed, and nothing that we act on. */
  | { readonly kind: "ignore" }
  | { readonly kind: "refused"; readonly status: number; readonly why: string };

export type ReadSlackRequest = (request: {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}) => Promise<SlackRequest> | SlackRequest;

export type SlackEventsParts = {
  readonly context: Pick<Context, "faults">;
  readonly log: Logger;
  readonly readBody: BodyReader;
  readonly readSlackRequest: ReadSlackRequest;
  readonly inbox: { store(delivery: Delivery): Promise<Stored> };
  readonly onStored: (stored: Stored) => void;
};

/** A modal with every block full stays below half of this. */
const bodyAtMost = 1024 * 1024;

export function createSlackEvents(parts: SlackEventsParts): Answerer {
  const { context, log, readBody, readSlackRequest, inbox } = parts;
  return async ({ message }) => {
    const read = await readBody(message, bodyAtMost);
    if (read.kind === "gone") return refusal(400, "The body did not come to its end.");
    if (read.kind === "refused") return read.answer;
    const request = await readSlackRequest({ headers: message.headers, body: read.body });
    if (request.kind === "refused") return refusal(request.status, request.why);
    if (request.kind === "challenge") return { status: 200, body: request.challenge };
    if (request.kind === "answer") return { status: 200, body: request.body, type: "application/json; charset=utf-8" };
    if (request.kind === "ignore") return empty(200);
    const { key, name, payload } = request;
    const stored = await inbox.store({ source: "slack", key, name, payload });
    await context.faults.at("web.slack-stored");
    parts.onStored(stored);
    log.debug({ delivery: key, name, stored }, "a delivery from Slack was stored");
    return empty(200);
  };
}

/**
 * `POST /api/github/webhooks`: checks the signature over the bytes that came, keeps the fields that we read, stores
 * them, and only then says 202. It never parses what is not signed, and never handles anything itself.
 */
import type { IncomingMessage } from "node:http";
import { Webhooks } from "@octokit/webhooks";
import type { Logger } from "pino";
import type { Context } from "../context.ts";
import { isMalformed, type Malformed } from "../github/deliveries.ts";
import type { Delivery, Stored } from "../store/inbox.ts";
import { type Answer, type Answerer, header, refusal, text } from "./answer.ts";
import type { BodyReader } from "./body.ts";

/** `slim` of `github/deliveries.ts`: what is kept of an event, undefined for what is not read, or what is wrong. */
export type Slim = (event: string, payload: unknown) => object | Malformed | undefined;

export type GitHubWebhooksParts = {
  readonly context: Pick<Context, "faults">;
  readonly log: Logger;
  readonly secret: string;
  readonly readBody: BodyReader;
  readonly slim: Slim;
  readonly inbox: { store(delivery: Delivery): Promise<Stored> };
  readonly onStored: (stored: Stored) => void;
};

/** GitHub's own limit: https://docs.github.com/webhooks/webhook-events-and-payloads */
const bodyAtMost = 25 * 1024 * 1024;
const signatureForm = /^sha256=[0-9a-f]{64}$/u;
const eventForm = /^[a-z][a-z0-9_]{0,63}$/u;
const deliveryForm = /^[A-Za-z0-9-]{1,64}$/u;

const unsigned = "The signature does not fit the body and the webhook secret.";

/** What is answered at once, or the storing that the answer waits for. */
type Taken = { readonly answer: Answer } | { readonly answer?: undefined; readonly storing: Promise<Stored> };

function parse(body: string): { readonly payload: unknown } | undefined {
  try {
    const payload: unknown = JSON.parse(body);
    return typeof payload === "object" && payload !== null && !Array.isArray(payload) ? { payload } : undefined;
  } catch {
    return undefined;
  }
}

export function createGitHubWebhooks(parts: GitHubWebhooksParts): Answerer {
  const { context, log, readBody, slim, inbox } = parts;
  const webhooks = new Webhooks({ secret: parts.secret });

  /**
   * Hands what is to be stored of a body to the inbox, or says why nothing is. The body and all that was parsed of it end
   * here: what is still held while the database writes would have to be moved about by every collection of garbage.
   */
  async function take(message: IncomingMessage, event: string, key: string, signature: string): Promise<Taken> {
    const came = await readBody(message, bodyAtMost);
    if (came.kind === "gone") return { answer: refusal(400, "The body did not come to its end.") };
    if (came.kind === "refused") return { answer: came.answer };
    const body = came.body.toString("utf8");
    if (body === "" || !(await webhooks.verify(body, signature))) return { answer: refusal(401, unsigned) };
    const parsed = parse(body);
    if (parsed === undefined) {
      const why = "The body is not a JSON object. The webhook's content type must be application/json.";
      return { answer: refusal(400, why) };
    }
    const payload = slim(event, parsed.payload);
    if (payload === undefined) return { answer: text(202, "This event is not read here.") };
    if (!isMalformed(payload)) return { storing: inbox.store({ source: "github", key, name: event, payload }) };
    return { answer: refusal(422, `The body is not that of the event ${event}: ${payload.why}`) };
  }

  return async ({ message }) => {
    const event = header(message, "x-github-event");
    const key = header(message, "x-github-delivery");
    const signature = header(message, "x-hub-signature-256");
    if (event === undefined || !eventForm.test(event)) return refusal(400, "X-GitHub-Event must name one event.");
    if (key === undefined || !deliveryForm.test(key))
      return refusal(400, "X-GitHub-Delivery must be one delivery's id.");
    // What cannot be a signature is turned away before a byte of the body is kept.
    if (signature === undefined || !signatureForm.test(signature)) {
      return refusal(401, "X-Hub-Signature-256 must be sha256= and 64 hexadecimal digits.");
    }
    const taken = await take(message, event, key, signature);
    if (taken.answer !== undefined) return taken.answer;
    const stored = await taken.storing;
    await context.faults.at("web.github-stored");
    parts.onStored(stored);
    log.debug({ delivery: key, name: event, stored }, "a delivery from GitHub was stored");
    return text(202, stored === "known" ? "Known already." : "Stored.");
  };
}

/**
 * What a request is answered with, as a value: whoever answers decides, and the server alone writes. A refusal says in
 * plain words what was wrong; it must never hold an error's own message or anything secret.
 */
import type { IncomingMessage } from "node:http";

export type Answer = {
  readonly status: number;
  readonly body: string;
  /** The media type; plain text unless said. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Set when something was wrong with the request: the one line that the log gets about it. */
  readonly refused?: string;
};

/** What an answerer is given. `id` is the request's id, which the log lines and the answer carry. */
export type WebRequest = {
  readonly message: IncomingMessage;
  readonly id: string;
  /** The parts of the path that the route leaves open. */
  readonly open: readonly string[];
};

export type Answerer = (request: WebRequest) => Promise<Answer>;

export function text(status: number, body: string): Answer {
  return { status, body: `${body}\n` };
}

/** An answer with nothing in it: what Slack takes for "heard, and nothing to say yet". */
export function empty(status: number): Answer {
  return { status, body: "" };
}

/** A request that is turned away; `why` is said to the sender and to the log alike. */
export function refusal(status: number, why: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { ...text(status, why), refused: why, headers };
}

/** One header, if it came once. */
export function header(message: IncomingMessage, name: string): string | undefined {
  const value = message.headers[name];
  return typeof value === "string" ? value : undefined;
}

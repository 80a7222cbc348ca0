/**
 * The one way to Slack's Web API. Retries and pacing are ours and durable (the projections), so those of the library
 * are off: it would post a message again after an answer that was lost. Everything that goes wrong is an
 * `OutsideError`, whose message names the method and Slack's code and nothing that was sent.
 */
import {
  type FetchFunction,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from "@slack/web-api";
import type { Logger } from "pino";
import { z } from "zod";
import type { SlackSettings } from "../config/settings.ts";
import type { Context } from "../context.ts";
import { OutsideError, Refusal } from "../operations/ports.ts";
import { presentWriter } from "../projections/writer.ts";
import { libraryLog } from "./library-log.ts";

/** Shorter than any lease under which a call is made, so that nobody takes over while one is under way. */
const callTimeoutMs = 15_000;

/** Slack answered and refused. */
export class SlackRefusal extends Refusal {
  /** Slack's own code, for example `channel_not_found`. */
  readonly slackCode: string;
  constructor(method: string, slackCode: string, cause: unknown) {
    super(`Slack refused ${method}: ${slackCode}`, { cause });
    this.name = "SlackRefusal";
    this.slackCode = slackCode;
  }
}

export type SlackIdentity = {
  readonly team: string;
  readonly user: string;
  readonly bot: string | undefined;
  /** The token is good for every workspace of an Enterprise organisation; then `team` is the organisation's id. */
  readonly wholeOrganisation: boolean;
};

export type SlackClient = {
  /**
   * Calls a Web API method and parses its answer; rejects with `OutsideError`, which is a `NotSent` when whoever writes a
   * surface here has lost it to another.
   */
  call<T>(method: string, fields: Readonly<Record<string, unknown>>, shape: z.ZodType<T>): Promise<T>;
  /** Who the bot is. Asked once; a failure is not remembered. */
  identity(): Promise<SlackIdentity>;
  /** Posts to a response URL. The answer's status; rejects when there was none, or to wait, with the same as `call`. */
  respond(url: string, body: Readonly<Record<string, unknown>>): Promise<number>;
};

export type SlackClientOptions = {
  readonly context: Context;
  readonly log: Logger;
  readonly settings: Pick<SlackSettings, "botToken" | "apiUrl">;
};

const authTest = z.object({
  team_id: z.string(),
  user_id: z.string(),
  bot_id: z.string().optional(),
  is_enterprise_install: z.boolean().optional(),
});

/** Codes by which Slack says that it broke, is busy, or was too slow, though it answers with HTTP 200. */
const outages = new Set(["internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"]);

/** Slack names codes with small letters; anything else could be somebody's text and is not repeated. */
function knownCode(code: unknown): string {
  return typeof code === "string" && /^[a-z0-9_]{1,80}$/u.test(code) ? code : "an unknown error";
}

function outside(method: string, error: unknown, now: number): OutsideError {
  if (error instanceof WebAPIPlatformError) {
    const code = knownCode(error.data.error);
    if (outages.has(code)) return new OutsideError(`Slack could not carry out ${method}: ${code}`, { cause: error });
    return new SlackRefusal(method, code, error);
  }
  if (error instanceof WebAPIRateLimitedError) {
    const retryAt = now + Math.max(1, error.retryAfter) * 1000;
    return new OutsideError(`Slack asked to wait before ${method} is called again`, { cause: error, retryAt });
  }
  if (error instanceof WebAPIHTTPError) {
    return new OutsideError(`Slack answered ${method} with HTTP ${error.statusCode}`, { cause: error });
  }
  if (error instanceof WebAPIRequestError) {
    return new OutsideError(`Slack did not answer ${method}`, { cause: error });
  }
  return new OutsideError(`the call of ${method} failed`, { cause: error });
}

/** A text that is no JSON, such as the "ok" of what was taken or a proxy's page, has another shape. */
const responseAnswer = z
  .string()
  .transform((text, issues) => {
    try {
      const parsed: unknown = JSON.parse(text);
      return parsed;
    } catch {
      issues.addIssue("not JSON");
      return z.NEVER;
    }
  })
  .pipe(z.object({ ok: z.literal(false), error: z.string().optional() }));

/** Slack says "ok" to what it took; what it did not take may come with HTTP 200 too, and then counts as what it is. */
async function responseStatus(answer: Response): Promise<number> {
  const body = responseAnswer.safeParse(await answer.text());
  if (answer.status !== 200 || !body.success) return answer.status;
  return outages.has(knownCode(body.data.error)) ? 503 : 400;
}

export function createSlackClient({ context, log, settings }: SlackClientOptions): SlackClient {
  /** Gives up by our own clock when the whole answer is not there in time. */
  async function within(url: string | URL, init: RequestInit): Promise<Response> {
    const late = new AbortController();
    const timer = context.clock.after(callTimeoutMs, () => late.abort());
    try {
      const answer = await context.fetch(url, { ...init, signal: late.signal });
      const text = await answer.text();
      return new Response(text === "" ? null : text, { status: answer.status, headers: answer.headers });
    } finally {
      timer.cancel();
    }
  }
  // The library hands its own request to fetch, with a string or a form as body.
  const fetch: FetchFunction = (url, init) => within(url, { ...init });
  const web = new WebClient(settings.botToken, {
    slackApiUrl: settings.apiUrl,
    fetch,
    logger: libraryLog(log),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
  });
  let known: Promise<SlackIdentity> | undefined;

  async function call<T>(method: string, fields: Readonly<Record<string, unknown>>, shape: z.ZodType<T>): Promise<T> {
    await presentWriter()?.();
    let answer: unknown;
    try {
      answer = await web.apiCall(method, { ...fields });
    } catch (error) {
      throw outside(method, error, context.clock.now());
    }
    const read = shape.safeParse(answer);
    if (read.success) return read.data;
    throw new OutsideError(`Slack's answer to ${method} has not the expected shape`, { cause: read.error });
  }

  async function askIdentity(): Promise<SlackIdentity> {
    const answer = await call("auth.test", {}, authTest);
    const wholeOrganisation = answer.is_enterprise_install === true;
    return { team: answer.team_id, user: answer.user_id, bot: answer.bot_id, wholeOrganisation };
  }

  return {
    call,
    async identity() {
      const asked = known ?? askIdentity();
      known = asked;
      try {
        return await asked;
      } catch (error) {
        if (known === asked) known = undefined;
        throw error;
      }
    },
    async respond(url, body) {
      await presentWriter()?.();
      let answer: Response;
      try {
        answer = await within(url, {
          method: "POST",
          headers: { "content-type": "application/json; charset=utf-8" },
          body: JSON.stringify(body),
          redirect: "error",
        });
      } catch (error) {
        throw new OutsideError("Slack's response URL did not answer", { cause: error });
      }
      if (answer.status !== 429) return await responseStatus(answer);
      const seconds = Number(answer.headers.get("retry-after") ?? "1");
      const retryAt = context.clock.now() + Math.max(1, Number.isFinite(seconds) ? seconds : 1) * 1000;
      throw new OutsideError("Slack asked to wait before its response URL is used again", { retryAt });
    },
  };
}

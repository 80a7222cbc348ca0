/**
 * The sandbox's Slack as the bot reaches it over HTTP: Web API calls and response URLs, each kept for tests that count
 * them, and answered otherwise where a drill asks for it. What a method does is not here.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { SandboxCall } from "../contract.ts";
import type { SandboxSlackFailure } from "../slack-contract.ts";
import type { Api, ApiAnswer } from "./api-method.ts";
import { answerJson, callFields, field, readBody } from "./requests.ts";
import type { ResponseUrls } from "./response-urls.ts";
import { callMethod } from "./web-api.ts";

/** Calls are kept for tests that count them; the oldest go first. */
const mostCalls = 10_000;

export type Door = {
  readonly server: Server;
  calls(): readonly SandboxCall[];
  fail(method: string, answers: readonly SandboxSlackFailure[]): void;
  outage(failure: SandboxSlackFailure | undefined): void;
};

export type DoorOptions = {
  readonly api: Api;
  readonly responses: ResponseUrls;
  readonly botToken: string;
  readonly appToken: string;
  readonly origin: () => string;
};

/** Resolves when the caller has gone away. */
function answerNothing(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.once("close", () => resolve()));
}

export function createDoor({ api, responses, botToken, appToken, origin }: DoorOptions): Door {
  const calls: SandboxCall[] = [];
  const failures = new Map<string, SandboxSlackFailure[]>();
  let everywhere: SandboxSlackFailure | undefined;

  function record(method: string, path: string, status: number): void {
    calls.push({ method, path, status });
    if (calls.length > mostCalls) calls.shift();
  }

  function unauthorised(request: IncomingMessage, method: string, token: string | undefined): ApiAnswer | undefined {
    const given = request.headers.authorization?.replace(/^Bearer /, "") ?? token;
    if (given === undefined) return { ok: false, error: "not_authed" };
    if (given !== botToken && given !== appToken) return { ok: false, error: "invalid_auth" };
    // Sockets are opened with the app's token, everything else is done with the bot's.
    const right = method === "apps.connections.open" ? appToken : botToken;
    return given === right ? undefined : { ok: false, error: "not_allowed_token_type" };
  }

  async function answerFailure(response: ServerResponse, failure: SandboxSlackFailure): Promise<void> {
    if (failure.status === 0) return answerNothing(response);
    const headers = failure.retryAfter === undefined ? {} : { "retry-after": String(failure.retryAfter) };
    const usual = failure.status === 429 ? "ratelimited" : "internal_error";
    answerJson(response, failure.status, { ok: false, error: failure.error ?? usual }, headers);
  }

  async function answerCall(request: IncomingMessage, response: ServerResponse, url: URL, body: string) {
    const method = url.pathname.slice("/api/".length);
    const failure = everywhere ?? failures.get(method)?.shift();
    record(request.method ?? "GET", url.pathname, failure?.status ?? 200);
    if (failure && failure.afterDoing !== true) return answerFailure(response, failure);
    const fields = callFields(request.headers["content-type"] ?? "", url.searchParams, body);
    const answer = fields
      ? (unauthorised(request, method, field(fields, "token")) ?? callMethod(api, method, fields))
      : { ok: false, error: "invalid_json" };
    if (failure) await answerFailure(response, failure);
    else answerJson(response, 200, answer, { "x-oauth-scopes": api.scopes.join(",") });
  }

  async function answerResponseUrl(request: IncomingMessage, response: ServerResponse, url: URL, body: string) {
    const failure = everywhere ?? failures.get("response_url")?.shift();
    if (failure && failure.afterDoing !== true) {
      record("POST", "/response", failure.status);
      return answerFailure(response, failure);
    }
    const fields = callFields(request.headers["content-type"] ?? "", new URLSearchParams(), body) ?? {};
    const used = responses.use(url.pathname, fields);
    record("POST", "/response", failure?.status ?? used.status);
    if (failure) await answerFailure(response, failure);
    else answerJson(response, used.status, used.body);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", origin());
    const body = await readBody(request);
    if (body === undefined) {
      answerJson(response, 413, { ok: false, error: "request_too_large" });
      record(request.method ?? "GET", url.pathname, 413);
    } else if (url.pathname.startsWith("/api/")) {
      await answerCall(request, response, url, body);
    } else if (url.pathname.startsWith("/response/") && request.method === "POST") {
      await answerResponseUrl(request, response, url, body);
    } else {
      answerJson(response, 404, { ok: false, error: "not_found" });
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => {
      if (!response.headersSent) answerJson(response, 500, { ok: false, error: "internal_error" });
    });
  });

  return {
    server,
    calls: () => [...calls],
    fail(method, answers) {
      failures.set(method, [...(failures.get(method) ?? []), ...answers]);
    },
    outage(failure) {
      everywhere = failure;
    },
  };
}

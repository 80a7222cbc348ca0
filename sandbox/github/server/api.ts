/**
 * The REST API's door: signs callers in, counts their rate limit, finds the route, writes the answer as GitHub does,
 * keeps the record of calls and plays the failures that a test asked for. What a route means is in `routes/`.
 */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { SandboxCall, SandboxFailure } from "../../contract.ts";
import type { Hub } from "../hub/hub.ts";
import { Problem } from "../problem.ts";
import { type Answer, type Call, matchRoute, type Route } from "./route.ts";
import type { Actor, SignIn } from "./sign-in.ts";
import { webPage } from "./web-pages.ts";

/** The record of calls keeps so many, so that a sandbox may run for days. */
const mostCalls = 50_000;
const largestBody = 10 * 1024 * 1024;
const hour = 60 * 60 * 1000;

type Limit = { readonly resource: string; used: number; resetAt: number };

export type Api = {
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  calls(): readonly SandboxCall[];
  fail(match: { readonly method: string; readonly path: RegExp }, answers: readonly SandboxFailure[]): void;
};

export function createApi(options: {
  readonly hub: Hub;
  readonly signIn: SignIn;
  readonly routes: readonly Route[];
  readonly callsPerHour: number;
}): Api {
  const { hub, signIn, routes } = options;
  const calls: SandboxCall[] = [];
  const limits = new Map<string, Limit>();
  const failures: { method: string; path: RegExp; answers: SandboxFailure[] }[] = [];

  function limitOf(actor: Actor, resource: string): Limit {
    const who = actor.kind === "installation" ? `installation ${actor.installation.id}` : actor.kind;
    const key = `${who} ${resource}`;
    const known = limits.get(key);
    if (known !== undefined && known.resetAt > hub.now()) return known;
    const fresh = { resource, used: 0, resetAt: hub.now() + hour };
    limits.set(key, fresh);
    return fresh;
  }

  function limitHeaders({ resource, used, resetAt }: Limit): Record<string, string> {
    return {
      "x-ratelimit-limit": String(options.callsPerHour),
      "x-ratelimit-remaining": String(Math.max(0, options.callsPerHour - used)),
      "x-ratelimit-used": String(used),
      "x-ratelimit-reset": String(Math.ceil(resetAt / 1000)),
      "x-ratelimit-resource": resource,
    };
  }

  function takeFailure(method: string, path: string): SandboxFailure | undefined {
    const found = failures.find((one) => one.method === method && one.path.test(path) && one.answers.length > 0);
    return found?.answers.shift();
  }

  async function run(request: IncomingMessage, method: string, url: URL): Promise<Answer> {
    let limit: Limit | undefined;
    try {
      const body = await readBody(request);
      const actor = signIn.actor(request.headers.authorization);
      limit = limitOf(actor, url.pathname === "/graphql" ? "graphql" : "core");
      if (url.pathname === "/rate_limit") return { ...rateLimit(limit), headers: limitHeaders(limit) };
      limit.used += 1;
      if (limit.used > options.callsPerHour) throw new Problem(403, "API rate limit exceeded for installation.");
      const found = matchRoute(routes, method === "HEAD" ? "GET" : method, url.pathname);
      if (found === undefined) throw new Problem(404, "Not Found");
      const call: Call = {
        method,
        path: url.pathname,
        query: url.searchParams,
        accept: request.headers.accept ?? "",
        body,
        actor,
        param: found.param,
        numberParam: found.numberParam,
      };
      const answer = await found.route.run(hub, call);
      return { ...answer, headers: { ...limitHeaders(limit), ...answer.headers } };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { ...problemAnswer(error), headers: limit === undefined ? {} : limitHeaders(limit) };
    }
  }

  function rateLimit({ used, resetAt }: Limit): Answer {
    const core = {
      limit: options.callsPerHour,
      remaining: Math.max(0, options.callsPerHour - used),
      reset: Math.ceil(resetAt / 1000),
      used,
      resource: "core",
    };
    return { body: { resources: { core }, rate: core } };
  }

  return {
    async answer(request, response) {
      const method = request.method ?? "GET";
      const url = new URL(request.url ?? "/", hub.url());
      const page = isBrowser(request) ? await webPage(hub, url.pathname) : undefined;
      if (page !== undefined) {
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
        return;
      }
      const failure = takeFailure(method, url.pathname);
      const done = failure === undefined || failure.afterDoing === true;
      const real = done ? await run(request, method, url) : undefined;
      const status = failure?.status ?? real?.status ?? 200;
      calls.push({ method, path: url.pathname, status });
      if (calls.length > mostCalls) calls.shift();
      if (status === 0) {
        request.socket.destroy();
        return;
      }
      const answer: Answer =
        failure === undefined
          ? (real ?? {})
          : { ...problemAnswer(failedProblem(status)), headers: { ...failure.headers } };
      write(hub, request, response, { ...answer, status });
    },
    calls: () => calls,
    fail: (match, answers) => failures.push({ method: match.method, path: match.path, answers: [...answers] }),
  };
}

/** People follow links without a token and ask for HTML; clients of the API do neither. */
function isBrowser({ method, headers }: IncomingMessage): boolean {
  return method === "GET" && headers.authorization === undefined && /\btext\/html\b/.test(headers.accept ?? "");
}

function failedProblem(status: number): Problem {
  return new Problem(status, status >= 500 ? "Server Error" : "Refused for a drill");
}

function problemAnswer(problem: Problem): Answer {
  return {
    status: problem.status,
    body: {
      message: problem.message,
      ...(problem.errors === undefined ? {} : { errors: problem.errors }),
      documentation_url: "https://docs.github.com/rest",
      status: String(problem.status),
    },
  };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    size += part.length;
    if (size > largestBody) throw new Problem(413, "Request entity too large");
    chunks.push(part);
  }
  if (size === 0) return undefined;
  const text = Buffer.concat(chunks).toString();
  // The web flow's page and many of its clients send forms.
  if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, "Problems parsing JSON");
  }
}

function write(hub: Hub, request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const status = answer.status ?? 200;
  const content =
    answer.text?.content ?? (answer.body === undefined || status === 204 ? "" : JSON.stringify(answer.body));
  const headers: Record<string, string> = {
    date: new Date(hub.now()).toUTCString(),
    server: "github.com",
    "x-github-media-type": "github.v3; format=json",
    "x-github-request-id": hub.context.ids.secret(8).toUpperCase(),
    ...(content === "" ? {} : { "content-type": answer.text?.type ?? "application/json; charset=utf-8" }),
    ...answer.headers,
  };
  if (status === 200 && request.method === "GET") {
    const etag = `W/"${createHash("sha256").update(content).digest("hex")}"`;
    headers["etag"] = etag;
    if (request.headers["if-none-match"] === etag) {
      response.writeHead(304, headers).end();
      return;
    }
  }
  response.writeHead(status, headers).end(request.method === "HEAD" ? "" : content);
}

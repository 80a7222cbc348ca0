/**
 * The one HTTP server: GitHub's deliveries, Slack's, deployers' reports, health, metrics and the page. Nothing follows
 * from a body whose signature was not checked, and only a deployer's report is parsed before, since it says which secret
 * it is signed with. It must never show what went wrong inside: only a reference that the log has.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Logger } from "pino";
import type { Context } from "../context.ts";
import { withRequestId } from "../log.ts";
import type { Delivery, Stored } from "../store/inbox.ts";
import { type Answer, type Answerer, header, text } from "./answer.ts";
import { createBodyReader } from "./body.ts";
import { type Callbacks, createDeployerCallbacks } from "./deployer-callbacks.ts";
import { createGitHubWebhooks, type Slim } from "./github-webhooks.ts";
import type { Readiness } from "./health.ts";
import { homePage } from "./home-page.ts";
import { createLinkPages, type Links } from "./link.ts";
import type { Metrics } from "./metrics.ts";
import { type Route, route } from "./routes.ts";
import { createSlackEvents, type ReadSlackRequest } from "./slack-events.ts";

export type WebServerParts = {
  readonly context: Context;
  readonly log: Logger;
  readonly settings: {
    readonly host: string;
    readonly port: number;
    readonly github: { readonly webhookSecret: string };
  };
  readonly version: string;
  readonly inbox: { store(delivery: Delivery): Promise<Stored> };
  readonly slim: Slim;
  /** Undefined in Socket Mode without a signing secret: then nothing is at `/slack/events`. */
  readonly readSlackRequest: ReadSlackRequest | undefined;
  readonly callbacks: Callbacks;
  /** Undefined where linking is not set up: then there is no page for it. */
  readonly links: Links | undefined;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
};

export type WebServer = {
  readonly server: Server;
  /** Resolves with the address once requests are taken; rejects when the port cannot be had. */
  listen(): Promise<{ readonly host: string; readonly port: number }>;
  /** Takes no new connection, finishes what has begun, and ends the rest after `closeWithinMs`. */
  close(): Promise<void>;
};

/** Whoever sends more slowly than this is not GitHub or Slack, and holds a connection for nothing. */
const headersWithinMs = 10_000;
const requestWithinMs = 30_000;
/** Longer than the 60 s after which the usual load balancers let go, so that they never send into a closed one. */
const keepAliveMs = 65_000;
const headerBytesAtMost = 16 * 1024;
const connectionsAtMost = 2_000;
const closeWithinMs = 10_000;

const requestIdForm = /^[A-Za-z0-9._-]{1,64}$/u;

const everyAnswer = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cache-control": "no-store",
};

function routesOf(parts: WebServerParts, closing: () => boolean): readonly Route[] {
  const { metrics, readiness, readSlackRequest } = parts;
  const readBody = createBodyReader();
  const reasons = async () => [...(closing() ? ["The bot is stopping."] : []), ...(await readiness.reasons())];
  const get = (name: string, path: RegExp, answer: Answerer): Route => ({ name, path, method: "GET", answer });
  const post = (name: string, path: RegExp, answer: Answerer): Route => ({ name, path, method: "POST", answer });
  const common = { context: parts.context, log: parts.log, inbox: parts.inbox, readBody };

  const github = createGitHubWebhooks({
    ...common,
    secret: parts.settings.github.webhookSecret,
    slim: parts.slim,
    onStored: (stored) => metrics.stored("github", stored),
  });
  const callbacks = createDeployerCallbacks({
    ...common,
    callbacks: parts.callbacks,
    onStored: (stored) => metrics.stored("deployer", stored),
  });
  const routes = [
    post("github", /^\/api\/github\/webhooks$/u, github),
    post("deployer", /^\/api\/deployments\/([1-9]\d{0,14})\/status$/u, callbacks),
    get("healthz", /^\/healthz$/u, async () => text(200, "alive")),
    get("readyz", /^\/readyz$/u, async () => {
      const missing = await reasons();
      return missing.length === 0 ? text(200, "ready") : text(503, ["not ready", ...missing].join("\n"));
    }),
    get("metrics", /^\/metrics$/u, async () => ({
      status: 200,
      body: await metrics.text(),
      type: metrics.contentType,
    })),
    get("home", /^\/$/u, async () => homePage(parts.version, await reasons())),
  ];
  if (parts.links !== undefined) {
    const pages = createLinkPages({ links: parts.links, readBody });
    routes.push(get("link-callback", /^\/link\/callback$/u, pages.callback));
    routes.push(post("link", /^\/link$/u, pages.confirm));
  }
  if (readSlackRequest !== undefined) {
    const slack = createSlackEvents({
      ...common,
      readSlackRequest,
      onStored: (stored) => metrics.stored("slack", stored),
    });
    routes.push(post("slack", /^\/slack\/events$/u, slack));
  }
  return routes;
}

function write(response: ServerResponse, answer: Answer, id: string, closing: boolean): void {
  if (response.destroyed || response.headersSent) return;
  if (closing) response.shouldKeepAlive = false;
  const length = Buffer.byteLength(answer.body);
  response.writeHead(answer.status, {
    ...everyAnswer,
    ...(length > 0 ? { "content-type": answer.type ?? "text/plain; charset=utf-8" } : {}),
    ...answer.headers,
    "content-length": length,
    "x-request-id": id,
  });
  // As a text, not as bytes: Node then sends it together with the headers in one piece.
  response.end(answer.body);
}

export function createWebServer(parts: WebServerParts): WebServer {
  const { context, log, metrics } = parts;
  let closing = false;
  const routes = routesOf(parts, () => closing);

  async function answer(message: IncomingMessage, id: string): Promise<Answer> {
    const method = message.method ?? "";
    const routed = route(routes, method, message.url ?? "");
    if (routed.kind === "none") {
      // Whoever tries doors would otherwise write our log.
      log.debug({ method, status: routed.answer.status }, "no such address or method");
      return routed.answer;
    }
    const { name } = routed.route;
    try {
      const result = await routed.route.answer({ message, id, open: routed.open });
      if (result.refused !== undefined) {
        metrics.refused(name, result.status);
        log.warn({ route: name, method, status: result.status }, `refused: ${result.refused}`);
      }
      return result;
    } catch (error) {
      metrics.refused(name, 500);
      log.error({ err: error, route: name, method, status: 500 }, "a request failed");
      return text(500, `Something went wrong here. The log has more under the reference ${id}.`);
    }
  }

  function idOf(message: IncomingMessage): string {
    const given = header(message, "x-request-id") ?? header(message, "x-github-delivery");
    return given !== undefined && requestIdForm.test(given) ? given : context.ids.uuid();
  }

  const server = createServer(
    {
      headersTimeout: headersWithinMs,
      requestTimeout: requestWithinMs,
      keepAliveTimeout: keepAliveMs,
      maxHeaderSize: headerBytesAtMost,
      connectionsCheckingInterval: 5_000,
    },
    (message, response) => {
      const id = idOf(message);
      void withRequestId(id, async () => write(response, await answer(message, id), id, closing));
    },
  );
  server.maxConnections = connectionsAtMost;
  server.on("clientError", (error: Error & { code?: string }, socket: Socket) => {
    if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
    const status =
      error.code === "HPE_HEADER_OVERFLOW"
        ? "431 Request Header Fields Too Large"
        : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
          ? "408 Request Timeout"
          : "400 Bad Request";
    log.warn({ code: error.code, status }, "a request that is not HTTP, too slow, or too large in its headers");
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  });

  return {
    server,
    listen: () =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(parts.settings.port, parts.settings.host, () => {
          server.off("error", reject);
          const address = server.address();
          const port = typeof address === "object" && address !== null ? address.port : parts.settings.port;
          resolve({ host: parts.settings.host, port });
        });
      }),
    close: () =>
      new Promise((resolve) => {
        closing = true;
        const late = context.clock.after(closeWithinMs, () => server.closeAllConnections());
        server.close(() => {
          late.cancel();
          resolve();
        });
      }),
  };
}

/**
 * The sandbox's page: its files, its state as JSON and as server-sent events, and one door for what people do. It
 * answers only requests that name this machine and come from the page itself, because what people do here runs
 * commands.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSiteFile } from "../site.ts";
import { readBody } from "../slack/requests.ts";
import { act } from "./page-acts.ts";
import { createPageStates } from "./page-state.ts";
import type { Act, Play } from "./play.ts";

export type PageServer = {
  /** Without a slash at the end. */
  readonly url: string;
  /** What the page shows; until then it says that the sandbox is starting. */
  show(play: Play): void;
  close(): Promise<void>;
};

export type PageServerOptions = { readonly host: string; readonly port: number };

const filesFolder = fileURLToPath(new URL("browser/", import.meta.url));
const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};
const pagePolicy =
  "default-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** The scene's pages are built from what people commit: they run no script and reach nothing. */
const sitePolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'";
/** Changes that come together are sent together. */
const sendAfterMs = 40;
/** A comment now and then keeps proxies from closing a quiet stream. */
const pulseEveryMs = 20_000;

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

function hostName(header: string | undefined): string {
  return (header ?? "").replace(/:\d+$/, "").toLowerCase();
}

/** Another site's page could send requests here under its own name (DNS rebinding); those are refused. */
function namesThisMachine(request: IncomingMessage, host: string): boolean {
  const local = loopback.has(host) || host === "::1";
  return !local || loopback.has(hostName(request.headers.host));
}

function fromThePage(request: IncomingMessage): boolean {
  const origin = request.headers.origin;
  const sameOrigin = origin === undefined || origin.replace(/^https?:\/\//, "") === request.headers.host;
  return sameOrigin && (request.headers["content-type"] ?? "").startsWith("application/json");
}

function answer(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  policy = pagePolicy,
): void {
  response.writeHead(status, {
    "content-type": type,
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  });
  response.end(body);
}

function listen(server: Server, { host, port }: PageServerOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const taken = "code" in error && error.code === "EADDRINUSE";
      const hint = `Port ${port} on ${host} is taken by another program. Stop it, or choose another: PORT=${port + 1} npm start`;
      reject(taken ? new Error(hint, { cause: error }) : error);
    });
    server.listen(port, host, () => {
      const address = server.address();
      const actual = typeof address === "object" && address !== null ? address.port : port;
      const name = host === "127.0.0.1" || host === "0.0.0.0" || host === "::" ? "localhost" : host;
      resolve(`http://${name}:${actual}`);
    });
  });
}

export async function openPage(options: PageServerOptions): Promise<PageServer> {
  const acts: Act[] = [];
  const streams = new Set<ServerResponse>();
  const removals: (() => void)[] = [];
  let play: Play | undefined;
  let states: ReturnType<typeof createPageStates> | undefined;
  let pending = false;

  function stateText(): string {
    return JSON.stringify(states ? states.now() : { starting: true });
  }

  function changed(): void {
    if (pending || !play) return;
    pending = true;
    play.context.clock.after(sendAfterMs, () => {
      pending = false;
      const event = `data: ${stateText()}\n\n`;
      for (const stream of streams) stream.write(event);
    });
  }

  function stream(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(`retry: 1000\n\ndata: ${stateText()}\n\n`);
    streams.add(response);
    response.on("close", () => streams.delete(response));
  }

  async function file(response: ServerResponse, name: string): Promise<void> {
    const type = contentTypes[extname(name)];
    if (!type || !play || name.includes("..")) return answer(response, 404, "text/plain", "Not found.");
    const bytes = await play.context.files.readFile(join(filesFolder, name)).catch(() => undefined);
    if (!bytes) return answer(response, 404, "text/plain", "Not found.");
    return answer(response, 200, type, bytes);
  }

  async function siteFile(response: ServerResponse, path: string): Promise<void> {
    const found = play && (await readSiteFile(play.context, play.siteDir, path));
    if (!found) return answer(response, 404, "text/plain", "Not found.");
    return answer(response, 200, found.type, found.bytes, sitePolicy);
  }

  async function handlePost(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!fromThePage(request)) return answer(response, 403, "text/plain", "Only the sandbox's own page may do this.");
    const body = await readBody(request);
    let parsed: unknown;
    try {
      parsed = JSON.parse(body ?? "");
    } catch {
      return answer(response, 400, "application/json", JSON.stringify({ ok: false, message: "This is not JSON." }));
    }
    const result = play ? await act(play, acts, parsed) : { ok: false, message: "The sandbox is still starting." };
    changed();
    return answer(response, result.ok ? 200 : 422, "application/json", JSON.stringify(result));
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!namesThisMachine(request, options.host)) return answer(response, 403, "text/plain", "Unknown host.");
    const { pathname } = new URL(request.url ?? "/", "http://page");
    if (pathname === "/api/do" && request.method === "POST") return handlePost(request, response);
    if (request.method !== "GET" && request.method !== "HEAD") return answer(response, 405, "text/plain", "");
    if (pathname === "/api/state") return answer(response, 200, "application/json", stateText());
    if (pathname === "/api/events") return stream(response);
    if (pathname === "/monitoring" && play) {
      return answer(response, 200, "text/html; charset=utf-8", play.monitoring.page(), sitePolicy);
    }
    if (pathname.startsWith("/site/")) return siteFile(response, pathname.slice("/site/".length));
    if (pathname === "/" || pathname.startsWith("/archives/")) return file(response, "index.html");
    return file(response, pathname.slice(1));
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => {
      if (!response.headersSent) answer(response, 500, "text/plain", "The sandbox could not answer.");
      else response.end();
    });
  });
  const url = await listen(server, options);

  return {
    url,
    show(shown) {
      play = shown;
      // Everybody has the bot among their direct messages, as after its installation.
      for (const { slackUser } of shown.scene.people) shown.slack.openDirect(slackUser);
      states = createPageStates(shown, acts);
      for (const part of [shown.slack, shown.github, shown.bot, shown.world, shown.monitoring])
        removals.push(part.onChange(changed));
      const pulse = shown.context.clock.every(pulseEveryMs, () => {
        for (const one of streams) one.write(": here\n\n");
      });
      removals.push(() => pulse.cancel());
      changed();
    },
    async close() {
      for (const remove of removals) remove();
      for (const one of streams) one.end();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

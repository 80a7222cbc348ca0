/** The web server on loopback, on a real database, with the real readers of what GitHub, Slack and deployers send, and ways to send to it as others do. */
import { createHmac } from "node:crypto";
import { request } from "node:http";
import type { Logger } from "pino";
import { readCallback, verifyCallbackSignature } from "../../src/deployers/http-answer.ts";
import { slim } from "../../src/github/deliveries.ts";
import { createLog } from "../../src/log.ts";
import { readSlackRequest } from "../../src/slack/receiver.ts";
import { createInbox } from "../../src/store/inbox.ts";
import { createReadiness, type ReadinessCheck } from "../../src/web/health.ts";
import type { Links } from "../../src/web/link.ts";
import { createMetrics, measureProcess } from "../../src/web/metrics.ts";
import { createWebServer, type WebServer } from "../../src/web/server.ts";
import { type TestDatabase, testDatabase } from "../harness/database.ts";
import { testContext } from "../harness/test-context.ts";

export const webhookSecret = "the-webhook-secret";
export const callbackSecret = "the-secret-of-the-attempt";
const signingSecret = "the-signing-secret-of-slack";

export type Answered = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};
export type Sent = {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
};

function signed(secret: string, body: string | Buffer): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

export async function runningServer(
  options: { checks?: readonly ReadinessCheck[]; slack?: boolean; links?: Links } = {},
) {
  const database: TestDatabase = await testDatabase();
  const { context, clock, faults } = testContext();
  const lines: Record<string, unknown>[] = [];
  const log: Logger = createLog({
    level: "info",
    clock,
    secrets: [webhookSecret, callbackSecret, signingSecret],
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  });
  const inbox = createInbox({
    context,
    db: database.db,
    pool: database.pool,
    wake: { inbox: async () => undefined, stored: () => undefined },
  });
  const web: WebServer = createWebServer({
    context,
    log,
    settings: { host: "127.0.0.1", port: 0, github: { webhookSecret } },
    version: "1.2.3",
    inbox,
    slim,
    readSlackRequest:
      options.slack === false
        ? undefined
        : ({ headers, body: rawBody }) => readSlackRequest({ headers, rawBody, signingSecret, now: clock.now() }),
    callbacks: {
      read(body) {
        const reading = readCallback(body);
        if (reading.kind === "malformed") return undefined;
        return { ...reading.callback, payload: reading.callback };
      },
      secret: async (deployment, token) => (deployment === 7 && token === "known-token" ? callbackSecret : undefined),
      verify: (secret, body, signature) => verifyCallbackSignature({ secret, body, signature }),
    },
    links: options.links,
    readiness: createReadiness(context.clock, options.checks ?? []),
    metrics: createMetrics({ clock, db: database.db, version: "1.2.3", ofProcess: measureProcess() }),
  });
  const { port } = await web.listen();

  const send = (sent: Sent): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const body = sent.body ?? "";
      const chunked = sent.headers?.["transfer-encoding"] !== undefined;
      const headers = { ...(chunked ? {} : { "content-length": String(Buffer.byteLength(body)) }), ...sent.headers };
      const outgoing = request({ port, host: "127.0.0.1", method: sent.method ?? "POST", path: sent.path, headers });
      outgoing.on("error", reject).on("response", (incoming) => {
        let text = "";
        incoming.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        incoming.on("error", reject);
        incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }));
      });
      outgoing.end(body);
    });

  return {
    web,
    port,
    database,
    context,
    clock,
    faults,
    lines,
    send,
    get: (path: string, headers: Readonly<Record<string, string>> = {}) => send({ method: "GET", path, headers }),
    /** A delivery as GitHub sends it; `headers` replaces single ones, and leaves out those that are empty. */
    deliver(body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
      const all = {
        "content-type": "application/json",
        "x-github-event": "pull_request",
        "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "x-hub-signature-256": signed(webhookSecret, body),
        ...headers,
      };
      const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
      return send({ path: "/api/github/webhooks", headers: given, body });
    },
    report(deployment: number | string, body: string, headers: Readonly<Record<string, string>> = {}) {
      const signature = { "x-signalbox-signature-256": signed(callbackSecret, body) };
      return send({ path: `/api/deployments/${deployment}/status`, headers: { ...signature, ...headers }, body });
    },
    /** A request as Slack sends it, signed `agoMs` ago; `headers` replaces single ones. */
    slack(body: string, options: { agoMs?: number; headers?: Readonly<Record<string, string>> } = {}) {
      const timestamp = String(Math.floor((clock.now() - (options.agoMs ?? 0)) / 1000));
      const digest = createHmac("sha256", signingSecret).update(`v0:${timestamp}:${body}`).digest("hex");
      const headers = {
        "content-type": body.startsWith("{") ? "application/json" : "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": `v0=${digest}`,
        ...options.headers,
      };
      return send({ path: "/slack/events", headers, body });
    },
    rows: () => database.db.selectFrom("inbox").select(["source", "key", "name", "payload"]).orderBy("id").execute(),
    async stop() {
      await web.close();
      await database.drop();
    },
  };
}

export type RunningServer = Awaited<ReturnType<typeof runningServer>>;
export { signed };

import { connect } from "node:net";
import { text as readText } from "node:stream/consumers";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openKysely, openPool } from "../../src/store/pool.ts";
import { createMetrics } from "../../src/web/metrics.ts";
import { pullRequestPayload } from "./pull-request-payload.ts";
import { callbackSecret, type RunningServer, runningServer, signed } from "./running-server.ts";

let server: RunningServer;
let databaseAnswers: () => Promise<boolean> | boolean = () => true;
beforeAll(async () => {
  server = await runningServer({
    checks: [{ otherwise: "The database does not answer.", holds: () => databaseAnswers() }],
  });
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.database.db.deleteFrom("inbox").execute();
  server.lines.length = 0;
  databaseAnswers = () => true;
});

function command(triggerId: string, text: string): string {
  return new URLSearchParams({
    command: "/deploy",
    text,
    trigger_id: triggerId,
    team_id: "T0001",
    channel_id: "C0001",
    channel_name: "shop-deploys",
    user_id: "U0001",
    user_name: "alice",
    api_app_id: "A0001",
    is_enterprise_install: "false",
    response_url: "https://hooks.slack.com/commands/T0001/1/abcdef",
  }).toString();
}

const minute = 60_000;

describe("Slack's requests", () => {
  it("are stored and answered with an empty 200", async () => {
    expect(await server.slack(command("1.2.abc", "status \u0000 <!channel> $(id)"))).toMatchObject({
      status: 200,
      body: "",
    });
    const rows = await server.rows();
    expect(rows).toMatchObject([{ source: "slack", key: expect.stringContaining("1.2.abc") }]);
    expect(JSON.stringify(rows)).toContain("<!channel> $(id)");
  });

  it("are stored once when they are repeated", async () => {
    await server.slack(command("1.3.abc", "status"));
    expect(await server.slack(command("1.3.abc", "status"))).toMatchObject({ status: 200, body: "" });
    expect(await server.rows()).toHaveLength(1);
  });

  it("with a challenge are answered with it", async () => {
    const answer = await server.slack(JSON.stringify({ type: "url_verification", challenge: "3eZbrw1a" }));
    expect(answer).toMatchObject({ status: 200, body: "3eZbrw1a" });
    expect(await server.rows()).toEqual([]);
  });

  const right = command("1.4.abc", "status");
  it.each([
    ["forged", 401, right, { headers: { "x-slack-signature": `v0=${"0".repeat(64)}` } }],
    ["not signed", 401, right, { headers: { "x-slack-signature": "" } }],
    ["six minutes old", 401, right, { agoMs: 6 * minute }],
    ["six minutes ahead", 401, right, { agoMs: -6 * minute }],
    ["no JSON", 400, "{not json", {}],
    ["of another type", 400, right, { headers: { "content-type": "text/plain" } }],
    ["a command without its fields", 400, "command=%2Fdeploy", {}],
    ["too large", 413, command("1.5.abc", "x".repeat(1024 * 1024)), {}],
  ])("that are %s: %i, nothing stored, one line in the log", async (_, status, body, options) => {
    expect((await server.slack(body, options)).status).toBe(status);
    expect(await server.rows()).toEqual([]);
    expect(server.lines).toHaveLength(1);
  });

  it("have no address in Socket Mode without a signing secret", async () => {
    const other = await runningServer({ slack: false });
    try {
      expect((await other.slack(right)).status).toBe(404);
    } finally {
      await other.stop();
    }
  });
});

describe("a deployer's report", () => {
  const report = (fields: object = {}) =>
    JSON.stringify({ deployment: 7, token: "known-token", status: "success", ...fields });

  it("is stored and answered 202, once for the same report and again for another", async () => {
    expect((await server.report(7, report({ status: "in_progress" }))).status).toBe(202);
    expect((await server.report(7, report())).status).toBe(202);
    expect(await server.report(7, report())).toMatchObject({ status: 202, body: "Known already.\n" });
    const rows = await server.rows();
    expect(rows.map((row) => [row.source, row.name, row.payload])).toMatchObject([
      ["deployer", "status", { deployment: 7, token: "known-token", status: "in_progress" }],
      ["deployer", "status", { deployment: 7, token: "known-token", status: "success" }],
    ]);
    expect(rows[0]?.key).toMatch(/^known-token:[0-9a-f]{64}$/u);
  });

  const unknown = report({ token: "unknown-token" });
  it.each([
    ["no signature", 401, 7, report(), { "x-signalbox-signature-256": "" }],
    ["a forged signature", 401, 7, report(), { "x-signalbox-signature-256": `sha256=${"0".repeat(64)}` }],
    [
      "the signature of another report",
      401,
      7,
      report(),
      { "x-signalbox-signature-256": signed(callbackSecret, "{}") },
    ],
    ["a token that is not known", 401, 7, unknown, {}],
    ["a deployment that the token is not of", 401, 8, report({ deployment: 8 }), {}],
    ["another deployment than in the address", 400, 8, report(), {}],
    ["no JSON", 400, 7, "status=success", {}],
    ["the wrong shape", 400, 7, report({ status: "fine" }), {}],
    ["a body that is too large", 413, 7, report({ message: "x".repeat(64 * 1024) }), {}],
    ["an address that is no number", 404, "seven", report(), {}],
  ] as const)("with %s: %i and nothing stored", async (_, status, deployment, body, headers) => {
    expect((await server.report(deployment, body, headers)).status).toBe(status);
    expect(await server.rows()).toEqual([]);
    expect(server.lines).toHaveLength(status === 404 ? 0 : 1);
    expect(JSON.stringify(server.lines)).not.toContain("known-token");
  });

  it("does not show whether the token or the signature was wrong", async () => {
    const wrongToken = await server.report(7, unknown);
    const wrongSignature = await server.report(7, report(), { "x-signalbox-signature-256": signed("other", report()) });
    expect(wrongToken.body).toBe(wrongSignature.body);
  });
});

describe("health", () => {
  it("says that the process lives, whatever else does not", async () => {
    databaseAnswers = () => false;
    expect(await server.get("/healthz")).toMatchObject({ status: 200, body: "alive\n" });
  });

  it("says ready, or what is missing", async () => {
    expect(await server.get("/readyz")).toMatchObject({ status: 200, body: "ready\n" });
    databaseAnswers = () => Promise.reject(new Error("password of postgres"));
    expect(await server.get("/readyz")).toMatchObject({
      status: 503,
      body: "not ready\nThe database does not answer.\n",
    });
  });

  it("does not wait for ever for a part that does not answer", async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    databaseAnswers = () => {
      resolve();
      return new Promise<boolean>(() => undefined);
    };
    const answer = server.get("/readyz");
    await asked;
    await server.clock.advance(2_000);
    expect((await answer).status).toBe(503);
  });

  it("shows a page without anything private, which no other page may frame", async () => {
    databaseAnswers = () => false;
    const page = await server.get("/");
    expect(page.status).toBe(200);
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(page.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(page.headers["x-content-type-options"]).toBe("nosniff");
    expect(page.body).toContain("Not ready");
    expect(page.body).toContain("The database does not answer.");
    expect(page.body).toContain("Version 1.2.3");
  });

  it("counts what happened for Prometheus", async () => {
    await server.deliver(pullRequestPayload(), { "x-github-delivery": "metrics-1" });
    await server.deliver("forged", { "x-hub-signature-256": `sha256=${"0".repeat(64)}` });
    const { body, headers } = await server.get("/metrics");
    expect(headers["content-type"]).toContain("text/plain");
    expect(body).toContain('signalbox_info{version="1.2.3"} 1');
    expect(body).toMatch(/^signalbox_deliveries_stored_total\{source="github",result="stored"\} 1$/mu);
    expect(body).toMatch(/^signalbox_requests_refused_total\{route="github",status="401"\} 1$/mu);
    expect(body).toMatch(/^signalbox_inbox_waiting 1$/mu);
    expect(body).toContain("process_resident_memory_bytes");
  });

  it("counts on while the database is away, but for what only that knows", async () => {
    const pool = openPool({ connectionString: "postgresql://bot@127.0.0.1:1/none" }, pino({ level: "silent" }));
    const metrics = createMetrics({ clock: server.clock, db: openKysely(pool), version: "1.2.3" });
    metrics.refused("github", 503);
    const body = await metrics.text();
    expect(body).toMatch(/^signalbox_requests_refused_total\{route="github",status="503"\} 1$/mu);
    expect(body).toMatch(/^signalbox_inbox_waiting nan$/imu);
    await pool.end();
  });
});

describe("addresses and methods", () => {
  it.each([
    ["GET", "/api/github/webhooks", 405, "POST"],
    ["PUT", "/slack/events", 405, "POST"],
    ["DELETE", "/", 405, "GET, HEAD"],
    ["POST", "/metrics", 405, "GET, HEAD"],
    ["GET", "/nothing/here", 404, undefined],
    ["GET", "/healthz/", 404, undefined],
    ["POST", "/api/deployments/0/status", 404, undefined],
    ["POST", "/api/deployments/../status", 404, undefined],
  ])("%s %s: %i", async (method, path, status, allow) => {
    const answer = await server.send({ method, path });
    expect(answer.status).toBe(status);
    expect(answer.headers["allow"]).toBe(allow);
    expect(answer.body).toMatch(/^[A-Z].*\.\n$/u);
  });

  it("HEAD is answered as GET without the body", async () => {
    const page = await server.get("/");
    const head = await server.send({ method: "HEAD", path: "/?from=a-monitor" });
    expect(head).toMatchObject({ status: 200, body: "" });
    expect(head.headers["content-length"]).toBe(page.headers["content-length"]);
  });

  it.each([
    ["takes the id that a proxy gives", "proxy-id_1.2", /^proxy-id_1\.2$/u],
    ["makes its own for one that could forge a line", 'x","level":"fatal', /^[0-9a-f-]{36}$/u],
  ])("%s", async (_, given, expected) => {
    const answer = await server.get("/healthz", { "x-request-id": given });
    expect(answer.headers["x-request-id"]).toMatch(expected);
  });
});

/** What is answered to raw bytes. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(server.port, "127.0.0.1");
  socket.end(bytes);
  return readText(socket);
}

describe("what is not quite HTTP", () => {
  it("is answered 400, and headers without end 431, with one line each", async () => {
    expect(await raw("NONSENSE\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /u);
    expect(await raw(`GET / HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /u);
    expect(server.lines).toHaveLength(2);
  });

  it("stores nothing of a body that breaks off", async () => {
    const headers = "x-github-event: push\r\nx-github-delivery: a-1\r\nx-hub-signature-256: sha256=";
    await raw(
      `POST /api/github/webhooks HTTP/1.1\r\nhost: a\r\n${headers}${"0".repeat(64)}\r\ncontent-length: 99\r\n\r\n{`,
    );
    expect(await server.rows()).toEqual([]);
  });

  it("has times within which it must come", () => {
    expect(server.web.server.headersTimeout).toBe(10_000);
    expect(server.web.server.requestTimeout).toBe(30_000);
    expect(server.web.server.keepAliveTimeout).toBeGreaterThan(60_000);
  });
});

describe("closing", () => {
  it("finishes what has begun, stores it, and takes nothing new", async () => {
    const other = await runningServer();
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    other.faults.arm("inbox.writing", () => held);
    const begun = other.deliver(pullRequestPayload());
    await other.faults.passed("inbox.writing");
    const closed = other.web.close();
    await expect(other.get("/healthz")).rejects.toThrow(/ECONNREFUSED/u);
    release();
    expect(await begun).toMatchObject({ status: 202 });
    await closed;
    expect(await other.rows()).toHaveLength(1);
    await other.database.drop();
  });

  it("ends what does not come to its end", async () => {
    const other = await runningServer();
    other.faults.arm("inbox.writing", () => new Promise<void>(() => undefined));
    const begun = other.deliver(pullRequestPayload());
    const failed = expect(begun).rejects.toThrow();
    await other.faults.passed("inbox.writing");
    const closed = other.web.close();
    await other.clock.advance(10_000);
    await closed;
    await failed;
    // The held transaction ends with its connection, so the database is dropped without waiting for it.
  });
});

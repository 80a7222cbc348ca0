/** What is sent to a far side, and what is made of one that is slow, gone, lying or repeating itself. */
import { createHmac } from "node:crypto";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Context, createContext } from "../../src/context.ts";
import type { Attempt } from "../../src/deployers/contract.ts";
import { createHttpDeployer } from "../../src/deployers/http.ts";
import type { OperatorRules } from "../../src/operations/bot.ts";
import { handleOf, makeAttempt } from "./attempts.ts";
import { type FarSide, farSide, type Misbehaviour } from "./far-side.ts";
import { grantedSecret, operatorRules } from "./run-bench.ts";

const sha = "a".repeat(40);

/** A clock on which waiting costs nothing, so that every retry and time-out comes at once and in its order. */
function quickContext(overrides: Partial<Context> = {}): Context {
  const real = createContext();
  let now = Date.UTC(2026, 10, 18);
  const clock = {
    ...real.clock,
    now: () => now,
    monotonic: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  return createContext({ clock, ...overrides });
}

let far: FarSide;
let context: Context;

beforeEach(async () => {
  far = await farSide();
  context = quickContext();
});

afterEach(async () => {
  await far.close();
});

function deployerWith(operator: Partial<OperatorRules> = {}) {
  return createHttpDeployer({ context, log: pino({ level: "silent" }), operator: operatorRules(operator) });
}

function attemptTo(url: string, secret?: string, options: Partial<Omit<Attempt, "stage">> = {}): Attempt {
  const definition = { kind: "http", url, ...(secret === undefined ? {} : { secret }) } as const;
  return makeAttempt(definition, { sha, deadlineAt: context.clock.now() + 60_000, ...options });
}

const plain =
  (status: number, body: string, headers: Record<string, string> = {}): Misbehaviour =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);
const hangUp: Misbehaviour = (_request, response) => void response.destroy();

describe("what is sent", () => {
  test("exactly the promised keys, signed over the very bytes, with the token as key", async () => {
    const attempt = attemptTo(far.url, "DB_PASSWORD", { ref: "main", version: "1.4.0", previousSha: "b".repeat(40) });
    await deployerWith().start(attempt);
    const [request] = far.seen;
    expect(JSON.parse(request?.body ?? "")).toEqual({
      deployment: 1,
      stage: "deploy",
      service: "shop-api",
      environment: "staging",
      kind: "deploy",
      sha,
      ref: "main",
      version: "1.4.0",
      previous_sha: "b".repeat(40),
      previous_version: null,
      requested_by: "alice",
    });
    expect(request).toMatchObject({ method: "POST", path: "/deploy" });
    expect(request?.headers["idempotency-key"]).toBe(attempt.token);
    expect(request?.headers["content-type"]).toBe("application/json");
    const hmac = createHmac("sha256", grantedSecret)
      .update(request?.body ?? "")
      .digest("hex");
    expect(request?.headers["x-signalbox-signature-256"]).toBe(`sha256=${hmac}`);
  });

  test("without a secret there is no signature", async () => {
    await deployerWith().start(attemptTo(far.url));
    expect(far.seen[0]?.headers).not.toHaveProperty("x-signalbox-signature-256");
  });

  test("with a secret that is not granted nothing is sent, and it is named", async () => {
    const answer = await deployerWith().start(attemptTo(far.url, "ROOT_KEY"));
    expect(answer).toMatchObject({ kind: "refused", outcome: "error", message: expect.stringContaining("ROOT_KEY") });
    expect(far.seen).toEqual([]);
  });
});

describe("the first answer", () => {
  test.each([
    ["a redirect", plain(302, "", { Location: "http://127.0.0.1:1/" }), "error", "redirect, which is not followed"],
    ["404", plain(404, "nothing here"), "error", "answered with 404"],
    ["401", plain(401, "{}"), "error", "answered with 401"],
    [
      "a failure that it explains",
      plain(422, '{"status":"failure","message":"no such sha"}'),
      "failure",
      "no such sha",
    ],
  ])("%s: refused, and nothing runs", async (_name, way, outcome, message) => {
    far.misbehave("POST", way);
    const answer = await deployerWith().start(attemptTo(far.url));
    expect(answer).toMatchObject({ kind: "refused", outcome, message: expect.stringContaining(message) });
    expect(far.seen).toHaveLength(1);
  });

  test.each(["success", "failure"])("%s: ended at once, without a poll", async (status) => {
    far.say({ status, message: "done", log_url: "https://ci.example.com/1" });
    const attempt = attemptTo(far.url);
    const handle = handleOf(await deployerWith().start(attempt));
    const seen = await deployerWith().observe(attempt, handle);
    expect(seen).toEqual({ state: status, message: "done", logUrl: "https://ci.example.com/1", proven: true });
    expect(far.seen).toHaveLength(1);
  });

  test.each([
    ["what is not JSON", plain(200, "<html>ok</html>"), "what is not JSON"],
    ["nothing", plain(204, ""), "what is not JSON"],
    ["a status that there is not", plain(200, '{"status":"done"}'), "`status`"],
    ["another shape", plain(200, '["success"]'), "wrong shape"],
  ])("taken, but told as %s: an error without proof, because it may run", async (_name, way, message) => {
    far.misbehave("POST", way);
    const attempt = attemptTo(far.url);
    const seen = await deployerWith().observe(attempt, handleOf(await deployerWith().start(attempt)));
    expect(seen).toMatchObject({ state: "error", proven: false, message: expect.stringContaining(message) });
  });

  test("a longer one than is read is no usable answer", async () => {
    far.misbehave(
      "POST",
      ...Array.from({ length: 20 }, () => plain(200, `{"status":"success","message":"${"x".repeat(70_000)}"}`)),
    );
    const attempt = attemptTo(far.url);
    const seen = await deployerWith().observe(attempt, handleOf(await deployerWith().start(attempt)));
    expect(seen).toMatchObject({ state: "error", proven: false, message: expect.stringContaining("65536 bytes") });
  });

  test("a status_url of another origin is never asked", async () => {
    far.misbehave("POST", plain(200, '{"status":"in_progress","status_url":"http://127.0.0.1:1/steal"}'));
    const attempt = attemptTo(far.url);
    const seen = await deployerWith().observe(attempt, handleOf(await deployerWith().start(attempt)));
    expect(seen).toMatchObject({ state: "error", proven: false, message: expect.stringContaining("status_url") });
  });
});

describe("a call that gets no answer", () => {
  test("is made again under the same key, and the far side starts once", async () => {
    far.misbehave("POST", hangUp, plain(503, "busy"), plain(429, "slow down"));
    const attempt = attemptTo(far.url);
    handleOf(await deployerWith().start(attempt));
    expect(far.seen).toHaveLength(4);
    expect(far.starts()).toBe(1);
    expect(new Set(far.seen.map((request) => request.body)).size).toBe(1);
  });

  test("409 to a key that is known is a start, and what it says is followed", async () => {
    far.misbehave("POST", hangUp, plain(409, '{"status":"in_progress","status_url":"/status"}'));
    far.say({ status: "success" });
    const attempt = attemptTo(far.url);
    const handle = handleOf(await deployerWith().start(attempt));
    expect(await deployerWith().observe(attempt, handle)).toMatchObject({ state: "success", proven: true });
  });

  test("for as long as one may call: an error without proof, or waiting for a signed callback", async () => {
    far.misbehave("POST", ...Array.from({ length: 50 }, () => plain(502, "")));
    const attempt = attemptTo(far.url);
    const handle = handleOf(await deployerWith().start(attempt));
    expect(await deployerWith().observe(attempt, handle)).toMatchObject({ state: "error", proven: false });
    const signed = { ...attempt, stage: attemptTo(far.url, "DB_PASSWORD").stage };
    const waiting = await deployerWith().observe(signed, handle);
    expect(waiting).toMatchObject({ state: "running", message: expect.stringContaining("502") });
    const late = await deployerWith().observe({ ...signed, deadlineAt: context.clock.now() - 1 }, handle);
    expect(late).toMatchObject({ state: "error", proven: false });
  });

  test("because nobody is there: refused, and proven to have started nothing", async () => {
    const { url } = far;
    await far.close();
    const answer = await deployerWith().start(attemptTo(url));
    expect(answer).toMatchObject({
      kind: "refused",
      outcome: "error",
      message: expect.stringContaining("ECONNREFUSED"),
    });
    far = await farSide();
  });

  test("and then nobody there does not prove that nothing began", async () => {
    far.misbehave("POST", (_request, response) => {
      response.destroy();
      void far.close();
    });
    const attempt = attemptTo(far.url);
    const handle = handleOf(await deployerWith().start(attempt));
    expect(await deployerWith().observe(attempt, handle)).toMatchObject({ state: "error", proven: false });
    far = await farSide();
  });
});

test("a call that broke off may be made again, unless its end is asked for: it may have begun all the same", async () => {
  const deployer = deployerWith();
  expect(await deployer.find(attemptTo(far.url))).toEqual({ kind: "impossible" });
  expect(await deployer.find(attemptTo(far.url, undefined, { cancelAsked: true }))).toMatchObject({
    kind: "unknown",
    why: expect.stringContaining("may have begun"),
  });
  expect(far.seen).toEqual([]);
});

describe("a call by whoever took over from a bot that was killed while it called", () => {
  test.each<[string, Misbehaviour | undefined, Partial<OperatorRules>]>([
    ["is not let in", plain(401, ""), {}],
    ["finds no such page", plain(404, ""), {}],
    ["is told no", plain(422, '{"status":"failure","message":"no room"}'), {}],
    ["may not send its secret any more", undefined, { secrets: () => ({ values: {}, refused: ["DB_PASSWORD"] }) }],
    ["may not go there any more", undefined, { outbound: [] }],
  ])("%s: what the first has begun may still run, and nothing is proven", async (_, way, operator) => {
    if (way !== undefined) far.misbehave("POST", way);
    const attempt = attemptTo(far.url, "DB_PASSWORD", { calledBefore: true });
    const handle = handleOf(await deployerWith(operator).start(attempt));
    // It may still be called back about.
    expect(await deployerWith().observe(attempt, handle)).toMatchObject({ state: "running" });
    const late = await deployerWith().observe({ ...attempt, deadlineAt: context.clock.now() - 1 }, handle);
    expect(late).toMatchObject({ state: "error", proven: false });
  });

  test("is taken like any other", async () => {
    const attempt = attemptTo(far.url, undefined, { calledBefore: true });
    const handle = handleOf(await deployerWith().start(attempt));
    far.say({ status: "success" });
    expect(await deployerWith().observe(attempt, handle)).toMatchObject({ state: "success", proven: true });
  });
});

describe("polling", () => {
  async function begun() {
    const attempt = attemptTo(far.url);
    const handle = handleOf(await deployerWith().start(attempt));
    return { attempt, look: () => deployerWith().observe(attempt, handle), handle };
  }

  test.each([
    ["hanging up", hangUp, "no usable answer"],
    ["500", plain(500, ""), "answered with 500"],
    ["404", plain(404, ""), "answered with 404"],
    ["nonsense", plain(200, "{"), "not JSON"],
    ["a wrong status", plain(200, '{"status":"SUCCESS"}'), "`status`"],
  ])("%s is said, and asked again", async (_name, way, message) => {
    const { look } = await begun();
    far.misbehave("GET", way);
    const seen = await look();
    expect(seen).toMatchObject({ state: "running", message: expect.stringContaining(message) });
    expect(seen.lookAgainMs).toBeGreaterThan(0);
    far.say({ status: "success" });
    expect(await look()).toMatchObject({ state: "success", proven: true });
  });

  test("a far side that talks nonsense until the deadline ends as an error without proof", async () => {
    const { attempt, handle } = await begun();
    far.misbehave("GET", plain(200, "{"));
    const seen = await deployerWith().observe({ ...attempt, deadlineAt: context.clock.now() - 1 }, handle);
    expect(seen).toMatchObject({ state: "error", proven: false, message: expect.stringContaining("not JSON") });
  });

  test("an end that is told after the deadline is still the end", async () => {
    const { attempt, handle } = await begun();
    far.say({ status: "failure", message: "disk full" });
    const seen = await deployerWith().observe({ ...attempt, deadlineAt: context.clock.now() - 1 }, handle);
    expect(seen).toMatchObject({ state: "failure", message: "disk full", proven: true });
  });

  test("grows less frequent, and never stops", async () => {
    const { look } = await begun();
    const first = await look();
    await context.clock.sleep(50_000);
    const later = await look();
    expect(later.lookAgainMs ?? 0).toBeGreaterThan(first.lookAgainMs ?? 0);
    expect(later.lookAgainMs).toBeLessThanOrEqual(10_000);
  });
});

describe("a private host", () => {
  test("is not asked unless the operator lists it", async () => {
    const answer = await deployerWith({ outbound: [] }).start(attemptTo(far.url));
    expect(answer).toMatchObject({ kind: "refused", outcome: "error", message: expect.stringContaining("`outbound`") });
    expect(far.seen).toEqual([]);
  });

  test("is not reached by a name either, and the listed one is connected to where it was judged to be", async () => {
    const { port } = new URL(far.url);
    let resolved = 0;
    const { requestAt } = context.network;
    context = quickContext({
      network: {
        requestAt,
        // A name server that answers differently each time.
        resolve: async () => {
          resolved += 1;
          return resolved === 1 ? ["93.184.216.34", "127.0.0.1"] : ["127.0.0.1"];
        },
      },
    });
    const url = `http://internal.example:${port}/deploy`;
    const no = await deployerWith({ outbound: [] }).start(attemptTo(url));
    expect(no).toMatchObject({ kind: "refused", outcome: "error" });
    expect(far.seen).toEqual([]);
    handleOf(await deployerWith({ outbound: ["internal.example"] }).start(attemptTo(url)));
    expect(far.seen[0]?.headers["host"]).toBe(`internal.example:${port}`);
    expect(resolved).toBe(2);
  });
});

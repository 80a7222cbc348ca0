/** What is asked to verify a deployment, and what is made of the answers. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createContext } from "../../src/context.ts";
import type { Attempt, Deployer, Observation } from "../../src/deployers/contract.ts";
import { createProbe } from "../../src/deployers/probe.ts";
import { createPrometheus, readSight } from "../../src/deployers/prometheus.ts";
import type { StageDefinition } from "../../src/policy/pipeline.ts";
import { type Answering, answering } from "./answering.ts";
import { handleOf, makeAttempt } from "./attempts.ts";
import { operatorRules } from "./run-bench.ts";

const sha = "9bc1".repeat(10);
const other = "3f2a".repeat(10);

/** A clock that stands until it is moved; only what waits for the network takes its time. */
function standingClock() {
  const real = createContext().clock;
  let time = Date.UTC(2026, 10, 18, 16, 7, 3);
  const pass = (ms: number) => {
    time += ms;
  };
  return { clock: { ...real, now: () => time }, pass };
}

let far: Answering;
let time: ReturnType<typeof standingClock>;
beforeEach(async () => {
  far = await answering();
  time = standingClock();
});
afterEach(async () => {
  await far.close();
});

const probing = (outbound: readonly string[] = ["127.0.0.1"]) =>
  createProbe({ context: createContext({ clock: time.clock }), operator: operatorRules({ outbound }) });

type Probe = Extract<StageDefinition["deployer"], { kind: "probe" }>;

function attemptAt(path: string, definition: Partial<Probe> = {}, options: Partial<Attempt> = {}): Attempt {
  const url = path.includes("://") ? path : `${far.origin}${path}`;
  const probe = { kind: "probe", url, status: 200, holds: 0, ...definition } as const;
  return makeAttempt(probe, { sha, deadlineAt: time.clock.now() + 60_000, ...options });
}

/** Looks again and again, as much time passing between as it asks for, until it has ended. */
async function toTheEnd(deployer: Deployer, attempt: Attempt): Promise<Observation & { readonly looks: number }> {
  let handle = handleOf(await deployer.start(attempt));
  for (let looks = 1; ; looks += 1) {
    const seen = await deployer.observe(attempt, handle);
    if (seen.state !== "running") return { ...seen, looks };
    // As after a crash: nothing but what was stored is known.
    handle = JSON.parse(JSON.stringify(seen.handle));
    time.pass(seen.lookAgainMs ?? 0);
  }
}

const status = (code: number, body = "") => far.answer((_request, response) => void response.writeHead(code).end(body));

describe("http", () => {
  test("asks once where that is enough, with everything filled in", async () => {
    status(200, `version ${sha}`);
    const attempt = attemptAt("/version?of={ref}", { contains: "{sha}" }, { ref: "feature/a&b" });
    expect(await toTheEnd(probing(), attempt)).toMatchObject({
      state: "success",
      message: "answered 200 and says 9bc19bc",
      looks: 1,
    });
    expect(far.asked).toEqual(["GET /version?of=feature%2Fa%26b"]);
  });

  test.each([
    ["another status", 502, "", "answered 502, not 200"],
    ["a redirect, which is not followed", 302, "", "answered 302, not 200"],
    ["another commit", 200, `{"commit":"${other}"}`, "says 3f2a3f2, not 9bc19bc"],
    ["a short one of another commit", 200, "build 3f2a3f2", "says 3f2a3f2, not 9bc19bc"],
    ["no commit", 200, "<h1>\u001b[31mHello\u202e</h1>", "says “<h1>Hello</h1>”, not 9bc19bc"],
    ["nothing", 200, "", "says nothing, not 9bc19bc"],
  ])("%s until the time is over is a failure", async (_name, code, body, says) => {
    status(code, body);
    const ended = await toTheEnd(probing(), attemptAt("/", { contains: "{sha}" }));
    expect(ended).toMatchObject({ state: "failure", message: `${says}, and its time is over`, proven: true });
    expect(ended.outputTail).toBe(`16:07:03 to 16:08:03 UTC: ${says}`);
    expect(ended.looks).toBeGreaterThan(10);
    expect(ended.looks).toBeLessThan(50);
  });

  test.each([
    ["10.8.5", "10.8.5", "success"],
    ["shop v10.8.5.\n", "v{version}", "success"],
    ["shop:10.8.5-9bc19bc", "{version}", "success"],
    ["10.8.5.RC1", "{version}", "failure"],
    ["10.8.5-rc.2", "{version}", "failure"],
    ["10.8.5b1", "{version}", "failure"],
    ["v10.8.50", "v{version}", "failure"],
    ["110.8.5 or 1.10.8.5", "{version}", "failure"],
    ["10.8.5.RC1, before 10.8.5", "{version}", "success"],
  ] as const)("what says %s, asked for %s as 10.8.5, is a %s", async (body, contains, outcome) => {
    status(200, body);
    const ended = await toTheEnd(probing(), attemptAt("/", { contains }, { version: "10.8.5" }));
    expect(ended.state).toBe(outcome);
  });

  test("another status can be the right one", async () => {
    status(401);
    expect(await toTheEnd(probing(), attemptAt("/", { status: 401 }))).toMatchObject({ state: "success" });
  });

  test("it has to hold without a break, and what broke it is in the output", async () => {
    let asked = 0;
    far.answer((_request, response) => {
      asked += 1;
      response.writeHead(asked <= 2 || asked === 10 ? 503 : 200).end();
    });
    const ended = await toTheEnd(probing(), attemptAt("/", { holds: 10_000 }));
    expect(ended).toMatchObject({ state: "success", message: "answered 200, for 10 s without a break" });
    expect(ended.outputTail).toBe(
      [
        "16:07:03 to 16:07:04 UTC: answered 503, not 200",
        "16:07:05 to 16:07:11 UTC: answered 200",
        "16:07:12 UTC: answered 503, not 200",
        "16:07:13 to 16:07:23 UTC: answered 200",
      ].join("\n"),
    );
  });

  test("`within` ends it before the stage's own time is over", async () => {
    status(500);
    const began = time.clock.now();
    expect(await toTheEnd(probing(), attemptAt("/", { within: 5_000 }))).toMatchObject({ state: "failure" });
    expect(time.clock.now() - began).toBe(5_000);
  });

  test("while it holds, its message does not change from look to look", async () => {
    status(200);
    const attempt = attemptAt("/", { holds: 30_000 });
    const first = await probing().observe(attempt, handleOf(await probing().start(attempt)));
    expect(first).toMatchObject({ state: "running", message: "answered 200; this has to hold for 30 s" });
    time.pass(1_000);
    expect((await probing().observe(attempt, first.handle)).message).toBe(first.message);
  });

  test.each([
    ["hangs up", () => far.answer(undefined), undefined],
    ["has no name", () => undefined, "http://there-is-no-such.invalid/"],
  ])("who %s tells nothing: an error, never a failure", async (_name, way, url) => {
    way();
    const ended = await toTheEnd(probing(["127.0.0.1", "there-is-no-such.invalid"]), attemptAt(url ?? "/"));
    expect(ended).toMatchObject({
      state: "error",
      message: expect.stringContaining("until its deadline"),
      proven: true,
    });
  });

  test("nobody at the port tells nothing either", async () => {
    const { origin } = far;
    await far.close();
    const ended = await toTheEnd(probing(), attemptAt(`${origin}/`));
    expect(ended).toMatchObject({ state: "error", message: expect.stringContaining("ECONNREFUSED") });
    far = await answering();
  });

  test("a private host that the operator does not list is not asked, and that is said at once", async () => {
    const ended = await toTheEnd(probing([]), attemptAt("/"));
    expect(ended).toMatchObject({ state: "error", looks: 1, message: expect.stringContaining("`outbound`") });
    expect(far.asked).toEqual([]);
  });

  test("a revision without a version is not asked for one", async () => {
    expect(await probing().start(attemptAt("/", { contains: "{version}" }))).toEqual({
      kind: "refused",
      outcome: "error",
      message: "this revision has no version, which it would be asked for",
    });
  });

  test("of a long page the beginning counts", async () => {
    status(200, `${sha}${"x".repeat(300_000)}`);
    expect(await toTheEnd(probing(), attemptAt("/", { contains: "{sha}" }))).toMatchObject({ state: "success" });
  });
});

describe("what a Prometheus answers", () => {
  const vector = (...found: readonly string[]) =>
    JSON.stringify({
      status: "success",
      data: { resultType: "vector", result: found.map((value) => ({ metric: {}, value: [1, value] })) },
    });
  const refused = (errorType: string) => JSON.stringify({ status: "error", errorType, error: "it says why" });

  test.each([
    ["one sample", 200, vector("0.4"), "right", "is 0.4, less than 1"],
    [
      "a scalar",
      200,
      '{"status":"success","data":{"resultType":"scalar","result":[1,"0"]}}',
      "right",
      "is 0, less than 1",
    ],
    ["too much", 200, vector("1e+06"), "wrong", "is 1e+06, not less than 1"],
    ["without end", 200, vector("+Inf"), "wrong", "is +Inf, not less than 1"],
    ["nothing", 200, vector(), "untold", "the query gives nothing at present"],
    ["NaN", 200, vector("NaN"), "untold", "the query gives NaN, which is no number"],
    ["no number at all", 200, vector("low"), "untold", "the query gives low, which is no number"],
    ["several series", 200, vector("0", "0"), "untold", "the query gives 2 series, and has to give one number"],
    ["a time that passes", 503, refused("timeout"), "untold", "Prometheus refused the query: it says why"],
    ["a page", 200, "<html>", "untold", "answered 200 with what is no answer of a Prometheus"],
    ["another shape", 200, '{"status":"success"}', "untold", "answered 200 with what is no answer of a Prometheus"],
    ["not found", 404, "404 page not found", "untold", "answered 404 with what is no answer of a Prometheus"],
  ])("%s", (_name, code, body, kind, says) => {
    expect(readSight(code, body, { below: 1 })).toEqual({ kind, says });
  });

  test.each([
    ["a query that is none", refused("bad_data"), "Prometheus refused the query: it says why"],
    [
      "a range of time",
      '{"status":"success","data":{"resultType":"matrix","result":[]}}',
      "the query gives a matrix, and has to give one number",
    ],
  ])("%s is not asked again", (_name, body, says) => {
    expect(readSight(400, body, { below: 1 })).toEqual({ kind: "untold", says, final: true });
  });

  test("a value cannot end the quotes that it is put in", async () => {
    far.answer((_request, response) => void response.end(vector("0")));
    const definition = { kind: "prometheus", url: `${far.origin}/`, bounds: { below: 1 }, holds: 0 } as const;
    const attempt = makeAttempt(
      { ...definition, query: 'sum(errors{ref="{ref}"})' },
      { sha, ref: 'a"} or vector(0) #', deadlineAt: time.clock.now() + 1_000 },
    );
    const deployer = createPrometheus({ context: createContext({ clock: time.clock }), operator: operatorRules() });
    expect(await toTheEnd(deployer, attempt)).toMatchObject({ state: "success" });
    const [, asked] = far.asked[0]?.split(" ") ?? [];
    const { pathname, searchParams } = new URL(asked ?? "", far.origin);
    expect(pathname).toBe("/api/v1/query");
    expect(searchParams.get("query")).toBe('sum(errors{ref="a\\"} or vector(0) #"})');
  });
});

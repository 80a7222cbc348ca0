/** Queries answered by a real Prometheus. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createContext } from "../../src/context.ts";
import { createPrometheus } from "../../src/deployers/prometheus.ts";
import type { Bounds } from "../../src/policy/verification.ts";
import { inCi } from "../browser/chromium.ts";
import { handleOf, makeAttempt, until, untilEnded } from "./attempts.ts";
import { prometheusPath, type RealPrometheus, startPrometheus, withoutPrometheus } from "./real-prometheus.ts";
import { operatorRules } from "./run-bench.ts";

const program = prometheusPath();
if (program === undefined) process.stderr.write(`\n${withoutPrometheus}\n`);

test("in CI the tests with a Prometheus are never skipped", () => {
  if (inCi()) expect(program, withoutPrometheus).toBeDefined();
  expect(prometheusPath({ PROMETHEUS_PATH: "/nowhere/prometheus" })).toBeUndefined();
});

describe.skipIf(program === undefined)("a real Prometheus", () => {
  let prometheus: RealPrometheus;
  const deployer = createPrometheus({ context: createContext(), operator: operatorRules() });

  /** `within`: long enough for whatever the machine is busy with, where the answer is to come; short where it never will. */
  async function verify(query: string, bounds: Bounds, within: number, holds = 0) {
    const definition = { kind: "prometheus", url: prometheus.url, query, bounds, holds, within } as const;
    const attempt = makeAttempt(definition, { sha: "a".repeat(40), deadlineAt: Date.now() + 120_000 });
    return await untilEnded(deployer, attempt, handleOf(await deployer.start(attempt)));
  }

  beforeAll(async () => {
    prometheus = await startPrometheus(program ?? "");
    prometheus.expose('errors{version="1.4.0"} 3\nerrors{version="1.3.0"} 40\n');
    await until(async () => ((await verify("sum(errors)", { atLeast: 43 }, 1)).state === "success" ? true : undefined));
  });
  afterAll(async () => {
    await prometheus.close();
  });

  test("a number within its bounds is right", async () => {
    expect(await verify('errors{version="1.4.0"}', { below: 5, above: 1 }, 60_000)).toMatchObject({
      state: "success",
      message: "is 3, less than 5 and greater than 1",
    });
    expect(await verify("scalar(sum(errors))", { atMost: 43 }, 60_000)).toMatchObject({ state: "success" });
  });

  test("one that stays outside them has failed", async () => {
    expect(await verify("sum(errors)", { below: 5 }, 1_000)).toMatchObject({
      state: "failure",
      message: "is 43, not less than 5, and its time is over",
    });
  });

  test.each([
    ["nothing", "there_is_no_such_thing", "the query gives nothing at present"],
    ["NaN", "sum(errors) * 0 / 0", "the query gives NaN, which is no number"],
    ["several series", "errors", "the query gives 2 series, and has to give one number"],
  ])("%s cannot be told", async (_name, query, says) => {
    expect(await verify(query, { below: 100 }, 1_000)).toMatchObject({
      state: "error",
      message: `${says}, until its deadline`,
    });
  });

  test.each([
    ["what is no query", "sum(errors", "Prometheus refused the query: "],
    ["a range", "errors[5m]", "the query gives a matrix"],
    ["text", '"3"', "the query gives a string"],
  ])("%s is an error at once", async (_name, query, says) => {
    const ended = await verify(query, { below: 100 }, 60_000);
    expect(ended).toMatchObject({ state: "error", message: expect.stringContaining(says) });
  });

  test("it follows what changes, and holds what has to hold", async () => {
    prometheus.expose('errors{version="1.4.0"} 0\nerrors{version="1.3.0"} 0\n');
    expect(await verify("sum(errors)", { below: 1 }, 60_000, 1_500)).toMatchObject({
      state: "success",
      message: "is 0, less than 1, for 2 s without a break",
    });
  });
});

import { pino } from "pino";
import { type Context, createContext } from "../../src/context.ts";
import type { Attempt, Deployer } from "../../src/deployers/contract.ts";
import { createHttpDeployer } from "../../src/deployers/http.ts";
import { createProbe } from "../../src/deployers/probe.ts";
import { createPrometheus } from "../../src/deployers/prometheus.ts";
import type { OperatorRules } from "../../src/operations/bot.ts";
import type { StageDefinition } from "../../src/policy/pipeline.ts";
import { testFaults } from "../harness/fault-points.ts";
import { answering } from "./answering.ts";
import { makeAttempt } from "./attempts.ts";
import { type ContractBench, deployerContract } from "./contract.ts";
import { farSide } from "./far-side.ts";
import { operatorRules, runBench } from "./run-bench.ts";

deployerContract({
  name: "run",
  faultPoints: ["run.asked-git-access", "run.spawned", "run.ordered", "run.answered"],
  begins: 1,
  refusesSecondStart: true,
  findsNothing: "impossible",
  cancels: true,
  provesDeadline: true,
  async open() {
    const bench = runBench();
    const attempts: Attempt[] = [];
    return {
      ...bench,
      attempt(ends, options) {
        const attempt = bench.attempt(bench.counting(ends === "success" ? "echo done" : "exit 7"), options);
        attempts.push(attempt);
        return attempt;
      },
      close: () => bench.close(attempts),
    };
  },
});

deployerContract({
  name: "http",
  faultPoints: ["http.answered"],
  begins: 1,
  refusesSecondStart: true,
  findsNothing: "impossible",
  cancels: false,
  provesDeadline: false,
  async open() {
    const far = await farSide();
    const faults = testFaults();
    const context = createContext({ faults });
    let ends: "success" | "failure" = "success";
    return {
      deployer: createHttpDeployer({ context, log: pino({ level: "silent" }), operator: operatorRules() }),
      faults,
      attempt(wanted, options) {
        ends = wanted;
        return makeAttempt({ kind: "http", url: far.url }, { sha: "a".repeat(40), ...options });
      },
      letGo: () => far.say({ status: ends, message: `the far side says ${ends}` }),
      running: async () => undefined,
      counted: far.starts,
      close: far.close,
    };
  },
});

/** A clock that runs, and that leaps over what is waited for once what answers wrong is let go. */
function leapingClock() {
  const { clock } = createContext();
  let leapt = 0;
  const leap = (ms: number) => {
    leapt += ms;
  };
  return { clock: { ...clock, now: () => clock.now() + leapt }, leap };
}

/** What a verification asks hangs up until it is let go, and then answers right, or wrong until the time is over. */
async function openVerifier(
  make: (options: { context: Context; operator: OperatorRules }) => Deployer,
  definition: (origin: string) => StageDefinition["deployer"],
  answers: { readonly success: string; readonly failure: string },
): Promise<ContractBench> {
  const far = await answering();
  const faults = testFaults();
  const { clock, leap } = leapingClock();
  let ends: "success" | "failure" = "success";
  return {
    deployer: make({ context: createContext({ faults, clock }), operator: operatorRules() }),
    faults,
    attempt(wanted, options) {
      ends = wanted;
      return makeAttempt(definition(far.origin), { sha: "a".repeat(40), ...options });
    },
    letGo() {
      far.answer((_request, response) => void response.end(answers[ends]));
      if (ends === "failure") leap(120_000);
    },
    running: async () => undefined,
    counted: () => far.asked.filter((one) => !one.startsWith("GET ")).length,
    close: far.close,
  };
}

deployerContract({
  name: "probe",
  faultPoints: [],
  begins: 0,
  refusesSecondStart: true,
  findsNothing: "impossible",
  cancels: true,
  provesDeadline: true,
  open: () =>
    openVerifier(
      createProbe,
      (origin) => ({ kind: "probe", url: `${origin}/version`, status: 200, contains: "{sha}", holds: 0 }),
      { success: "a".repeat(40), failure: "b".repeat(40) },
    ),
});

const number = (text: string) =>
  JSON.stringify({ status: "success", data: { resultType: "scalar", result: [1, text] } });

deployerContract({
  name: "prometheus",
  faultPoints: [],
  begins: 0,
  refusesSecondStart: true,
  findsNothing: "impossible",
  cancels: true,
  provesDeadline: true,
  open: () =>
    openVerifier(
      createPrometheus,
      (origin) => ({ kind: "prometheus", url: origin, query: "errors", bounds: { below: 1 }, holds: 0 }),
      { success: number("0"), failure: number("1") },
    ),
});

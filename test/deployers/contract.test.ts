import { pino } from "pino";
import { createContext } from "../../src/context.ts";
import type { Attempt } from "../../src/deployers/contract.ts";
import { createHttpDeployer } from "../../src/deployers/http.ts";
import { testFaults } from "../harness/fault-points.ts";
import { makeAttempt } from "./attempts.ts";
import { deployerContract } from "./contract.ts";
import { farSide } from "./far-side.ts";
import { operatorRules, runBench } from "./run-bench.ts";

deployerContract({
  name: "run",
  faultPoints: ["run.asked-git-access", "run.spawned", "run.ordered", "run.answered"],
  begins: 1,
  refusesSecondStart: true,
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

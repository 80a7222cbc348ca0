/** The stage that waits for a release on GitHub: it only says that the release is wanted, as often as it likes. */
import { createContext } from "../../src/context.ts";
import type { Attempt } from "../../src/deployers/contract.ts";
import { createReleaseDeployer } from "../../src/deployers/release.ts";
import type { StandingRelease } from "../../src/operations/releases.ts";
import { testFaults } from "../harness/fault-points.ts";
import { makeAttempt } from "./attempts.ts";
import { deployerContract } from "./contract.ts";

deployerContract({
  name: "release",
  faultPoints: [],
  begins: 1,
  refusesSecondStart: true,
  findsNothing: "impossible",
  cancels: true,
  provesDeadline: true,
  async open() {
    const faults = testFaults();
    const wanted = new Map<number, StandingRelease>();
    const ends = new Map<number, StandingRelease>();
    const made = { kind: "made", tag: "v1.4.0", url: "https://github.example/releases/v1.4.0" } as const;
    return {
      deployer: createReleaseDeployer({
        clock: createContext({ faults }).clock,
        releases: {
          async want(deployment) {
            if (!wanted.has(deployment)) wanted.set(deployment, { kind: "wanted" });
          },
          standing: async (deployment) => wanted.get(deployment),
        },
      }),
      faults,
      attempt(outcome, options): Attempt {
        const attempt = makeAttempt({ kind: "release" }, { sha: "a".repeat(40), ...options });
        ends.set(attempt.deployment, outcome === "success" ? made : { kind: "refused", why: "GitHub refuses it" });
        return attempt;
      },
      letGo() {
        for (const deployment of wanted.keys()) wanted.set(deployment, ends.get(deployment) ?? made);
      },
      running: async () => undefined,
      counted: () => wanted.size,
      close: async () => undefined,
    };
  },
});

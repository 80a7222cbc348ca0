/** The hours in which the environment may be deployed to. Outside of them everything waits but a rollback and a hotfix. */
import type { Facts, GateResult } from "../model.ts";
import { opening } from "../windows.ts";
import { pass, wait } from "./gate.ts";

export function window({ now, policy, request }: Facts): GateResult {
  if (policy.window === undefined) return pass("window", { code: "window.none" });
  const found = opening(policy.window, now);
  if (found.kind === "open") {
    return pass("window", { code: "window.open", ...(found.until === undefined ? {} : { until: found.until }) });
  }
  if (request.kind === "rollback") return pass("window", { code: "window.passed-by-rollback" });
  if (request.hotfix === true) return pass("window", { code: "window.passed-by-hotfix" });
  const { allow, timezone } = policy.window;
  const opens = found.opens === undefined ? {} : { opens: found.opens };
  const time = found.opens === undefined ? [] : [{ kind: "time", at: found.opens } as const];
  return wait("window", { code: "window.closed", allow, timezone, ...opens }, ...time);
}

/** The decision: every gate is asked and every answer kept, never just the first that says no. */
import { access } from "./gates/access.ts";
import { approvals } from "./gates/approvals.ts";
import { checks } from "./gates/checks.ts";
import { freeze } from "./gates/freeze.ts";
import type { Gate } from "./gates/gate.ts";
import { hold } from "./gates/hold.ts";
import { lock } from "./gates/lock.ts";
import { order } from "./gates/order.ts";
import { quarantine } from "./gates/quarantine.ts";
import { queue } from "./gates/queue.ts";
import { ready } from "./gates/ready.ts";
import { soak } from "./gates/soak.ts";
import { window } from "./gates/window.ts";
import { type Facts, type GateName, gateNames, type Verdict } from "./model.ts";

const gates: Readonly<Record<GateName, Gate>> = {
  access,
  ready,
  lock,
  freeze,
  window,
  order,
  checks,
  soak,
  quarantine,
  hold,
  approvals,
  queue,
};

export function evaluate(facts: Facts): Verdict {
  const results = gateNames.map((name) => gates[name](facts));
  const has = (result: "wait" | "block") => results.some((one) => one.result === result);
  return { outcome: has("block") ? "stop" : has("wait") ? "wait" : "go", gates: results };
}

/**
 * The decision: every gate is asked and every answer kept, never just the first that says no.
 *
 * A change of the policy cannot approve itself: while what is live was deployed under another one, both are asked, and
 * both have to pass. Where the earlier one answers otherwise, its answer stands after the present one's.
 */
import { canonicalJson } from "./canonical-hash.ts";
import { access } from "./gates/access.ts";
import { approvals, judgeApproval } from "./gates/approvals.ts";
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
import {
  type ApprovalFacts,
  type EarlierFacts,
  type Facts,
  type GateName,
  type GateResult,
  gateNames,
  type Verdict,
} from "./model.ts";
import type { ApprovalRefusal } from "./reasons.ts";

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
  const { earlier } = facts;
  const results: GateResult[] = [];
  const before = earlier === undefined ? undefined : underEarlier(facts, earlier);
  for (const name of gateNames) {
    const present = gates[name](facts);
    results.push(present);
    if (before === undefined) continue;
    const other = gates[name](before);
    if (says(present) !== says(other)) results.push({ ...other, earlier: true });
  }
  const has = (result: "wait" | "block") => results.some((one) => one.result === result);
  return { outcome: has("block") ? "stop" : has("wait") ? "wait" : "go", gates: results };
}

/** The same snapshot, to be judged by the policy that was in force before. */
function underEarlier(facts: Facts, earlier: EarlierFacts): Facts {
  const { before: _b, emptyGroups: _g, earlier: _e, ...rest } = facts;
  const { unreadApprovers: _a, unreadMayAsk: _m, unreadMayHotfix: _h, ...same } = rest;
  return { ...same, ...earlier };
}

/** Why an answer counts by none of the policies that are asked; the present one speaks. */
export function judgeAnswer(approval: ApprovalFacts, facts: Facts): ApprovalRefusal | undefined {
  const refusal = judgeApproval(approval, facts);
  if (refusal === undefined || facts.earlier === undefined) return refusal;
  return judgeApproval(approval, underEarlier(facts, facts.earlier)) === undefined ? undefined : refusal;
}

/** Two passes are the same answer, whatever lets them pass; and the ask has one time, that of the shorter policy. */
function says({ result, reason }: GateResult): string {
  return result === "pass" ? result : `${result} ${canonicalJson({ ...reason, expiresAt: undefined })}`;
}

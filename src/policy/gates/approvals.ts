/**
 * Enough different people who may approve said yes to exactly this.
 *
 * Each answer is judged by itself, against the policy and the ask as they are now, and whoever does not count can be
 * told why. When it is not known who may approve, nobody counts.
 */
import { distinctLogins, hasLogin, sameLogin } from "../logins.ts";
import type { ApprovalFacts, Facts, GateResult, Instant } from "../model.ts";
import type { ApprovalPolicy } from "../pipeline.ts";
import type { ApprovalRefusal } from "../reasons.ts";
import { block, pass, wait } from "./gate.ts";

export function approvals(facts: Facts): GateResult {
  const { policy, request } = facts;
  const rules = policy.approvals;
  if (rules === undefined) return pass("approvals", { code: "approvals.not-required" });
  if (request.kind === "rollback" && request.rollbackTarget === "previous") {
    return pass("approvals", { code: "approvals.not-required-for-rollback" });
  }
  const counting = facts.approvals.filter((approval) => judgeApproval(approval, facts) === undefined);
  const rejecting = counting.find((approval) => approval.answer === "reject");
  if (rejecting !== undefined) {
    return block("approvals", { code: "approvals.rejected", by: rejecting.login ?? rejecting.person });
  }
  const by = distinctLogins(counting.flatMap(({ login }) => (login === undefined ? [] : [login])));
  if (by.length >= rules.count) return pass("approvals", { code: "approvals.enough", by });
  const candidates = candidatesOf(facts, rules).filter((login) => !hasLogin(by, login));
  const { count } = rules;
  // When membership could not be read, nobody knows whether the count can be reached; saying that it cannot would be false.
  if (facts.approvers !== undefined && by.length + candidates.length < count) {
    const reason = { code: "approvals.cannot-be-reached", count, by, candidates } as const;
    return wait("approvals", reason, { kind: "whoever-may-ask" });
  }
  const expiresAt = askExpiresAt(facts);
  const until = expiresAt === undefined ? {} : { expiresAt };
  return wait("approvals", { code: "approvals.missing", count, by, candidates, ...until }, { kind: "approvers" });
}

/** Until when the present ask stands; undefined when nothing is asked or no approvals are needed. */
export function askExpiresAt({ policy, askedAt }: Facts): Instant | undefined {
  if (askedAt === undefined || policy.approvals === undefined) return undefined;
  return askedAt + policy.approvals.expires;
}

/** Why an answer does not count, the first reason in a fixed order; undefined when it counts. */
export function judgeApproval(approval: ApprovalFacts, facts: Facts): ApprovalRefusal | undefined {
  const { login, ask } = approval;
  if (approval.bot) return { code: "bot" };
  if (approval.stranger) return { code: "stranger" };
  if (approval.guest) return { code: "guest" };
  if (login === undefined) return { code: "not-linked" };
  if (facts.approvers === undefined) return { code: "membership-unknown" };
  const rules = facts.policy.approvals;
  if (rules === undefined || !hasLogin(facts.approvers, login)) return { code: "not-an-approver" };
  const excluded = exclude(login, facts, rules);
  if (excluded !== undefined) return excluded;
  if (ask.from !== facts.environment.live?.revision.sha) return { code: "from-changed" };
  if (ask.tree !== facts.revision.tree) return { code: "content-changed" };
  if (ask.policy !== facts.policyHash) return { code: "policy-changed" };
  const expiresAt = askExpiresAt(facts);
  if (expiresAt !== undefined && approval.at >= expiresAt) return { code: "expired" };
  // Before the merge no ask is put up: a yes stands for as long as an ask would have, from when it was said.
  const standsUntil = facts.request.unmerged === true ? approval.at + rules.expires : undefined;
  if (standsUntil !== undefined && facts.now >= standsUntil) return { code: "expired" };
  return undefined;
}

/** People who may approve, but not this: it is their own. Who merged is who asked, so `requester` speaks for both. */
function exclude(login: string, facts: Facts, rules: ApprovalPolicy): ApprovalRefusal | undefined {
  const { request, revision } = facts;
  if (!rules.requester && sameLogin(login, request.mergedBy)) return { code: "merger" };
  if (!rules.requester && sameLogin(login, request.requestedBy)) return { code: "requester" };
  if (!rules.authors && hasLogin(revision.authors, login)) return { code: "author" };
  return undefined;
}

function candidatesOf(facts: Facts, rules: ApprovalPolicy): readonly string[] {
  return distinctLogins(facts.approvers ?? []).filter((login) => exclude(login, facts, rules) === undefined);
}

/**
 * Enough different people who may approve said yes to exactly this.
 *
 * Each answer is judged by itself, against the policy and the ask as they are now, and whoever does not count can be
 * told why. When it is not known who may approve, nobody counts and nothing is decided for good.
 */
import { distinctLogins, hasLogin, sameLogin } from "../logins.ts";
import type { ApprovalFacts, Facts, GateResult, Instant, PeopleFacts } from "../model.ts";
import type { ApprovalPolicy } from "../pipeline.ts";
import type { ApprovalRefusal, Excluded } from "../reasons.ts";
import { block, pass, wait } from "./gate.ts";

export function approvals(facts: Facts): GateResult {
  const rules = rulesFor(facts);
  if (rules === undefined) {
    const code = facts.policy.approvals === undefined ? "not-required" : "not-required-for-rollback";
    return pass("approvals", { code: `approvals.${code}` });
  }
  const { count } = rules;
  const { approvers } = facts;
  if (approvers === undefined) {
    const groups = facts.unreadApprovers ?? [];
    return wait("approvals", { code: "approvals.membership-unknown", count, groups }, { kind: "membership", groups });
  }
  const counting = facts.approvals.filter((approval) => judgeApproval(approval, facts) === undefined);
  const rejecting = counting.find((approval) => approval.answer === "reject");
  if (rejecting !== undefined) {
    return block("approvals", { code: "approvals.rejected", by: rejecting.login ?? rejecting.person });
  }
  const by = distinctLogins(counting.flatMap(({ login }) => (login === undefined ? [] : [login])));
  if (by.length >= count) return pass("approvals", { code: "approvals.enough", by });
  const others = distinctLogins(approvers).filter((login) => !hasLogin(by, login));
  const excluded = others.flatMap((login) => excludedBy(login, facts, rules) ?? []);
  const candidates = others.filter((login) => !excluded.some((one) => one.login === login));
  if (by.length + candidates.length < count) {
    const empty = facts.emptyGroups ?? [];
    const reason = { code: "approvals.cannot-be-reached", count, by, candidates, excluded, empty } as const;
    return wait("approvals", reason, { kind: "whoever-may-ask" });
  }
  const expiresAt = askExpiresAt(facts);
  const until = expiresAt === undefined ? {} : { expiresAt };
  return wait("approvals", { code: "approvals.missing", count, by, candidates, ...until }, { kind: "approvers" });
}

/** Going back to what was live and healthy before needs nobody's yes. */
function rulesFor({ policy, request }: Facts): ApprovalPolicy | undefined {
  return request.kind === "rollback" && request.rollbackTarget === "previous" ? undefined : policy.approvals;
}

/** Whether this is somebody who may approve by one of the policies, or could be while nobody can tell. */
export function mayBeApprover(people: PeopleFacts & { readonly earlier?: PeopleFacts }, login: string): boolean {
  const lists = [people, ...(people.earlier === undefined ? [] : [people.earlier])];
  return lists.some(({ approvers }) => approvers === undefined || hasLogin(approvers, login));
}

/** How long an ask stands, in ms: what the shorter of the policies says that ask for approvals. */
export function askStands({ policy, earlier }: Facts): number | undefined {
  const times = [policy, earlier?.policy].flatMap((one) => one?.approvals?.expires ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Until when the present ask stands; undefined when nothing is asked or no approvals are needed. */
export function askExpiresAt(facts: Facts): Instant | undefined {
  const stands = askStands(facts);
  return facts.askedAt === undefined || stands === undefined ? undefined : facts.askedAt + stands;
}

/** When those who may approve are reminded: a quarter of the ask's time is left. */
export function remindAt(facts: Facts): Instant | undefined {
  const stands = askStands(facts);
  return facts.askedAt === undefined || stands === undefined ? undefined : facts.askedAt + Math.floor(stands * 0.75);
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
  const excluded = excludedBy(login, facts, rules);
  if (excluded !== undefined) return { code: excluded.why };
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

/**
 * People who may approve, but not this: it is their own. Whoever merged what ships has said yes to it already, whoever
 * asks for it now, so `requester` speaks for both.
 */
function excludedBy(login: string, facts: Facts, rules: ApprovalPolicy): Excluded | undefined {
  const { request, revision } = facts;
  const merged = sameLogin(login, request.mergedBy) || hasLogin(revision.mergers, login);
  if (!rules.requester && merged) return { login, why: "merger" };
  const asked = sameLogin(login, request.requestedBy) || hasLogin(request.requestedAlsoAs ?? [], login);
  if (!rules.requester && asked) return { login, why: "requester" };
  if (!rules.authors && hasLogin(revision.authors, login)) return { login, why: "author" };
  return undefined;
}

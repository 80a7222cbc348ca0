import { describe, expect, test } from "vitest";
import { evaluate, judgeAnswer } from "../../src/policy/evaluate.ts";
import { approvals, askExpiresAt, judgeApproval, remindAt } from "../../src/policy/gates/approvals.ts";
import type { ApprovalFacts, Facts } from "../../src/policy/model.ts";
import {
  approval,
  approvalRules,
  facts,
  hour,
  merge,
  minute,
  now,
  olderRollback,
  policy,
  rollback,
  sha,
} from "./some-facts.ts";

const ask = approval("alice").ask;
const rules = (change: Partial<typeof approvalRules> = {}) => ({
  policy: { approvals: { ...approvalRules, ...change } },
});

describe("one answer", () => {
  test.each<[string, ApprovalFacts, string | undefined]>([
    ["an approver", approval("alice"), undefined],
    ["an approver in another case", approval("ALICE"), undefined],
    ["an approver's no", approval("alice", { answer: "reject" }), undefined],
    ["a bot", approval("alice", { bot: true }), "bot"],
    ["a guest", approval("alice", { guest: true }), "guest"],
    ["somebody of another workspace", approval("alice", { stranger: true }), "stranger"],
    ["somebody without a GitHub login", approval(undefined), "not-linked"],
    ["somebody else", approval("mallory"), "not-an-approver"],
    ["another base", approval("alice", { ask: { ...ask, from: sha("a") } }), "from-changed"],
    ["no base yet", approval("alice", { ask: { ...ask, from: undefined } }), "from-changed"],
    ["another content", approval("alice", { ask: { ...ask, tree: sha("9") } }), "content-changed"],
    ["another policy", approval("alice", { ask: { ...ask, policy: "policy-0" } }), "policy-changed"],
    ["in the last moment", approval("alice", { at: now - 10 * minute + 8 * hour - 1 }), undefined],
    ["too late", approval("alice", { at: now - 10 * minute + 8 * hour }), "expired"],
    ["the asker", approval("bob"), "requester"],
    ["the asker by another login of theirs", approval("erin"), "requester"],
    ["the merger", approval("Dora"), "merger"],
    ["an author", approval("carol"), "author"],
    ["a bot that is no approver either", approval("mallory", { bot: true }), "bot"],
    ["the asker, of another content", approval("bob", { ask: { ...ask, tree: sha("9") } }), "requester"],
  ])("%s", (_, given, expected) => {
    const request = { mergedBy: "dora", requestedAlsoAs: ["Erin"] };
    const snapshot = facts({ ...rules(), approvers: ["alice", "bob", "carol", "dora", "erin"], request });
    expect(judgeApproval(given, snapshot)?.code).toBe(expected);
  });

  test.each([
    ["bob", "requester", { requester: true }],
    ["dora", "merger", { requester: true }],
    ["carol", "author", { authors: true }],
  ] as const)("%s counts only when the policy lets the %s", (login, refusal, relaxed) => {
    const snapshot = (change: Partial<typeof approvalRules>) =>
      facts({ ...rules(change), approvers: [login], request: { mergedBy: "dora" } });
    expect(judgeApproval(approval(login), snapshot({}))).toEqual({ code: refusal });
    expect(judgeApproval(approval(login), snapshot(relaxed))).toBeUndefined();
  });

  test("nobody counts while it is not known who may approve", () => {
    expect(judgeApproval(approval("alice"), facts({ ...rules(), approvers: "unknown" }))).toEqual({
      code: "membership-unknown",
    });
  });

  test("the first deployment has no base, and an answer to exactly that counts", () => {
    const { live: _, ...environment } = facts().environment;
    const snapshot = { ...facts(rules()), environment };
    expect(judgeApproval(approval("alice", { ask: { ...ask, from: undefined } }), snapshot)).toBeUndefined();
    expect(judgeApproval(approval("alice"), snapshot)).toEqual({ code: "from-changed" });
  });
});

describe("the gate", () => {
  const expiresAt = now - 10 * minute + 8 * hour;

  test.each([
    [
      "not asked for",
      facts({ approvals: [approval("alice", { answer: "reject" })] }),
      "pass",
      { code: "approvals.not-required" },
    ],
    ["a rollback", facts({ ...rules(), request: rollback }), "pass", { code: "approvals.not-required-for-rollback" }],
    [
      "a rollback to an older one",
      facts({ ...rules(), request: olderRollback }),
      "wait",
      { code: "approvals.missing", count: 1, by: [], candidates: ["alice", "dora", "erin"], expiresAt },
    ],
    [
      "one of one",
      facts({ ...rules(), approvals: [approval("alice")] }),
      "pass",
      { code: "approvals.enough", by: ["alice"] },
    ],
    [
      "one of two",
      facts({ ...rules({ count: 2 }), approvals: [approval("alice")] }),
      "wait",
      { code: "approvals.missing", count: 2, by: ["alice"], candidates: ["dora", "erin"], expiresAt },
    ],
    [
      "the same person twice is one",
      facts({ ...rules({ count: 2 }), approvals: [approval("alice"), approval("Alice", { via: "review" })] }),
      "wait",
      { code: "approvals.missing", count: 2, by: ["alice"], candidates: ["dora", "erin"], expiresAt },
    ],
    [
      "two of two",
      facts({ ...rules({ count: 2 }), approvals: [approval("alice"), approval("dora")] }),
      "pass",
      { code: "approvals.enough", by: ["alice", "dora"] },
    ],
    [
      "the asker's own",
      facts({ ...rules(), approvers: ["alice", "bob"], approvals: [approval("bob")] }),
      "wait",
      { code: "approvals.missing", count: 1, by: [], candidates: ["alice"], expiresAt },
    ],
    [
      "an approver says no",
      facts({ ...rules(), approvals: [approval("alice"), approval("dora", { answer: "reject" })] }),
      "block",
      { code: "approvals.rejected", by: "dora" },
    ],
    [
      "somebody else says no",
      facts({ ...rules(), approvals: [approval("alice"), approval("mallory", { answer: "reject" })] }),
      "pass",
      { code: "approvals.enough", by: ["alice"] },
    ],
    [
      "an approver's no to another content",
      facts({ ...rules(), approvals: [approval("dora", { answer: "reject", ask: { ...ask, tree: sha("9") } })] }),
      "wait",
      { code: "approvals.missing", count: 1, by: [], candidates: ["alice", "dora", "erin"], expiresAt },
    ],
    [
      "only those are left who may not",
      facts({ ...rules(), approvers: ["bob", "carol"] }),
      "wait",
      {
        ...{ code: "approvals.cannot-be-reached", count: 1, by: [], candidates: [], empty: [] },
        excluded: [
          { login: "bob", why: "requester" },
          { login: "carol", why: "author" },
        ],
      },
    ],
    [
      "two of which one is the merger",
      facts({ ...rules({ count: 2 }), approvers: ["alice", "dora"], request: { ...merge, mergedBy: "dora" } }),
      "wait",
      {
        ...{ code: "approvals.cannot-be-reached", count: 2, by: [], candidates: ["alice"], empty: [] },
        excluded: [{ login: "dora", why: "merger" }],
      },
    ],
    [
      "a command's asker did not merge what ships, and whoever did may not approve it",
      facts({
        ...rules(),
        approvers: ["alice", "dora"],
        revision: { mergers: ["Dora"] },
        approvals: [approval("dora")],
      }),
      "wait",
      { code: "approvals.missing", count: 1, by: [], candidates: ["alice"], expiresAt },
    ],
    [
      "who merged may approve where the requester may",
      facts({ ...rules({ requester: true }), revision: { mergers: ["dora"] }, approvals: [approval("dora")] }),
      "pass",
      { code: "approvals.enough", by: ["dora"] },
    ],
    [
      "nobody is in the groups",
      facts({ ...rules(), approvers: [], emptyGroups: ["team:acme/sre"] }),
      "wait",
      {
        ...{ code: "approvals.cannot-be-reached", count: 1, by: [], candidates: [], excluded: [] },
        empty: ["team:acme/sre"],
      },
    ],
    [
      "authors who are allowed",
      facts({ ...rules({ authors: true }), approvers: ["carol"], approvals: [approval("carol")] }),
      "pass",
      { code: "approvals.enough", by: ["carol"] },
    ],
    [
      "members are not known",
      facts({
        ...rules(),
        approvers: "unknown",
        unreadApprovers: ["team:acme/sre"],
        approvals: [approval("alice"), approval("dora", { answer: "reject" })],
      }),
      "wait",
      { code: "approvals.membership-unknown", count: 1, groups: ["team:acme/sre"] },
    ],
    [
      "too late",
      facts({ ...rules(), now: expiresAt + hour, approvals: [approval("alice", { at: expiresAt })] }),
      "wait",
      { code: "approvals.missing", count: 1, by: [], candidates: ["alice", "dora", "erin"], expiresAt },
    ],
    [
      "in time, judged later",
      facts({ ...rules(), now: expiresAt + hour, approvals: [approval("alice")] }),
      "pass",
      { code: "approvals.enough", by: ["alice"] },
    ],
  ] as const)("%s", (_, given, result, reason) => {
    expect(approvals(given)).toMatchObject({ gate: "approvals", result });
    expect(approvals(given).reason).toEqual(reason);
  });

  test("an ask stands from when it was put up", () => {
    expect(askExpiresAt(facts(rules({ expires: hour })))).toBe(now + 50 * minute);
    expect(askExpiresAt(facts())).toBeUndefined();
  });
});

describe("the policy under which what is live was deployed", () => {
  const strict = { ...policy, approvals: { ...approvalRules, count: 2 } };
  const earlier = { policy: strict, approvers: ["alice", "dora"], mayAsk: undefined, mayHotfix: undefined };
  const answersOf = (given: Facts) =>
    evaluate({ ...given, earlier }).gates.flatMap((gate) =>
      gate.gate === "approvals"
        ? [`${gate.earlier === true ? "earlier" : "present"} ${gate.result} ${gate.reason.code}`]
        : [],
    );

  test.each<[string, Facts, readonly string[]]>([
    [
      "both want more: each says how much",
      facts({ ...rules() }),
      ["present wait approvals.missing", "earlier wait approvals.missing"],
    ],
    [
      "the present one is met",
      facts({ ...rules(), approvals: [approval("alice")] }),
      ["present pass approvals.enough", "earlier wait approvals.missing"],
    ],
    [
      "the present one asks for none",
      facts({ approvals: [approval("alice")] }),
      ["present pass approvals.not-required", "earlier wait approvals.missing"],
    ],
    [
      "both are met",
      facts({ ...rules(), approvals: [approval("alice"), approval("dora")] }),
      ["present pass approvals.enough"],
    ],
    [
      "whoever may approve by the earlier one alone rejects",
      facts({ ...rules(), approvers: ["erin"], approvals: [approval("dora", { answer: "reject" })] }),
      ["present wait approvals.missing", "earlier block approvals.rejected"],
    ],
    [
      "a rollback to what was before needs neither",
      facts({ ...rules(), request: rollback }),
      ["present pass approvals.not-required-for-rollback"],
    ],
  ])("%s", (_what, given, says) => {
    expect(answersOf(given)).toEqual(says);
  });

  test("who may ask, checks and order are asked by both as well", () => {
    const before = { ...policy, who: ["sre"], checks: ["ci"], after: "canary" };
    const people = { approvers: [], mayAsk: ["alice"], mayHotfix: undefined };
    const { outcome, gates } = evaluate({ ...facts(), earlier: { policy: before, ...people } });
    const both = gates.flatMap((gate) => (gate.earlier === true ? [`${gate.gate} ${gate.result}`] : []));
    expect([outcome, both]).toEqual(["stop", ["access block", "order block", "checks wait"]]);
  });

  test("an answer that counts by one of them is not refused", () => {
    const given = { ...facts({ ...rules(), approvers: ["erin"] }), earlier };
    expect(judgeAnswer(approval("dora"), given)).toBeUndefined();
    expect(judgeAnswer(approval("erin"), given)).toBeUndefined();
    expect(judgeAnswer(approval("zoe"), given)).toEqual({ code: "not-an-approver" });
  });

  test("the ask stands for the shorter of both times, and the reminder comes with a quarter of it left", () => {
    const long = { ...earlier, policy: { ...policy, approvals: { ...approvalRules, expires: 4 * hour } } };
    const given = { ...facts({ ...rules(), askedAt: now }), earlier: long };
    expect([askExpiresAt(given), remindAt(given)]).toEqual([now + 4 * hour, now + 3 * hour]);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/policy/evaluate.ts";
import { judgeApproval } from "../../src/policy/gates/approvals.ts";
import {
  type ApprovalFacts,
  type Comparison,
  type Facts,
  gateNames,
  requestKinds,
  statuses,
} from "../../src/policy/model.ts";
import { approval, approvalRules, facts, hour, merge, now, sha } from "./some-facts.ts";

describe("the verdict", () => {
  test("go when every gate passes", () => {
    const verdict = evaluate(facts());
    expect(verdict.outcome).toBe("go");
    expect(verdict.gates.map(({ gate }) => gate)).toEqual([...gateNames]);
  });

  test("wait when one waits", () => {
    expect(evaluate(facts({ policy: { approvals: approvalRules } })).outcome).toBe("wait");
  });

  test("stop tells everything that stands in the way, not only the first", () => {
    const verdict = evaluate(
      facts({
        revision: { inRepository: false, comparedToLive: "diverged" },
        policy: { approvals: approvalRules, checks: ["ci/test"] },
        environment: { lock: { by: "alice", reason: "load test", at: now - hour } },
      }),
    );
    expect(verdict.outcome).toBe("stop");
    expect(verdict.gates.filter(({ result }) => result !== "pass").map(({ reason }) => reason.code)).toEqual([
      "access.not-in-repository",
      "lock.held",
      "order.diverged-from-live",
      "checks.missing",
      "approvals.missing",
    ]);
  });

  test("a merge over a lock waits where a command is stopped", () => {
    const environment = { lock: { by: "alice", reason: "load test", at: now - hour } };
    expect(evaluate(facts({ environment })).outcome).toBe("stop");
    expect(evaluate(facts({ environment, request: merge })).outcome).toBe("wait");
  });
});

const people = fc.constantFrom("alice", "bob", "carol", "dora", "ALICE");
const shas = fc.constantFrom(..."bcd").map(sha);
const comparisons = fc.constantFrom<Comparison>("identical", "ahead", "behind", "diverged", "unknown");
const times = fc.integer({ min: now - 48 * hour, max: now + 48 * hour });

const answers = fc.record<ApprovalFacts>({
  login: fc.option(people, { nil: undefined }),
  person: fc.constant("U1"),
  answer: fc.constantFrom("approve", "reject"),
  at: times,
  via: fc.constantFrom("reaction", "button", "review"),
  ask: fc.record({
    from: fc.option(shas, { nil: undefined }),
    tree: shas,
    policy: fc.constantFrom("policy-1", "policy-0"),
  }),
  bot: fc.boolean(),
  guest: fc.boolean(),
  stranger: fc.boolean(),
});

/** Any snapshot at all, likely and unlikely ones. */
const anyFacts: fc.Arbitrary<Facts> = fc
  .record({
    approvals: fc.array(answers, { maxLength: 5 }),
    rules: fc.option(
      fc.record({ count: fc.integer({ min: 1, max: 3 }), requester: fc.boolean(), authors: fc.boolean() }),
    ),
    approvers: fc.oneof(fc.uniqueArray(people), fc.constant<"unknown">("unknown")),
    mayAsk: fc.option(fc.array(people), { nil: undefined }),
    kind: fc.constantFrom(...requestKinds),
    typed: fc.boolean(),
    permission: fc.constantFrom("none", "read", "triage", "write", "maintain", "admin"),
    requestedBy: people,
    comparedToLive: comparisons,
    comparedToBad: fc.option(comparisons),
    lockedBy: fc.option(people),
    lockedUntil: fc.option(times),
    slot: fc.option(
      fc.record({ deployment: fc.constant(9), status: fc.constantFrom(...statuses), proven: fc.boolean() }),
    ),
    quarantined: fc.boolean(),
    inRepository: fc.boolean(),
    before: fc.constantFrom("none", "usual", "uncertain", "rolledBack"),
    target: fc.constantFrom("previous", "older"),
    checks: fc.array(
      fc.record({ name: fc.constantFrom("a", "b"), state: fc.constantFrom("success", "pending", "failure") }),
    ),
    tree: shas,
  })
  .map((any) => {
    const since = now - hour;
    const before = {
      none: "none",
      usual: {},
      uncertain: { uncertain: { deployment: 8, since } },
      rolledBack: { sameContent: { deployment: 8, at: since, rolledBack: true } },
    } as const;
    return facts({
      policy: {
        checks: ["a"],
        ...(any.rules === null ? {} : { approvals: { ...approvalRules, ...any.rules } }),
      },
      approvals: any.approvals,
      approvers: any.approvers,
      ...(any.mayAsk === undefined ? {} : { mayAsk: any.mayAsk }),
      before: before[any.before],
      environment: {
        ...(any.lockedBy === null
          ? {}
          : {
              lock: {
                by: any.lockedBy,
                reason: "r",
                at: since,
                ...(any.lockedUntil === null ? {} : { until: any.lockedUntil }),
              },
            }),
        ...(any.comparedToBad === null
          ? {}
          : {
              hold: { rollback: 5, bad: { sha: sha("d"), tree: sha("d") }, since, comparedToBad: any.comparedToBad },
            }),
        ...(any.slot === null ? {} : { slot: any.slot }),
      },
      revision: {
        tree: any.tree,
        comparedToLive: any.comparedToLive,
        inRepository: any.inRepository,
        checks: any.checks,
        ...(any.quarantined ? { quarantine: { environment: "staging", by: "alice", reason: "r", since } } : {}),
      },
      request: {
        kind: any.kind,
        typed: any.typed,
        permission: any.permission,
        requestedBy: any.requestedBy,
        rollbackTarget: any.target,
      },
    });
  });

/** Snapshots that are close to go, so that the properties are not met by stops alone. */
const approvedSoon: fc.Arbitrary<Facts> = fc
  .record({ approvals: fc.array(answers, { maxLength: 4 }), count: fc.integer({ min: 1, max: 3 }) })
  .map(({ approvals, count }) =>
    facts({ policy: { approvals: { ...approvalRules, count } }, approvers: ["alice", "bob", "dora"], approvals }),
  );

const snapshots = fc.oneof(anyFacts, approvedSoon);

describe("whatever the facts", () => {
  test("there is a verdict, always the same, with every gate once", () => {
    fc.assert(
      fc.property(snapshots, (given) => {
        const verdict = evaluate(given);
        expect(verdict.gates.map(({ gate }) => gate)).toEqual([...gateNames]);
        expect(evaluate(structuredClone(given))).toEqual(verdict);
        for (const { gate, reason } of verdict.gates) expect(reason.code.startsWith(`${gate}.`)).toBe(true);
      }),
    );
  });

  test("a block stops, and without one a wait holds", () => {
    fc.assert(
      fc.property(snapshots, (given) => {
        const { outcome, gates } = evaluate(given);
        const results = gates.map(({ result }) => result);
        const expected = results.includes("block") ? "stop" : results.includes("wait") ? "wait" : "go";
        expect(outcome).toBe(expected);
      }),
    );
  });

  test("deciding changes none of the facts, and a verdict survives being stored as JSON", () => {
    fc.assert(
      fc.property(snapshots, (given) => {
        const before = structuredClone(given);
        const verdict = evaluate(given);
        expect(given).toEqual(before);
        expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
      }),
    );
  });

  test("an answer that does not count changes nothing", () => {
    fc.assert(
      fc.property(snapshots, answers, (given, answer) => {
        fc.pre(judgeApproval(answer, given) !== undefined);
        expect(evaluate({ ...given, approvals: [...given.approvals, answer] })).toEqual(evaluate(given));
      }),
    );
  });

  test("a person's second yes counts for nothing", () => {
    fc.assert(
      fc.property(snapshots, (given) => {
        expect(evaluate({ ...given, approvals: [...given.approvals, ...given.approvals] })).toEqual(evaluate(given));
      }),
    );
  });

  test("the order in which answers came does not decide", () => {
    fc.assert(
      fc.property(snapshots, (given) => {
        const turned = evaluate({ ...given, approvals: given.approvals.toReversed() });
        expect(turned.outcome).toBe(evaluate(given).outcome);
      }),
    );
  });

  test("a no that counts never lets anything go", () => {
    fc.assert(
      fc.property(snapshots, answers, (given, answer) => {
        const no = { ...answer, answer: "reject" } as const;
        const changed = { ...given, approvals: [...given.approvals, no] };
        if (evaluate(given).outcome !== "go") expect(evaluate(changed).outcome).not.toBe("go");
      }),
    );
  });

  test("without the count, what needs approvals never goes", () => {
    fc.assert(
      fc.property(snapshots, (given) => {
        const rules = given.policy.approvals;
        const exempt = given.request.kind === "rollback" && given.request.rollbackTarget === "previous";
        fc.pre(rules !== undefined && !exempt);
        if (evaluate(given).outcome !== "go") return;
        const yes = given.approvals.filter(
          (one) => one.answer === "approve" && judgeApproval(one, given) === undefined,
        );
        expect(new Set(yes.map(({ login }) => login?.toLowerCase())).size).toBeGreaterThanOrEqual(rules?.count ?? 0);
      }),
      { numRuns: 500 },
    );
  });

  test("what comes from elsewhere or is in quarantine never goes, and nothing starts beside what runs", () => {
    fc.assert(
      fc.property(snapshots, (given) => {
        const running = given.environment.slot !== undefined && !given.environment.slot.proven;
        if (!given.revision.inRepository || given.revision.quarantine !== undefined || running) {
          expect(evaluate(given).outcome).not.toBe("go");
        }
      }),
    );
  });

  test("the snapshots do reach all three outcomes", () => {
    const outcomes = new Set(fc.sample(snapshots, { numRuns: 2_000, seed: 1 }).map((given) => evaluate(given).outcome));
    expect([...outcomes].toSorted()).toEqual(["go", "stop", "wait"]);
    const yes = facts({ policy: { approvals: approvalRules }, approvals: [approval("alice")] });
    expect(evaluate(yes).outcome).toBe("go");
  });
});

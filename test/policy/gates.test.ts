import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/policy/evaluate.ts";
import { access } from "../../src/policy/gates/access.ts";
import { checks } from "../../src/policy/gates/checks.ts";
import { freeze } from "../../src/policy/gates/freeze.ts";
import type { Gate } from "../../src/policy/gates/gate.ts";
import { hold } from "../../src/policy/gates/hold.ts";
import { lock } from "../../src/policy/gates/lock.ts";
import { order } from "../../src/policy/gates/order.ts";
import { quarantine } from "../../src/policy/gates/quarantine.ts";
import { queue } from "../../src/policy/gates/queue.ts";
import { ready } from "../../src/policy/gates/ready.ts";
import { soak } from "../../src/policy/gates/soak.ts";
import { window } from "../../src/policy/gates/window.ts";
import type { Clearer, Comparison, Facts, QueueEntry, RequestFacts, Status } from "../../src/policy/model.ts";
import type { Reason } from "../../src/policy/reasons.ts";
import { approvalRules, facts, hotfix, hour, merge, minute, now, olderRollback, rollback, sha } from "./some-facts.ts";

type Row = readonly [
  name: string,
  facts: Facts,
  result: "pass" | "wait" | "block",
  reason: Reason,
  clearedBy: readonly Clearer[],
];

function table(gate: Gate, rows: readonly Row[]) {
  test.each(rows)("%s", (_, given, result, reason, clearedBy) => {
    expect(gate(given)).toEqual({ gate: gate.name, result, reason, clearedBy });
  });
}

const anyAsker = { kind: "whoever-may-ask" } as const;
const approvers = { kind: "approvers" } as const;
/** Where nobody approves. */
const administrators = { kind: "administrators" } as const;
const noPermission = (permission: RequestFacts["permission"]) =>
  ({ code: "access.no-permission", login: "bob", permission }) as const;
const notInWho = { code: "access.not-in-who", login: "bob", who: ["managers"] } as const;
const who = { who: ["managers"] };

describe("access", () => {
  table(access, [
    ["write may push", facts(), "pass", { code: "access.ok" }, []],
    ["maintain may push", facts({ request: { permission: "maintain" } }), "pass", { code: "access.ok" }, []],
    ["admin may push", facts({ request: { permission: "admin" } }), "pass", { code: "access.ok" }, []],
    ["triage may not", facts({ request: { permission: "triage" } }), "block", noPermission("triage"), [anyAsker]],
    ["read may not", facts({ request: { permission: "read" } }), "block", noPermission("read"), [anyAsker]],
    ["a stranger may not", facts({ request: { permission: "none" } }), "block", noPermission("none"), [anyAsker]],
    [
      "who decides instead of the right to push",
      facts({ policy: who, mayAsk: ["BOB"], request: { permission: "read" } }),
      "pass",
      { code: "access.ok" },
      [],
    ],
    [
      "who names somebody who cannot even read",
      facts({ policy: who, mayAsk: ["bob"], request: { permission: "none" } }),
      "block",
      noPermission("none"),
      [anyAsker],
    ],
    [
      "who leaves out somebody who can push",
      facts({ policy: who, mayAsk: ["alice"], request: { permission: "admin" } }),
      "block",
      notInWho,
      [{ kind: "people", logins: ["alice"] }],
    ],
    [
      "who is written but its members are not known",
      facts({ policy: who, unreadMayAsk: ["team:acme/sre"] }),
      "wait",
      { code: "access.membership-unknown", login: "bob", groups: ["team:acme/sre"] },
      [{ kind: "membership", groups: ["team:acme/sre"] }],
    ],
    [
      "its members are not known, and anyone who can push rolls back all the same",
      facts({ policy: who, unreadMayAsk: ["team:acme/sre"], request: rollback }),
      "pass",
      { code: "access.ok" },
      [],
    ],
    [
      "anyone who can push may roll back to what was before",
      facts({ policy: who, mayAsk: ["alice"], request: rollback }),
      "pass",
      { code: "access.ok" },
      [],
    ],
    [
      "rolling back takes the right to push, too",
      facts({ policy: who, mayAsk: ["alice"], request: { ...rollback, permission: "read" } }),
      "block",
      noPermission("read"),
      [anyAsker],
    ],
    [
      "an older revision is not for everyone",
      facts({ policy: who, mayAsk: ["alice"], request: olderRollback }),
      "block",
      notInWho,
      [{ kind: "people", logins: ["alice"] }],
    ],
    [
      "a fork's commit, whoever asks",
      facts({ revision: { inRepository: false }, request: { permission: "admin" } }),
      "block",
      { code: "access.not-in-repository", sha: sha("c") },
      [],
    ],
    [
      "a rollback to what is not in the repository",
      facts({ revision: { inRepository: false }, request: rollback }),
      "block",
      { code: "access.not-in-repository", sha: sha("c") },
      [],
    ],
    [
      "commands that the operator does not allow",
      facts({ request: { notGranted: [{ kind: "commands" }, { kind: "pins", into: "acme/infra" }] } }),
      "block",
      { code: "access.commands-not-allowed", repository: "acme/shop" },
      [{ kind: "operator" }],
    ],
    [
      "a secret that the operator has not granted",
      facts({ request: { notGranted: [{ kind: "secrets", names: ["DB_PASSWORD"] }] } }),
      "block",
      { code: "access.secrets-not-granted", repository: "acme/shop", names: ["DB_PASSWORD"] },
      [{ kind: "operator" }],
    ],
    [
      "a pin that the operator does not allow",
      facts({ request: { notGranted: [{ kind: "pins", into: "acme/infra" }] } }),
      "block",
      { code: "access.pins-not-allowed", repository: "acme/shop", into: "acme/infra" },
      [{ kind: "operator" }],
    ],
    [
      "stages for which everything is granted",
      facts({ request: { notGranted: [] } }),
      "pass",
      { code: "access.ok" },
      [],
    ],
  ]);
});

describe("ready", () => {
  const notReady = { code: "ready.merged-while-not-ready", pullRequest: 7 } as const;
  table(ready, [
    ["typed", facts(), "pass", { code: "ready.not-a-merge" }, []],
    [
      "typed, of a pull request that was not ready",
      facts({ request: { readyWhenMerged: false } }),
      "pass",
      { code: "ready.not-a-merge" },
      [],
    ],
    ["a rollback", facts({ request: rollback }), "pass", { code: "ready.not-a-merge" }, []],
    ["merged when ready", facts({ request: { ...merge, readyWhenMerged: true } }), "pass", { code: "ready.ok" }, []],
    [
      "pushed without a pull request",
      facts({ request: { kind: "merge", typed: false, mergedBy: "bob" } }),
      "pass",
      { code: "ready.not-a-merge" },
      [],
    ],
    [
      "only offered",
      facts({ request: { ...merge, offered: "auto" } }),
      "wait",
      { code: "ready.offered", because: "auto" },
      [anyAsker],
    ],
    [
      "offered after an unlock, though nobody merged it",
      facts({ request: { typed: false, kind: "promotion", offered: "unlock" } }),
      "wait",
      { code: "ready.offered", because: "unlock" },
      [anyAsker],
    ],
    [
      "a rollback over migrations",
      facts({ request: { kind: "rollback", migrations: { files: 2, atLeast: false } } }),
      "wait",
      { code: "ready.confirm-migrations", migrations: { files: 2, atLeast: false } },
      [anyAsker],
    ],
    [
      "a rollback over nobody knows what",
      facts({ request: { kind: "rollback", migrations: "unknown" } }),
      "wait",
      { code: "ready.confirm-migrations", migrations: "unknown" },
      [anyAsker],
    ],
    [
      "a rollback over migrations that somebody has confirmed",
      facts({ request: { kind: "rollback", migrations: "unknown", migrationsConfirmedBy: "dora" } }),
      "pass",
      { code: "ready.migrations-confirmed", by: "dora" },
      [],
    ],
    [
      "not ready when merged, and offered besides",
      facts({ request: { ...merge, readyWhenMerged: false, offered: "branch" } }),
      "wait",
      notReady,
      [anyAsker],
    ],
    [
      "a rollback is never only offered",
      facts({ request: { ...rollback, offered: "unlock" } }),
      "pass",
      { code: "ready.not-a-merge" },
      [],
    ],
    [
      "carried out by others",
      facts({ request: { typed: false, kind: "external", offered: "unlock" } }),
      "pass",
      { code: "ready.not-a-merge" },
      [],
    ],
    [
      "open and ready to be merged",
      facts({ request: { ...merge, unmerged: true, readyWhenMerged: true } }),
      "pass",
      { code: "ready.may-be-merged" },
      [],
    ],
    [
      "open and not ready",
      facts({ request: { ...merge, unmerged: true, readyWhenMerged: false } }),
      "wait",
      { code: "ready.not-ready-yet", pullRequest: 7 },
      [],
    ],
    ["merged when not ready", facts({ request: { ...merge, readyWhenMerged: false } }), "wait", notReady, [anyAsker]],
  ]);
});

describe("lock", () => {
  const locked = (by: string, until?: number) => ({
    lock: { by, reason: "load test", at: now - hour, ...(until === undefined ? {} : { until }) },
  });
  const held = { code: "lock.held", by: "alice", reason: "load test", at: now - hour } as const;
  const free = { code: "lock.free" } as const;
  const holder = [{ kind: "person", login: "alice" } as const, administrators];
  table(lock, [
    ["nobody's", facts(), "pass", free, []],
    ["another's, typed", facts({ environment: locked("alice") }), "block", held, holder],
    ["another's, merged", facts({ environment: locked("alice"), request: merge }), "wait", held, holder],
    [
      "another's, typed before it was locked",
      facts({ environment: locked("alice"), request: { requestedAt: now - hour - 1 } }),
      "wait",
      held,
      holder,
    ],
    [
      "another's, typed in the moment of locking",
      facts({ environment: locked("alice"), request: { requestedAt: now - hour } }),
      "block",
      held,
      holder,
    ],
    [
      "another's, until later",
      facts({ environment: locked("alice", now + minute) }),
      "block",
      { ...held, until: now + minute },
      [...holder, { kind: "time", at: now + minute }],
    ],
    ["another's, until just now", facts({ environment: locked("alice", now) }), "pass", free, []],
    ["another's, long over", facts({ environment: locked("alice", now - hour), request: merge }), "pass", free, []],
    [
      "one's own",
      facts({ environment: locked("Bob") }),
      "pass",
      { code: "lock.held-by-asker", by: "Bob", reason: "load test" },
      [],
    ],
    [
      "one's own, until later",
      facts({ environment: locked("bob", now + 1) }),
      "pass",
      { code: "lock.held-by-asker", by: "bob", reason: "load test", until: now + 1 },
      [],
    ],
    [
      "a rollback goes through",
      facts({ environment: locked("alice"), request: rollback }),
      "pass",
      { code: "lock.passed-by-rollback", by: "alice", reason: "load test" },
      [],
    ],
  ]);
});

describe("freeze", () => {
  const frozen = (until: number, at = now - hour) => ({ freeze: { by: "alice", reason: "the sale", at, until } });
  const later = now + hour;
  const stands = { code: "freeze.stands", by: "alice", reason: "the sale", at: now - hour, until: later } as const;
  const ends = [administrators, { kind: "time", at: later } as const];
  const alices = facts({ environment: frozen(later), request: { requestedBy: "alice" } });
  table(freeze, [
    ["none", facts(), "pass", { code: "freeze.none" }, []],
    ["stands, typed", facts({ environment: frozen(later) }), "block", stands, ends],
    ["stands, typed by who began it", alices, "block", stands, ends],
    ["stands, merged", facts({ environment: frozen(later), request: merge }), "wait", stands, ends],
    [
      "stands, typed before it began",
      facts({ environment: frozen(later), request: { requestedAt: now - hour - 1 } }),
      "wait",
      stands,
      ends,
    ],
    ["until just now", facts({ environment: frozen(now) }), "pass", { code: "freeze.none" }, []],
    [
      "until in a moment",
      facts({ environment: frozen(now + 1) }),
      "block",
      { ...stands, until: now + 1 },
      [administrators, { kind: "time", at: now + 1 }],
    ],
    [
      "a rollback goes through",
      facts({ environment: frozen(later), request: rollback }),
      "pass",
      { code: "freeze.passed-by-rollback", by: "alice", until: later },
      [],
    ],
    [
      "an older rollback goes through",
      facts({ environment: frozen(later), request: olderRollback }),
      "pass",
      { code: "freeze.passed-by-rollback", by: "alice", until: later },
      [],
    ],
    [
      "a hotfix goes through",
      facts({ ...hotfix, environment: frozen(later) }),
      "pass",
      { code: "freeze.passed-by-hotfix", by: "alice", until: later },
      [],
    ],
  ]);
});

describe("a hotfix", () => {
  const live = sha("b");
  const asks = (change: Parameters<typeof facts>[0] = {}) => facts({ ...hotfix, ...change });
  const notIn = { code: "access.not-in-hotfix", login: "bob", from: ["fixers"] } as const;
  const fixers = [{ kind: "people", logins: ["Bob"] } as const];
  describe("is asked for by those of its list alone", () => {
    const { hotfix: _none, ...withoutHotfix } = asks().policy;
    table(access, [
      ["named", asks(), "pass", { code: "access.ok" }, []],
      [
        "named, may only read",
        asks({ request: { hotfix: true, permission: "read" } }),
        "pass",
        { code: "access.ok" },
        [],
      ],
      [
        "named, and not among `who`",
        asks({ policy: { ...hotfix.policy, who: ["managers"] }, mayAsk: ["alice"] }),
        "pass",
        { code: "access.ok" },
        [],
      ],
      [
        "named, cannot even read",
        asks({ request: { hotfix: true, permission: "none" } }),
        "block",
        noPermission("none"),
        fixers,
      ],
      [
        "not named, whatever right",
        asks({ mayHotfix: ["alice"], request: { hotfix: true, permission: "admin" } }),
        "block",
        notIn,
        [{ kind: "people", logins: ["alice"] }],
      ],
      [
        "nobody knows who is named",
        asks({ mayHotfix: "unknown", unreadMayHotfix: ["usergroup:S0123"] }),
        "wait",
        { code: "access.membership-unknown", login: "bob", groups: ["usergroup:S0123"] },
        [{ kind: "membership", groups: ["usergroup:S0123"] }],
      ],
      [
        "nobody is named",
        { ...asks(), policy: withoutHotfix, mayHotfix: undefined },
        "block",
        { code: "access.no-hotfixes" },
        [],
      ],
    ]);
  });
  describe("passes order, but is no way back", () => {
    const compared = (comparedToLive: Comparison) => asks({ revision: { comparedToLive } });
    const passes = { code: "order.passed-by-hotfix" } as const;
    const { sameContent: _, ...neverLive } = asks().before ?? { name: "staging" };
    table(order, [
      ["diverged", compared("diverged"), "pass", passes, []],
      ["not to be told", compared("unknown"), "block", { code: "order.comparison-unknown", live }, []],
      ["never live before", { ...asks(), before: neverLive }, "pass", passes, []],
      ["nothing known of before", asks({ before: "none" }), "pass", passes, []],
      ["live before", asks(), "pass", { code: "order.ok", before: "staging", deployment: 20 }, []],
      ["what is live", asks({ revision: { sha: live } }), "pass", { code: "order.redeploy" }, []],
      ["behind", compared("behind"), "block", { code: "order.behind-live", live }, [anyAsker]],
      [
        "one that diverged and is no hotfix says who may",
        facts({ policy: hotfix.policy, mayHotfix: ["Bob"], revision: { comparedToLive: "diverged" } }),
        "block",
        { code: "order.diverged-from-live", live, hotfix: ["fixers"] },
        fixers,
      ],
    ]);
  });
  test("passes neither lock, quarantine, checks nor approvals", () => {
    const verdict = evaluate(
      asks({
        policy: { ...hotfix.policy, checks: ["ci"], approvals: approvalRules },
        environment: { lock: { by: "alice", reason: "mine", at: now - hour } },
        revision: {
          checks: [{ name: "ci", state: "failure" }],
          quarantine: { environment: "staging", by: "alice", reason: "broken", since: now - hour },
        },
      }),
    );
    const closed = verdict.gates.filter((gate) => gate.result !== "pass").map(({ gate, result }) => [gate, result]);
    expect(closed).toEqual([
      ["lock", "block"],
      ["checks", "block"],
      ["quarantine", "block"],
      ["approvals", "wait"],
    ]);
  });
});

describe("window", () => {
  // `now` is a Wednesday, 09:00 UTC.
  const hours = { days: [1, 2, 3, 4], from: 600, to: 720 };
  const policy = { window: { hours: [hours], allow: ["Mon-Thu 10:00-12:00"], timezone: "UTC" } };
  const closed = { code: "window.closed", allow: policy.window.allow, timezone: "UTC", opens: now + hour } as const;
  const opens = [{ kind: "time", at: now + hour } as const];
  table(window, [
    ["none", facts(), "pass", { code: "window.none" }, []],
    ["closed, typed", facts({ policy }), "wait", closed, opens],
    ["closed, merged", facts({ policy, request: merge }), "wait", closed, opens],
    ["just opened", facts({ policy, now: now + hour }), "pass", { code: "window.open", until: now + 3 * hour }, []],
    [
      "just closed",
      facts({ policy, now: now + 3 * hour }),
      "wait",
      { ...closed, opens: now + 25 * hour },
      [{ kind: "time", at: now + 25 * hour }],
    ],
    [
      "a rollback goes through",
      facts({ policy, request: rollback }),
      "pass",
      { code: "window.passed-by-rollback" },
      [],
    ],
    [
      "a hotfix goes through",
      facts({ policy, request: { hotfix: true } }),
      "pass",
      { code: "window.passed-by-hotfix" },
      [],
    ],
  ]);
});

describe("soak", () => {
  const need = 2 * hour;
  const policy = { soak: need };
  const since = (ago: number, more: { until?: number; rolledBack?: boolean } = {}) => ({
    sameContent: { deployment: 20, at: now - ago, rolledBack: false, ...more },
  });
  const before = "staging";
  const { sameContent: _, ...nothing } = facts().before ?? { name: before };
  table(soak, [
    ["none asked for", facts(), "pass", { code: "soak.none" }, []],
    [
      "an hour of two",
      facts({ policy, before: since(hour) }),
      "wait",
      { code: "soak.runs", before, since: now - hour, need, until: now + hour },
      [{ kind: "time", at: now + hour }],
    ],
    [
      "a moment too little",
      facts({ policy, before: since(need - 1) }),
      "wait",
      { code: "soak.runs", before, since: now - need + 1, need, until: now + 1 },
      [{ kind: "time", at: now + 1 }],
    ],
    ["just enough", facts({ policy, before: since(need) }), "pass", { code: "soak.done", before, had: need, need }, []],
    [
      "broken off too early",
      facts({ policy, before: since(5 * hour, { until: now - 4 * hour }) }),
      "wait",
      { code: "soak.broken", before, had: hour, need, at: now - 4 * hour },
      [anyAsker],
    ],
    [
      "broken off after it was enough",
      facts({ policy, before: since(5 * hour, { until: now - hour }) }),
      "pass",
      { code: "soak.done", before, had: 4 * hour, need },
      [],
    ],
    [
      "rolled back there",
      facts({ policy, before: since(5 * hour, { rolledBack: true }) }),
      "wait",
      { code: "soak.not-begun", before, need },
      [],
    ],
    [
      "never live there",
      { ...facts({ policy }), before: nothing },
      "wait",
      { code: "soak.not-begun", before, need },
      [],
    ],
    [
      "live here already",
      facts({ policy, before: since(hour), revision: { tree: sha("2") } }),
      "pass",
      { code: "soak.redeploy" },
      [],
    ],
    ["a rollback goes through", facts({ policy, request: rollback }), "pass", { code: "soak.passed-by-rollback" }, []],
    [
      "a hotfix goes through",
      facts({ policy, request: { hotfix: true } }),
      "pass",
      { code: "soak.passed-by-hotfix" },
      [],
    ],
  ]);
});

describe("order", () => {
  const live = sha("b");
  const before = "staging";
  const compared = (comparedToLive: Comparison) => ({ revision: { comparedToLive } });
  const first = { policy: { name: "staging" }, before: "none" } as const;
  const withoutAfter = (change: Parameters<typeof facts>[0] = {}): Facts => {
    const { after: _, ...rest } = facts({ ...first, ...change }).policy;
    return { ...facts({ ...first, ...change }), policy: rest };
  };
  const nothingLiveHere = (given: Facts): Facts => {
    const { live: _, ...rest } = given.environment;
    return { ...given, environment: rest };
  };
  const nothingLiveBefore = (given: Facts): Facts => {
    const { live: _live, sameContent: _same, ...rest } = given.before ?? { name: before };
    return { ...given, before: rest };
  };
  const neverLive = (given: Facts): Facts => {
    const { sameContent: _, ...rest } = given.before ?? { name: before };
    return { ...given, before: rest };
  };
  const diverged = { code: "order.diverged-from-live", live, hotfix: [] } as const;
  const uncertain = { uncertain: { deployment: 21, since: now - minute } };
  table(order, [
    ["first, nothing live yet", nothingLiveHere(withoutAfter()), "pass", { code: "order.first-environment" }, []],
    ["first, ahead of live", withoutAfter(), "pass", { code: "order.first-environment" }, []],
    ["first, behind live", withoutAfter(compared("behind")), "block", { code: "order.behind-live", live }, [anyAsker]],
    ["first, diverged", withoutAfter(compared("diverged")), "block", diverged, []],
    [
      "first, not to be told",
      withoutAfter(compared("unknown")),
      "block",
      { code: "order.comparison-unknown", live },
      [],
    ],
    ["first, the same SHA again", withoutAfter({ revision: { sha: live } }), "pass", { code: "order.redeploy" }, []],
    ["first, called identical", withoutAfter(compared("identical")), "pass", { code: "order.redeploy" }, []],
    ["live before", facts(), "pass", { code: "order.ok", before, deployment: 20 }, []],
    ["live before, nothing here", nothingLiveHere(facts()), "pass", { code: "order.ok", before, deployment: 20 }, []],
    ["live before, behind here", facts(compared("behind")), "block", { code: "order.behind-live", live }, [anyAsker]],
    ["live before, diverged here", facts(compared("diverged")), "block", diverged, []],
    [
      "live before, not to be told",
      facts(compared("unknown")),
      "block",
      { code: "order.comparison-unknown", live },
      [],
    ],
    [
      "never live before",
      neverLive(facts()),
      "block",
      { code: "order.never-live-before", before, sha: sha("c") },
      [anyAsker],
    ],
    [
      "rolled back before",
      facts({ before: { sameContent: { deployment: 20, at: now - hour, rolledBack: true } } }),
      "block",
      { code: "order.rolled-back-before", before, sha: sha("c") },
      [],
    ],
    [
      "nothing live before",
      nothingLiveBefore(facts()),
      "block",
      { code: "order.nothing-live-before", before },
      [approvers],
    ],
    [
      "the one before is not known",
      facts({ before: "none" }),
      "block",
      { code: "order.nothing-live-before", before },
      [approvers],
    ],
    [
      "uncertain before, even of the same content",
      facts({ before: uncertain }),
      "block",
      { code: "order.uncertain-before", before, deployment: 21 },
      [approvers],
    ],
    [
      "a redeploy while it is uncertain before",
      facts({ before: uncertain, revision: { sha: live } }),
      "pass",
      { code: "order.redeploy" },
      [],
    ],
    [
      "a redeploy while it is uncertain here",
      facts({ environment: uncertain, revision: { sha: live } }),
      "pass",
      { code: "order.redeploy" },
      [],
    ],
    [
      "a rollback",
      facts({ ...compared("behind"), request: rollback }),
      "pass",
      { code: "order.passed-by-rollback" },
      [],
    ],
    [
      "never live before, where somebody may ask for a hotfix",
      neverLive(facts({ mayHotfix: ["rosa"] })),
      "block",
      { code: "order.never-live-before", before, sha: sha("c") },
      [{ kind: "people", logins: ["rosa"] }],
    ],
    [
      "a merge never live before",
      neverLive(facts({ request: merge })),
      "block",
      { code: "order.never-live-before", before, sha: sha("c") },
      [anyAsker],
    ],
  ]);

  test("a comparison that is missing though something is live is no leave to deploy", () => {
    const { comparedToLive: _, ...revision } = facts().revision;
    expect(order({ ...facts(), revision }).reason.code).toBe("order.comparison-unknown");
  });
});

describe("checks", () => {
  const two = { policy: { checks: ["ci/test", "ci/lint"] } };
  const run = (name: string, state: "success" | "pending" | "failure") => ({ name, state });
  const given = (...all: ReturnType<typeof run>[]) => facts({ ...two, revision: { checks: all } });
  const by = (...names: string[]) => [{ kind: "checks", names } as const];
  table(checks, [
    [
      "none named",
      facts({ revision: { checks: [run("ci/test", "failure")] } }),
      "pass",
      { code: "checks.none-required" },
      [],
    ],
    [
      "all green",
      given(run("ci/test", "success"), run("ci/lint", "success")),
      "pass",
      { code: "checks.ok", names: ["ci/test", "ci/lint"] },
      [],
    ],
    [
      "others are red",
      given(run("ci/test", "success"), run("ci/lint", "success"), run("x", "failure")),
      "pass",
      { code: "checks.ok", names: ["ci/test", "ci/lint"] },
      [],
    ],
    [
      "one red",
      given(run("ci/test", "failure"), run("ci/lint", "pending")),
      "block",
      { code: "checks.failed", names: ["ci/test"] },
      by("ci/test"),
    ],
    [
      "one runs",
      given(run("ci/test", "pending"), run("ci/lint", "success")),
      "wait",
      { code: "checks.pending", names: ["ci/test"] },
      by("ci/test"),
    ],
    [
      "one runs, one is missing",
      given(run("ci/test", "pending")),
      "wait",
      { code: "checks.pending", names: ["ci/test"] },
      by("ci/test"),
    ],
    [
      "one is missing",
      given(run("ci/test", "success")),
      "wait",
      { code: "checks.missing", names: ["ci/lint"] },
      by("ci/lint"),
    ],
    [
      "another case is another name",
      given(run("CI/test", "success"), run("ci/lint", "success")),
      "wait",
      { code: "checks.missing", names: ["ci/test"] },
      by("ci/test"),
    ],
    [
      "one name, green and red",
      given(run("ci/test", "success"), run("ci/test", "failure"), run("ci/lint", "success")),
      "block",
      { code: "checks.failed", names: ["ci/test"] },
      by("ci/test"),
    ],
    [
      "one name, green and running",
      given(run("ci/test", "pending"), run("ci/test", "success"), run("ci/lint", "success")),
      "wait",
      { code: "checks.pending", names: ["ci/test"] },
      by("ci/test"),
    ],
    [
      "a name written twice",
      facts({ policy: { checks: ["a", "a"] } }),
      "wait",
      { code: "checks.missing", names: ["a"] },
      by("a"),
    ],
    [
      "a rollback",
      facts({ ...two, request: rollback, revision: { checks: [run("ci/test", "failure")] } }),
      "pass",
      { code: "checks.passed-by-rollback" },
      [],
    ],
    [
      "a merge waits alike",
      facts({ ...two, request: merge }),
      "wait",
      { code: "checks.missing", names: ["ci/test", "ci/lint"] },
      by("ci/test", "ci/lint"),
    ],
  ]);
});

describe("quarantine", () => {
  const taken = { environment: "staging", by: "alice", reason: "checkout broke", since: now - hour };
  const reason = {
    code: "quarantine.quarantined",
    sha: sha("c"),
    environment: "staging",
    by: "alice",
    reason: "checkout broke",
  } as const;
  const revision = { quarantine: taken };
  table(quarantine, [
    ["clear", facts(), "pass", { code: "quarantine.clear" }, []],
    ["promoted", facts({ revision }), "block", reason, [approvers]],
    ["merged", facts({ revision, request: merge }), "block", reason, [approvers]],
    ["rolled back to", facts({ revision, request: rollback }), "block", reason, [approvers]],
  ]);
});

describe("hold", () => {
  const bad = sha("d");
  const held = (comparedToBad: Comparison) => ({
    hold: { rollback: 30, bad: { sha: bad, tree: sha("4") }, since: now - hour, comparedToBad },
  });
  const stands = { code: "hold.stands", bad, rollback: 30 } as const;
  const no = (comparison: Comparison) => ({ code: "hold.not-a-descendant", bad, rollback: 30, comparison }) as const;
  const confirm = { code: "hold.confirm-fix", bad, rollback: 30 } as const;
  const fixConfirmedBy = "dora";
  table(hold, [
    ["none", facts(), "pass", { code: "hold.none" }, []],
    [
      "a rollback",
      facts({ environment: held("behind"), request: rollback }),
      "pass",
      { code: "hold.passed-by-rollback" },
      [],
    ],
    ["a merge", facts({ environment: held("ahead"), request: merge }), "wait", stands, [anyAsker]],
    [
      "a merge, said to contain the fix",
      facts({ environment: held("ahead"), request: { ...merge, fixConfirmedBy } }),
      "wait",
      stands,
      [anyAsker],
    ],
    [
      "a retry by the bot",
      facts({ environment: held("ahead"), request: { typed: false, kind: "deploy" } }),
      "wait",
      stands,
      [anyAsker],
    ],
    ["a descendant", facts({ environment: held("ahead") }), "wait", confirm, [anyAsker]],
    [
      "a confirmed descendant",
      facts({ environment: held("ahead"), request: { fixConfirmedBy } }),
      "pass",
      { code: "hold.fix-confirmed", by: "dora", bad },
      [],
    ],
    ["the bad one itself", facts({ environment: held("identical") }), "wait", no("identical"), [administrators]],
    ["an ancestor", facts({ environment: held("behind") }), "wait", no("behind"), [administrators]],
    ["a diverged one", facts({ environment: held("diverged") }), "wait", no("diverged"), [administrators]],
    ["not to be told", facts({ environment: held("unknown") }), "wait", no("unknown"), [administrators]],
    [
      "a diverged one, confirmed",
      facts({ environment: held("diverged"), request: { fixConfirmedBy } }),
      "wait",
      no("diverged"),
      [administrators],
    ],
  ]);
});

describe("queue", () => {
  const entry = (deployment: number, change: Partial<QueueEntry> = {}): QueueEntry => ({
    deployment,
    kind: "deploy",
    status: "queued",
    sha: sha("e"),
    requestedBy: "dora",
    requestedAt: now - 20 * minute,
    ready: true,
    ...change,
  });
  const slot = (status: Status, proven: boolean) => ({ slot: { deployment: 40, status, proven } });
  const later = { requestedAt: now - minute };
  const line = (...entries: readonly QueueEntry[]) => ({ environment: { queue: entries } });
  const by = (deployment: number) => [{ kind: "deployment", deployment } as const];
  const behind = (deployment: number, position: number) => ({ code: "queue.behind", deployment, position }) as const;
  const running = (position: number) => ({ code: "queue.running", deployment: 40, position }) as const;
  const unsettled = { code: "queue.unsettled", deployment: 40 } as const;
  const free = { code: "queue.free" } as const;
  table(queue, [
    ["nothing there", facts(), "pass", free, []],
    [
      "what failed last is about to be taken back",
      facts({ environment: { undoing: 40 } }),
      "wait",
      { code: "queue.before-rollback", deployment: 40 },
      by(40),
    ],
    ["which the rollback does", facts({ environment: { undoing: 40 }, request: rollback }), "pass", free, []],
    ["one runs", facts({ environment: slot("in_progress", false) }), "wait", running(1), by(40)],
    ["one is verified", facts({ environment: slot("verifying", false) }), "wait", running(1), by(40)],
    [
      "a rollback waits for what runs",
      facts({ environment: slot("in_progress", false), request: rollback }),
      "wait",
      running(1),
      by(40),
    ],
    [
      "one runs, one waits",
      facts({ environment: { ...slot("in_progress", false), queue: [entry(41)] } }),
      "wait",
      running(2),
      by(40),
    ],
    [
      "one ended without proof",
      facts({ environment: slot("error", false) }),
      "wait",
      unsettled,
      [...by(40), administrators],
    ],
    [
      "one was cancelled without proof",
      facts({ environment: slot("cancelled", false) }),
      "wait",
      unsettled,
      [...by(40), administrators],
    ],
    ["one ended for certain", facts({ environment: slot("error", true) }), "pass", free, []],
    ["an older one is ready", facts(line(entry(41))), "wait", behind(41, 2), by(41)],
    [
      "two older ones are ready",
      facts(line(entry(41), entry(42, { requestedAt: now - 15 * minute }))),
      "wait",
      behind(42, 3),
      by(42),
    ],
    ["an older one is not ready", facts(line(entry(41, { ready: false }))), "pass", free, []],
    ["a newer one is ready", facts(line(entry(41, later))), "pass", free, []],
    ["one of the same moment", facts(line(entry(41, { requestedAt: now - 10 * minute }))), "pass", free, []],
    [
      "a newer rollback is ready",
      facts(line(entry(41, { ...later, kind: "rollback" }))),
      "wait",
      behind(41, 2),
      by(41),
    ],
    [
      "a newer rollback is not ready",
      facts(line(entry(41, { ...later, kind: "rollback", ready: false }))),
      "pass",
      free,
      [],
    ],
    ["a rollback passes older ones", facts({ ...line(entry(41)), request: rollback }), "pass", free, []],
    [
      "a rollback waits for an older rollback",
      facts({ ...line(entry(41, { kind: "rollback" })), request: rollback }),
      "wait",
      behind(41, 2),
      by(41),
    ],
    [
      "a rollback does not wait for a newer one",
      facts({ ...line(entry(41, { ...later, kind: "rollback" })), request: rollback }),
      "pass",
      free,
      [],
    ],
    [
      "a rollback and an older one",
      facts(line(entry(41, { ...later, kind: "rollback" }), entry(42))),
      "wait",
      behind(42, 3),
      by(42),
    ],
  ]);
});

describe("what a person has to settle", () => {
  const environment = {
    lock: { by: "alice", reason: "mine", at: now - hour },
    freeze: { by: "alice", reason: "the sale", at: now - hour, until: now + hour },
    hold: { rollback: 40, bad: { sha: sha("b"), tree: "b" }, since: now - hour, comparedToBad: "diverged" },
    slot: { deployment: 40, status: "error", proven: false },
  } as const;

  test.each([lock, freeze, hold, queue].map((gate) => [gate.name, gate] as const))(
    "%s: by approvers, or by administrators where there are none",
    (_, gate) => {
      const kinds = (given: Facts) => gate(given).clearedBy.map(({ kind }) => kind);
      const approved = kinds(facts({ environment, policy: { approvals: approvalRules } }));
      const alone = kinds(facts({ environment }));
      expect([approved.includes("approvers"), approved.includes("administrators")]).toEqual([true, false]);
      expect([alone.includes("approvers"), alone.includes("administrators")]).toEqual([false, true]);
    },
  );
});

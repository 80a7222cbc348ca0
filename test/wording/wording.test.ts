import { describe, expect, test } from "vitest";
import type { Outcome } from "../../src/operations/outcome.ts";
import type { Clearer, GateName, GateResult } from "../../src/policy/model.ts";
import type { ApprovalRefusal, Reason } from "../../src/policy/reasons.ts";
import { sentenceForOutcome } from "../../src/wording/outcome.ts";
import { sentenceForRefusal } from "../../src/wording/refusal.ts";
import { sentenceForGate } from "../../src/wording.ts";

const now = Date.UTC(2026, 10, 21, 14, 30);
const hour = 3_600_000;
const sha = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334";
const bad = "0123456789abcdef0123456789abcdef01234567";

type ReasonCode = Reason["code"];
type Case<C extends ReasonCode> = {
  readonly reason: Omit<Extract<Reason, { code: C }>, "code">;
  readonly result?: GateResult["result"];
  readonly clearedBy?: readonly Clearer[];
  readonly says: string;
};

/** A code that is added without its sentences here does not compile. */
type Cases = { readonly [C in ReasonCode]: readonly Case<C>[] };

const anyone: Clearer = { kind: "whoever-may-ask" };
const approvers: Clearer = { kind: "approvers" };

const cases: Cases = {
  "access.scheduled": [{ reason: {}, says: "The environment's schedule asks for it." }],
  "access.ok": [{ reason: {}, says: "Whoever asked may ask for this." }],
  "access.by-merging": [
    { reason: { who: [] }, says: "Merging this asks for it." },
    {
      reason: { who: ["release-managers"] },
      says: "Merging this asks for it, which only release-managers may do for this environment.",
    },
  ],
  "access.not-in-repository": [
    {
      reason: { sha },
      result: "block",
      says: "a1b2c3d is on no branch or tag of the repository itself, so it cannot be deployed. Push it to a branch of the repository first.",
    },
  ],
  "access.no-permission": [
    {
      reason: { login: "dora", permission: "read" },
      result: "block",
      clearedBy: [anyone],
      says: "dora has only read permission on the repository on GitHub; asking needs permission to push. Whoever may ask for this environment can ask instead.",
    },
    {
      reason: { login: "dora", permission: "none" },
      result: "block",
      says: "dora has no access to the repository on GitHub; asking needs permission to push.",
    },
  ],
  "access.not-in-who": [
    {
      reason: { login: "dora", who: ["release-managers", "alice"] },
      result: "block",
      clearedBy: [{ kind: "people", logins: ["alice", "bob"] }],
      says: "dora is not among those who may ask for this environment (release-managers and alice). alice or bob can ask instead.",
    },
  ],
  "access.membership-unknown": [
    {
      reason: { login: "dora", groups: [] },
      result: "wait",
      clearedBy: [{ kind: "membership", groups: [] }],
      says: "It could not be read who is in the groups that the pipeline file names, so nobody knows whether dora may ask for this environment. It clears when I can read it again, which I keep trying.",
    },
  ],
  "access.no-hotfixes": [
    {
      reason: {},
      result: "block",
      says: "This environment takes no hotfixes: “hotfix” in the pipeline file names nobody who may ask for one.",
    },
  ],
  "access.not-in-hotfix": [
    {
      reason: { login: "olaf", from: ["fixers"] },
      result: "block",
      clearedBy: [{ kind: "people", logins: ["rosa"] }],
      says: "olaf is not among those who may ask for a hotfix (fixers). rosa can ask instead.",
    },
  ],
  "access.commands-not-allowed": [
    {
      reason: { repository: "acme/shop" },
      result: "block",
      clearedBy: [{ kind: "operator" }],
      says: "The operator does not let acme/shop run commands, and this environment needs one. Add it to “commands” in operator.yml. The operator can clear this.",
    },
  ],
  "access.secrets-not-granted": [
    {
      reason: { repository: "acme/shop", names: ["DB_PASSWORD"] },
      result: "block",
      clearedBy: [{ kind: "operator" }],
      says: "The operator has not granted acme/shop the secret DB_PASSWORD, which this environment needs. Add it to “secrets” in operator.yml. The operator can clear this.",
    },
  ],
  "access.pins-not-allowed": [
    {
      reason: { repository: "acme/shop", into: "acme/infra" },
      result: "block",
      clearedBy: [{ kind: "operator" }],
      says: "The operator does not let acme/shop pin into acme/infra, and this environment needs it. Add it to “pins” in operator.yml. The operator can clear this.",
    },
  ],
  "ready.ok": [{ reason: {}, says: "The pull request was ready when it was merged." }],
  "ready.not-a-merge": [{ reason: {}, says: "No merge of a pull request asks for this, so none has to be ready." }],
  "ready.merged-while-not-ready": [
    {
      reason: { pullRequest: 12 },
      result: "wait",
      clearedBy: [anyone],
      says: "Pull request #12 was merged while it was not ready, so it is not deployed by itself. Whoever may ask for this environment can ask for it with /deploy.",
    },
  ],
  "ready.confirm-migrations": [
    {
      reason: { migrations: { files: 1, atLeast: false } },
      result: "wait",
      clearedBy: [anyone],
      says: "This goes back over 1 migration, which a rollback does not undo. A person has to confirm it, by the button or by asking for it once more.",
    },
    {
      reason: { migrations: { files: 5, atLeast: true } },
      result: "wait",
      clearedBy: [anyone],
      says: "This goes back over at least 5 migrations, which a rollback does not undo. A person has to confirm it, by the button or by asking for it once more.",
    },
    {
      reason: { migrations: "unknown" },
      result: "wait",
      clearedBy: [anyone],
      says: "This goes back over changes of which it is not known whether migrations are among them, which a rollback does not undo. A person has to confirm it, by the button or by asking for it once more.",
    },
  ],
  "ready.migrations-confirmed": [
    { reason: { by: "bob" }, says: "bob confirmed to go back although migrations lie in between." },
  ],
  "ready.offered": [
    {
      reason: { because: "unlock" },
      result: "wait",
      clearedBy: [anyone],
      says: "The environment was unlocked while this waited. It is offered, and starts when a person asks for it. Whoever may ask for this environment can ask for it with /deploy.",
    },
    {
      reason: { because: "auto" },
      result: "wait",
      clearedBy: [anyone],
      says: "This environment deploys nothing by itself. It is offered, and starts when a person asks for it. Whoever may ask for this environment can ask for it with /deploy.",
    },
    {
      reason: { because: "branch" },
      result: "wait",
      clearedBy: [anyone],
      says: "The branch that this came from no longer holds it. It is offered, and starts when a person asks for it. Whoever may ask for this environment can ask for it with /deploy.",
    },
  ],
  "ready.may-be-merged": [{ reason: {}, says: "The pull request is ready to be merged." }],
  "ready.not-ready-yet": [
    {
      reason: { pullRequest: 12 },
      result: "wait",
      clearedBy: [],
      says: "The pull request is not ready; merged as it is, it would wait until a person asks for it.",
    },
  ],
  "lock.free": [{ reason: {}, says: "Nobody holds a lock." }],
  "lock.held": [
    {
      reason: { by: "alice", reason: "load  test", at: now - 2 * hour, until: now + hour },
      result: "block",
      clearedBy: [{ kind: "person", login: "alice" }, approvers, { kind: "time", at: now + hour }],
      says: "alice holds a lock until 2026-11-21 15:30 UTC, since 2026-11-21 12:30 UTC (2 hours ago), saying “load test”. alice or an approver can unlock it. It clears when it is 2026-11-21 15:30 UTC.",
    },
    {
      reason: { by: "alice", reason: "", at: now },
      result: "wait",
      clearedBy: [{ kind: "person", login: "alice" }],
      says: "alice holds a lock, since 2026-11-21 14:30 UTC (just now). alice can unlock it.",
    },
  ],
  "lock.held-by-asker": [
    { reason: { by: "alice", reason: "load test" }, says: "alice, who asks, also holds the lock, saying “load test”." },
  ],
  "lock.passed-by-rollback": [
    {
      reason: { by: "alice", reason: "load test" },
      says: "alice holds a lock, saying “load test”, but a rollback passes it.",
    },
  ],
  "window.none": [{ reason: {}, says: "This environment is deployed to at any time." }],
  "window.open": [
    { reason: { until: Date.UTC(2026, 10, 23, 15) }, says: "The window is open until 2026-11-23 15:00 UTC." },
    { reason: {}, says: "The window is always open." },
  ],
  "window.closed": [
    {
      reason: {
        allow: ["Mon-Thu 09:00-16:00", "Fri 09:00-12:00"],
        timezone: "Europe/Berlin",
        opens: Date.UTC(2026, 10, 23, 8),
      },
      result: "wait",
      clearedBy: [{ kind: "time", at: Date.UTC(2026, 10, 23, 8) }],
      says: "This environment is deployed to Mon-Thu 09:00-16:00 and Fri 09:00-12:00 (Europe/Berlin) only. It clears when it is 2026-11-23 08:00 UTC.",
    },
    {
      reason: { allow: ["Sun 02:10-02:50"], timezone: "UTC" },
      result: "wait",
      says: "This environment is deployed to Sun 02:10-02:50 (UTC) only, and that never comes.",
    },
  ],
  "window.passed-by-rollback": [{ reason: {}, says: "A rollback does not wait for the window." }],
  "window.passed-by-hotfix": [{ reason: {}, says: "A hotfix does not wait for the window." }],
  "soak.none": [{ reason: {}, says: "Nothing has to prove itself for some time first." }],
  "soak.redeploy": [{ reason: {}, says: "The same content is live here already." }],
  "soak.done": [
    {
      reason: { before: "staging", had: 3 * 3_600_000, need: 2 * 3_600_000 },
      says: "It was live and healthy in staging for 3 hours; 2 hours are asked for.",
    },
  ],
  "soak.runs": [
    {
      reason: {
        before: "staging",
        since: Date.UTC(2026, 10, 21, 12),
        need: 2 * 3_600_000,
        until: Date.UTC(2026, 10, 21, 14),
      },
      result: "wait",
      clearedBy: [{ kind: "time", at: Date.UTC(2026, 10, 21, 14) }],
      says: "It has been live in staging since 2026-11-21 12:00 UTC and has to stay healthy there for 2 hours. It clears when it is 2026-11-21 14:00 UTC.",
    },
  ],
  "soak.broken": [
    {
      reason: { before: "staging", had: 3_600_000, need: 2 * 3_600_000, at: Date.UTC(2026, 10, 21, 13) },
      result: "wait",
      clearedBy: [anyone],
      says: "It has to be live and healthy in staging for 2 hours without a break, but another deployment there ended that after 1 hour, at 2026-11-21 13:00 UTC. Deploy it there again.",
    },
  ],
  "soak.not-begun": [
    {
      reason: { before: "staging", need: 2 * 3_600_000 },
      result: "wait",
      says: "It has to be live and healthy in staging for 2 hours, and is not.",
    },
  ],
  "soak.passed-by-rollback": [{ reason: {}, says: "A rollback does not wait." }],
  "soak.passed-by-hotfix": [{ reason: {}, says: "A hotfix does not wait for what it mends to prove itself." }],
  "order.first-environment": [{ reason: {}, says: "This is the first environment; nothing has to come before it." }],
  "order.ok": [
    { reason: { before: "staging", deployment: 41 }, says: "The same content was live in staging (deployment 41)." },
  ],
  "order.patched": [
    {
      reason: { before: "staging", deployment: 41, pullRequest: 7 },
      says: "What pull request #7 promotes was live in staging (deployment 41); it has patches on top.",
    },
  ],
  "order.redeploy": [{ reason: {}, says: "This is what is live already; it is deployed again." }],
  "order.demo": [{ reason: {}, says: "A demo shows its branch, wherever that is moved to." }],
  "order.passed-by-rollback": [{ reason: {}, says: "A rollback goes back on purpose." }],
  "order.nothing-live-before": [
    {
      reason: { before: "staging" },
      result: "block",
      clearedBy: [approvers],
      says: "Nothing is live in staging yet. Deploy it there first, or tell what is live there with /deploy adopt staging <revision>. An approver can clear this.",
    },
  ],
  "order.never-live-before": [
    {
      reason: { before: "staging", sha },
      result: "block",
      says: "a1b2c3d has never been live in staging. Deploy it there first.",
    },
    {
      reason: { before: "staging", sha },
      result: "block",
      clearedBy: [{ kind: "people", logins: ["alice", "rosa"] }],
      says: "a1b2c3d has never been live in staging. Deploy it there first. alice or rosa can ask for a hotfix.",
    },
  ],
  "order.rolled-back-before": [
    {
      reason: { before: "staging", sha },
      result: "block",
      says: "a1b2c3d was live in staging and was rolled back there.",
    },
  ],
  "order.uncertain-before": [
    {
      reason: { before: "staging", deployment: 41 },
      result: "block",
      says: "It is not certain what is live in staging: deployment 41 had begun to change it and did not succeed. Deploy there again, or settle it with /deploy resolve 41.",
    },
  ],
  "order.passed-by-hotfix": [{ reason: {}, says: "A hotfix passes the order of environments." }],
  "freeze.none": [{ reason: {}, says: "No freeze stands." }],
  "freeze.stands": [
    {
      reason: { by: "alice", reason: "the sale", at: Date.UTC(2026, 10, 20, 9), until: Date.UTC(2026, 10, 23, 8) },
      result: "block",
      clearedBy: [approvers, { kind: "time", at: Date.UTC(2026, 10, 23, 8) }],
      says: "Frozen by alice until 2026-11-23 08:00 UTC, since 2026-11-20 09:00 UTC (29 hours ago), saying “the sale”. An approver can end it with /deploy thaw. It clears when it is 2026-11-23 08:00 UTC.",
    },
  ],
  "freeze.passed-by-rollback": [
    {
      reason: { by: "alice", until: Date.UTC(2026, 10, 23, 8) },
      says: "alice froze this until 2026-11-23 08:00 UTC, but a rollback passes a freeze.",
    },
  ],
  "freeze.passed-by-hotfix": [
    {
      reason: { by: "alice", until: Date.UTC(2026, 10, 23, 8) },
      says: "alice froze this until 2026-11-23 08:00 UTC, but a hotfix passes a freeze.",
    },
  ],
  "order.behind-live": [
    {
      reason: { live: sha },
      result: "block",
      says: "This is older than what is live (a1b2c3d). Going back is what /rollback is for.",
    },
  ],
  "order.diverged-from-live": [
    {
      reason: { live: sha, hotfix: [] },
      result: "block",
      says: "This lacks commits that are live (a1b2c3d). Bring them in first.",
    },
    {
      reason: { live: sha, hotfix: ["fixers"] },
      result: "block",
      clearedBy: [{ kind: "people", logins: ["rosa", "bob"] }],
      says: "This lacks commits that are live (a1b2c3d). Bring them in first; if that cannot wait, it needs a hotfix. rosa or bob can ask for a hotfix.",
    },
  ],
  "order.comparison-unknown": [
    {
      reason: { live: sha },
      result: "block",
      says: "GitHub could not compare this with what is live (a1b2c3d), so it is not certain that it goes forward. Ask again later.",
    },
  ],
  "checks.none-required": [{ reason: {}, says: "This environment requires no checks." }],
  "checks.ok": [
    { reason: { names: ["ci/test"] }, says: "The check ci/test is green." },
    { reason: { names: ["ci/test", "lint"] }, says: "The checks ci/test and lint are green." },
  ],
  "checks.passed-by-rollback": [{ reason: {}, says: "A rollback does not wait for checks." }],
  "checks.failed": [
    {
      reason: { names: ["ci/test"] },
      result: "block",
      clearedBy: [{ kind: "checks", names: ["ci/test"] }],
      says: "The check ci/test failed on GitHub. It clears when the check ci/test is green.",
    },
  ],
  "checks.pending": [
    {
      reason: { names: ["ci/test", "lint"] },
      result: "wait",
      clearedBy: [{ kind: "checks", names: ["ci/test", "lint"] }],
      says: "The checks ci/test and lint have not finished on GitHub. It clears when the checks ci/test and lint are green.",
    },
  ],
  "checks.missing": [
    {
      reason: { names: ["ci/test"] },
      result: "wait",
      says: "The check ci/test has not been reported on GitHub for this revision.",
    },
  ],
  "quarantine.passed-by-destroy": [{ reason: {}, says: "Nothing is deployed by taking a demo away." }],
  "quarantine.clear": [{ reason: {}, says: "This is not in quarantine." }],
  "quarantine.quarantined": [
    {
      reason: { sha, environment: "production", by: "bob", reason: "checkout fails" },
      result: "block",
      clearedBy: [approvers],
      says: "a1b2c3d is in quarantine since bob rolled it back in production, saying “checkout fails”. An approver can take it out with /deploy allow a1b2c3d <reason>.",
    },
  ],
  "hold.none": [{ reason: {}, says: "No rollback holds this environment." }],
  "hold.passed-by-destroy": [{ reason: {}, says: "Taking a demo away passes the hold." }],
  "hold.passed-by-rollback": [{ reason: {}, says: "A rollback passes the hold." }],
  "hold.fix-confirmed": [{ reason: { by: "bob", bad }, says: "bob confirmed that this contains the fix for 0123456." }],
  "hold.confirm-fix": [
    {
      reason: { bad, rollback: 40 },
      result: "wait",
      clearedBy: [anyone],
      says: "Rollback 40 took 0123456 out, and this builds on it. Somebody has to confirm that it contains the fix. Whoever may ask for this environment can confirm it.",
    },
  ],
  "hold.stands": [
    {
      reason: { bad, rollback: 40 },
      result: "wait",
      clearedBy: [anyone],
      says: "Rollback 40 took 0123456 out. Merges, retries and whatever comes by itself wait until that is fixed. Whoever may ask for this environment can ask for the fix with /deploy.",
    },
  ],
  "hold.not-a-descendant": [
    {
      reason: { bad, rollback: 40, comparison: "behind" },
      result: "wait",
      clearedBy: [approvers],
      says: "Rollback 40 took 0123456 out, and only what builds on it can bring the fix. This does not. An approver can end the hold with /deploy unlock.",
    },
    {
      reason: { bad, rollback: 40, comparison: "unknown" },
      result: "wait",
      says: "Rollback 40 took 0123456 out, and GitHub could not say whether this builds on it.",
    },
  ],
  "approvals.not-required": [{ reason: {}, says: "This environment requires no approvals." }],
  "approvals.not-required-for-rollback": [
    { reason: {}, says: "Going back to what was live before needs no approval." },
  ],
  "approvals.enough": [{ reason: { by: ["bob", "carol"] }, says: "Approved by bob and carol." }],
  "approvals.missing": [
    {
      reason: { count: 2, by: [], candidates: ["bob", "carol"], expiresAt: now + 8 * hour },
      result: "wait",
      clearedBy: [approvers],
      says: "Needs 2 approvals; nobody has approved yet. bob or carol can approve. The request stands until 2026-11-21 22:30 UTC.",
    },
    {
      reason: { count: 2, by: ["bob"], candidates: ["carol"] },
      result: "wait",
      clearedBy: [approvers],
      says: "Needs 1 more approval; bob approved. carol can approve.",
    },
    {
      reason: { count: 1, by: [], candidates: [] },
      result: "wait",
      clearedBy: [approvers],
      says: "Needs 1 approval; nobody has approved yet. An approver can approve.",
    },
  ],
  "approvals.cannot-be-reached": [
    {
      reason: { count: 3, by: ["bob"], candidates: ["carol"], excluded: [], empty: [] },
      result: "wait",
      clearedBy: [anyone],
      says: "Needs 3 approvals, but only 2 can ever be given. Somebody else could ask instead, or “approvals” in the pipeline file could name more people.",
    },
    {
      reason: {
        count: 2,
        by: [],
        candidates: [],
        excluded: [
          { login: "bob", why: "requester" },
          { login: "carol", why: "author" },
          { login: "dora", why: "merger" },
          { login: "erin", why: "author" },
        ],
        empty: ["team:acme/sre", "on-call"],
      },
      result: "wait",
      clearedBy: [anyone],
      says: "Needs 2 approvals, but none can ever be given. Not counted is what is somebody's own: bob asked for this; dora merged part of it; carol and erin wrote part of it. Nobody is in team:acme/sre or on-call. Somebody else could ask instead, or “approvals” in the pipeline file could name more people.",
    },
  ],
  "approvals.membership-unknown": [
    {
      reason: { count: 2, groups: ["team:acme/sre", "usergroup:S0123"] },
      result: "wait",
      clearedBy: [{ kind: "membership", groups: ["team:acme/sre", "usergroup:S0123"] }],
      says: "Needs 2 approvals, and it could not be read who is in the team acme/sre on GitHub and the user group S0123 in Slack. Until it can, nobody's answer counts. It clears when I can read it again, which I keep trying.",
    },
  ],
  "approvals.rejected": [{ reason: { by: "bob" }, result: "block", says: "bob rejected this." }],
  "queue.after-merge": [{ reason: {}, says: "Its place in the queue comes with the merge." }],
  "queue.free": [{ reason: {}, says: "Nothing else is being deployed there." }],
  "queue.running": [
    {
      reason: { deployment: 41, position: 2 },
      result: "wait",
      clearedBy: [{ kind: "deployment", deployment: 41 }],
      says: "Deployment 41 is running there. This is number 2 in the queue. It clears when deployment 41 has ended.",
    },
  ],
  "queue.unsettled": [
    {
      reason: { deployment: 41 },
      result: "wait",
      clearedBy: [{ kind: "deployment", deployment: 41 }, approvers],
      says: "It is not known how deployment 41 ended. Look at the environment, then settle it with /deploy resolve 41 success|failure <reason>. An approver can settle it.",
    },
  ],
  "queue.before-rollback": [
    {
      reason: { deployment: 41 },
      result: "wait",
      clearedBy: [{ kind: "deployment", deployment: 41 }],
      says: "Deployment 41 has failed and is about to be rolled back; that goes first.",
    },
  ],
  "queue.behind": [
    {
      reason: { deployment: 41, position: 3 },
      result: "wait",
      clearedBy: [{ kind: "deployment", deployment: 41 }],
      says: "Deployment 41 goes first. This is number 3 in the queue. It clears when deployment 41 has ended.",
    },
  ],
};

describe("every gate's reason has its sentence", () => {
  const table = Object.entries(cases).flatMap(([code, list]) => list.map((one) => ({ code, ...one })));
  test.each(table)("$code: $says", ({ code, reason, result = "pass", clearedBy = [], says }) => {
    const gate = code.split(".")[0] as GateName;
    const full = { code, ...reason } as Reason;
    expect(sentenceForGate({ gate, result, reason: full, clearedBy }, { now })).toBe(says);
  });
});

test("a message that stands for long tells times, not ages", () => {
  const result: GateResult = {
    gate: "lock",
    result: "wait",
    reason: { code: "lock.held", by: "alice", reason: "load test", at: now },
    clearedBy: [],
  };
  expect(sentenceForGate(result, {})).toBe("alice holds a lock, since 2026-11-21 14:30 UTC, saying “load test”.");
});

const refusals: { readonly [C in ApprovalRefusal["code"]]: string } = {
  bot: "Your answer does not count: bots cannot approve or reject.",
  guest: "Your answer does not count: guests of this workspace cannot approve or reject.",
  stranger: "Your answer does not count: only members of this workspace can approve or reject.",
  "not-linked":
    "Your answer does not count: I do not know your GitHub login. Type /deploy link, or ask for your name to be added to “people” in the pipeline file.",
  "not-an-approver":
    "Your answer does not count: you are not among those who may approve here. “approvals” in the pipeline file names them.",
  "membership-unknown":
    "Your answer does not count yet: I could not find out who may approve here. I keep asking, and look at your answer again then.",
  requester: "Your answer does not count: you asked for this deployment yourself, and somebody else has to approve it.",
  merger: "Your answer does not count: you merged this, and somebody else has to approve it.",
  author: "Your answer does not count: you wrote part of what this deploys, and somebody else has to approve it.",
  "from-changed":
    "Your answer does not count: something else has gone live since this was asked. Please answer the newest message.",
  "content-changed":
    "Your answer does not count: what would be deployed has changed since this was asked. Please answer the newest message.",
  "policy-changed":
    "Your answer does not count: the rules of this environment have changed since this was asked. Please answer the newest message.",
  expired: "Your answer does not count: it came after the request had expired. Ask for the deployment again.",
};

test.each(Object.entries(refusals))("an answer that does not count: %s", (code, says) => {
  expect(sentenceForRefusal({ code: code as ApprovalRefusal["code"] })).toBe(says);
});

const blocking: GateResult = {
  gate: "order",
  result: "block",
  reason: { code: "order.never-live-before", before: "staging", sha },
  clearedBy: [],
};
const outcomes: {
  readonly [C in Outcome["code"]]: readonly [Omit<Extract<Outcome, { code: C }>, "code">, string];
} = {
  succeeded: [{}, "It is live."],
  destroyed: [{}, "The demo is no longer there."],
  "stage-failed": [{ stage: "deploy", message: "exit code 2" }, "The stage deploy failed. Exit code 2."],
  "stage-error": [{ stage: "deploy" }, "The stage deploy could not be carried out."],
  "stage-timed-out": [
    { stage: "deploy", afterMs: 1_800_000 },
    "The stage deploy did not end within 30 minutes and was given up.",
  ],
  "end-unknown": [
    { stage: "deploy", message: "the host is gone" },
    "I cannot tell how the stage deploy ended, so the environment stays busy. The host is gone. Look at the environment, then settle this deployment with /deploy resolve.",
  ],
  "verification-failed": [
    { stage: "http", message: "It answered 502." },
    "It was deployed, but the verification http failed. It answered 502.",
  ],
  blocked: [
    { verdict: { outcome: "stop", gates: [blocking] } },
    "It was stopped. Order: a1b2c3d has never been live in staging. Deploy it there first.",
  ],
  rejected: [{ by: "bob" }, "bob rejected it."],
  expired: [{}, "It was not approved in time. Ask again to start anew."],
  "environment-removed": [{}, "The pipeline file no longer names this environment."],
  superseded: [{ by: 43, askedBy: "bob" }, "Deployment 43, which bob asked for, took its place."],
  cancelled: [{ by: "bob" }, "bob cancelled it."],
  "cancelled-by-rollback": [{ rollback: 43 }, "Rollback 43 cancelled it."],
  "cancelled-elsewhere": [
    { stage: "deploy", message: "the run was cancelled" },
    "The stage deploy was cancelled where it ran, and not from here. The run was cancelled.",
  ],
  settled: [{ by: "bob", as: "success", reason: "it shows" }, "bob settled it as a success, saying “it shows”."],
  adopted: [{ by: "bob" }, "bob said that this is live; nothing was deployed."],
  seen: [{ by: "octocat" }, "It went live without Signalbox: octocat deployed it."],
};

test.each(Object.entries(outcomes))("how it ended: %s", (code, [facts, says]) => {
  expect(sentenceForOutcome({ code, ...facts } as Outcome)).toBe(says);
});

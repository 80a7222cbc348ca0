import { describe, expect, test } from "vitest";
import type { NoteContent, ReplyContent } from "../../src/operations/said.ts";
import type { Running, Waiting } from "../../src/operations/standing.ts";
import type { Work } from "../../src/operations/work.ts";
import type { GateResult, Verdict } from "../../src/policy/model.ts";
import { deployVerbs } from "../../src/policy/verbs.ts";
import { wordNote } from "../../src/wording/note.ts";
import { timeInWords } from "../../src/wording/phrases.ts";
import { wordReply } from "../../src/wording/reply.ts";
import { channelNotes } from "./channel-cases.ts";
import { demoNotes, demoReplies } from "./demo-cases.ts";
import { holdsNotes, holdsReplies } from "./holds-cases.ts";
import { linkNotes, linkReplies } from "./link-cases.ts";
import { promotionNotes, promotionReplies } from "./promotion-cases.ts";
import { versionNotes, versionReplies } from "./version-cases.ts";

const now = Date.UTC(2026, 10, 21, 14, 30);
const hour = 3_600_000;
const revision = { sha: "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334", tree: "f".repeat(40), version: "v1.4.0" };
const bad = { sha: "0123456789abcdef0123456789abcdef01234567", tree: "e".repeat(40) };

const verdict: Verdict = {
  outcome: "stop",
  gates: [
    { gate: "access", result: "pass", reason: { code: "access.ok" }, clearedBy: [] },
    {
      gate: "order",
      result: "block",
      reason: { code: "order.never-live-before", before: "staging", sha: revision.sha },
      clearedBy: [],
    },
    {
      gate: "approvals",
      result: "wait",
      reason: { code: "approvals.missing", count: 1, by: [], candidates: ["bob"] },
      clearedBy: [{ kind: "approvers" }],
    },
  ],
};

/** A code that is added without its words here does not compile. */
type NoteCases = {
  readonly [C in NoteContent["code"]]: readonly (readonly [Omit<Extract<NoteContent, { code: C }>, "code">, string])[];
};

const notes: NoteCases = {
  "announcement-refused": [
    [
      { where: "grafana", why: "it answered 401" },
      "Grafana could not be told of this: it answered 401. The deployment itself is as it is.",
    ],
  ],
  ...holdsNotes,
  ...linkNotes,
  ...channelNotes,
  ...demoNotes,
  ...promotionNotes,
  ...versionNotes,
  "approval-refused": [
    [{ person: "alice", why: { code: "bot" } }, "alice: Your answer does not count: bots cannot approve or reject."],
  ],
  live: [
    [
      {
        service: "shop",
        repository: "acme/shop",
        environment: "production",
        url: "https://shop.example",
        revision: { sha: "a1b2c3d4", tree: "t", version: "v1.4.0" },
        deployment: 42,
        pullRequests: [{ number: 12, title: "Add the basket" }],
        more: 0,
      },
      "Your change is live in production of shop, with v1.4.0 (a1b2c3d) (deployment 42). See https://shop.example\n• acme/shop#12 Add the basket",
    ],
    [
      {
        service: "shop",
        repository: "acme/shop",
        environment: "production",
        revision: { sha: "a1b2c3d4", tree: "t" },
        deployment: 42,
        pullRequests: [{ number: 12, title: "Add the basket" }],
        more: 4,
      },
      "Your changes are live in production of shop, with a1b2c3d (deployment 42).\n• acme/shop#12 Add the basket\n… and 4 more",
    ],
  ],
  "approval-counted": [[{ login: "bob", have: 1, need: 2 }, "bob approved: 1 of 2 approvals."]],
  "approval-withdrawn": [[{ login: "bob" }, "bob took the answer back; it no longer counts."]],
  "asked-anew": [
    [
      { changed: ["content", "policy"] },
      "I ask again: since I asked, what would be deployed has changed and the rules of the environment have changed. Answers to the earlier message no longer count.",
    ],
    [
      { changed: ["from"], was: "a".repeat(40), is: "b".repeat(40) },
      "I ask again: since I asked, bbbbbbb has gone live (aaaaaaa was when I asked). Answers to the earlier message no longer count.",
    ],
    [
      { changed: ["from"], is: "b".repeat(40) },
      "I ask again: since I asked, bbbbbbb has gone live (nothing was live when I asked). Answers to the earlier message no longer count.",
    ],
  ],
  "rejection-reason-wanted": [
    [{ login: "bob" }, "bob, why did you reject this? Your next reply in this thread is kept as the reason."],
  ],
  "rejection-reason-noted": [[{ login: "bob" }, "Noted as the reason of bob."]],
  "approval-reminder": [
    [
      { missing: 2, candidates: [{ login: "bob" }, { login: "carol", slackUser: "U0CAROL" }], expiresAt: now },
      "This still needs 2 approvals, and the request stands only until 2026-11-21 14:30 UTC. bob or carol can approve.",
    ],
  ],
  "approvals-cannot-be-reached": [
    [
      { count: 2, possible: 1, excluded: [{ login: "bob", why: "requester" }], empty: [], earlier: true },
      "By the rules under which what is live was deployed: Needs 2 approvals, but only 1 can ever be given. Not counted is what is somebody's own: bob asked for this. Somebody else could ask instead, or “approvals” in the pipeline file could name more people. An administrator of the repository who may approve can let the present rules stand alone, by /deploy adopt with what is live.",
    ],
  ],
  "answered-late": [
    [
      { at: now, now, reply: { code: "asked-long-ago", at: now } },
      "This was written at 2026-11-21 14:30 UTC, and I come to it only now. It may not be meant any more, so I do nothing more about it. Please ask again if it is.",
    ],
    [
      { at: now, now, reply: { code: "already-requested", deployment: 7 } },
      "You asked me something at 2026-11-21 14:30 UTC, and I can answer only now. Deployment 7 asks for the same already; I did not make another.",
    ],
  ],
  "branch-forced": [
    [
      { service: "shop", branch: "staging", to: revision.sha, environments: ["staging"], by: "alice" },
      "alice forced the branch staging of shop to a1b2c3d. What is live in staging stays as it is, and this is not deployed by itself. Ask for it with /deploy staging.",
    ],
    [
      { service: "shop", branch: "main", to: revision.sha, environments: ["staging", "production"] },
      "Somebody forced the branch main of shop to a1b2c3d. What is live in staging and production stays as it is, and this is not deployed by itself. Ask for it with /deploy staging or /deploy production.",
    ],
  ],
  "branch-deleted": [
    [
      { service: "shop", branch: "staging", environments: ["staging"], by: "alice" },
      "alice deleted the branch staging of shop. What is live in staging stays as it is. Until there is such a branch again, nothing comes there by a merge; ask for a revision with /deploy staging <revision>.",
    ],
  ],
  "rolled-back-by-itself": [
    [
      { deployment: 42, rollback: 43, to: bad.sha },
      "Deployment 42 failed, so I asked for rollback 43 to 0123456, as `on_failure: rollback` says.",
    ],
    [
      { deployment: 42, rollback: 43, to: bad.sha, asksPerson: true },
      "Deployment 42 failed. I asked for rollback 43 to 0123456, but migrations lie in between, so a person has to confirm it.",
    ],
  ],
  "not-rolled-back": [
    [
      { deployment: 42, why: { code: "changed-nothing" } },
      "Deployment 42 is not rolled back by itself: it ended before anything in the environment was changed.",
    ],
    [
      { deployment: 42, why: { code: "cannot-tell" } },
      "Deployment 42 is not rolled back by itself: it is not known whether it works, and a person has to look.",
    ],
    [
      { deployment: 42, why: { code: "was-rollback" } },
      "Deployment 42 is not rolled back by itself: it was a rollback itself.",
    ],
    [
      { deployment: 42, why: { code: "nothing-before" } },
      "Deployment 42 is not rolled back by itself: nothing that was live and healthy before is left to go back to.",
    ],
    [
      { deployment: 42, why: { code: "moved-on" } },
      "Deployment 42 is not rolled back by itself: the environment has been changed or settled since.",
    ],
    [
      { deployment: 42, why: { code: "too-often", times: 3 } },
      "Deployment 42 is not rolled back by itself: that was done 3 times in this environment in the last 24 hours already.",
    ],
    [
      { deployment: 42, why: { code: "not-wanted" } },
      "Deployment 42 is not rolled back by itself: the pipeline file does not say so any more.",
    ],
  ],
  "revert-asked": [
    [
      { by: "bob", pullRequests: [12] },
      "bob asked for a pull request that reverts #12. Merging is up to people, as ever.",
    ],
    [
      { by: "bob", pullRequests: [12, 13] },
      "bob asked for pull requests that revert #12 and #13. Merging is up to people, as ever.",
    ],
  ],
  "migrations-confirmed": [
    [{ by: "bob" }, "bob confirmed to roll back although migrations lie in between. They are not undone."],
  ],
  "fix-confirmed": [[{ by: "bob" }, "bob confirmed that this contains the fix."]],
  "stage-ended": [
    [{ stage: "deploy", outcome: "success", tookMs: 400 }, "The stage deploy succeeded after less than a second."],
    [
      {
        stage: "deploy",
        outcome: "failure",
        tookMs: 65_000,
        message: "exit code 2",
        logUrl: "https://log.example.com/1",
      },
      "The stage deploy failed after 1 minute 5 seconds. It said “exit code 2”. Log: https://log.example.com/1",
    ],
    [{ stage: "deploy", outcome: "error", tookMs: hour }, "The stage deploy could not be carried out after 1 hour."],
    [{ stage: "deploy", outcome: "cancelled", tookMs: 12_000 }, "The stage deploy was cancelled after 12 seconds."],
  ],
  "found-after-restart": [
    [
      { stage: "deploy", now: "running" },
      "I was restarted. The stage deploy was running when I last saw it; I follow it again.",
    ],
    [
      { stage: "deploy", now: "unknown" },
      "I was restarted while I was starting the stage deploy. Whether it began is found out before anything is started again.",
    ],
  ],
  ended: [
    [{ status: "success", outcome: { code: "succeeded" } }, "This deployment succeeded. It is live."],
    [
      { status: "rejected", outcome: { code: "rejected", by: "bob" } },
      "This deployment was rejected. bob rejected it.",
    ],
    [
      { status: "error", outcome: { code: "stage-error", stage: "deploy" } },
      "This deployment ended with an error. The stage deploy could not be carried out.",
    ],
  ],
  "hold-began": [
    [
      { service: "shop", environment: "production", bad, rollback: 43 },
      "shop production is held since rollback 43: 0123456 is in quarantine, and merges wait. Bring the fix with /deploy production <revision>, or end the hold with /deploy unlock production.",
    ],
  ],
  "hold-ended": [
    [{ environment: "production", by: "success" }, "The hold on production has ended: the fix is live."],
    [{ environment: "production", by: "unlock", person: "bob" }, "The hold on production has ended: bob unlocked it."],
  ],
  locked: [
    [
      { service: "shop", environment: "production", by: "alice", reason: "load test", until: now },
      "alice locked shop production until 2026-11-21 14:30 UTC, saying “load test”.",
    ],
  ],
  unlocked: [
    [{ service: "shop", environment: "production", by: "alice", held: "alice" }, "alice unlocked shop production."],
    [
      { service: "shop", environment: "production", by: "bob", held: "alice", offers: 44 },
      "bob unlocked shop production. The lock was held by alice. Deployment 44 is the newest that waits; it starts when a person asks for it.",
    ],
  ],
  "pipeline-mistakes": [
    [
      {
        repository: "acme/shop",
        lastGood: true,
        mistakes: [
          {
            file: ".github/signalbox.yml",
            line: 4,
            column: 3,
            path: "environments.production.aprovals",
            found: "aprovals",
            expected: "a known key",
            nearest: "approvals",
          },
        ],
      },
      "The pipeline file of acme/shop has 1 mistake. The last good one stays in force.\n• .github/signalbox.yml, line 4, column 3: environments.production.aprovals: found aprovals, expected a known key. Did you mean approvals?",
    ],
  ],
  "workflow-problems": [
    [
      {
        repository: "acme/shop",
        problems: [
          { code: "listens", path: ".github/workflows/cd.yml" },
          { code: "absent", path: ".github/workflows/deploy.yml" },
          { code: "not-dispatchable", path: ".github/workflows/other.yml" },
        ],
      },
      "The pipeline file of acme/shop is in force, but its workflows do not fit it.\n• .github/workflows/cd.yml listens to “deployment”, and no stage is a “deployment”: it runs besides the stages whenever I tell GitHub of a deployment. Take that trigger out, or let a stage be “deployment: {}”.\n• A stage runs .github/workflows/deploy.yml, which is not on the default branch. It cannot start.\n• A stage runs .github/workflows/other.yml, which has no “workflow_dispatch” trigger on the default branch. It cannot start.",
    ],
  ],
  "pipeline-mended": [
    [{ repository: "acme/shop" }, "The pipeline file of acme/shop has no mistakes any more and is in force."],
  ],
  "merged-unguarded": [
    [
      { repository: "acme/shop", branch: "main", pullRequest: 7 },
      "Pull request #7 of acme/shop was merged while it was not ready: nothing kept it from that, because main does not require the check signalbox/ready. Require it in the branch's protection or ruleset.",
    ],
  ],
  "went-live-elsewhere": [
    [
      {
        service: "shop",
        environment: "staging",
        revision: { sha: "a1b2c3d".padEnd(40, "0"), tree: "t" },
        by: "octocat",
        deployment: 9,
      },
      "a1b2c3d of shop went live in staging without Signalbox: octocat deployed it. Noted as deployment 9.",
    ],
  ],
};

describe("every note has its words", () => {
  const table = Object.entries(notes).flatMap(([code, list]) => list.map(([facts, says]) => ({ code, facts, says })));
  test.each(table)("$code: $says", ({ code, facts, says }) => {
    expect(wordNote({ code, ...facts } as NoteContent)).toBe(says);
  });
});

type ReplyCases = {
  readonly [C in ReplyContent["code"]]: readonly (readonly [
    Omit<Extract<ReplyContent, { code: C }>, "code">,
    string,
  ])[];
};

const usage = "/deploy cancel <deployment>";
const times = "Times are UTC: 18:00, 2026-11-22, 2026-11-22 18:00, tomorrow, 30m, 2h or 3d.";
const noServices =
  "I know no service yet. Install the GitHub App on a repository whose default branch has a .github/signalbox.yml.";

function work(pullRequest: number, change: Partial<Work>): Work {
  return {
    repository: "acme/shop",
    repositoryId: 1,
    installationId: 7,
    pullRequest,
    title: "Add the basket",
    base: "main",
    state: "merged",
    news: "issues",
    reached: [],
    ...change,
  };
}

const running: Running = {
  ...{ deployment: 42, kind: "promotion", status: "in_progress", revision, by: "alice" },
  ...{ since: now - 2 * 60_000, stage: "migrate" },
};
const waiting: Waiting = {
  ...{ deployment: 43, kind: "deploy", status: "waiting", revision: bad, by: "dora", since: now - hour },
  waitsFor: [
    {
      gate: "approvals",
      result: "wait",
      reason: { code: "approvals.missing", count: 1, by: [], candidates: ["rosa"] },
      clearedBy: [{ kind: "people", logins: ["rosa"] }],
    },
  ],
};
const behind: GateResult = {
  gate: "queue",
  result: "wait",
  reason: { code: "queue.running", deployment: 42, position: 1 },
  clearedBy: [{ kind: "deployment", deployment: 42 }],
};
const soon = { at: now + 60_000, late: false };
const past = { service: "shop", repositoryUrl: "https://github.example/acme/shop", more: false };
const change = {
  ...{ service: "shop", environment: "production", repository: "acme/shop", to: revision },
  ...{ repositoryUrl: "https://github.example/acme/shop", source: { environment: "staging" } },
};

const replies: ReplyCases = {
  ...holdsReplies,
  ...demoReplies,
  ...promotionReplies,
  ...linkReplies,
  ...versionReplies,
  "command-problem": [
    [
      { problem: { code: "unknown-word", word: "lokc", nearest: "lock", choices: deployVerbs } },
      "I do not know the word “lokc”. Did you mean lock? I know status, why, diff, history, queue, where, lock, unlock, freeze, thaw, cancel, retry, resolve, adopt, allow, demo, link, unlink and help. If lokc is an environment, put it in quotes.",
    ],
    [
      { problem: { code: "unknown-word", word: "maybe", choices: ["success", "failure"] } },
      "I do not know the word “maybe”. I know success and failure.",
    ],
    [
      { problem: { code: "missing", what: "deployment", usage } },
      `Which deployment? Its number is on its message. Write: ${usage}`,
    ],
    [{ problem: { code: "unexpected", word: "now", usage } }, `I did not expect “now” there. Write: ${usage}`],
    [
      { problem: { code: "bad-time", found: "teatime", usage } },
      `I cannot read “teatime” as a time within the coming year. ${times} Write: ${usage}`,
    ],
    [{ problem: { code: "bad-time", found: "", usage } }, `Until when? ${times} Write: ${usage}`],
    [{ problem: { code: "bad-number", found: "x", usage } }, `“x” is not the number of a deployment. Write: ${usage}`],
  ],
  "unknown-environment": [
    [
      { service: "shop", found: "prodction", nearest: "production", choices: ["staging", "production"] },
      "shop has no environment “prodction”. Did you mean production? It has staging and production.",
    ],
  ],
  "unknown-service": [
    [
      { found: "shp", nearest: "shop", choices: ["shop", "web"] },
      "I know no service “shp”. Did you mean shop? I know shop and web. If “of shp” belongs to a reason, put the reason in quotes.",
    ],
  ],
  "form-not-opened": [
    [
      {},
      "Slack would not open the form: it allows three seconds, and they had passed. Type /deploy again, or write it: /deploy <environment> [revision] [of <service>].",
    ],
  ],
  "form-cannot-look": [
    [
      {},
      "GitHub does not answer right now, so I cannot show what there is to choose. Try again in a minute. You can also write it: /deploy <environment> [revision] [of <service>].",
    ],
  ],
  "form-mistake": [
    [
      { mistake: { field: "revision", why: { code: "live-changed", environment: "staging" } } },
      "I did not ask for anything. What is live in staging has changed since you chose. Choose again.",
    ],
  ],
  "chosen-already": [
    [
      {},
      "You have chosen from that menu already, and it was carried out once. Type the command again if you want something else.",
    ],
  ],
  "menu-too-old": [[{}, "That menu is too old to choose from. Type the command again."]],
  "which-service": [[{ choices: ["shop", "web"] }, "Which service? Add “of” and one of shop or web."]],
  "no-services": [[{}, noServices]],
  "not-linked": [
    [
      {},
      "I do not know your GitHub login. Type /deploy link, or ask for your name to be added to “people” in the pipeline file.",
    ],
  ],
  "may-not": [
    [
      { login: "dora", what: "unlock production", needs: "approve" },
      "dora may not unlock production. That is for the environment's approvers, or for the repository's administrators where there are none.",
    ],
    [
      { login: "dora", what: "see shop", needs: "read" },
      "dora may not see shop. That needs permission to read the repository on GitHub.",
    ],
  ],
  "unknown-revision": [
    [
      { service: "shop", found: "mian", nearest: "main" },
      "shop has no branch, tag or commit “mian”. Did you mean main?",
    ],
  ],
  "no-revision": [
    [
      { service: "shop", environment: "production" },
      "Which revision? production of shop follows no branch, and nothing is live in an environment before it. Name a branch, tag or SHA: /deploy production <revision>",
    ],
  ],
  "live-changed": [
    [
      { service: "shop", before: "staging" },
      "I did not ask for anything: what is live in staging of shop has changed since you asked. Ask again if you mean what is live there now.",
    ],
  ],
  "nothing-to-promote": [
    [
      { service: "shop", environment: "production", before: "staging" },
      "Nothing is live in staging of shop yet, so there is nothing to promote to production. Deploy staging first.",
    ],
    [
      { service: "shop", environment: "staging" },
      "staging of shop comes first; there is no environment before it to promote from. Use /deploy staging.",
    ],
  ],
  "nothing-to-roll-back-to": [
    [
      { service: "shop", environment: "production" },
      "production of shop has no earlier healthy revision to go back to.",
    ],
  ],
  stopped: [
    [
      {
        service: "shop",
        environment: "production",
        revision: { ...revision, version: "v1.4.0" },
        ref: "main",
        verdict,
      },
      "Stopped: v1.4.0 (a1b2c3d) of shop may not go to production.\n• Blocks: order. a1b2c3d has never been live in staging. Deploy it there first.",
    ],
    [
      {
        service: "shop",
        environment: "production",
        revision: bad,
        ref: "feature/x",
        verdict: { outcome: "stop", gates: [] },
      },
      "Stopped: feature/x (0123456) of shop may not go to production.",
    ],
  ],
  requested: [
    [
      {
        service: "shop",
        environment: "production",
        revision,
        deployment: 42,
        verdict: { ...verdict, outcome: "wait" },
      },
      "Deployment 42: v1.4.0 (a1b2c3d) of shop to production waits.\n• Waits: approvals. Needs 1 approval; nobody has approved yet. bob can approve.",
    ],
    [
      { service: "shop", environment: "staging", revision, deployment: 42, verdict: { outcome: "go", gates: [] } },
      "Deployment 42: v1.4.0 (a1b2c3d) of shop to staging may go now.",
    ],
  ],
  "slot-taken": [
    [
      { deployment: 42, environment: "production" },
      "Deployment 42 holds production and may yet change what is live there, so nothing was adopted. Wait until it has ended, or settle it with /deploy resolve 42 success|failure <reason> if nobody knows how it did.",
    ],
  ],
  "already-requested": [[{ deployment: 42 }, "Deployment 42 asks for the same already; I did not make another."]],
  verdict: [
    [
      { service: "shop", environment: "production", revision, deployment: 42, verdict },
      "v1.4.0 (a1b2c3d) of shop to production (deployment 42) is stopped.\n• Passes: access. Whoever asked may ask for this.\n• Blocks: order. a1b2c3d has never been live in staging. Deploy it there first.\n• Waits: approvals. Needs 1 approval; nobody has approved yet. bob can approve.",
    ],
  ],
  where: [
    [
      { asked: "#7", work: [] },
      "I know no pull request #7, and none that closes an issue #7. Pull requests are known from when the bot was installed; one names an issue by a line such as “Closes #7” in its description.",
    ],
    [
      {
        asked: "#7",
        work: [
          work(8, { state: "open" }),
          work(9, { state: "closed" }),
          work(10, { mergedAt: now }),
          work(11, { reached: [{ environment: "staging", revision, since: now }] }),
          work(12, {
            reached: [
              { environment: "staging", revision, since: now },
              { service: "shop-api", environment: "demo", revision: bad, since: now },
              {
                environment: "production",
                revision,
                since: now,
                gone: { at: now + hour, rollback: true, deployment: 42 },
              },
              {
                environment: "canary",
                revision,
                since: now,
                gone: { at: now + hour, rollback: false, deployment: 43 },
              },
            ],
          }),
        ],
      },
      [
        "acme/shop#8 “Add the basket”: Open, not merged yet.",
        "acme/shop#9 “Add the basket”: Closed without being merged.",
        `acme/shop#10 “Add the basket”: Merged into main at ${timeInWords(now)}, not deployed yet.`,
        `acme/shop#11 “Add the basket”: Live in staging as v1.4.0 (a1b2c3d) since ${timeInWords(now)}.`,
        `acme/shop#12 “Add the basket”: Live in staging as v1.4.0 (a1b2c3d) since ${timeInWords(now)}, in demo of shop-api as ${bad.sha.slice(0, 7)} since ${timeInWords(now)}. Was live in production until ${timeInWords(now + hour)}, taken back by a rollback (deployment 42). Was live in canary until ${timeInWords(now + hour)}, taken back by deployment 43.`,
      ].join("\n"),
    ],
  ],
  status: [
    [{ services: [] }, noServices],
    [
      {
        services: [
          {
            service: "shop",
            repository: "acme/shop",
            environments: [
              { name: "staging", waiting: [] },
              {
                name: "production",
                live: { revision, since: now - 3 * 24 * hour, by: "alice", deployment: 40 },
                uncertain: { deployment: 41, since: now - hour },
                failed: { deployment: 44, status: "failure", revision: bad, at: now - 2 * hour },
                lock: { by: "bob", reason: "load test", until: now + hour },
                freeze: { by: "rosa", reason: "stocktaking", until: now + 2 * hour },
                hold: { bad, rollback: 39 },
                running,
                waiting: [waiting],
              },
            ],
          },
          { service: "web", repository: "acme/web", environments: [] },
        ],
      },
      [
        "shop (acme/shop)",
        "• staging: nothing is live yet.",
        "• production: v1.4.0 (a1b2c3d) is live since 2026-11-18 14:30 UTC (3 days ago), by alice, deployment 40.",
        "    Not certain since 2026-11-21 13:30 UTC (1 hour ago): deployment 41 had begun to change it and did not succeed.",
        "    Failed since 2026-11-21 12:30 UTC (2 hours ago): deployment 44 of 0123456 failed.",
        "    Held since rollback 39, which took 0123456 out.",
        "    Locked by bob until 2026-11-21 15:30 UTC: “load test”.",
        "    Frozen by rosa until 2026-11-21 16:30 UTC: “stocktaking”.",
        "    Deployment 42 of v1.4.0 (a1b2c3d) is running, stage migrate, since 2026-11-21 14:28 UTC (2 minutes ago), by alice.",
        "    Deployment 43 of 0123456, asked for by dora, is waiting: approvals.",
        "",
        "web (acme/web)",
        "No environments yet.",
      ].join("\n"),
    ],
  ],
  queue: [
    [{ queues: [], environments: 2, hidden: [] }, "Nothing runs and nothing waits in 2 environments."],
    [
      {
        queues: [
          {
            service: "shop",
            environment: "production",
            running,
            waiting: [
              { ...waiting, deployment: 45, status: "queued", waitsFor: [behind], position: 1, turn: soon },
              { ...waiting, position: 2 },
            ],
            usual: { ms: 180_000, successes: 7 },
          },
          {
            service: "shop",
            environment: "demo-eu",
            unsettled: 30,
            waiting: [{ ...waiting, status: "queued", waitsFor: [], position: 1 }],
          },
          {
            service: "web",
            environment: "staging",
            running,
            waiting: [{ ...waiting, status: "queued", waitsFor: [behind], position: 1 }],
          },
        ],
        environments: 3,
        hidden: ["live"],
      },
      [
        "production of shop",
        "Deployment 42 of v1.4.0 (a1b2c3d) is running, stage migrate, since 2026-11-21 14:28 UTC (2 minutes ago), by alice.",
        "1. Deployment 45 of 0123456, asked for by dora 1 hour ago. Deployment 42 is running there. This is number 1 in the queue. It clears when deployment 42 has ended. Its turn is expected at about 2026-11-21 14:31 UTC.",
        "2. Deployment 43 of 0123456, asked for by dora 1 hour ago. Needs 1 approval; nobody has approved yet. rosa can approve. When its turn comes cannot be told before that.",
        "Expected turns are reckoned from the median of the latest 7 successes here: 3 minutes.",
        "demo-eu of shop",
        "Nothing starts before somebody settles deployment 30: /deploy resolve 30.",
        "1. Deployment 43 of 0123456, asked for by dora 1 hour ago. When its turn comes cannot be told before that is settled.",
        "staging of web",
        "Deployment 42 of v1.4.0 (a1b2c3d) is running, stage migrate, since 2026-11-21 14:28 UTC (2 minutes ago), by alice.",
        "1. Deployment 43 of 0123456, asked for by dora 1 hour ago. Deployment 42 is running there. This is number 1 in the queue. It clears when deployment 42 has ended. When its turn comes cannot be told: fewer than 3 deployments have succeeded here.",
        "Not shown, since you may not ask for it: live.",
      ].join("\n"),
    ],
  ],
  history: [
    [{ ...past, environment: "production", deployments: [] }, "Nothing was ever deployed to production of shop."],
    [
      {
        ...past,
        deployments: [
          {
            ...{ deployment: 42, environment: "production", kind: "promotion", status: "success", revision },
            ...{ by: "alice", at: now - 2 * hour, tookMs: 185_000 },
          },
          {
            ...{ deployment: 41, environment: "staging", kind: "merge", status: "superseded", revision: bad },
            ...{ ref: "main", by: "dora", at: now - 3 * hour, reason: "it burns" },
          },
        ],
        more: true,
      },
      [
        "The latest deployments of shop:",
        "• 42 production: v1.4.0 (a1b2c3d) succeeded. Promoted by alice at 2026-11-21 12:30 UTC (2 hours ago), took 3 minutes 5 seconds.",
        "• 41 staging: main (0123456) was superseded. Merged by dora at 2026-11-21 11:30 UTC (3 hours ago), saying “it burns”.",
        "Older ones: https://github.example/acme/shop/deployments",
      ].join("\n"),
    ],
  ],
  diff: [
    [
      { ...change, ships: { comparison: "first", commits: 0, authors: [], pullRequests: [] } },
      "To production of shop, where nothing is live yet, would ship v1.4.0 (a1b2c3d), what is live in staging.",
    ],
    [
      { ...change, from: revision, ships: { comparison: "identical", commits: 0, authors: [], pullRequests: [] } },
      "Nothing new: v1.4.0 (a1b2c3d), what is live in staging, is live in production of shop already.",
    ],
    [
      {
        ...change,
        from: bad,
        source: { branch: "main" },
        ships: {
          ...{ comparison: "ahead", commits: 300, authors: ["alice", "dora"] },
          pullRequests: Array.from({ length: 21 }, (_, index) => ({
            number: index + 1,
            title: "Add the basket",
            author: "alice",
            issues: index === 0 ? [3, 4].map((number) => ({ repository: "acme/shop", number })) : [],
          })),
          migrations: { files: 2, atLeast: true },
          compareUrl: "https://github.example/acme/shop/compare/a...b",
        },
      },
      [
        "To production of shop would ship v1.4.0 (a1b2c3d), the tip of main, after 0123456. It brings 300 commits by alice and dora.",
        "• #1 “Add the basket” by alice, closes #3 and #4",
        ...Array.from({ length: 19 }, (_, index) => `• #${index + 2} “Add the basket” by alice`),
        "… and 1 more pull request.",
        "Pull requests are known for the first 250 of the 300 commits only.",
        "Migrations: at least 2 files.",
        "Compare: https://github.example/acme/shop/compare/a...b",
      ].join("\n"),
    ],
    [
      {
        ...change,
        from: bad,
        ships: {
          comparison: "diverged",
          commits: 1,
          authors: [],
          pullRequests: [],
          migrations: { files: 0, atLeast: false },
        },
      },
      [
        "To production of shop would ship v1.4.0 (a1b2c3d), what is live in staging, after 0123456. It brings 1 commit. The two have diverged: what is live has commits that this has not.",
        "No pull request that I know of is among them.",
        "Migrations: none.",
      ].join("\n"),
    ],
  ],
  locked: [
    [
      { environment: "production", reason: "load test", until: now + hour },
      "You hold the lock of production until 2026-11-21 15:30 UTC: “load test”. /deploy unlock production gives it back.",
    ],
  ],
  unlocked: [
    [{ environment: "production" }, "production is unlocked."],
    [
      { environment: "production", offers: 44 },
      "production is unlocked. Nothing starts by itself; deployment 44 is the newest that waits, and /deploy production starts it.",
    ],
  ],
  "not-locked": [[{ environment: "production" }, "production is not locked, and no rollback holds it."]],
  "unknown-deployment": [[{ deployment: 99 }, "I know no deployment 99."]],
  cancelled: [[{ deployment: 42 }, "Deployment 42 is cancelled."]],
  "cancel-asked": [[{ deployment: 42 }, "I asked deployment 42 to stop. Its message says when it has."]],
  "already-ended": [
    [{ deployment: 42, status: "cancelled" }, "Deployment 42 has already ended: it was cancelled."],
    [{ deployment: 42, status: "failure" }, "Deployment 42 has already ended: it failed."],
  ],
  settled: [[{ deployment: 42, as: "failure" }, "Deployment 42 is settled as a failure."]],
  "nothing-to-settle": [
    [
      { deployment: 42, status: "in_progress" },
      "There is nothing to settle: I know how deployment 42 stands. It is running.",
    ],
  ],
  adopted: [
    [
      { environment: "production", revision, deployment: 42 },
      "Noted as deployment 42: v1.4.0 (a1b2c3d) is live in production. Nothing was deployed.",
    ],
  ],
  allowed: [[{ revision: bad }, "0123456 is out of quarantine and may be deployed again."]],
  "not-quarantined": [[{ revision: bad }, "0123456 is not in quarantine."]],
  "revert-asked": [
    [
      { deployment: 42, pullRequests: [12] },
      "I open a pull request that reverts #12 on GitHub. Where that cannot be done without conflicts, GitHub makes none.",
    ],
  ],
  "nothing-to-revert": [
    [{ deployment: 42, found: 0 }, "Rollback 42 takes back nothing that a pull request brought."],
    [{ deployment: 42, found: 9 }, "Rollback 42 takes back 9 pull requests. Revert those on GitHub that are at fault."],
  ],
  "migrations-confirmed": [
    [{ deployment: 42 }, "Thank you. Rollback 42 goes on; the migrations in between are not undone."],
  ],
  "fix-confirmed": [[{ deployment: 42 }, "Thank you. You confirmed that deployment 42 contains the fix."]],
  "approval-noted": [[{ deployment: 42 }, "Your answer to deployment 42 is noted."]],
  "approval-withdrawn": [
    [
      { deployment: 42 },
      "Your answer to deployment 42, if you had given one, no longer counts. A reaction of yours may still stand on the message; it says nothing any more.",
    ],
  ],
  "membership-unknown": [
    [
      { what: "lock it", groups: ["team:acme/sre"] },
      "I could not read who is in the team acme/sre on GitHub, so I do not know whether you may lock it. Nothing was done. Please try again later.",
    ],
  ],
  "approval-refused": [
    [
      { deployment: 42, why: { code: "requester" } },
      "Deployment 42: Your answer does not count: you asked for this deployment yourself, and somebody else has to approve it.",
    ],
  ],
  "live-news": [
    [{ on: true }, "I tell you again when a change of yours is live in production."],
    [{ on: false }, "I do not tell you any more when a change of yours is live."],
  ],
  log: [
    [{ deployment: 42, stage: "deploy", outputTail: "x" }, "The stage deploy of deployment 42 said last:"],
    [{ deployment: 42, stage: "deploy" }, "The stage deploy of deployment 42 said nothing."],
    [{ deployment: 42 }, "No stage of deployment 42 failed."],
  ],
  "trying-again": [
    [
      {},
      "GitHub or Slack does not answer me just now. I try again by myself, within seconds at first and for six minutes, and then tell you how it went. You need not ask again.",
    ],
  ],
  "gave-up": [
    [
      {},
      "GitHub or Slack did not answer me for several minutes, so I gave up on this. Look at how things stand with /deploy status, and please ask again when they answer.",
    ],
  ],
  "no-longer-broken": [
    [
      { deployment: 42, environment: "production" },
      "Since deployment 42 failed, something else has gone live in production, or has begun to, so there is nothing of it to take back. To go back from what is live now, use /rollback production.",
    ],
  ],
  "message-outdated": [
    [
      { deployment: 42 },
      "That message no longer counts: what it asked has changed. Please answer the newest message of deployment 42.",
    ],
  ],
  "several-commands": [
    [
      { commands: 2 },
      "That comment holds 2 commands, and I carried out none of them. Write one command in each comment.",
    ],
  ],
  "asked-long-ago": [
    [
      { at: now },
      "This was written at 2026-11-21 14:30 UTC, and I come to it only now. It may not be meant any more, so I do nothing more about it. Please ask again if it is.",
    ],
  ],
  help: [
    [
      { topic: "promote" },
      "/promote <environment> [of <service>]\nDeploys to an environment what is live in the environment before it.\nFor example:\n    /promote production\n    /promote to production of shop-api",
    ],
    [
      {},
      [
        "What you can ask me:",
        "• /deploy <environment> [revision] [of <service>]",
        "• /deploy <environment> <revision> hotfix <reason> [of <service>]",
        "• /promote <environment> [of <service>]",
        "• /rc [cut [major|minor|patch|<version>] | next | finish] [of <service>]",
        "• /rollback <environment> [to <version or SHA>] [reason] [of <service>]",
        "• /deploy status [of <service>]",
        "• /deploy why <environment> [of <service>]",
        "• /deploy diff <environment> [of <service>]",
        "• /deploy history [environment] [of <service>]",
        "• /deploy queue [of <service>]",
        "• /deploy where <issue or pull request> [of <service>]",
        "• /deploy lock <environment> [until <time>] <reason> [of <service>]",
        "• /deploy unlock <environment> [of <service>]",
        "• /deploy freeze <environment|all> until <time> <reason> [of <service>]",
        "• /deploy thaw <environment|all> [of <service>]",
        "• /deploy cancel <deployment>",
        "• /deploy retry <deployment> [stage]",
        "• /deploy resolve <deployment> success|failure <reason>",
        "• /deploy adopt <environment> <revision> [of <service>]",
        "• /deploy allow <revision> <reason> [of <service>]",
        "• /deploy demo [list | destroy <name>] [of <service>]",
        "• /deploy link",
        "• /deploy unlink",
        "• /deploy help [command]",
        "Put a reason that ends in “of something” in quotes. /deploy help <command> explains one.",
      ].join("\n"),
    ],
  ],
  broke: [
    [
      { reference: "1f2e3d4c" },
      "Something went wrong on my side, and I could not do that. Please try again; if it stays so, tell the operator the reference 1f2e3d4c.",
    ],
  ],
};

describe("every answer has its words", () => {
  const table = Object.entries(replies).flatMap(([code, list]) => list.map(([facts, says]) => ({ code, facts, says })));
  test.each(table)("$code: $says", ({ code, facts, says }) => {
    expect(wordReply({ code, ...facts } as ReplyContent, { now })).toBe(says);
  });
});

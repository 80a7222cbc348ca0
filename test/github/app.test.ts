/** From a stored delivery, through Probot, to our own news. No call to GitHub is made unless the payload lacks something. */
import { inspect } from "node:util";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { createGitHubApp } from "../../src/github/app.ts";
import type { GitHub } from "../../src/github/client.ts";
import { isMalformed, slim } from "../../src/github/deliveries.ts";
import { OutsideError } from "../../src/operations/ports.ts";
import { testContext } from "../harness/test-context.ts";
import { aClient } from "./a-client.ts";
import { played } from "./played.ts";
import { recordedEvents, type Told } from "./recorded-events.ts";

const sha = "a".repeat(40);
const before = "b".repeat(40);
const repository = { id: 11, full_name: "acme/shop", default_branch: "main", private: true };
const ours = { id: 11, fullName: "acme/shop", installationId: 7, defaultBranch: "main", private: true };
const common = { installation: { id: 7 }, repository };
const pull = {
  number: 3,
  title: "Add the basket",
  body: null,
  state: "open",
  draft: false,
  user: { login: "alice" },
  head: { sha, ref: "basket", repo: { id: 11 } },
  base: { ref: "main", repo: { id: 11 } },
  assignees: [{ login: "rosa" }, { login: "alice" }],
  requested_reviewers: [
    { login: "bob", type: "User" },
    { login: "copilot", type: "Bot" },
  ],
  requested_teams: [{ slug: "sre" }],
  created_at: "2026-11-18T09:00:00Z",
  updated_at: "2026-11-18T10:00:00Z",
  merged_at: null,
  merge_commit_sha: before,
};
const seen = {
  number: 3,
  title: "Add the basket",
  body: "",
  author: "alice",
  draft: false,
  state: "open",
  headSha: sha,
  headRef: "basket",
  baseRef: "main",
  fromFork: false,
  assignees: ["alice", "rosa"],
  requestedReviewers: ["bob", "team:sre"],
  createdAt: Date.UTC(2026, 10, 18, 9),
  updatedAt: Date.UTC(2026, 10, 18, 10),
};

function build(fail?: (told: Told) => void, github?: GitHub) {
  const { context } = testContext({
    overrides: { fetch: () => Promise.reject(new Error("no call to GitHub was expected")) },
  });
  const events = recordedEvents(fail);
  const app = createGitHubApp({
    context,
    log: pino({ level: "silent" }),
    github: github ?? aClient(context),
    events,
    follows: async () => false,
    knownDeliveries: () => Promise.resolve(new Set<string>()),
  });
  /** As the inbox does it: slimmed, kept as JSON, handed on. */
  const deliver = async (name: string, payload: object) => {
    const slimmed = slim(name, payload);
    if (slimmed === undefined || isMalformed(slimmed)) throw new Error(`not read: ${JSON.stringify(slimmed)}`);
    await app.handDelivery({ key: "guid", name, payload: JSON.parse(JSON.stringify(slimmed)) });
  };
  return { app, events, deliver };
}

describe("reviews", () => {
  const review = {
    id: 90,
    user: { login: "rosa", type: "User" },
    state: "approved",
    commit_id: sha,
    submitted_at: "2026-11-18T11:00:00Z",
  };
  const told = {
    ...{ repository: ours, number: 3, reviewId: 90, login: "rosa", state: "approved" },
    ...{ commitSha: sha, at: Date.UTC(2026, 10, 18, 11) },
  };

  test.each([
    ["an approval", "submitted", {}, { state: "approved" }],
    ["in GitHub's other spelling", "submitted", { state: "APPROVED" }, { state: "approved" }],
    ["asking for changes", "submitted", { state: "changes_requested" }, { state: "changes-requested" }],
    ["a dismissal, with the review's own time", "dismissed", { state: "dismissed" }, { state: "dismissed" }],
    ["by a bot, whose login says so", "submitted", { user: { login: "x[bot]", type: "Bot" } }, { login: "x[bot]" }],
  ])("%s", async (_, action, changes, expected) => {
    const { deliver, events } = build();
    await deliver("pull_request_review", { action, ...common, pull_request: pull, review: { ...review, ...changes } });
    expect(events.told.filter(([name]) => name === "reviewSeen")).toEqual([["reviewSeen", { ...told, ...expected }]]);
  });

  test.each([
    ["only comments", { state: "commented" }],
    ["by a deleted account", { user: null }],
    ["without a commit", { commit_id: null }],
    ["that was not submitted", { submitted_at: null }],
  ])("%s: no answer", async (_, changes) => {
    const { deliver, events } = build();
    const payload = { action: "submitted", ...common, pull_request: pull, review: { ...review, ...changes } };
    await deliver("pull_request_review", payload);
    expect(events.told.filter(([name]) => name === "reviewSeen")).toEqual([]);
  });
});

describe("news", () => {
  test.each<[string, string, object, Told[]]>([
    [
      "a pull request",
      "pull_request",
      { action: "opened", ...common, pull_request: pull },
      [["pullRequestSeen", ours, seen]],
    ],
    [
      "a merged pull request",
      "pull_request",
      {
        action: "closed",
        ...common,
        pull_request: { ...pull, state: "closed", merged_at: "2026-11-18T11:00:00Z", merged_by: { login: "bob" } },
      },
      [
        [
          "pullRequestSeen",
          ours,
          { ...seen, state: "closed", mergedAt: Date.UTC(2026, 10, 18, 11), mergedBy: "bob", mergeSha: before },
        ],
      ],
    ],
    [
      "a pull request from a fork that is gone, by a deleted account",
      "pull_request",
      { action: "edited", ...common, pull_request: { ...pull, user: null, head: { ...pull.head, repo: null } } },
      [["pullRequestSeen", ours, { ...seen, author: "ghost", fromFork: true }]],
    ],
    [
      "a push",
      "push",
      {
        ...common,
        ref: "refs/heads/feature/basket",
        before,
        after: sha,
        created: false,
        deleted: false,
        forced: false,
        pusher: { name: "alice" },
        commits: [
          { added: [], modified: [".github/signalbox.yml", "a.ts"], removed: [] },
          { added: [], modified: [".github/signalbox.yml"], removed: ["x.yaml"] },
        ],
      },
      [
        [
          "pushed",
          {
            repository: ours,
            ref: "refs/heads/feature/basket",
            branch: "feature/basket",
            before,
            after: sha,
            created: false,
            deleted: false,
            forced: false,
            pusher: "alice",
            changedPaths: [".github/signalbox.yml", "x.yaml"],
          },
        ],
      ],
    ],
    [
      "a new tag",
      "push",
      {
        ...common,
        ref: "refs/tags/v1.0.0",
        before: "0".repeat(40),
        after: sha,
        created: true,
        deleted: false,
        forced: false,
        pusher: { name: "alice" },
        commits: [],
      },
      [
        [
          "pushed",
          {
            repository: ours,
            ref: "refs/tags/v1.0.0",
            before: "0".repeat(40),
            after: sha,
            created: true,
            deleted: false,
            forced: false,
            pusher: "alice",
          },
        ],
      ],
    ],
    ...(["opened", "reopened"] as const).map((action): [string, string, object, Told[]] => [
      `an issue ${action}`,
      "issues",
      { action, ...common, issue: { number: 5, state: "open" } },
      [["issueSeen", { repository: ours, number: 5, state: "open" }]],
    ]),
    [
      "an issue closed",
      "issues",
      { action: "closed", ...common, issue: { number: 5, state: "closed" } },
      [["issueSeen", { repository: ours, number: 5, state: "closed" }]],
    ],
    ...(["deleted", "transferred"] as const).map((action): [string, string, object, Told[]] => [
      `an issue ${action}`,
      "issues",
      { action, ...common, issue: { number: 5, state: "open" } },
      [["issueSeen", { repository: ours, number: 5, state: "missing" }]],
    ]),
    [
      "somebody's check",
      "check_run",
      {
        action: "completed",
        ...common,
        check_run: { name: "ci/test", head_sha: sha, external_id: null, pull_requests: [] },
      },
      [["checksChanged", { repository: ours, sha }]],
    ],
    [
      "a wish to run our check again",
      "check_run",
      {
        action: "rerequested",
        ...common,
        check_run: {
          name: "signalbox/ready",
          head_sha: sha,
          external_id: `11/3/${sha}`,
          pull_requests: [
            { number: 3, base: { repo: { id: 11 } } },
            { number: 9, base: { repo: { id: 999 } } },
          ],
        },
      },
      [
        [
          "checkRerequested",
          { repository: ours, sha, name: "signalbox/ready", externalId: `11/3/${sha}`, numbers: [3] },
        ],
      ],
    ],
    [
      "a click on the button of our check",
      "check_run",
      {
        action: "requested_action",
        ...common,
        check_run: { name: "signalbox/ready", head_sha: sha, external_id: `11/3/${sha}`, pull_requests: [] },
        requested_action: { identifier: "look-again" },
      },
      [
        [
          "checkRerequested",
          { repository: ours, sha, name: "signalbox/ready", externalId: `11/3/${sha}`, numbers: [] },
        ],
      ],
    ],
    [
      "a merge queue that asks about a group",
      "merge_group",
      {
        action: "checks_requested",
        ...common,
        merge_group: { head_sha: sha, head_ref: `refs/heads/gh-readonly-queue/main/pr-12-${before}` },
      },
      [
        [
          "mergeGroupAsked",
          { repository: ours, headSha: sha, headRef: `refs/heads/gh-readonly-queue/main/pr-12-${before}` },
        ],
      ],
    ],
    [
      "a group that is gone",
      "merge_group",
      {
        action: "destroyed",
        ...common,
        merge_group: { head_sha: sha, head_ref: `refs/heads/gh-readonly-queue/main/pr-12-${before}` },
      },
      [
        [
          "mergeGroupGone",
          { repository: ours, headSha: sha, headRef: `refs/heads/gh-readonly-queue/main/pr-12-${before}` },
        ],
      ],
    ],
    [
      "a wish to run all our checks again",
      "check_suite",
      { action: "rerequested", ...common, check_suite: { head_sha: sha, pull_requests: [] } },
      [["checkRerequested", { repository: ours, sha, numbers: [] }]],
    ],
    [
      "a finished suite",
      "check_suite",
      { action: "completed", ...common, check_suite: { head_sha: sha, pull_requests: [] } },
      [["checksChanged", { repository: ours, sha }]],
    ],
    ["a status", "status", { ...common, sha, context: "ci/lint" }, [["checksChanged", { repository: ours, sha }]]],
    [
      "a run that is held, with the time of its Deployment",
      "deployment_protection_rule",
      {
        action: "requested",
        ...common,
        environment: "staging",
        deployment_callback_url: "https://api.github.com/repos/acme/shop/actions/runs/77/deployment_protection_rule",
        deployment: { id: 5, sha, created_at: "2026-11-18T11:00:00Z" },
        sender: { login: "alice" },
      },
      [
        [
          "runHeld",
          {
            ...{ repository: ours, run: 77, environment: "staging", deployment: 5, sha, by: "alice" },
            at: Date.UTC(2026, 10, 18, 11),
          },
        ],
      ],
    ],
    [
      "the end of a run, with its time",
      "workflow_run",
      {
        action: "completed",
        ...common,
        workflow_run: { id: 77, head_sha: sha, conclusion: "failure", updated_at: "2026-11-18T11:00:00Z" },
        sender: { login: "alice" },
      },
      [
        [
          "runEnded",
          { repository: ours, run: 77, sha, conclusion: "failure", by: "alice", at: Date.UTC(2026, 10, 18, 11) },
        ],
      ],
    ],
    ["a rename", "repository", { action: "renamed", ...common }, [["repositoryAdded", ours]]],
    ["a deletion", "repository", { action: "deleted", ...common }, [["repositoryRemoved", 11]]],
  ])("%s", async (_, name, payload, told) => {
    const { events, deliver } = build();
    await deliver(name, payload);
    expect(events.told).toEqual(told);
  });
});

describe("what the App can reach is what GitHub says, whatever an event says", () => {
  const installation = { id: 7 };
  const listed = { id: 11, full_name: "acme/shop", default_branch: "main", private: true };
  /** GitHub's answers of one kind come in this order; the last one stays. */
  function answers(...states: readonly ("active" | "suspended" | "gone")[]) {
    const scope = played();
    const github = aClient(testContext({ overrides: { fetch: globalThis.fetch } }).context);
    for (const state of states) {
      const at = scope.get("/app/installations/7");
      if (state === "gone") at.reply(404, { message: "Not Found" });
      else at.reply(200, { id: 7, suspended_at: state === "suspended" ? "2026-11-18T10:00:00Z" : null });
    }
    return { scope, ...build(undefined, github) };
  }

  test.each([
    ["uninstalled", "deleted", "gone"],
    ["suspended", "suspend", "suspended"],
  ] as const)("%s", async (_, action, state) => {
    const { events, deliver } = answers(state, state);
    await deliver("installation", { action, installation });
    expect(events.told).toEqual([["installationRemoved", 7]]);
  });

  test("suspended and let in again before the first was handled", async () => {
    const { scope, events, deliver } = answers("active", "active");
    scope.get("/installation/repositories?per_page=100").reply(200, { total_count: 1, repositories: [listed] });
    await deliver("installation", { action: "suspend", installation });
    expect(events.told[0]).toEqual(["repositoriesAdded", [ours]]);
    expect(events.told.map(([name]) => name)).not.toContain("installationRemoved");
  });

  test("let in again while it was being taken out", async () => {
    const { scope, events, deliver } = answers("suspended", "active", "active");
    scope.get("/installation/repositories?per_page=100").reply(200, { total_count: 1, repositories: [listed] });
    await deliver("installation", { action: "suspend", installation });
    expect(events.told.slice(0, 2)).toEqual([
      ["installationRemoved", 7],
      ["repositoriesAdded", [ours]],
    ]);
  });

  test("one of two repositories taken away", async () => {
    const { scope, events, deliver } = answers("active", "active");
    const answer = { total_count: 1, repositories: [listed] };
    scope.get("/installation/repositories?per_page=100").times(2).reply(200, answer);
    await deliver("installation_repositories", {
      ...{ action: "removed", installation, repositories_added: [], repositories_removed: [{ id: 11 }, { id: 12 }] },
    });
    expect(events.told.slice(0, 2)).toEqual([
      ["repositoryRemoved", 12],
      ["repositoriesAdded", [ours]],
    ]);
  });
});

describe("a handler that fails", () => {
  const payload = { action: "opened", ...common, pull_request: { ...pull, title: "very private" } };

  test("fails the delivery with what it failed with, so that it is taken up again when GitHub lets us", async () => {
    const failure = new OutsideError("GitHub limits the bot", { retryAt: 5 });
    const { deliver } = build(() => {
      throw failure;
    });
    await expect(deliver("pull_request", payload)).rejects.toBe(failure);
  });

  test("and what it failed with holds nothing of the payload", async () => {
    const { deliver } = build(() => {
      throw new Error("broke");
    });
    const error = await deliver("pull_request", payload).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: "broke" });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain("very private");
  });
});

test("a stored delivery of an unknown event, or one that lacks what is read, fails", async () => {
  const { app, events } = build();
  await expect(app.handDelivery({ key: "1", name: "nonsense", payload: {} })).rejects.toThrow(
    "a delivery of an event that Probot does not know: nonsense",
  );
  await expect(app.handDelivery({ key: "2", name: "push", payload: {} })).rejects.toThrow(/repository/);
  // Stored by a newer bot beside this one, which takes it up when it is tried again.
  await expect(app.handDelivery({ key: "3", name: "discussion", payload: {} })).rejects.toThrow(
    "nothing handles the event discussion",
  );
  expect(events.told).toEqual([]);
});

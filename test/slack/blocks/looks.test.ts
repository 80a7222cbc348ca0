/** The answers of commands that look, as Slack shows them: within its limits, escaped, with links where a person goes on. */
import { expect, test } from "vitest";
import type { DiffReply } from "../../../src/operations/diff.ts";
import type { HistoryReply } from "../../../src/operations/history.ts";
import type { QueueReply } from "../../../src/operations/queue.ts";
import type { ReplyContent } from "../../../src/operations/said.ts";
import type { EnvironmentStanding, Waiting } from "../../../src/operations/standing.ts";
import { renderReply } from "../../../src/slack/blocks/said.ts";
import { problemsOf, textsOf } from "../block-limits.ts";
import { hostile } from "../deployment-views.ts";

const now = Date.UTC(2026, 10, 21, 14, 30);
const revision = { sha: "a".repeat(40), tree: "b".repeat(40), version: "v1.4.0" };

function blocksOf(content: ReplyContent) {
  const message = renderReply(content, now);
  expect(problemsOf(message)).toEqual([]);
  return message.blocks;
}

const waiting = (text: string): Waiting => ({
  ...{
    deployment: 7,
    kind: "deploy",
    status: "waiting",
    revision: { ...revision, version: text },
    by: text,
    since: now,
  },
  waitsFor: [
    { gate: "lock", result: "wait", reason: { code: "lock.held", by: text, reason: text, at: now }, clearedBy: [] },
  ],
});

const standing = (name: string, text: string): EnvironmentStanding => ({
  name,
  url: "https://staging.example.com/?a=1&b=2",
  live: { revision, since: now, by: text, deployment: 1 },
  lock: { by: text, reason: text },
  freeze: { by: text, reason: text, until: now },
  waiting: Array.from({ length: 9 }, () => waiting(text)),
});

test("environments stand side by side, each whole in its field", () => {
  const environments = [
    { ...standing("staging", "alice"), waiting: [] },
    { name: "production", waiting: [] },
  ];
  const blocks = blocksOf({ code: "status", services: [{ service: "shop", repository: "acme/shop", environments }] });
  expect(blocks.map((block) => ("fields" in block ? block.fields.map(({ text }) => text) : textsOf([block])))).toEqual([
    ["*shop* (acme/shop)"],
    [
      [
        "*<https://staging.example.com/?a=1&amp;b=2|staging>*",
        "v1.4.0 (aaaaaaa) is live since 2026-11-21 14:30 UTC (just now), by alice, deployment 1.",
        "Healthy.",
        "Locked by alice: “alice”.",
        "Frozen by alice until 2026-11-21 14:30 UTC: “alice”.",
      ].join("\n"),
      "*production*\nNothing is live yet.",
    ],
  ]);
});

test("of a hundred services as many are shown as fit, and the rest is counted", () => {
  const services = Array.from({ length: 100 }, (_, index) => ({
    service: `service-${index}`,
    repository: "acme/shop",
    environments: ["development", "staging", "production"].map((name) => standing(name, "alice")),
  }));
  const texts = textsOf(blocksOf({ code: "status", services }));
  expect(texts.at(-1)).toBe("… and 76 more services. Ask for one by its name: /deploy status of &lt;service&gt;");
});

const diff: DiffReply = {
  ...{ code: "diff", service: "shop", environment: "production", repository: "acme/shop", to: revision },
  ...{ from: { sha: "c".repeat(40), tree: "d".repeat(40) }, source: { environment: "staging" } },
  repositoryUrl: "https://github.example/acme/shop",
  ships: {
    ...{ comparison: "ahead", commits: 2, authors: ["alice"] },
    pullRequests: [{ number: 7, title: "Basket", author: "alice", issues: [{ repository: "acme/shop", number: 3 }] }],
    compareUrl: "https://github.example/acme/shop/compare/c...a",
  },
};
const history: HistoryReply = {
  ...{ code: "history", service: "shop", repositoryUrl: "https://github.example/acme/shop", more: true },
  deployments: [
    {
      deployment: 9,
      environment: "production",
      kind: "promotion",
      status: "success",
      revision,
      by: "alice",
      at: now,
      tookMs: 65_000,
    },
  ],
};

test("diff and history lead to GitHub", () => {
  expect(textsOf(blocksOf(diff))).toEqual([
    "To production of shop would ship v1.4.0 (aaaaaaa), what is live in staging, after ccccccc. It brings 2 commits by alice.",
    "• <https://github.example/acme/shop/pull/7|#7> “Basket” by alice, closes #3\nCompare <https://github.example/acme/shop/compare/c...a|ccccccc...aaaaaaa>",
  ]);
  const commit = `<https://github.example/acme/shop/commit/${revision.sha}|v1.4.0 (aaaaaaa)>`;
  expect(textsOf(blocksOf(history))).toEqual([
    [
      "The latest deployments of shop:",
      `• *9 production*: ${commit} succeeded. Promoted by alice at 2026-11-21 14:30 UTC (just now), took 1 minute 5 seconds.`,
      "Older ones: <https://github.example/acme/shop/deployments|on GitHub>",
    ].join("\n"),
  ]);
});

const queue = (text: string, queues: number): QueueReply => ({
  ...{ code: "queue", environments: queues, hidden: [text] },
  queues: Array.from({ length: queues }, () => ({
    ...{ service: text, environment: text },
    waiting: Array.from({ length: 40 }, (_, index) => ({ ...waiting(text), position: index + 1 })),
  })),
});

test.each([
  ["a long queue of many environments", queue("long ".repeat(100), 60)],
  ["a queue with hostile names", queue(hostile, 2)],
  [
    "a status",
    {
      code: "status",
      services: [{ service: hostile, repository: hostile, environments: [standing(hostile, hostile)] }],
    },
  ],
  [
    "three hundred pull requests",
    {
      ...diff,
      ships: {
        ...diff.ships,
        pullRequests: Array.from({ length: 300 }, () => ({
          number: 1,
          title: hostile.repeat(5),
          author: hostile,
          issues: [],
        })),
      },
    },
  ],
  [
    "a history",
    {
      ...history,
      deployments: Array.from({ length: 15 }, () => ({
        ...history.deployments[0],
        reason: hostile,
        by: hostile,
        ref: hostile,
      })),
    },
  ],
] as readonly (readonly [string, ReplyContent])[])("%s fits and does nothing", (_, content) => {
  const text = textsOf(blocksOf(content)).join("\n");
  expect(text).not.toContain("<!channel>");
  expect(text).not.toMatch(/`/u);
});

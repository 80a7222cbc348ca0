import { describe, expect, test } from "vitest";
import type { NoteContent, ReplyContent } from "../../../src/operations/said.ts";
import { renderNote, renderReply } from "../../../src/slack/blocks/said.ts";
import { escapeWithin, link, oneLine, outputBlock } from "../../../src/slack/blocks/text.ts";
import { problemsOf, textsOf } from "../block-limits.ts";
import { hostile } from "../deployment-views.ts";

const now = Date.UTC(2026, 10, 21, 14, 30);

function note(content: NoteContent) {
  const message = renderNote(content);
  expect(problemsOf(message)).toEqual([]);
  return message;
}

function reply(content: ReplyContent) {
  const message = renderReply(content, now);
  expect(problemsOf(message)).toEqual([]);
  return message;
}

test("whose approval does not count is mentioned, by the id and by nothing else", () => {
  const refused = { code: "approval-refused", person: "alice", why: { code: "requester" } } as const;
  const sentence =
    "Your answer does not count: you asked for this deployment yourself, and somebody else has to approve it.";
  expect(note({ ...refused, slackUser: "U0ALICE" }).text).toBe(`<@U0ALICE>: ${sentence}`);
  expect(note(refused).text).toBe(`alice: ${sentence}`);
  expect(note({ ...refused, slackUser: "U0 <!channel>" }).text).toBe(`alice: ${sentence}`);
});

test("of a failure the asker is told by a mention, and of nothing else", () => {
  const outcome = { code: "stage-failed", stage: "deploy", message: "exit code 2" } as const;
  const asker = { login: "alice", slackUser: "U0ALICE" };
  const words = "This deployment failed. The stage deploy failed. Exit code 2.";
  const failed = renderNote({ code: "ended", status: "failure", outcome }, asker);
  expect(failed.text).toBe(`<@U0ALICE>: ${words}`);
  expect(problemsOf(failed)).toEqual([]);
  expect(renderNote({ code: "ended", status: "failure", outcome }, { login: "alice" }).text).toBe(`alice: ${words}`);
  const succeeded = { code: "ended", status: "success", outcome: { code: "succeeded" } } as const;
  expect(renderNote(succeeded, asker).text).toBe("This deployment succeeded. It is live.");
});

test("of what somebody else ended the asker is told by a mention, and at which place in the queue it stood", () => {
  const asker = { login: "alice", slackUser: "U0ALICE" };
  const superseded = { code: "superseded", by: 43, askedBy: "bob" } as const;
  expect(renderNote({ code: "ended", status: "superseded", outcome: superseded, position: 2 }, asker).text).toBe(
    "<@U0ALICE>: This deployment was superseded. Deployment 43, which bob asked for, took its place. It was number 2 in the queue.",
  );
  const own = { ...superseded, askedBy: "Alice" };
  expect(renderNote({ code: "ended", status: "superseded", outcome: own }, asker).text).toBe(
    "This deployment was superseded. Deployment 43, which Alice asked for, took its place.",
  );
  const cancelled = (by: string) =>
    renderNote({ code: "ended", status: "cancelled", outcome: { code: "cancelled", by } }, asker).text;
  expect(cancelled("bob")).toBe("<@U0ALICE>: This deployment was cancelled. bob cancelled it.");
  expect(cancelled("alice")).toBe("This deployment was cancelled. alice cancelled it.");
  const settled = { code: "settled", by: "rosa", as: "success", reason: "it is up" } as const;
  expect(renderNote({ code: "ended", status: "success", outcome: settled }, asker).text).toBe(
    "<@U0ALICE>: This deployment succeeded. rosa settled it as a success, saying “it is up”.",
  );
});

test("an offer of a lock, and the question about one, have their buttons", () => {
  const offer = { token: "t-1", environmentId: 2, heldBy: "alice", lockedAt: 5, reason: "sale" };
  const who = { by: "alice", settledBy: "approvers" } as const;
  const held = { code: "already-locked", environment: "production", ...who, reason: "mine" } as const;
  expect(JSON.stringify(reply({ ...held, offer }).blocks)).toContain('"action_id":"take-lock"');
  expect(JSON.stringify(reply(held).blocks)).not.toContain("take-lock");
  const place = { service: "shop", environment: "production", environmentId: 2 };
  const asked = note({ code: "lock-forgotten", ...place, by: "alice", reason: hostile, lockedAt: 5 });
  expect(JSON.stringify(asked.blocks)).toContain('"value":"2/5"');
  reply({ ...held, reason: hostile, offer });
});

test("news of one's change can be ended by a button, and begun again by the answer's", () => {
  const buttonsOf = (message: { readonly blocks: readonly object[] }) =>
    [...JSON.stringify(message.blocks).matchAll(/"action_id":"([^"]+)"/gu)].map(([, id]) => id);
  const live = note({
    code: "live",
    service: hostile,
    repository: hostile,
    environment: hostile,
    url: hostile,
    revision: { sha: "a", tree: "t", version: hostile },
    deployment: 42,
    pullRequests: Array.from({ length: 20 }, (_, number) => ({ number, title: hostile })),
    more: 3,
  });
  expect(textsOf(live).join("\n")).not.toContain("<!channel>");
  expect(buttonsOf(live)).toEqual(["no-live-news"]);
  expect(buttonsOf(reply({ code: "live-news", on: false }))).toEqual(["live-news"]);
  expect(buttonsOf(reply({ code: "live-news", on: true }))).toEqual(["no-live-news"]);
});

test("a stage's output follows its sentence", () => {
  const content = {
    code: "stage-ended",
    stage: "deploy",
    outcome: "failure",
    tookMs: 65_000,
    outputTail: "one\ntwo <!here>\n",
  } as const;
  expect(textsOf(note(content).blocks)).toEqual([
    "The stage deploy failed after 1 minute 5 seconds.",
    "```\none\ntwo &lt;!here&gt;\n```",
  ]);
});

test("of five hundred mistakes as many are shown as fit, and the rest is counted", () => {
  const mistakes = Array.from({ length: 500 }, (_, index) => ({
    file: "acme/shop:.github/signalbox.yml",
    line: index + 1,
    column: 3,
    path: "environments.production.approvals.count",
    found: "many",
    expected: "a whole number from 1 to 20",
  }));
  const text = textsOf(
    note({ code: "pipeline-mistakes", repository: "acme/shop", mistakes, lastGood: true }).blocks,
  ).join("\n");
  expect(text).toMatch(
    /^The pipeline file of acme\/shop has 500 mistakes\. The last good one stays in force\.\n• acme/u,
  );
  const [, left] = /\n… and (\d+) more lines$/u.exec(text) ?? [];
  expect(text.split("\n").length - 1 + Number(left)).toBe(501);
});

describe("whatever people wrote", () => {
  const notes: readonly NoteContent[] = [
    { code: "approval-refused", person: hostile, slackUser: "U0ALICE", why: { code: "bot" } },
    { code: "approval-refused", person: hostile, why: { code: "bot" } },
    {
      code: "stage-ended",
      stage: hostile,
      outcome: "error",
      tookMs: 1,
      message: hostile,
      outputTail: hostile,
      logUrl: hostile,
    },
    { code: "locked", service: hostile, environment: hostile, by: hostile, reason: hostile },
    { code: "ended", status: "failure", outcome: { code: "settled", by: hostile, as: "failure", reason: hostile } },
    {
      code: "pipeline-mistakes",
      repository: hostile,
      lastGood: false,
      mistakes: [
        { file: hostile, line: 1, column: 1, path: hostile, found: hostile, expected: hostile, nearest: hostile },
      ],
    },
  ];
  test.each(notes)("in the note $code", (content) => {
    expect(textsOf(note(content)).join("")).not.toContain("<!channel>");
  });

  const replies: readonly ReplyContent[] = [
    { code: "command-problem", problem: { code: "unknown-word", word: hostile, choices: [hostile] } },
    {
      code: "unknown-environment",
      service: hostile,
      found: hostile,
      choices: Array.from({ length: 90 }, () => hostile),
    },
    { code: "unknown-revision", service: hostile, found: hostile },
    { code: "locked", environment: hostile, reason: hostile },
    { code: "help" },
    { code: "help", topic: hostile },
    { code: "status", services: [] },
  ];
  test.each(replies)("in the reply $code", (content) => {
    expect(textsOf(reply(content)).join("")).not.toContain("<!channel>");
  });
});

test("a status with no services and one with a hundred environments both fit", () => {
  const environments = Array.from({ length: 100 }, (_, index) => ({ name: `demo-${index}`, waiting: [] }));
  const text = textsOf(
    reply({ code: "status", services: [{ service: "shop", repository: "acme/shop", environments }] }).blocks,
  );
  expect(text.join("\n")).toContain("*demo-99*\nNothing is live yet.");
});

describe("text from outside", () => {
  test.each([
    ["a < b & c > d", 100, "a &lt; b &amp; c &gt; d"],
    // An escape is never cut in half.
    ["ab&", 6, "ab…"],
    ["ab&", 7, "ab&amp;"],
    ["abcdef", 5, "abcd…"],
    ["abcde", 5, "abcde"],
    ["🚢🚢🚢", 5, "🚢🚢…"],
    ["", 5, ""],
  ])("%j within %i", (text, most, expected) => {
    expect(escapeWithin(text, most)).toBe(expected);
  });

  test.each([
    ["a\n\n b\tc", "a b c"],
    ["\u202eevil\u202c", "evil"],
    ["\u001b[1;31mred\u001b[0m", "red"],
    ["\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007", "link"],
    ["`x`", "'x'"],
  ])("%j in one line", (text, expected) => {
    expect(oneLine(text)).toBe(expected);
  });

  test.each([
    ["https://example.com/?a=b&c=d", "x", "<https://example.com/?a=b&amp;c=d|x>"],
    ["https://example.com/a|b>c", "x|y", "<https://example.com/a%7Cb%3Ec|x¦y>"],
    ["javascript:alert(1)", "x", "x"],
    ["not an address", "x", "x"],
    [undefined, "<x>", "&lt;x&gt;"],
  ])("a link to %s", (url, label, expected) => {
    expect(link(url, label)).toBe(expected);
  });

  test("an output keeps its last lines whole, within the length, and its fence closed", () => {
    expect(outputBlock("a\nb\nc\n", 2, 100)).toBe("```\nb\nc\n```");
    expect(outputBlock("```\nx", 5, 100)).toBe("```\n'''\nx\n```");
    expect(outputBlock(" \n\n", 5, 100)).toBeUndefined();
    expect(outputBlock(undefined, 5, 100)).toBeUndefined();
    expect(outputBlock("x".repeat(80).concat("\nlast"), 5, 40)).toBe("```\nlast\n```");
  });
});

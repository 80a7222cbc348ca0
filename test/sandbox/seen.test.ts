/** What the things to try take for having happened: what was taken on, and not what was only typed. */
import { expect, test } from "vitest";
import { heldProduction } from "../../sandbox/seen.ts";
import { wordReply } from "../../src/wording/reply.ts";

const now = Date.UTC(2026, 10, 21, 12);
const until = now + 7_200_000;
const hold = {
  typed: /^\/deploy freeze production/,
  answered: /\bproduction (is|are) frozen until /,
  gate: "freeze",
} as const;
const frozen = wordReply(
  {
    code: "frozen",
    where: [{ service: "shop", environments: ["staging", "production"] }],
    reason: "stock",
    until,
    settledBy: ["approvers"],
  },
  { now },
);
const refused = wordReply({ code: "may-not", login: "rosa", what: "freeze production of shop", needs: "ask" }, { now });
const revision = { sha: "a".repeat(40), tree: "b".repeat(40) };
const stands = { code: "freeze.stands", by: "rosa", reason: "stock", at: now, until } as const;
const held = { code: "lock.held", by: "rosa", reason: "stock", at: now } as const;

function stopped(reason: typeof stands | typeof held): string {
  const gate = reason.code === "lock.held" ? "lock" : "freeze";
  const verdict = { outcome: "stop", gates: [{ gate, result: "block", reason, clearedBy: [] }] } as const;
  return wordReply({ code: "stopped", service: "shop", environment: "production", revision, verdict }, { now });
}

function seen(toRosa: string, toAlice: string) {
  const said = (at: number, user: string, text: string) => ({
    ...{
      channel: "C1",
      ts: `${at}.000000`,
      user: "UBOT",
      text,
      blocks: [],
      edits: 0,
      reactions: {},
      ephemeralFor: user,
    },
  });
  const typed = (at: number, user: string, text: string) =>
    ({ kind: "command", at: at * 1_000, user, channel: "C1", text }) as const;
  return {
    botUser: "UBOT",
    messages: [said(11, "U0ROSA", toRosa), said(21, "U0ALICE", toAlice)],
    acts: [typed(10, "U0ROSA", "/deploy freeze production until 2h stock"), typed(20, "U0ALICE", "/deploy production")],
  };
}

test.each([
  ["frozen, and stopped by that", frozen, stopped(stands), true],
  ["not accepted, and stopped by a freeze that stood before", refused, stopped(stands), false],
  ["frozen, and stopped by something else", frozen, stopped(held), false],
  ["not accepted, and stopped by something else", refused, stopped(held), false],
])("%s", (_, toRosa, toAlice, happened) => {
  expect(heldProduction(seen(toRosa, toAlice), hold)).toBe(happened);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import type { HomeView } from "../../../src/operations/home-shown.ts";
import { renderHome } from "../../../src/slack/views/home.ts";
import { anyCharacter } from "../../harness/any-character.ts";
import { problemsOfView } from "./view-limits.ts";

const at = Date.UTC(2026, 10, 21, 14, 30);
const hour = 3_600_000;
const sha = "a1b2c3d4".repeat(5);
const revision = { sha, tree: "t" };
const address = (id: string) => `https://github.example/login/oauth/authorize?state=s-${id}`;

const home: HomeView = {
  logins: ["rosa"],
  linked: "rosa",
  approvals: [
    {
      deployment: 42,
      ask: 1,
      service: "shop",
      environment: "production",
      production: true,
      revision: { ...revision, version: "v1.4.0" },
      requestedBy: "alice",
      requestedAt: at - hour,
      expiresAt: at + 7 * hour,
      channel: "C0SHOP",
    },
  ],
  liveNews: true,
  locks: [{ environment: 3, service: "shop", name: "staging", reason: "a <demo>", since: at - 2 * hour }],
  services: [
    {
      service: "shop",
      repository: "acme/shop",
      environments: [
        {
          name: "staging",
          live: { revision, since: at - hour, by: "alice", deployment: 40 },
          lock: { by: "rosa", reason: "a <demo>" },
          waiting: [],
        },
        { name: "production", waiting: [] },
      ],
    },
  ],
  at,
};

function shownIn(view: HomeView): readonly string[] {
  return renderHome(view, address).blocks.map((block) => {
    if (block.type === "actions") {
      return block.elements.map((one) => ("text" in one ? `[${one.text.text}]` : one.type)).join(" ");
    }
    if (block.type === "context") return block.elements.map(({ text }) => text).join(" ");
    return "text" in block ? block.text.text : block.type;
  });
}

test("who one is, what waits for one's approval, one's locks, and where environments stand", () => {
  expect(shownIn(home)).toEqual([
    "You are rosa on GitHub.\nI tell you by a direct message when a change of yours is live in production.",
    "[Link another login] [Do not tell me of my changes]",
    "divider",
    "Waiting for your approval",
    "shop to production: v1.4.0 (a1b2c3d), deployment 42, asked for by alice 1 hour ago. It stands until 2026-11-21 21:30 UTC. Its message is in <#C0SHOP>.",
    "[Approve] [Reject]",
    "divider",
    "Your locks",
    "shop staging: locked since 2026-11-21 12:30 UTC (2 hours ago), saying “a &lt;demo&gt;”.",
    "[Unlock]",
    "divider",
    "Environments",
    "*shop* (acme/shop)",
    [
      "• staging: a1b2c3d is live since 2026-11-21 13:30 UTC (1 hour ago), by alice, deployment 40.",
      "\u00a0\u00a0\u00a0\u00a0Healthy.",
      "\u00a0\u00a0\u00a0\u00a0Locked by rosa: “a &lt;demo&gt;”.",
      "• production: nothing is live yet.",
    ].join("\n"),
  ]);
});

test("whom nobody knows is told so, with a button to link", () => {
  const { linked, ...known } = home;
  expect(linked).toBe("rosa");
  expect(shownIn(known)[0]).toContain(
    "Pipeline files say that you are rosa on GitHub. You can prove your own login.\n",
  );
  expect(shownIn({ ...known, logins: [], approvals: [], locks: [], services: [], liveNews: false })).toEqual([
    "I do not know your GitHub login yet, so I can show you nothing and carry out nothing for you.\nI do not tell you when a change of yours is live in production.",
    "[Link GitHub] [Tell me of my changes]",
    "divider",
    "Waiting for your approval",
    "Nothing waits for your approval.",
    "divider",
    "Environments",
    "There is no service that I may show you. I show those whose repository your GitHub login can read and whose default branch has a .github/signalbox.yml.",
  ]);
});

test("the answer to the last click stands on top, with the sign-in's address where it is one", () => {
  const noted = { ...home, said: { content: { code: "approval-noted", deployment: 42 }, at } } as const;
  expect(shownIn(noted)[0]).toBe("Your answer to deployment 42 is noted.");
  const offered = { ...home, said: { content: { code: "link-offered", ask: "x1", until: at + 600_000 }, at } } as const;
  expect(shownIn(offered)[1]).toContain("<https://github.example/login/oauth/authorize?state=s-x1|");
});

test("a button asks once more, naming what it is about", () => {
  const approve = renderHome(home, undefined).blocks[5];
  expect(approve).toMatchObject({
    block_id: "approval/42/1",
    elements: [
      {
        action_id: "home-approve",
        value: "42/1",
        confirm: {
          text: { text: "Approve v1.4.0 (a1b2c3d) of shop to production, deployment 42, asked for by alice?" },
        },
      },
      { action_id: "home-reject" },
    ],
  });
});

const text = fc.oneof(
  fc.string({ maxLength: 400 }),
  fc.string({ unit: anyCharacter, maxLength: 200 }),
  fc.constantFrom("<!channel>", "a & b", "x".repeat(3_000), "```", "\u202eevil"),
);
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/u);
const instant = fc.integer({ min: 0, max: at });
const number = fc.integer({ min: 1, max: 1_000_000 });
const waiting = fc.record({
  deployment: number,
  kind: fc.constant("deploy" as const),
  since: instant,
  status: fc.constant("waiting" as const),
  revision: fc.constant(revision),
  by: name,
  waitsFor: fc.constant([]),
});
const anyHome: fc.Arbitrary<HomeView> = fc.record(
  {
    logins: fc.array(name, { maxLength: 3 }),
    linked: name,
    liveNews: fc.boolean(),
    approvals: fc.uniqueArray(
      fc.record(
        {
          deployment: number,
          ask: number,
          service: name,
          environment: name,
          production: fc.boolean(),
          revision: fc.constant(revision),
          ref: text,
          requestedBy: name,
          requestedAt: instant,
          channel: text,
        },
        {
          requiredKeys: [
            "deployment",
            "ask",
            "service",
            "environment",
            "production",
            "revision",
            "requestedBy",
            "requestedAt",
          ],
        },
      ),
      { maxLength: 40, selector: (one) => one.deployment },
    ),
    locks: fc.uniqueArray(fc.record({ environment: number, service: name, name, reason: text, since: instant }), {
      maxLength: 40,
      selector: (one) => one.environment,
    }),
    services: fc.array(
      fc.record({
        service: name,
        repository: name,
        environments: fc.array(
          fc.record({
            name,
            lock: fc.record({ by: name, reason: text }),
            waiting: fc.array(waiting, { maxLength: 8 }),
          }),
          { maxLength: 12 },
        ),
      }),
      { maxLength: 40 },
    ),
    at: fc.constant(at),
  },
  { requiredKeys: ["logins", "approvals", "locks", "liveNews", "services", "at"] },
);

test("whatever it shows is within Slack's limits, and nothing that somebody wrote acts", () => {
  fc.assert(
    fc.property(anyHome, (view) => {
      expect(problemsOfView(renderHome(view, address))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FormShown, OfferedRevision } from "../../../src/operations/form.ts";
import type { Verdict } from "../../../src/policy/model.ts";
import { formSubmission } from "../../../src/slack/view-payload.ts";
import { renderForm } from "../../../src/slack/views/deploy-form.ts";
import { formErrors } from "../../../src/slack/views/form-errors.ts";
import { withMenu } from "../../../src/slack/views/menu.ts";
import { anyCharacter } from "../../harness/any-character.ts";
import { formView, submissionPayload } from "../signed-request.ts";
import { problemsOfView } from "./view-limits.ts";

const ids = { id: 7, key: "13345224609.738474920.8088930838d88f008e0" };
const now = Date.UTC(2026, 10, 21, 14, 30);
const sha = "a1b2c3d4".repeat(5);

type Choosing = Extract<FormShown, { code: "choosing" }>;

const verdict: Verdict = {
  outcome: "wait",
  gates: [
    { gate: "access", result: "pass", reason: { code: "access.ok" }, clearedBy: [] },
    {
      gate: "lock",
      result: "wait",
      reason: { code: "lock.held", by: "rosa", reason: "a demo", at: now - 3_600_000 },
      clearedBy: [{ kind: "person", login: "rosa" }],
    },
  ],
};

const choosing: Choosing = {
  code: "choosing",
  services: [
    { id: 1, name: "shop", repository: "acme/shop" },
    { id: 2, name: "web", repository: "acme/web" },
  ],
  environments: [
    { id: 3, name: "staging", production: false },
    { id: 4, name: "production", production: true },
  ],
  revisions: [
    {
      value: `sha:${sha}`,
      as: "tip",
      sha,
      name: "main",
      title: "Add the basket (#12)",
      brings: { pullRequests: 2, titles: ["Add the basket", "Fix the price of everything that is in it"] },
    },
  ],
  chosen: { service: 1, environment: 3, revision: `sha:${sha}` },
  hotfix: false,
  verdict: {
    answer: { code: "verdict", service: "shop", environment: "staging", revision: { sha, tree: "t" }, verdict },
    ships: {
      comparison: "ahead",
      commits: 5,
      authors: ["alice"],
      compareUrl: "https://github.com/acme/shop/compare/a...b",
      pullRequests: [
        { number: 12, title: "Add the basket", author: "alice", issues: [] },
        { number: 13, title: "Fix <everything> & more", author: "alice", issues: [] },
      ],
    },
  },
  at: now,
};

/** What stands in the form, block by block. */
function shownIn(shown: FormShown): readonly string[] {
  return renderForm(shown, ids).blocks.map((block) => {
    if (block.type === "input") {
      const { element } = block;
      const chosen = element.type === "static_select" ? element.initial_option?.text.text : undefined;
      return `[${block.label.text}${chosen === undefined ? "" : `: ${chosen}`}]`;
    }
    if (block.type === "section" && "text" in block) return block.text.text;
    return block.type === "context" ? block.elements.map(({ text }) => text).join(" ") : block.type;
  });
}

test("what stands in it before anything is known", () => {
  const view = renderForm({ code: "looking" }, ids);
  expect(view).toMatchObject({ title: { text: "Deploy" }, private_metadata: "7", external_id: `form-${ids.key}` });
  expect(view).not.toHaveProperty("submit");
  expect(shownIn({ code: "looking" })).toEqual(["⏳ Looking up what you may deploy, and what it would bring."]);
});

test("fields first, then the verdict gate by gate in plain words", () => {
  expect(shownIn(choosing)).toEqual([
    "[Service: shop]",
    "[Environment: staging]",
    "[Revision: Tip of main (a1b2c3d)]",
    "[Another branch, tag or SHA]",
    "divider",
    "*⏳ Would wait*: a1b2c3d of shop to staging. It brings 2 pull requests (5 commits): <https://github.com/acme/shop/compare/a...b|compare>.",
    "• #12 Add the basket\n• #13 Fix &lt;everything&gt; &amp; more",
    "✅ Passes: access. Whoever asked may ask for this.\n⏳ Waits: lock. rosa holds a lock, since 2026-11-21 13:30 UTC (1 hour ago), saying “a demo”. rosa can unlock it.",
    "This is how it stands now. It is judged again when you send it.",
  ]);
});

test("an option says how much it brings, and how the titles begin", () => {
  const field = renderForm(choosing, ids).blocks[2];
  expect(field).toMatchObject({
    element: {
      options: [{ description: { text: "2 pull requests: Add the basket, Fix the price of everyt…" } }],
    },
  });
});

test("where hotfixes are taken there is a field for the reason", () => {
  expect(shownIn({ ...choosing, hotfix: true })).toContain("[Reason for a hotfix]");
});

test("nothing to choose is said in the form", () => {
  expect(shownIn({ code: "nothing", answer: { code: "no-services" } })[0]).toMatch(/^I know no service/u);
});

test("another service's environments stand in a block of another name, so that no choice is carried over", () => {
  const names = (shown: FormShown) =>
    renderForm(shown, ids).blocks.flatMap((block) => (block.type === "input" ? [block.block_id] : []));
  const other = { ...choosing, chosen: { ...choosing.chosen, service: 2, environment: 9 } };
  expect(names(choosing)).toEqual(["service", "environment/1", "revision/3", "other/3"]);
  expect(names(other)).toEqual(["service", "environment/2", "revision/9", "other/9"]);
});

describe("what is wrong stands at its field", () => {
  const { view } = formSubmission.parse(submissionPayload());

  test("in the block in which the field stands now", () => {
    const mistakes = [
      { field: "environment", why: { code: "locked", by: "rosa", reason: "a demo" } },
      { field: "revision", why: { code: "live-changed", environment: "staging" } },
    ] as const;
    expect(formErrors(mistakes, view)).toEqual({
      response_action: "errors",
      errors: {
        "environment/1": "rosa holds the lock of this environment: “a demo”.",
        "revision/2": "What is live in staging has changed since you chose. Choose again.",
      },
    });
  });

  test("at the first field where its own is not there", () => {
    const bare = { ...view, state: { values: { service: view.state.values["service"] ?? {} } } };
    expect(formErrors([{ field: "environment", why: { code: "missing" } }], bare).errors).toEqual({
      service: "Choose an environment.",
    });
  });

  test("an empty field is still found", () => {
    expect(Object.keys(formView.state.values)).toContain("revision/2");
  });
});

const text = fc.oneof(
  fc.string({ maxLength: 400 }),
  fc.string({ unit: anyCharacter, maxLength: 200 }),
  fc.constantFrom("<!channel>", "a & b", "x".repeat(3_000), "```", "\u202eevil", "<@U123>", "😀".repeat(200)),
);
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/u);
const number = fc.integer({ min: 1, max: 1_000_000 });
const offered: fc.Arbitrary<OfferedRevision> = fc.record(
  {
    value: fc.oneof(fc.constant(`sha:${sha}`), fc.string({ minLength: 1, maxLength: 300 })),
    as: fc.constantFrom(
      "tip" as const,
      "live-before" as const,
      "live" as const,
      "candidate" as const,
      "tag" as const,
      "commit" as const,
    ),
    sha: fc.constant(sha),
    name: text,
    version: text,
    title: text,
    brings: fc.record({ pullRequests: fc.nat(500), titles: fc.array(text, { maxLength: 20 }) }),
  },
  { requiredKeys: ["value", "as", "sha"] },
);
const anyForm: fc.Arbitrary<Choosing> = fc.record(
  {
    code: fc.constant("choosing" as const),
    services: fc.uniqueArray(fc.record({ id: number, name, repository: name }), {
      minLength: 1,
      maxLength: 250,
      selector: (one) => one.id,
    }),
    environments: fc.uniqueArray(fc.record({ id: number, name, production: fc.boolean() }), {
      maxLength: 150,
      selector: (one) => one.id,
    }),
    revisions: fc.array(offered, { maxLength: 150 }),
    chosen: fc.record(
      { service: number, environment: number, revision: text, other: text, reason: text },
      { requiredKeys: [] },
    ),
    hotfix: fc.boolean(),
    verdict: fc.record({
      answer: fc.record({
        code: fc.constant("verdict" as const),
        service: name,
        environment: name,
        revision: fc.constant({ sha, tree: "t" }),
        verdict: text.map(
          (reason): Verdict => ({
            outcome: "wait",
            gates: Array.from({ length: 12 }, () => ({
              gate: "lock" as const,
              result: "wait" as const,
              reason: { code: "lock.held" as const, by: "rosa", reason, at: now },
              clearedBy: [],
            })),
          }),
        ),
      }),
      ships: fc.array(text, { maxLength: 300 }).map((titles) => ({
        comparison: "ahead" as const,
        commits: 5,
        authors: [],
        pullRequests: titles.map((title, index) => ({ number: index + 1, title, author: "alice", issues: [] })),
      })),
    }),
    problem: fc.record({ code: fc.constant("unknown-revision" as const), service: name, found: text }),
    at: fc.constant(now),
  },
  { requiredKeys: ["code", "services", "environments", "revisions", "chosen", "hotfix", "at"] },
);

test("whatever it shows is within Slack's limits, and nothing that somebody wrote acts", () => {
  fc.assert(
    fc.property(anyForm, (shown) => {
      expect(problemsOfView(renderForm(shown, ids))).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test("a menu holds no more than a select does", () => {
  const choices = Array.from({ length: 150 }, (_, index) => `environment-${index}`);
  const menu = { what: "environment", choices, name: "/promote", text: "", channelName: "shop" } as const;
  const message = withMenu({ text: "Which?", blocks: [] }, menu, 12);
  expect(problemsOfView({ type: "home", callback_id: "menu", blocks: message.blocks })).toEqual([]);
  expect(message.blocks).toMatchObject([
    { type: "actions", block_id: "menu/12", elements: [{ type: "static_select" }] },
  ]);
});

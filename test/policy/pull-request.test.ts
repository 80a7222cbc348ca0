import { describe, expect, test } from "vitest";
import type { PullRequestPolicy, RuleLevel } from "../../src/policy/pipeline.ts";
import type { NamedIssue, PullRequestFacts, VersionFacts } from "../../src/policy/pull-request.ts";
import { judgePullRequest } from "../../src/policy/readiness.ts";
import { wipWord } from "../../src/policy/wip.ts";

const words = ["WIP", "Work in progress", "🚧"];

describe("work in progress by the title", () => {
  test.each([
    "WIP",
    "WIP: add the basket",
    "wip: add the basket",
    "Wip add the basket",
    "[WIP] add the basket",
    "[wip]add the basket",
    "(WIP) add the basket",
    "( WIP ) add the basket",
    "{WIP} add",
    "<WIP> add",
    "【WIP】add",
    "WIP - add the basket",
    "WIP-add",
    "WIP_add",
    "WIP/add",
    "WIP.",
    "**WIP** add",
    "  WIP add",
    "\tWIP add",
    "\u200bWIP add",
    "Work in progress: add",
    "WORK IN PROGRESS",
    "[Work in  progress] add",
    "🚧 add the basket",
    "🚧add the basket",
    "🚧\uFE0F add",
    "[🚧] add",
  ])("%j holds", (title) => {
    expect(wipWord(title, words)).toBeDefined();
  });

  test.each([
    "",
    "WIPE the cache",
    "[WIPE] the cache",
    "wiping",
    "WIP2 board",
    "WIPé",
    "Add the WIP board",
    "Show (WIP) items",
    "Workinprogress",
    "Work in progressive steps",
    "Worker in progress",
    "add 🚧",
    "Ẅ IP",
  ])("%j does not", (title) => {
    expect(wipWord(title, words)).toBeUndefined();
  });

  test("the word is named as the policy spells it", () => {
    expect(wipWord("[wip] add", words)).toBe("WIP");
    expect(wipWord("work in PROGRESS", words)).toBe("Work in progress");
  });

  test("words may hold signs that patterns give a meaning", () => {
    expect(wipWord("c++: add", ["C++"])).toBe("C++");
    expect(wipWord("ccc add", ["C++"])).toBeUndefined();
    expect(wipWord("a.b add", ["A.B"])).toBe("A.B");
    expect(wipWord("axb add", ["A.B"])).toBeUndefined();
    expect(wipWord("[draft] add", ["[draft]"])).toBe("[draft]");
    expect(wipWord("anything", ["", "  "])).toBeUndefined();
  });
});

const issue = (state: NamedIssue["state"], number = 1): NamedIssue => ({
  written: `#${number}`,
  repository: "acme/shop",
  number,
  state,
});

const policyOf = (change: Partial<PullRequestPolicy> = {}): PullRequestPolicy => ({
  wip: words,
  closes: "required",
  assignee: "suggested",
  reviewer: "suggested",
  versionBump: "off",
  news: "issues",
  exempt: ["dependabot[bot]"],
  ...change,
});

const factsOf = (change: Partial<PullRequestFacts> = {}): PullRequestFacts => ({
  repository: "acme/shop",
  number: 7,
  title: "Add the basket",
  author: "bob",
  own: false,
  draft: false,
  issues: [issue("open")],
  assignees: ["bob"],
  reviewers: ["rosa"],
  versions: [],
  fileMistakes: [],
  ...change,
});

describe("readiness", () => {
  test.each<[string, Partial<PullRequestFacts>, RuleLevel, string, string[], string[]]>([
    ["all set", {}, "required", "success", [], []],
    ["titled as work in progress", { title: "WIP: x" }, "required", "in_progress", ["wip.title"], []],
    ["a draft", { draft: true }, "required", "in_progress", ["wip.draft"], []],
    ["both", { title: "WIP", draft: true }, "off", "in_progress", ["wip.title", "wip.draft"], []],
    [
      "a draft that closes nothing",
      { draft: true, issues: [] },
      "required",
      "in_progress",
      ["wip.draft", "closes.none"],
      [],
    ],
    ["closes nothing, required", { issues: [] }, "required", "failure", ["closes.none"], []],
    ["closes nothing, suggested", { issues: [] }, "suggested", "success", [], ["closes.none"]],
    ["closes nothing, off", { issues: [] }, "off", "success", [], []],
    ["closes a closed one", { issues: [issue("closed")] }, "required", "failure", ["closes.not-an-open-issue"], []],
    ["closes a missing one", { issues: [issue("missing")] }, "required", "failure", ["closes.not-an-open-issue"], []],
    [
      "closes a pull request",
      { issues: [issue("pull-request")] },
      "required",
      "failure",
      ["closes.not-an-open-issue"],
      [],
    ],
    [
      "closes an open and a closed one",
      { issues: [issue("open"), issue("closed", 2)] },
      "required",
      "failure",
      ["closes.not-an-open-issue"],
      [],
    ],
    [
      "closes two that are not open",
      { issues: [issue("missing"), issue("closed", 2)] },
      "suggested",
      "success",
      [],
      ["closes.not-an-open-issue", "closes.not-an-open-issue"],
    ],
    ["closes one that GitHub will not tell of", { issues: [issue("unknown")] }, "required", "success", [], []],
    [
      "a draft with a suggestion",
      { draft: true, issues: [] },
      "suggested",
      "in_progress",
      ["wip.draft"],
      ["closes.none"],
    ],
  ])("%s", (_, change, closes, state, problems, suggestions) => {
    const readiness = judgePullRequest(factsOf(change), policyOf({ closes }));
    expect(readiness.state).toBe(state);
    expect(readiness.problems.map((finding) => finding.code)).toEqual(problems);
    expect(readiness.suggestions.map((finding) => finding.code)).toEqual(suggestions);
    expect(readiness.exempt).toBe(false);
  });

  test("an exempt author is left alone", () => {
    const facts = factsOf({ author: "Dependabot[bot]", title: "WIP", draft: true, issues: [] });
    expect(judgePullRequest(facts, policyOf())).toEqual({
      state: "success",
      exempt: true,
      problems: [],
      suggestions: [],
      closes: [],
      bumps: [],
    });
  });

  test.each(["dependabot", "dependabot[bot]x", "xdependabot[bot]", "bob"])("%s is not exempt", (author) => {
    expect(judgePullRequest(factsOf({ author, issues: [] }), policyOf()).exempt).toBe(false);
  });

  test("the bot's own pull requests are left alone, whatever they are", () => {
    const facts = factsOf({
      own: true,
      author: "signalbox[bot]",
      title: "WIP",
      issues: [],
      assignees: [],
      reviewers: [],
    });
    expect(judgePullRequest(facts, policyOf({ exempt: [], assignee: "required" }))).toMatchObject({
      state: "success",
      exempt: true,
      problems: [],
    });
  });

  test("it tells which issues the merge closes, and which one is wrong", () => {
    const facts = factsOf({ issues: [issue("open"), issue("closed", 2), issue("unknown", 3)] });
    const { closes, problems } = judgePullRequest(facts, policyOf());
    expect(closes.map(({ number }) => number)).toEqual([1, 3]);
    expect(problems).toEqual([{ rule: "closes", code: "closes.not-an-open-issue", issue: issue("closed", 2) }]);
  });
});

const levels: readonly RuleLevel[] = ["required", "suggested", "off"];

/** Each rule with each level: what fails holds, is noted, or is not looked at. */
describe.each<[keyof PullRequestPolicy, Partial<PullRequestFacts>, string]>([
  ["closes", { issues: [] }, "closes.none"],
  ["closes", { issues: [issue("closed")] }, "closes.not-an-open-issue"],
  ["assignee", { assignees: [] }, "assignee.none"],
  ["reviewer", { reviewers: [] }, "reviewer.none"],
  ["reviewer", { reviewers: ["Bob"] }, "reviewer.none"],
  ["versionBump", { versions: [bump("1.4.0", "1.4.0")] }, "version_bump.not-greater"],
  ["versionBump", { versions: [bump("soon", "1.4.0")] }, "version_bump.not-comparable"],
  ["versionBump", { versions: [bump(undefined, "1.4.0")] }, "version_bump.none-at-head"],
])("%s with %j", (rule, change, code) => {
  const others = { closes: "off", assignee: "off", reviewer: "off", versionBump: "off" } as const;
  const judgeAt = (level: RuleLevel) => judgePullRequest(factsOf(change), policyOf({ ...others, [rule]: level }));

  test("required holds", () => {
    expect(judgeAt("required")).toMatchObject({ state: "failure", problems: [{ code }], suggestions: [] });
  });
  test("suggested is only noted", () => {
    expect(judgeAt("suggested")).toMatchObject({ state: "success", problems: [], suggestions: [{ code }] });
  });
  test("off is not looked at", () => {
    expect(judgeAt("off")).toMatchObject({ state: "success", problems: [], suggestions: [] });
  });
  test.each(levels)("in order, %s says nothing", (level) => {
    const inOrder = { ...factsOf(), versions: [bump("1.5.0", "1.4.0")] };
    const readiness = judgePullRequest(inOrder, policyOf({ ...others, [rule]: level }));
    expect(readiness).toMatchObject({ state: "success", problems: [], suggestions: [] });
  });
});

function bump(head: string | undefined, base: string | undefined, path = "package.json"): VersionFacts {
  const found = (version: string | undefined) =>
    version === undefined ? ({ missing: "no-version" } as const) : { version };
  return { file: { kind: "file", path }, head: found(head), base: found(base) };
}

describe("who reviews", () => {
  test.each([
    ["somebody was asked", ["rosa"], true],
    ["a team was asked", ["team:platform"], true],
    ["nobody", [], false],
    ["only the author has commented on it", ["BOB"], false],
    ["the author and somebody else", ["bob", "rosa"], true],
  ])("%s", (_, reviewers, ready) => {
    const { state } = judgePullRequest(factsOf({ reviewers }), policyOf({ reviewer: "required" }));
    expect(state).toBe(ready ? "success" : "failure");
  });
});

describe("the version", () => {
  const required = policyOf({ versionBump: "required" });

  test("raised in one file and not in another, both are said", () => {
    const versions = [bump("1.5.0", "1.4.0", "api/package.json"), bump("2.0.0", "2.0.0", "web/package.json")];
    const { problems, bumps } = judgePullRequest(factsOf({ versions }), required);
    expect(bumps).toEqual([{ path: "api/package.json", head: "1.5.0", base: "1.4.0" }]);
    expect(problems).toEqual([
      {
        rule: "version_bump",
        code: "version_bump.not-greater",
        path: "web/package.json",
        head: "2.0.0",
        base: "2.0.0",
      },
    ]);
  });

  test("the first version there is has nothing to be greater than", () => {
    const { state, bumps } = judgePullRequest(factsOf({ versions: [bump("0.1.0", undefined)] }), required);
    expect(state).toBe("success");
    expect(bumps).toEqual([{ path: "package.json", head: "0.1.0" }]);
  });

  test("taken away, what it was is said; never there, nothing is", () => {
    const finding = (one: VersionFacts) => judgePullRequest(factsOf({ versions: [one] }), required).problems[0];
    expect(finding(bump(undefined, "1.4.0"))).toMatchObject({ why: "no-version", base: "1.4.0" });
    expect(finding(bump(undefined, undefined))).not.toHaveProperty("base");
  });
});

describe("the pipeline file", () => {
  const mistake = { file: "f", line: 3, column: 1, path: "chanel", found: "chanel", expected: "channel" };

  test("with a mistake holds, whatever else is off", () => {
    const off = policyOf({ closes: "off", assignee: "off", reviewer: "off" });
    expect(judgePullRequest(factsOf({ fileMistakes: [mistake] }), off)).toMatchObject({
      state: "failure",
      problems: [{ code: "pipeline.mistakes", mistakes: [mistake] }],
    });
  });

  test("in a draft, the draft comes first", () => {
    const { state, problems } = judgePullRequest(factsOf({ draft: true, fileMistakes: [mistake] }), policyOf());
    expect(state).toBe("in_progress");
    expect(problems.map(({ code }) => code)).toEqual(["wip.draft", "pipeline.mistakes"]);
  });
});

test("everything at once is said at once, in a fixed order", () => {
  const facts = factsOf({
    title: "WIP: x",
    issues: [],
    assignees: [],
    reviewers: [],
    versions: [bump("1.0.0", "1.0.0")],
  });
  const all = policyOf({ assignee: "required", reviewer: "required", versionBump: "required" });
  expect(judgePullRequest(facts, all).problems.map(({ code }) => code)).toEqual([
    "wip.title",
    "closes.none",
    "assignee.none",
    "reviewer.none",
    "version_bump.not-greater",
  ]);
});

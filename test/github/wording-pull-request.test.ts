/** The exact words that a person reads on a pull request. */
import { describe, expect, test } from "vitest";
import {
  commentToMend,
  findingInWords,
  readinessSummary,
  readinessTitle,
} from "../../src/github/wording-pull-request.ts";
import type { NamedIssue, PullRequestFinding, Readiness } from "../../src/policy/pull-request.ts";

function issue(state: NamedIssue["state"], written = "#12"): NamedIssue {
  return { written, repository: "acme/shop", number: 12, state };
}

const wip: PullRequestFinding = { rule: "wip", code: "wip.title", word: "WIP" };
const draft: PullRequestFinding = { rule: "wip", code: "wip.draft" };
const none: PullRequestFinding = { rule: "closes", code: "closes.none" };
const notOpen = (state: NamedIssue["state"], written?: string): PullRequestFinding => ({
  rule: "closes",
  code: "closes.not-an-open-issue",
  issue: issue(state, written),
});

const mistake = { file: "f.yml", line: 3, column: 5, path: "chanel", found: "@all <b>", expected: "channel" };

function readiness(change: Partial<Readiness>): Readiness {
  return { state: "success", exempt: false, problems: [], suggestions: [], closes: [], bumps: [], ...change };
}

const sentences: [PullRequestFinding, string][] = [
  [wip, "The title begins with `WIP`. Take that away when the work is ready to be merged."],
  [draft, "It is a draft. Press **Ready for review** when the work is ready to be merged."],
  [none, "The description names no issue that this closes. Write a line such as `Closes #123` into it."],
  [
    notOpen("closed"),
    "The description closes `#12`, which is closed already. Reopen it, or name an issue that is open.",
  ],
  [
    notOpen("missing"),
    "The description closes `#12`, but there is no such issue in `acme/shop`. Name one that is open.",
  ],
  [notOpen("pull-request"), "The description closes `#12`, which is a pull request. Name the issue that it is about."],
  [
    notOpen("unknown"),
    "The description closes `#12`, which the bot may not see. Name an issue that it can, or install it in `acme/shop`.",
  ],
  [{ rule: "assignee", code: "assignee.none" }, "Nobody is assigned. Assign whoever sees this through."],
  [{ rule: "reviewer", code: "reviewer.none" }, "Nobody is asked to review this. Ask a person or a team."],
  [
    { rule: "version_bump", code: "version_bump.not-greater", path: "package.json", head: "1.4.0", base: "1.4.1" },
    "The version in `package.json` is `1.4.0` here and `1.4.1` at the base. Raise it above that.",
  ],
  [
    { rule: "version_bump", code: "version_bump.not-comparable", path: "a.py", head: "soon", base: "1.4" },
    "The version in `a.py` is `soon` here and `1.4` at the base, which cannot be compared. Write it as semver (`1.4.0`) or as PEP 440 (`1.4.0rc1`) has it.",
  ],
  [
    { rule: "version_bump", code: "version_bump.none-at-head", path: "Cargo.toml", why: "no-file", base: "1.4.0" },
    "There is no file `Cargo.toml` here, which holds the version. At the base it is `1.4.0`: write a greater one.",
  ],
  [
    { rule: "version_bump", code: "version_bump.none-at-head", path: "Cargo.toml", why: "no-version" },
    "There is no version in `Cargo.toml` here. Write one into it.",
  ],
  [
    { rule: "version_bump", code: "version_bump.none-at-head", path: "Cargo.toml", why: "unreadable", base: "1.4.0" },
    "The file `Cargo.toml` cannot be read, so its version is not known. Mend what is wrong in it.",
  ],
  [
    { rule: "version_bump", code: "version_bump.none-at-head", path: "Cargo.toml", why: "too-large" },
    "The file `Cargo.toml` is too large to look for a version in. Name another in `versions.from`.",
  ],
  [
    { rule: "pipeline", code: "pipeline.mistakes", mistakes: [mistake] },
    "The pipeline file has 1 mistake, marked on its lines under **Files changed**. Until it is mended, the last good one would stay in force.",
  ],
];

test.each(sentences)("%j", (finding, words) => {
  expect(findingInWords(finding)).toBe(words);
});

describe("the check", () => {
  test.each([
    [readiness({}), "Ready", "Nothing holds this pull request."],
    [
      readiness({ closes: [issue("open"), issue("open", "acme/infra#4")] }),
      "Ready",
      "Nothing holds this pull request.\n\nMerging it closes `#12` and `acme/infra#4`.",
    ],
    [
      readiness({ state: "failure", problems: [none] }),
      "No issue is named that this closes",
      `Before this can be merged:\n\n- ${findingInWords(none)}`,
    ],
    [
      readiness({ state: "in_progress", problems: [wip, none] }),
      "Work in progress",
      `Before this can be merged:\n\n- ${findingInWords(wip)}\n- ${findingInWords(none)}`,
    ],
    [
      readiness({ suggestions: [none] }),
      "Ready, with a note",
      `Nothing holds this pull request.\n\nOnly a suggestion:\n\n- ${findingInWords(none)}`,
    ],
    [
      readiness({ suggestions: [{ rule: "assignee", code: "assignee.none" }, none] }),
      "Ready, with a note",
      `Nothing holds this pull request.\n\nOnly suggestions:\n\n- Nobody is assigned. Assign whoever sees this through.\n- ${findingInWords(none)}`,
    ],
    [
      readiness({
        bumps: [
          { path: "api/package.json", head: "1.5.0", base: "1.4.0" },
          { path: "web/package.json", head: "0.1.0" },
        ],
      }),
      "Ready",
      "Nothing holds this pull request.\n\nThe version in `api/package.json` goes from `1.4.0` to `1.5.0`.\n\nThe version in `web/package.json` is `0.1.0`; at the base there is none to compare it with.",
    ],
    [
      readiness({ state: "failure", problems: [{ rule: "pipeline", code: "pipeline.mistakes", mistakes: [mistake] }] }),
      "The pipeline file has 1 mistake",
      "Before this can be merged:\n\n- The pipeline file has 1 mistake, marked on its lines under **Files changed**. Until it is mended, the last good one would stay in force.\n\nIn the pipeline file:\n\n- `f.yml`, line 3, column 5, `chanel`: found `@all <b>`, expected `channel`.",
    ],
    [
      readiness({ exempt: true }),
      "Not checked: the author is exempt",
      "The pull-request rules do not apply to this author: it is the bot itself, or `pull_requests.exempt` names it.",
    ],
  ])("%j", (state, title, summary) => {
    expect(readinessTitle(state)).toBe(title);
    expect(readinessSummary(state)).toBe(summary);
  });

  test("a title holds what was written as one plain line", () => {
    const state = readiness({ state: "failure", problems: [notOpen("closed", "https://x/1\n\u202e<b>")] });
    expect(readinessTitle(state)).toBe("https://x/1 <b> is closed already");
  });
});

test("where the branch does not require the check, what is not ready says so, and what is ready does not", () => {
  const warning = /Nothing keeps this from being merged/;
  expect(readinessSummary(readiness({ state: "failure", problems: [none] }), true)).toMatch(warning);
  expect(readinessSummary(readiness({ state: "failure", problems: [none] }), false)).not.toMatch(warning);
  expect(readinessSummary(readiness({ suggestions: [none] }), true)).not.toMatch(warning);
});

test("what stands in files cannot mention, link or format anything", () => {
  const nasty = {
    rule: "version_bump",
    code: "version_bump.not-greater",
    path: "a`b",
    head: "`@x`",
    base: "#1",
  } as const;
  expect(findingInWords(nasty)).toBe(
    "The version in `` a`b `` is `` `@x` `` here and `#1` at the base. Raise it above that.",
  );
});

test("the comment says what to do, one thing or several", () => {
  expect(commentToMend([wip])).toBe(`Not ready to be merged yet. ${findingInWords(wip)}`);
  expect(commentToMend([wip, none])).toBe(
    `Not ready to be merged yet:\n\n- ${findingInWords(wip)}\n- ${findingInWords(none)}`,
  );
});

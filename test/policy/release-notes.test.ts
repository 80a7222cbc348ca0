/** Which change stands where in release notes, by labels and by the types of conventional commits. */
import { describe, expect, test } from "vitest";
import { type NotedPullRequest, releaseNotes } from "../../src/policy/release-notes.ts";

const pull = (changes: Partial<NotedPullRequest>): NotedPullRequest => ({
  ...{ number: 1, title: "Add the basket", body: "", author: "alice", labels: [], issues: [] },
  ...changes,
});

const groupOf = (changes: Partial<NotedPullRequest>) => releaseNotes([pull(changes)]).groups[0]?.group;

describe("the group of a change", () => {
  test.each<[Partial<NotedPullRequest>, string | undefined]>([
    [{}, "other"],
    [{ labels: ["enhancement"] }, "features"],
    [{ labels: ["type: Bug 🐛"] }, "fixes"],
    [{ labels: ["kind/unknown", "Documentation"] }, "docs"],
    [{ labels: ["dependencies", "javascript"] }, "dependencies"],
    [{ labels: ["semver:major"] }, "breaking"],
    [{ labels: ["breaking change", "bug"] }, "breaking"],
    [{ title: "feat: Add the basket" }, "features"],
    [{ title: "Fix(api): Keep the basket" }, "fixes"],
    [{ title: "perf: Load it faster" }, "performance"],
    [{ title: "docs: Say how" }, "docs"],
    [{ title: "chore(deps): bump x from 1 to 2" }, "dependencies"],
    [{ title: "refactor: Move it" }, "other"],
    [{ title: "feat!: Drop the old basket" }, "breaking"],
    [{ title: "feat(api)!: Drop the old basket" }, "breaking"],
    [{ title: "fix: Keep it", body: "Because.\n\nBREAKING CHANGE: the order is another" }, "breaking"],
    [{ title: "fix: Keep it", body: "Because.\n\nBREAKING-CHANGE: the order is another" }, "breaking"],
    [{ title: "fix: Keep it", body: "This is no BREAKING CHANGE" }, "fixes"],
    // Labels say more than a title, and a word before a colon is not yet a type.
    [{ title: "fix: Keep it", labels: ["enhancement"] }, "features"],
    [{ title: "Note: nothing" }, "other"],
    [{ title: "feat:" }, "other"],
    [{ labels: ["skip-changelog"] }, undefined],
  ])("%j", (changes, group) => {
    expect(groupOf(changes)).toBe(group);
  });
});

test("all of it: groups in order, titles without their types, authors, people first", () => {
  const notes = releaseNotes(
    [
      pull({ number: 3, title: "fix(api): keep it", author: "rosa" }),
      pull({ number: 4, title: "Bump x", author: "dependabot[bot]", labels: ["dependencies"] }),
      pull({ number: 5, title: "feat: basket", issues: [{ repository: "acme/shop", number: 1 }] }),
      pull({ number: 6, title: "fix: again", author: "rosa" }),
    ],
    "https://github.example/compare",
  );
  const told = notes.groups.map(({ group, changes }) => [
    group,
    changes.map(({ number, title, scope }) => [number, title, scope]),
  ]);
  expect(told).toEqual([
    ["features", [[5, "basket", undefined]]],
    [
      "fixes",
      [
        [3, "keep it", "api"],
        [6, "again", undefined],
      ],
    ],
    ["dependencies", [[4, "Bump x", undefined]]],
  ]);
  expect(notes.authors).toEqual(["rosa", "alice", "dependabot[bot]"]);
  expect(notes.compareUrl).toBe("https://github.example/compare");
});

/** What comes next for a step of a version, from how GitHub stands to it: as a table. */
import { expect, test } from "vitest";
import { type CandidateFacts, type CandidatePlan, nextMove } from "../../../src/policy/versions/candidate.ts";

const [b, c, r, m, x] = ["b", "c", "d", "e", "f"].map((letter) => letter.repeat(40)) as [
  string,
  string,
  string,
  string,
  string,
];
const made: CandidatePlan = { commit: c, base: b, branch: "main" };
const onMain = { head: c, holdsCommit: true };
const release = { name: "release", head: r, holdsCommit: false };
const files = { for: "files", branch: "signalbox/v1", base: "main", sha: c } as const;
const merge = { for: "merge", branch: "signalbox/v1", base: "release", sha: m } as const;

test.each<[string, CandidateFacts, object]>([
  ["nothing is made", { plan: {} }, { kind: "make-commit" }],
  [
    "the branch stands where it was",
    { plan: made, branch: { head: b, holdsCommit: false } },
    { kind: "move-branch", branch: "main", to: c },
  ],
  ["the branch moved meanwhile", { plan: made, branch: { head: x, holdsCommit: false } }, { kind: "make-commit" }],
  [
    "the branch moves all the time",
    { plan: { ...made, rebuilt: 5 }, branch: { head: x, holdsCommit: false } },
    { kind: "stop", why: { code: "branch-moves-on", branch: "main" } },
  ],
  ["the branch holds it", { plan: made, branch: onMain }, { kind: "set-tag", at: c }],
  ["it was pushed on since", { plan: made, branch: { head: x, holdsCommit: true } }, { kind: "set-tag", at: c }],
  [
    "nothing had to be written",
    { plan: { commit: b, base: b, branch: "main" }, branch: { head: x, holdsCommit: true } },
    { kind: "set-tag", at: b },
  ],
  ["no branch is meant", { plan: { commit: c, base: b } }, { kind: "set-tag", at: c }],
  [
    "the tag stands elsewhere",
    { plan: made, branch: onMain, tagAt: x },
    { kind: "stop", why: { code: "tag-elsewhere", at: x } },
  ],
  [
    "the tag stands before anything is made",
    { plan: {}, tagAt: x },
    { kind: "stop", why: { code: "tag-elsewhere", at: x } },
  ],
  ["the tag stands, nothing is to be merged", { plan: made, branch: onMain, tagAt: c }, { kind: "done", candidate: c }],
  [
    "no release branch yet",
    { plan: made, tagAt: c, release: { name: "release", holdsCommit: false } },
    { kind: "make-release-branch", branch: "release", at: c },
  ],
  ["to be merged", { plan: made, tagAt: c, release }, { kind: "make-merge", branch: "release", onto: r }],
  [
    "the merge is made",
    { plan: { ...made, merge: { onto: r, sha: m } }, tagAt: c, release },
    { kind: "move-release", branch: "release", to: m },
  ],
  [
    "made for what was there before",
    { plan: { ...made, merge: { onto: x, sha: m } }, tagAt: c, release },
    { kind: "make-merge", branch: "release", onto: r },
  ],
  [
    "merged",
    { plan: { ...made, merge: { onto: r, sha: m } }, tagAt: c, release: { ...release, head: m, holdsCommit: true } },
    { kind: "done", candidate: m },
  ],
  [
    "the branch was made at the tag",
    { plan: made, tagAt: c, release: { ...release, head: c, holdsCommit: true } },
    { kind: "done", candidate: c },
  ],
  [
    "asked to merge, no number yet",
    { plan: { ...made, asked: files }, branch: { head: b, holdsCommit: false } },
    { kind: "wait-for-pull" },
  ],
  [
    "asked to merge, open",
    { plan: { ...made, asked: files }, branch: { head: b, holdsCommit: false }, pull: { number: 7, state: "open" } },
    { kind: "wait-for-pull", number: 7 },
  ],
  [
    "asked to merge, closed",
    { plan: { ...made, asked: files }, branch: { head: b, holdsCommit: false }, pull: { number: 7, state: "closed" } },
    { kind: "stop", why: { code: "pull-closed", number: 7 } },
  ],
  [
    "refused by GitHub, it ends",
    { plan: { ...made, asked: files }, branch: { head: b, holdsCommit: false }, pullRefused: "not accessible" },
    { kind: "stop", why: { code: "refused", what: "pull-request", name: files.branch, said: "not accessible" } },
  ],
  [
    "a refusal of before counts for nothing once the pull request is there",
    {
      plan: { ...made, asked: files },
      branch: { head: b, holdsCommit: false },
      pull: { number: 7, state: "open" },
      pullRefused: "not accessible",
    },
    { kind: "wait-for-pull", number: 7 },
  ],
  [
    "asked to merge, squashed",
    {
      plan: { ...made, asked: files },
      branch: { head: x, holdsCommit: false },
      pull: { number: 7, state: "merged", mergeSha: x },
    },
    { kind: "take-merged", sha: x },
  ],
  [
    "asked to merge, merged as it is",
    { plan: { ...made, asked: files }, branch: { head: x, holdsCommit: true } },
    { kind: "set-tag", at: c },
  ],
  [
    "the merge was asked for, squashed",
    {
      plan: { ...made, merge: { onto: r, sha: m }, asked: merge },
      tagAt: c,
      release,
      pull: { number: 8, state: "merged", mergeSha: x },
    },
    { kind: "done", candidate: x },
  ],
  [
    "the merge was asked for, merged as it is",
    {
      plan: { ...made, merge: { onto: r, sha: m }, asked: merge },
      ...{
        tagAt: c,
        release: { ...release, head: x, holdsCommit: true },
        pull: { number: 8, state: "merged", mergeSha: x },
      },
    },
    { kind: "done", candidate: x },
  ],
])("%s", (_what, facts, move) => {
  expect(nextMove(facts)).toEqual(move);
});

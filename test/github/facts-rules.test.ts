/** The rules by which GitHub's answers become facts, as tables. */
import { describe, expect, test } from "vitest";
import { latestRuns, stateOfRun, stateOfStatus } from "../../src/github/facts/checks.ts";
import { authorsOf, type ListedCommit } from "../../src/github/facts/comparison.ts";
import { permissionOf } from "../../src/github/facts/permission.ts";
import { mergeConfigs } from "../../src/github/facts/pipeline-file.ts";
import { isRefName } from "../../src/github/facts/revision.ts";
import { readCheckSubject, readIssueClosedSubject } from "../../src/github/surfaces/subject.ts";

test.each([
  ["queued", null, "pending"],
  ["in_progress", null, "pending"],
  ["completed", "success", "success"],
  ["completed", "neutral", "success"],
  ["completed", "skipped", "success"],
  ["completed", "failure", "failure"],
  ["completed", "cancelled", "failure"],
  ["completed", "timed_out", "failure"],
  ["completed", "action_required", "failure"],
  ["completed", "stale", "failure"],
  ["completed", null, "failure"],
])("a check run that is %s with %s is %s", (status, conclusion, state) => {
  expect(stateOfRun(status, conclusion)).toBe(state);
});

test.each([
  ["success", "success"],
  ["pending", "pending"],
  ["failure", "failure"],
  ["error", "failure"],
])("a status %s is %s", (status, state) => {
  expect(stateOfStatus(status)).toBe(state);
});

test("of one App's check runs with one name the newest speaks; another App's stands beside it", () => {
  const run = (id: number, app: number) => ({ id, name: "test", app: { id: app } });
  expect(latestRuns([run(2, 1), run(3, 1), run(1, 1), run(4, 9)])).toEqual([run(3, 1), run(4, 9)]);
});

test.each([
  ["admin", "admin", undefined, "admin"],
  ["maintain", "write", undefined, "maintain"],
  ["write", "write", undefined, "write"],
  ["triage", "read", undefined, "triage"],
  ["read", "read", undefined, "read"],
  ["none", "none", undefined, "none"],
  ["release-engineer", "write", { maintain: true, push: true }, "maintain"],
  ["release-engineer", "read", { triage: true, pull: true }, "triage"],
  ["release-engineer", "write", undefined, "write"],
  [undefined, "admin", undefined, "admin"],
  ["odd", "odd", undefined, "none"],
])("role %s with permission %s and flags %j is %s", (role, legacy, flags, permission) => {
  expect(permissionOf(role, legacy, flags)).toBe(permission);
});

test.each([
  ["main", true],
  ["feature/basket-2", true],
  ["v1.4.0-rc.2", true],
  ["übung", true],
  ["$(reboot)", true],
  ["", false],
  ["main~1", false],
  ["a..b", false],
  ["HEAD@{1}", false],
  ["@", false],
  ["-x", false],
  ["/main", false],
  ["main/", false],
  ["a//b", false],
  [".hidden", false],
  ["a/.b", false],
  ["x.lock", false],
  ["a b", false],
  ["a\0b", false],
  ["a\nb", false],
  ["a?b", false],
  ["refs/*", false],
  ["a".repeat(251), false],
])("%j may be a ref's name: %s", (name, allowed) => {
  expect(isRefName(name)).toBe(allowed);
});

describe("authors", () => {
  const commit = (change: Partial<ListedCommit>): ListedCommit => ({
    sha: "0",
    login: undefined,
    email: undefined,
    message: "",
    ...change,
  });

  test("are GitHub's, and co-authors where a login can be known", () => {
    const commits = [
      commit({ login: "alice", email: "alice@acme.example" }),
      commit({
        login: "bob",
        message: [
          "Add the basket",
          "",
          "Co-authored-by: Alice <alice@acme.example>",
          "Co-Authored-By: Carol <123+carol@users.noreply.github.com>",
          "co-authored-by: Bot <49+dependabot[bot]@users.noreply.github.com>",
          "Co-authored-by: Nobody <nobody@elsewhere.example>",
        ].join("\n"),
      }),
      commit({ email: "dave@users.noreply.github.com" }),
    ];
    expect(authorsOf(commits)).toEqual(["alice", "bob", "carol", "dependabot[bot]", "dave"]);
  });

  test("each once, in any case", () => {
    expect(authorsOf([commit({ login: "Alice" }), commit({ login: "alice" })])).toEqual(["Alice"]);
  });
});

describe("merging configs", () => {
  test("maps are merged, everything else is replaced whole", () => {
    const base = { a: { x: 1, y: [1, 2] }, b: 1, c: { d: 1 } };
    expect(mergeConfigs(base, { a: { y: [3] }, c: 2 })).toEqual({ a: { x: 1, y: [3] }, b: 1, c: 2 });
  });

  test.each([
    ["production", "staging production", "staging production"],
    ["staging production", "production", "staging production"],
    ["staging production", "staging qa production", "staging qa production"],
    ["staging production eu", "eu production", "staging eu production"],
    ["staging production", "staging eu", "staging production eu"],
    ["production", "staging", "production staging"],
    ["", "staging production", "staging production"],
  ])(
    "keys of “%s” under “%s” stand as “%s”: the order of environments is that of promotion",
    (base, over, expected) => {
      const config = (keys: string) =>
        Object.fromEntries(keys.split(" ").flatMap((key) => (key === "" ? [] : [[key, 1]])));
      expect(Object.keys(mergeConfigs(config(base), config(over))).join(" ")).toBe(expected);
    },
  );

  test("a key __proto__ is a key and changes no object", () => {
    const over: Record<string, unknown> = JSON.parse('{"__proto__": {"polluted": true}}');
    const merged = mergeConfigs({ a: 1 }, over);
    expect(Object.keys(merged)).toEqual(["a", "__proto__"]);
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});

test("subjects are read as they are written", () => {
  const headSha = "a".repeat(40);
  expect(readCheckSubject(`4/7/${headSha}`)).toEqual({ repositoryId: 4, number: 7, headSha });
  const closed = { repositoryId: 4, number: 7, issueRepository: "acme/shop", issue: 9 };
  expect(readIssueClosedSubject("4/7/acme/shop/9")).toEqual(closed);
  expect(() => readCheckSubject("4/x/y")).toThrow();
});

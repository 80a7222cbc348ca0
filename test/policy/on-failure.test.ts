import { describe, expect, test } from "vitest";
import { afterEnd, type EndedFacts, type RollbackFacts, whatToUndo } from "../../src/policy/on-failure.ts";

const failed: EndedFacts = { status: "failure", kind: "merge", changed: true };

describe("what follows from the end alone", () => {
  test.each<readonly [string, "rollback" | undefined, Partial<EndedFacts>, object]>([
    ["a failure that changed the environment", "rollback", {}, { kind: "look" }],
    ["the file does not say so", undefined, {}, { kind: "nothing" }],
    ["a success", "rollback", { status: "success" }, { kind: "nothing" }],
    ["somebody cancelled it", "rollback", { status: "cancelled" }, { kind: "nothing" }],
    ["a test failed", "rollback", { changed: false }, { kind: "leave", why: { code: "changed-nothing" } }],
    ["nobody can tell", "rollback", { status: "error" }, { kind: "leave", why: { code: "cannot-tell" } }],
    ["a rollback failed", "rollback", { kind: "rollback" }, { kind: "leave", why: { code: "was-rollback" } }],
    [
      "an error before anything was changed",
      "rollback",
      { status: "error", changed: false },
      { kind: "leave", why: { code: "changed-nothing" } },
    ],
    ["a workflow's failure", "rollback", { kind: "external" }, { kind: "look" }],
  ])("%s", (_name, onFailure, ended, following) => {
    expect(afterEnd(onFailure, { ...failed, ...ended })).toEqual(following);
  });
});

const revision = (letter: string) => ({ sha: letter.repeat(40), tree: letter.repeat(40) });
const back = {
  kind: "target",
  target: "previous",
  revision: revision("a"),
  deployment: 1,
  undoes: { deployment: 7, revision: revision("b") },
} as const;

describe("whether it is taken back", () => {
  test.each<readonly [string, Partial<RollbackFacts>, object]>([
    ["it goes back to what was live before", {}, back],
    ["the third time in a day", { lately: 2 }, back],
    ["no fourth time", { lately: 3 }, { code: "too-often", times: 3 }],
    ["nothing was live before", { choice: { kind: "none", why: "nothing-before" } }, { code: "nothing-before" }],
    ["nothing was ever live", { choice: { kind: "none", why: "nothing-live" } }, { code: "nothing-before" }],
    ["something else would be taken back by now", { failed: 6, uncertain: 6 }, { code: "moved-on" }],
    [
      "a rollback to it has succeeded meanwhile",
      { uncertain: undefined, choice: { kind: "none", why: "nothing-before" } },
      { code: "moved-on" },
    ],
    ["a rollback of it has failed meanwhile", { uncertain: 8 }, { code: "moved-on" }],
    ["the file says otherwise by now", { onFailure: undefined }, { code: "not-wanted" }],
    [
      "an older one is never gone back to by itself",
      { choice: { ...back, target: "older" } },
      { code: "nothing-before" },
    ],
  ])("%s", (_name, facts, outcome) => {
    const known = { onFailure: "rollback", failed: 7, uncertain: 7, choice: back, lately: 0 } as const;
    expect(whatToUndo({ ...known, ...facts })).toEqual(outcome);
  });
});

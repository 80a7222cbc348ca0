import { describe, expect, test } from "vitest";
import { type GateResult, statuses } from "../../src/policy/model.ts";
import { asksForWhatWaits, type Supersedable, supersedes } from "../../src/policy/supersede.ts";
import { isPending } from "../../src/policy/transitions.ts";

const older: Supersedable = { kind: "deploy", status: "waiting", requestedAt: 100, approved: false, hotfix: false };
const newer: Supersedable = { kind: "deploy", status: "requested", requestedAt: 200, approved: false, hotfix: false };
const approved = { approved: true } as const;
const back = { kind: "rollback" } as const;
const hotfix = { hotfix: true } as const;
const merged = { kind: "merge" } as const;

describe("what a newer request supersedes", () => {
  test.each<[string, Partial<Supersedable>, Partial<Supersedable>, boolean]>([
    ["one that waits", {}, {}, true],
    ["a merge by a merge", merged, merged, true],
    ["a request by a merge", merged, {}, true],
    ["a merge by a promotion", { kind: "promotion" }, merged, true],
    ["one of the same moment", { requestedAt: 100 }, {}, true],
    ["not one that is newer itself", { requestedAt: 99 }, {}, false],
    ["not what is approved", {}, approved, false],
    ["what is approved by what is approved", approved, approved, true],
    ["what is not approved by what is", approved, {}, true],
    ["what is not approved by a hotfix", hotfix, {}, true],
    ["not a hotfix", {}, hotfix, false],
    ["not a hotfix by a merge", merged, hotfix, false],
    ["not a hotfix by a hotfix that nobody approved", hotfix, hotfix, false],
    ["a hotfix by what is approved", approved, hotfix, true],
    ["not what is approved by a hotfix that nobody approved", hotfix, approved, false],
    ["what is approved by an approved hotfix", { ...hotfix, ...approved }, approved, true],
    ["not a hotfix by a rollback", back, hotfix, false],
    ["not a rollback", {}, back, false],
    ["a rollback by what is approved", approved, back, true],
    ["not a rollback by a rollback that nobody approved", back, back, false],
    ["a rollback by an approved rollback", { ...back, ...approved }, back, true],
    ["nothing that goes forward, by a rollback", back, {}, false],
    ["nothing that goes forward, by an approved rollback", { ...back, ...approved }, approved, false],
  ])("%s", (_, newerIs, olderIs, expected) => {
    const pair = [
      { ...newer, ...newerIs },
      { ...older, ...olderIs },
    ] as const;
    expect(supersedes(...pair, { queue: "supersede" })).toBe(expected);
    expect(supersedes(...pair, { queue: "queue" })).toBe(false);
  });

  test.each(statuses)("what is %s only if it has not started", (status) => {
    expect(supersedes(newer, { ...older, status }, { queue: "supersede" })).toBe(isPending(status));
  });
});

describe("what a person's request answers", () => {
  const offered: GateResult = {
    gate: "ready",
    result: "wait",
    reason: { code: "ready.offered", because: "auto" },
    clearedBy: [],
  };
  const locked: GateResult = {
    gate: "lock",
    result: "wait",
    reason: { code: "lock.held", by: "rosa", reason: "counting", at: 0 },
    clearedBy: [],
  };
  const [one, other] = ["1".repeat(40), "2".repeat(40)];

  test.each([
    ["a merge that only a person may start", true, one, false, [offered], true],
    ["not one of another revision", true, other, false, [offered], false],
    ["not one that waits for something else", true, one, false, [locked], false],
    ["not another person's request", true, one, true, [offered], false],
    ["nothing, when it came by itself", false, one, false, [offered], false],
  ] as const)("%s", (_, typed, sha, olderTyped, gates, answers) => {
    const kind = "deploy";
    expect(asksForWhatWaits({ kind, sha: one, typed }, { kind, sha, typed: olderTyped, gates })).toBe(answers);
  });

  test.each([
    ["a rollback to the same revision, whatever it waits for", "rollback", "rollback", one, true],
    ["no rollback to another revision", "rollback", "rollback", other, false],
    ["no deployment of what a rollback goes to", "deploy", "rollback", one, false],
    ["no rollback to what is to be deployed", "rollback", "deploy", one, false],
  ] as const)("%s", (_, kind, olderKind, sha, answers) => {
    const older = { kind: olderKind, sha, typed: true, gates: [locked] };
    expect(asksForWhatWaits({ kind, sha: one, typed: true }, older)).toBe(answers);
  });
});

import { describe, expect, test } from "vitest";
import { expectedTurn, type Holder, usualDuration } from "../../src/policy/expected-turn.ts";

test.each([
  ["none", [], undefined],
  ["two", [100, 300], undefined],
  ["three, in any order", [300, 100, 200], 200],
  ["an even number", [100, 400, 200, 300], 250],
  ["one that hung", [100, 110, 90, 1_000_000, 105], 105],
])("how long a deployment usually takes, from %s", (_, successes, usual) => {
  expect(usualDuration(successes)).toBe(usual);
});

describe("when its turn comes", () => {
  const running: Holder = { kind: "running", since: 900 };
  const cases: readonly (readonly [string, Holder, number, number | undefined, ReturnType<typeof expectedTurn>])[] = [
    ["now, in a free environment", { kind: "free" }, 0, 300, { at: 1_000, late: false }],
    ["when what runs has ended", running, 0, 300, { at: 1_200, late: false }],
    ["after those ahead", running, 2, 300, { at: 1_800, late: false }],
    ["from now on, when what runs takes longer than usual", running, 1, 50, { at: 1_050, late: true }],
    ["unknown with too few successes", running, 0, undefined, undefined],
    ["unknown while nobody can tell how the last one ended", { kind: "unsettled" }, 0, 300, undefined],
  ];
  test.each(cases)("%s", (_, holder, ahead, usual, expected) => {
    expect(expectedTurn(1_000, holder, ahead, usual)).toEqual(expected);
  });
});

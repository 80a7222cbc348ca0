import { describe, expect, test } from "vitest";
import {
  boundsInWords,
  isWithin,
  judgeSight,
  nextLook,
  type Sight,
  type Watch,
  type WatchRule,
} from "../../src/policy/verification.ts";

describe("bounds", () => {
  test.each([
    [1, { below: 1 }, false],
    [0.99, { below: 1 }, true],
    [1, { above: 1 }, false],
    [1.01, { above: 1 }, true],
    [1, { atMost: 1 }, true],
    [1, { atLeast: 1 }, true],
    [2, { atMost: 1 }, false],
    [5, { atLeast: 1, below: 5 }, false],
    [Number.POSITIVE_INFINITY, { below: 1 }, false],
  ])("%s within %o: %s", (value, bounds, holds) => {
    expect(isWithin(value, bounds)).toBe(holds);
  });

  test("in words", () => {
    expect(boundsInWords({ below: 5, atLeast: 1 })).toBe("less than 5 and at least 1");
  });
});

const right: Sight = { kind: "right", says: "right" };
const wrong: Sight = { kind: "wrong", says: "wrong" };
const untold: Sight = { kind: "untold", says: "untold" };
const rule: WatchRule = { holds: 30_000, endsAt: 100_000, longestGap: 20_000 };

/** What comes of looks at these times, in seconds, up to the first that ends. */
function watch(looks: readonly (readonly [number, Sight])[], by: Partial<WatchRule> = {}): string {
  let before: Watch = { wasWrong: false };
  for (const [at, sight] of looks) {
    const judged = judgeSight(before, sight, { ...rule, ...by }, at * 1000);
    if (judged.state !== "running")
      return `${judged.state}${judged.why === undefined ? "" : ` ${judged.why}`} at ${at}`;
    before = judged.watch;
  }
  return before.rightSince === undefined ? "running" : `right since ${before.rightSince / 1000}`;
}

describe("a row of looks", () => {
  test.each<readonly [string, readonly (readonly [number, Sight])[], Partial<WatchRule>, string]>([
    [
      "once is enough without `for`",
      [
        [0, wrong],
        [5, right],
      ],
      { holds: 0 },
      "success at 5",
    ],
    [
      "held for long enough",
      [
        [0, wrong],
        [10, right],
        [25, right],
        [40, right],
      ],
      {},
      "success at 40",
    ],
    [
      "not yet",
      [
        [10, right],
        [25, right],
      ],
      {},
      "right since 10",
    ],
    [
      "a wrong answer is a break",
      [
        [0, right],
        [15, right],
        [29, wrong],
        [31, right],
      ],
      {},
      "right since 31",
    ],
    [
      "what could not be told is a break too",
      [
        [0, right],
        [15, untold],
        [20, right],
      ],
      {},
      "right since 20",
    ],
    [
      "so is a time when nobody looked",
      [
        [0, right],
        [21, right],
        [35, right],
      ],
      {},
      "right since 21",
    ],
    [
      "wrong until the end",
      [
        [0, wrong],
        [99, wrong],
        [100, wrong],
      ],
      {},
      "failure wrong at 100",
    ],
    [
      "wrong only at the end",
      [
        [0, right],
        [20, right],
        [100, wrong],
      ],
      {},
      "failure wrong at 100",
    ],
    [
      "could not be told at the end",
      [
        [0, wrong],
        [100, untold],
      ],
      {},
      "error untold at 100",
    ],
    [
      "never carried out",
      [
        [0, untold],
        [50, untold],
        [100, untold],
      ],
      {},
      "error untold at 100",
    ],
    ["asking again would change nothing", [[0, { ...untold, final: true }]], {}, "error untold at 0"],
    [
      "right too late, after it was wrong",
      [
        [0, wrong],
        [90, right],
        [100, right],
      ],
      {},
      "failure not-held at 100",
    ],
    [
      "right too late, nobody knows since when",
      [
        [0, untold],
        [90, right],
        [100, right],
      ],
      {},
      "error not-held at 100",
    ],
    [
      "held just in time",
      [
        [70, right],
        [85, right],
        [100, right],
      ],
      {},
      "success at 100",
    ],
    ["right at once though its time is over", [[200, right]], { holds: 0 }, "success at 200"],
  ])("%s", (_name, looks, by, outcome) => {
    expect(watch(looks, by)).toBe(outcome);
  });

  test.each([
    ["at first each second", {}, 0, 1_000],
    ["later less often", {}, 100_000, 5_000],
    ["at last every ten seconds", {}, 3_000_000, 10_000],
    ["not after the moment at which it is decided", { rightSince: 2_971_000 }, 3_000_000, 1_000],
  ])("is paced: %s", (_name, before, now, paced) => {
    const far = { ...rule, endsAt: 10_000_000 };
    expect(nextLook({ wasWrong: false, ...before }, far, 0, now)).toBe(paced);
  });

  test("the last look comes when the time is over", () => {
    expect(nextLook({ wasWrong: false }, rule, 0, 99_800)).toBe(200);
  });
});

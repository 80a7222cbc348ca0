import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editDistance, nearest } from "../../src/policy/nearest.ts";

const environments = ["development", "staging", "production"];

describe("the nearest word", () => {
  test.each([
    ["stagging", environments, "staging"],
    ["stagign", environments, "staging"],
    ["STAGING", environments, "staging"],
    ["prodution", environments, "production"],
    ["prod", environments, "production"],
    ["dev", environments, "development"],
    ["zebra", environments, undefined],
    ["", environments, undefined],
    ["  ", environments, undefined],
    ["staging", [], undefined],
    ["aprovals", ["approvals", "after", "auto"], "approvals"],
    ["timout", ["timeout", "url"], "timeout"],
    ["pull-requests", ["pull_requests", "people"], "pull_requests"],
    ["onfailure", ["on_failure"], "on_failure"],
    ["lokc", ["lock", "unlock", "link"], "lock"],
    ["pro", ["production", "process"], undefined],
    ["x", ["y", "no"], undefined],
    ["a".repeat(100_000), environments, undefined],
  ] as const)("%s", (word, choices, expected) => {
    expect(nearest(word, choices)).toBe(expected);
  });

  test.each([
    ["", "", 0],
    ["abc", "", 3],
    ["", "abc", 3],
    ["kitten", "sitting", 3],
    ["ab", "ba", 1],
    ["ca", "abc", 3],
  ])("%s to %s takes %i", (a, b, expected) => {
    expect(editDistance(a, b)).toBe(expected);
  });

  test("a distance is the same both ways, and none only between equals", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });

  test("a choice is always nearest to itself", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{3,10}$/), { minLength: 1, maxLength: 8 }), (choices) => {
        for (const choice of choices) expect(nearest(choice, choices)).toBe(choice);
      }),
    );
  });
});

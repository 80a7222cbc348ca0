import { describe, expect, test } from "vitest";
import { emptyNames, membersOf, namesBehind } from "../../src/policy/groups.ts";

const groups = {
  managers: ["rosa", "on-call", "Bob"],
  "on-call": ["bob", "team:acme/sre"],
  nobody: [],
  circle: ["circle", "dora"],
};

describe("who is meant", () => {
  test.each([
    ["a login", ["alice"], ["alice"], []],
    ["a group, each person once whatever the case", ["managers"], ["rosa", "bob", "erin"], []],
    ["a team and a login", ["team:acme/sre", "erin"], ["bob", "erin"], []],
    ["a group of which nothing could be read", ["usergroup:S0123", "alice"], ["alice"], ["usergroup:S0123"]],
    ["an empty group", ["nobody"], [], []],
    ["a group that leads back to itself", ["circle"], ["dora"], []],
    ["what every object has is no group", ["constructor"], ["constructor"], []],
  ])("%s", (_what, names, logins, unread) => {
    const known = new Map([["team:acme/sre", ["bob", "erin"]]]);
    expect(membersOf(groups, names, known)).toEqual({ logins, unread });
  });

  test("names that mean nobody, where that is known", () => {
    const known = new Map([["team:acme/gone", []]]);
    const names = ["nobody", "team:acme/gone", "usergroup:S0123", "alice"];
    expect(emptyNames(groups, names, known)).toEqual(["nobody", "team:acme/gone"]);
  });

  test("groups of groups lead to what they name in the end", () => {
    expect(namesBehind(groups, ["managers", "alice"])).toEqual(["rosa", "bob", "team:acme/sre", "Bob", "alice"]);
  });
});

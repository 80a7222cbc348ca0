import { expect, test } from "vitest";
import { isAway, NotSent, OutsideError, Refusal } from "../../src/operations/ports.ts";

const away = new OutsideError("GitHub answered 502");

test.each<[string, unknown, boolean]>([
  ["nobody answered", away, true],
  ["nobody was asked", new NotSent("too many other calls came first"), true],
  ["said no", new Refusal("GitHub answered 403"), false],
  ["a mistake of our own", new TypeError("undefined is not a function"), false],
  ["several handlers, all of them away", new AggregateError([away, away]), true],
  ["several handlers, one of them with a mistake", new AggregateError([away, new TypeError("x")]), false],
])("%s", (_what, error, is) => {
  expect(isAway(error)).toBe(is);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { compareVersions } from "../../../src/policy/versions/compare.ts";

test.each([
  // By semver 2.0.0, section 11.
  ["1.4.1", "1.4.0", 1],
  ["1.4.0", "1.4.0", 0],
  ["1.4.0", "1.5.0", -1],
  ["1.10.0", "1.9.0", 1],
  ["1.4.0", "1.4.0-rc.2", 1],
  ["1.4.0-rc.10", "1.4.0-rc.9", 1],
  ["1.4.0-alpha", "1.4.0-alpha.1", -1],
  ["1.4.0+build.2", "1.4.0+build.1", 0],
  ["v1.4.1", "1.4.0", 1],
  // By PEP 440, where semver has no such version.
  ["1.4", "1.3", 1],
  ["1.4.0rc2", "1.4.0rc1", 1],
  ["1.4.0", "1.4.0rc1", 1],
  ["1.4.0.post1", "1.4.0", 1],
  ["1.4.0.dev1", "1.4.0a1", -1],
  ["2026.11", "2026.9", 1],
  ["1!0.1", "9.0", 1],
  ["1.4", "1.4.0", 0],
  ["10.8.5.RC2", "10.8.5.RC1", 1],
  // Neither.
  ["soon", "1.4.0", undefined],
  ["1.4.0", "latest", undefined],
  ["1.4.0-rc.1.x", "1.4rc1", undefined],
])("%s and %s: %s", (head, base, order) => {
  const found = compareVersions(head, base);
  expect(found === undefined ? undefined : Math.sign(found)).toBe(order);
});

test("in Python's files, Python's order counts: 1.0.0-1 comes after 1.0.0", () => {
  expect(compareVersions("1.0.0-1", "1.0.0")).toBeLessThan(0);
  expect(compareVersions("1.0.0-1", "1.0.0", "pyproject.toml")).toBeGreaterThan(0);
  expect(compareVersions("1.0.0-1", "1.0.0", "python")).toBeGreaterThan(0);
  expect(compareVersions("1.0.0-x.7", "1.0.0", "python")).toBeLessThan(0);
});

test("turned round, the order turns round", () => {
  const version = fc
    .tuple(fc.nat(30), fc.nat(30), fc.nat(30), fc.constantFrom("", "-rc.1", "-rc.2", "rc1", "a2", ".post1", "+b"))
    .map(([major, minor, patch, end]) => `${major}.${minor}.${patch}${end}`);
  fc.assert(
    fc.property(version, version, (one, other) => {
      const there = compareVersions(one, other);
      const back = compareVersions(other, one);
      if (there === undefined) expect(back).toBeUndefined();
      else expect(Math.sign(back ?? Number.NaN) + Math.sign(there)).toBe(0);
      expect(compareVersions(one, one)).toBe(0);
    }),
  );
});

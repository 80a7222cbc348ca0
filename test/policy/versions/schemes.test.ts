/** Each scheme by its specification: what it reads, how it writes, how it orders. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Release, type SchemeName, schemeNames, type Version } from "../../../src/policy/versions/scheme.ts";
import { sameVersion, schemeOf } from "../../../src/policy/versions/schemes.ts";

const read = (scheme: SchemeName, text: string): Version => {
  const version = schemeOf(scheme).read(text);
  if (version === undefined) throw new Error(`${text} is no version by ${scheme}`);
  return version;
};

/** Each before the next. */
const inOrder: Readonly<Record<SchemeName, readonly (readonly string[])[]>> = {
  semver: [
    // Semantic Versioning 2.0.0, section 11, the examples of items 2, 3 and 4.
    ["1.0.0", "2.0.0", "2.1.0", "2.1.1"],
    ["1.0.0-alpha", "1.0.0"],
    [
      "1.0.0-alpha",
      "1.0.0-alpha.1",
      "1.0.0-alpha.beta",
      "1.0.0-beta",
      "1.0.0-beta.2",
      "1.0.0-beta.11",
      "1.0.0-rc.1",
      "1.0.0",
    ],
    ["1.9.0", "1.10.0", "1.11.0"],
    ["1.4.0-rc.9", "1.4.0-rc.10", "1.4.0", "1.4.1-rc.1"],
  ],
  pep440: [
    // PEP 440, "Summary of permitted suffixes and relative ordering", and its examples.
    [
      "1.dev0",
      "1.0.dev456",
      "1.0a1",
      "1.0a2.dev456",
      "1.0a12.dev456",
      "1.0a12",
      "1.0b1.dev456",
      "1.0b2",
      "1.0b2.post345.dev456",
      "1.0b2.post345",
      "1.0rc1.dev456",
      "1.0rc1",
      "1.0",
      "1.0+abc.5",
      "1.0+abc.7",
      "1.0+5",
      "1.0.post456.dev34",
      "1.0.post456",
      "1.0.15",
      "1.1.dev1",
    ],
    ["0.9", "0.9.1", "0.9.2", "0.9.10", "0.9.11", "1.0", "1.0.1", "1.1", "2.0", "2.0.1"],
    ["2012.4", "2012.7", "2012.10", "2013.1", "2013.6", "1!1.0", "1!1.1", "1!2.0"],
  ],
  dotted: [
    // Maven, "Version Order Specification".
    ["1.0.alpha1", "1.0.beta1", "1.0.M1", "1.0.RC1", "1.0.RC2", "1.0-SNAPSHOT", "1.0", "1.0.SP1", "1.0.SP2", "1.0.1"],
    ["10.8.4", "10.8.5.RC1", "10.8.5.RC2", "10.8.5.RC10", "10.8.5", "10.8.6.RC1", "10.9", "10.10"],
  ],
  calver: [
    ["2025.12.9", "2026.1.0", "2026.2.0", "2026.10.0", "2026.11.0-dev.1", "2026.11.0-alpha.1", "2026.11.0-rc.1"],
    ["2026.11.0-rc.9", "2026.11.0-rc.10", "2026.11.0", "2026.11.1-rc.1", "2026.11.1", "2026.11.10", "2026.12.0"],
    ["2026.08", "2026.09.1", "2026.10"],
  ],
};

describe.each(schemeNames)("%s", (name) => {
  const { compare } = schemeOf(name);

  test.each(inOrder[name])("orders %s, …", (...texts) => {
    const versions = texts.map((text) => read(name, text));
    for (const [i, one] of versions.entries()) {
      for (const [j, other] of versions.entries()) {
        expect([one.text, other.text, Math.sign(compare(one, other))]).toEqual([
          one.text,
          other.text,
          Math.sign(i - j),
        ]);
      }
    }
  });

  const numbers = {
    semver: fc.tuple(fc.nat(50), fc.nat(50), fc.nat(50)),
    pep440: fc.array(fc.nat(50), { minLength: 1, maxLength: 4 }),
    dotted: fc.array(fc.nat(50), { minLength: 1, maxLength: 4 }),
    calver: fc.tuple(fc.integer({ min: 2000, max: 2099 }), fc.integer({ min: 1, max: 12 }), fc.nat(50)),
  }[name];
  const release = numbers.map((of): Release => ({ numbers: of }));
  const candidate = fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined });

  test("what it writes it reads as the same", () => {
    fc.assert(
      fc.property(release, candidate, (of, number) => {
        const text = schemeOf(name).write(of, number);
        const kind = number === undefined ? { kind: "final" } : { kind: "candidate", candidate: number };
        expect(schemeOf(name).read(text)).toEqual({ text, release: of, ...kind });
      }),
    );
  });

  test("it orders totally, and candidates by their number before their release", () => {
    const ends = fc.constantFrom(
      "",
      "-rc.1",
      "rc1",
      ".RC2",
      "-rc.10",
      "-alpha.1",
      "a1",
      ".dev1",
      ".M2",
      "-beta.3",
      "+b",
    );
    const some = fc
      .tuple(release, ends)
      .map(([of, end]) => schemeOf(name).read(`${schemeOf(name).write(of)}${end}`))
      .filter((version) => version !== undefined);
    fc.assert(
      fc.property(some, some, some, (a, b, c) => {
        expect(compare(a, a)).toBe(0);
        expect(Math.sign(compare(a, b)) + Math.sign(compare(b, a))).toBe(0);
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
        if (compare(a, b) === 0) expect(Math.sign(compare(a, c))).toBe(Math.sign(compare(b, c)));
      }),
    );
    fc.assert(
      fc.property(release, fc.integer({ min: 1, max: 98 }), (of, number) => {
        const one = read(name, schemeOf(name).write(of, number));
        expect(compare(one, read(name, schemeOf(name).write(of, number + 1)))).toBeLessThan(0);
        expect(compare(one, read(name, schemeOf(name).write(of)))).toBeLessThan(0);
      }),
    );
  });

  test("whatever it is given, it throws nothing, and what it read it reads again", () => {
    const parts = fc.constantFrom(
      "1",
      "0",
      "07",
      "2026",
      ".",
      "-",
      "+",
      "!",
      "rc",
      "RC",
      "a",
      "M",
      "v",
      " ",
      "post",
      "x",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(parts, { maxLength: 10 }).map((all) => all.join("")),
        ),
        (text) => {
          const found = schemeOf(name).read(text);
          if (found !== undefined) expect(schemeOf(name).read(found.text)).toEqual(found);
        },
      ),
      { numRuns: 500 },
    );
  });
});

test.each<[SchemeName, string, string, string]>([
  ["semver", "1.4.0", "final", "1.4.0"],
  ["semver", "1.4.0-rc.2", "candidate 2", "1.4.0-rc.2"],
  ["semver", "1.4.0-rc2", "candidate 2", "1.4.0-rc2"],
  ["semver", "1.4.0-RC.2", "candidate 2", "1.4.0-RC.2"],
  ["semver", "1.4.0-rc", "other", "1.4.0-rc"],
  ["semver", "1.4.0-alpha.1", "other", "1.4.0-alpha.1"],
  ["semver", "1.4.0+build.7", "other", "1.4.0+build.7"],
  ["pep440", "1.4", "final", "1.4"],
  ["pep440", "1.4.0rc2", "candidate 2", "1.4.0rc2"],
  ["pep440", "1.4.0.RC2", "candidate 2", "1.4.0rc2"],
  ["pep440", "1.4.0-c.2", "candidate 2", "1.4.0rc2"],
  ["pep440", "1.4.0-preview_2", "candidate 2", "1.4.0rc2"],
  ["pep440", "1!1.4.0rc", "candidate 0", "1!1.4.0rc0"],
  ["pep440", "1.4.0rc2.dev1", "other", "1.4.0rc2.dev1"],
  ["pep440", "1.4.0rc2.post1", "other", "1.4.0rc2.post1"],
  ["pep440", "1.4.0-1", "other", "1.4.0.post1"],
  ["pep440", "1.4.0+Ubuntu-1", "other", "1.4.0+ubuntu.1"],
  ["dotted", "10.8.5", "final", "10.8.5"],
  ["dotted", "10.8.5.RC1", "candidate 1", "10.8.5.RC1"],
  ["dotted", "10.8.5rc1", "candidate 1", "10.8.5.RC1"],
  ["dotted", "10.8.5-rc-1", "candidate 1", "10.8.5.RC1"],
  ["dotted", "10.8.5.CR1", "candidate 1", "10.8.5.RC1"],
  ["dotted", "5.3.0.RELEASE", "final", "5.3.0"],
  ["dotted", "5.3.0.Final", "final", "5.3.0"],
  ["dotted", "5.3.0.M2", "other", "5.3.0.MILESTONE2"],
  ["dotted", "5.3.0-SNAPSHOT", "other", "5.3.0.SNAPSHOT"],
  ["calver", "2026.11.0", "final", "2026.11.0"],
  ["calver", "2026.08.1", "final", "2026.08.1"],
  ["calver", "2026.8", "final", "2026.8"],
  ["calver", "2026.11.0-rc.1", "candidate 1", "2026.11.0-rc.1"],
  ["calver", "2026.11.0rc1", "candidate 1", "2026.11.0-rc.1"],
  ["calver", "2026.11.0.beta2", "other", "2026.11.0-beta.2"],
])("%s reads %s as %s, and writes %s", (scheme, text, what, written) => {
  const found = read(scheme, text);
  expect(found.kind === "candidate" ? `candidate ${found.candidate}` : found.kind).toBe(what);
  expect(found.text).toBe(written);
});

test.each<[SchemeName, readonly string[]]>([
  // Sections 2 and 9: three numbers without leading zeros, no empty identifiers.
  [
    "semver",
    ["1.4", "01.4.0", "1.4.00", "1.4.0-", "1.4.0-rc.01", "1.4.0-rc..1", "v1.4.0", "=1.4.0", " 1.4.0", "1.4.0.1", ""],
  ],
  ["pep440", ["1.x", "1.4.0-rc.1.x", "v1.4", " 1.4", "1..4", "french toast", `1.${"9".repeat(16)}`, ""]],
  ["dotted", ["10.8.x", "10.8.5.RC1.2", "10.8.5.beginning", "10.8.5.a", "10..8", "v10.8.5", "10.8.5.constructor", ""]],
  ["calver", ["2026.13.0", "2026.0.1", "26.11.0", "2026.11.01", "2026.11.0.1", "2026.11.0-rc", "2026", ""]],
])("%s does not take %j for versions", (scheme, texts) => {
  for (const text of texts) expect([text, schemeOf(scheme).read(text)]).toEqual([text, undefined]);
});

describe("the same version, whoever spells it", () => {
  test.each([
    ["10.8.5rc1", "10.8.5.RC1"],
    ["10.8.5-rc.1", "10.8.5.RC1"],
    ["10.8.5-RC1", "10.8.5rc1"],
    ["10.8.5c1", "10.8.5.CR1"],
    ["1.4", "1.4.0"],
    ["5.3.0.RELEASE", "5.3.0"],
    ["2026.08.0", "2026.8.0"],
    ["2026.08.0-rc.1", "2026.8.0rc1"],
    ["1.0.dev1", "1.0-DEV1"],
    ["nightly", "nightly"],
  ])("%s and %s", (one, other) => {
    expect(sameVersion(one, other)).toBe(true);
    expect(sameVersion(other, one)).toBe(true);
  });

  test.each([
    ["10.8.5rc1", "10.8.5"],
    ["10.8.5rc1", "10.8.5rc10"],
    ["10.8.5", "10.8.50"],
    ["1.4.0", "1.4.0+build"],
    ["1.4.0+a", "1.4.0+b"],
    ["1.4.0-1", "1.4.0.post2"],
    ["1!1.4", "1.4"],
    ["nightly", "1.4.0"],
    ["nightly", "Nightly"],
    ["", "0"],
  ])("not %s and %s", (one, other) => {
    expect(sameVersion(one, other)).toBe(false);
    expect(sameVersion(other, one)).toBe(false);
  });
});

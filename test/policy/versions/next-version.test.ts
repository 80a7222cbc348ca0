/** The next number, from all tags of a repository, as tables; and tags of which none is taken twice. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  finalVersion,
  type NextVersion,
  nextCandidate,
  openCandidate,
  type VersionFacts,
  versionToCut,
  type Wish,
} from "../../../src/policy/versions/next-version.ts";
import type { SchemeName } from "../../../src/policy/versions/scheme.ts";
import { schemeOf } from "../../../src/policy/versions/schemes.ts";
import { readTags, tagName, templateMistake, versionOfTag } from "../../../src/policy/versions/tags.ts";

const template = "v{version}";
const sha = "c".repeat(40);

function facts(scheme: SchemeName, tags: readonly string[], more: Partial<VersionFacts> = {}): VersionFacts {
  const named = tags.map((name) => ({ name, sha }));
  const today = { year: 2026, month: 11 };
  return { scheme, tags: readTags(template, scheme, named).versions, today, ...more };
}

const shown = (next: NextVersion) => (next.kind === "version" ? next.version.text : next.why);

const plain: Wish = { kind: "default" };
const part = (of: "major" | "minor" | "patch"): Wish => ({ kind: "part", part: of });
const exactly = (text: string): Wish => ({ kind: "exactly", text });

test.each<[SchemeName, readonly string[], Wish, string]>([
  // Nothing yet.
  ["semver", [], plain, "0.1.0-rc.1"],
  ["semver", [], part("major"), "1.0.0-rc.1"],
  ["pep440", [], plain, "0.1.0rc1"],
  ["dotted", [], plain, "0.1.0.RC1"],
  ["calver", [], plain, "2026.11.0-rc.1"],
  // From the latest release.
  ["semver", ["v1.3.0", "v1.2.9"], plain, "1.3.1-rc.1"],
  ["semver", ["v1.9.0", "v1.10.0"], part("minor"), "1.11.0-rc.1"],
  ["semver", ["v1.3.4"], part("minor"), "1.4.0-rc.1"],
  ["semver", ["v1.3.4"], part("major"), "2.0.0-rc.1"],
  ["dotted", ["v10.8.4"], plain, "10.8.5.RC1"],
  ["dotted", ["v10.8.4.2"], part("minor"), "10.9.0.0.RC1"],
  ["dotted", ["v10.8"], part("patch"), "10.8.1.RC1"],
  ["pep440", ["v1.4"], plain, "1.4.1rc1"],
  ["pep440", ["v1!1.4.0", "v9.0.0"], plain, "1!1.4.1rc1"],
  ["pep440", ["v1.4.0.post1", "v1.4.0"], plain, "1.4.1rc1"],
  // With a candidate that is open: it goes on, unless another step is asked for.
  ["semver", ["v1.3.0", "v1.4.0-rc.1", "v1.4.0-rc.2"], plain, "1.4.0-rc.3"],
  ["semver", ["v1.3.0", "v1.4.0-rc.9", "v1.4.0-rc.10"], plain, "1.4.0-rc.11"],
  ["semver", ["v1.3.0", "v1.4.0-rc.2"], part("minor"), "1.4.0-rc.3"],
  ["semver", ["v1.3.0", "v1.4.0-rc.2"], part("patch"), "1.3.1-rc.1"],
  ["dotted", ["v10.8.4", "v10.8.5.RC1"], plain, "10.8.5.RC2"],
  // A candidate that was released, or passed by, is not gone on with.
  ["semver", ["v1.4.0-rc.2", "v1.4.0"], plain, "1.4.1-rc.1"],
  ["semver", ["v1.4.0-rc.2", "v1.5.0"], plain, "1.5.1-rc.1"],
  // Made by hand, in another spelling: its number is taken.
  ["semver", ["v1.3.0", "v1.4.0-rc.1", "v1.4.0-RC2"], plain, "1.4.0-rc.3"],
  ["dotted", ["v10.8.4", "v10.8.5rc1", "v10.8.5-RC.2"], plain, "10.8.5.RC3"],
  // Of other templates, or malformed: they count for nothing.
  ["semver", ["v1.3.0", "web-v9.0.0", "9.0.0", "vnext", "v2", "v9.0", "release"], plain, "1.3.1-rc.1"],
  // The calendar.
  ["calver", ["v2026.10.3"], plain, "2026.11.0-rc.1"],
  ["calver", ["v2026.11.3"], plain, "2026.11.4-rc.1"],
  ["calver", ["v2026.12.0"], plain, "2026.12.1-rc.1"],
  ["calver", ["v2026.11.0-rc.1"], plain, "2026.11.0-rc.2"],
  ["calver", ["v2025.11.0"], part("patch"), "2026.11.0-rc.1"],
  ["calver", ["v2026.08.0"], plain, "2026.11.0-rc.1"],
  // Named.
  ["semver", ["v1.3.0"], exactly("2.5.0"), "2.5.0-rc.1"],
  ["semver", ["v1.3.0"], exactly("v2.5.0"), "2.5.0-rc.1"],
  ["semver", ["v1.3.0"], exactly("2.5.0-rc.4"), "2.5.0-rc.4"],
  ["semver", ["v1.3.0", "v1.4.0-rc.1"], exactly("1.4.0"), "1.4.0-rc.2"],
  ["dotted", ["v10.8.4"], exactly("10.8.5rc1"), "10.8.5.RC1"],
  ["dotted", ["v10.8.4"], exactly("11"), "11.RC1"],
])("%s, %j, %j: %s", (scheme, tags, wish, expected) => {
  expect(shown(versionToCut(facts(scheme, tags), wish))).toBe(expected);
});

test("a month is written as the tags write it", () => {
  const inMarch = facts("calver", ["v2025.08.0"], { today: { year: 2026, month: 3 } });
  expect(shown(versionToCut(inMarch, plain))).toBe("2026.03.0-rc.1");
});

test.each<[SchemeName, readonly string[], Wish, object]>([
  ["semver", [], exactly("1.4"), { code: "not-a-version", found: "1.4", examples: ["1.4.0", "1.4.0-rc.1"] }],
  ["semver", [], exactly("1.4.0-beta.1"), { code: "not-a-version" }],
  ["calver", [], part("minor"), { code: "calendar-part", part: "minor" }],
  ["semver", ["v1.4.0"], exactly("1.4.0"), { code: "exists", version: "1.4.0", tag: "v1.4.0" }],
  ["semver", ["v1.4.0"], exactly("1.4.0-rc.9"), { code: "exists", version: "1.4.0-rc.9", tag: "v1.4.0" }],
  ["semver", ["v1.4.0-rc.1"], exactly("1.4.0-rc.1"), { code: "exists", tag: "v1.4.0-rc.1" }],
  ["semver", ["v1.4.0+b7"], exactly("1.4.0"), { code: "exists", tag: "v1.4.0+b7" }],
  ["dotted", ["v10.8.5rc1"], exactly("10.8.5.RC1"), { code: "exists", tag: "v10.8.5rc1" }],
  ["semver", ["v1.4.0"], exactly("1.3.9"), { code: "not-after", version: "1.3.9", latest: "1.4.0" }],
])("%s, %j, %j: refused", (scheme, tags, wish, why) => {
  expect(shown(versionToCut(facts(scheme, tags), wish))).toMatchObject(why);
});

test("next and finish go by the candidate that is open", () => {
  const open = facts("semver", ["v1.3.0", "v1.4.0-rc.1", "v1.4.0-rc.2"]);
  expect(openCandidate(open)?.name).toBe("v1.4.0-rc.2");
  expect(shown(nextCandidate(open))).toBe("1.4.0-rc.3");
  expect(shown(finalVersion(open))).toBe("1.4.0");
  const none = facts("semver", ["v1.3.0-rc.1", "v1.3.0"]);
  expect(shown(nextCandidate(none))).toEqual({ code: "no-candidate", latest: "1.3.0" });
  expect(shown(finalVersion(facts("semver", [])))).toEqual({ code: "no-candidate" });
});

test.each([
  ["semver", "v1.4.0-rc.2", ["v1.4.0-rc1"]],
  ["semver", "v1.4.0-rc10", ["v1.4.0-rc9", "v1.4.0-RC8"]],
  ["dotted", "v10.8.5rc10", ["v10.8.5.RC9"]],
] as const)(
  "%s: %s is the newest candidate of its release, however those before it were spelled",
  (scheme, newest, older) => {
    expect(openCandidate(facts(scheme, [...older, newest]))?.name).toBe(newest);
  },
);

test("of several that are open, the one that was made last is meant", () => {
  const tags = ["v1.3.0", "v1.3.1-rc.1", "v2.0.0-rc.4"];
  expect(shown(nextCandidate(facts("semver", tags)))).toBe("2.0.0-rc.5");
  const latest = { numbers: [1, 3, 1] };
  expect(shown(nextCandidate(facts("semver", tags, { latest })))).toBe("1.3.1-rc.2");
  expect(shown(finalVersion(facts("semver", [...tags, "v1.3.1"], { latest })))).toBe("2.0.0");
});

test("a candidate that lies behind the latest release was given up, also where it was made last", () => {
  const given = facts("semver", ["v1.3.0", "v1.4.0-rc.1", "v1.5.0"], { latest: { numbers: [1, 4, 0] } });
  expect(openCandidate(given)).toBeUndefined();
  expect(shown(versionToCut(given, plain))).toBe("1.5.1-rc.1");
  expect(shown(finalVersion(given))).toEqual({ code: "no-candidate", latest: "1.5.0" });
});

test("a release of which a build is tagged already is not tagged again", () => {
  const built = facts("semver", ["v1.3.0", "v1.4.0-rc.1", "v1.4.0+b7"]);
  expect(shown(finalVersion(built))).toEqual({ code: "exists", version: "1.4.0+b7", tag: "v1.4.0+b7" });
});

test("whatever tags there are, the version that comes next is none of them", () => {
  const name = fc.constantFrom<SchemeName>("semver", "pep440", "dotted", "calver");
  const ends = fc.constantFrom("", "-rc.1", "-rc.2", "rc3", ".RC4", "-alpha.1", ".post1", "+b");
  const numbers = fc.tuple(fc.constantFrom(1, 2, 2026), fc.integer({ min: 1, max: 12 }), fc.nat(3));
  const tag = fc.tuple(numbers, ends).map(([of, end]) => `v${of.join(".")}${end}`);
  const wish = fc.oneof(fc.constant(plain), fc.constantFrom(part("major"), part("minor"), part("patch")));
  fc.assert(
    fc.property(name, fc.array(tag, { maxLength: 12 }), wish, (scheme, tags, of) => {
      const known = facts(scheme, tags);
      const { compare } = schemeOf(scheme);
      for (const next of [versionToCut(known, of), nextCandidate(known), finalVersion(known)]) {
        if (next.kind === "no") continue;
        expect(known.tags.filter(({ version }) => compare(version, next.version) === 0)).toEqual([]);
        expect(versionOfTag(template, scheme, tagName(template, next.version.text))).toEqual(next.version);
      }
    }),
  );
});

describe("tags", () => {
  test("are sorted into versions, malformed ones, and those of others", () => {
    const names = [
      "v1.3.0",
      "v1.10.0-rc.1",
      "v1.4",
      "v1.x",
      "vv1.5.0",
      "v",
      "vnext",
      "version-1",
      "1.5.0",
      "api/v1.6.0",
    ];
    const found = readTags(
      template,
      "semver",
      names.map((name) => ({ name, sha })),
    );
    expect(found.versions.map(({ name }) => name)).toEqual(["v1.10.0-rc.1", "v1.3.0"]);
    expect(found.malformed.map(({ name }) => name)).toEqual(["v1.4", "v1.x", "vv1.5.0"]);
  });

  test.each([
    ["v{version}", "v1.4.0", "1.4.0"],
    ["{version}", "1.4.0", "1.4.0"],
    ["api/v{version}", "api/v1.4.0", "1.4.0"],
    ["api/v{version}", "v1.4.0", undefined],
    ["{version}-shop", "1.4.0-rc.1-shop", "1.4.0-rc.1"],
    ["v{version}", "refs/tags/v1.4.0", undefined],
    ["v{version}", "V1.4.0", undefined],
    ["$&{version}", "$&1.4.0", "1.4.0"],
  ])("%s: %s is %s", (of, name, version) => {
    expect(versionOfTag(of, "semver", name)?.text).toBe(version);
    if (version !== undefined) expect(tagName(of, version)).toBe(name);
  });

  test.each([
    ["v{version}", true],
    ["api/v{version}", true],
    ["release-{version}-final", true],
    ["version", false],
    ["{version}{version}", false],
    ["v {version}", false],
    ["v{version}{x}", false],
    ["-v{version}", false],
    ["/v{version}", false],
    ["a..{version}", false],
    ["v{version}.", false],
    ["v{version}.lock", false],
    ["a/.v{version}", false],
    ["a//{version}", false],
    ["v~{version}", false],
  ])("%s can name them: %s", (of, can) => {
    expect(templateMistake(of) === undefined).toBe(can);
  });
});

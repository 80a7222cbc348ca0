/** Where versions stand in files, as the tools that own the files read them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readPattern } from "../../../src/policy/versions/pattern.ts";
import { readVersion } from "../../../src/policy/versions/read-version.ts";
import { isPath } from "../../../src/policy/versions/source.ts";
import { anyCharacter } from "../../harness/any-character.ts";

const read = (path: string, text: string | undefined, pattern?: string) =>
  readVersion({ kind: "file", path, ...(pattern === undefined ? {} : { pattern }) }, text);

describe("found", () => {
  test.each([
    ["package.json", '{"name": "shop", "version": "1.4.0"}', "1.4.0"],
    ["packages/api/package.json", '\uFEFF{"version": "1.4.0-rc.1"}', "1.4.0-rc.1"],
    ["package.json", '{"version": " 1.4.0 "}', "1.4.0"],
    ["pyproject.toml", '[project]\nname = "shop"\nversion = "1.4.0rc1"\n', "1.4.0rc1"],
    ["pyproject.toml", '[tool.poetry]\nversion = "1.4.0"\n', "1.4.0"],
    ["pyproject.toml", '[tool.poetry]\nversion = "1.0"\n[project]\nversion = "2.0"\n', "2.0"],
    ["pyproject.toml", "project.version = '''1.4.0'''\n", "1.4.0"],
    ["pyproject.toml", '[tool.black]\nversion = "9"\n[project] # here\nversion = "1.4.0" # there\n', "1.4.0"],
    ["Cargo.toml", '[package]\nname = "shop"\nversion = "1.4.0"\nedition = "2024"\n', "1.4.0"],
    ["Cargo.toml", '[workspace.package]\nversion = "2.0.0"\n[package]\nversion.workspace = true\n', "2.0.0"],
    ["Cargo.toml", '[workspace]\nmembers = ["a"]\n[workspace.package]\nversion = "2.0.0"\n', "2.0.0"],
    ["Cargo.toml", '[dependencies]\nversion = "9"\n[package]\nversion = "1.4.0"\n', "1.4.0"],
    ["shop/__init__.py", '"""Shop."""\n\n__version__ = "1.4.0"\n', "1.4.0"],
    ["shop/version.py", "__version__: str = '1.4.0rc1'\n", "1.4.0rc1"],
    ["setup.py", "__version__='1.4.0'", "1.4.0"],
  ])("%s: %j", (path, text, version) => {
    expect(read(path, text)).toEqual({ version });
  });

  test.each([
    ["VERSION", "1.4.0\n", "(.+)", "1.4.0"],
    ["build.gradle", "plugins {}\nversion = '1.4.0'\n", "^version = '([^']+)'$", "1.4.0"],
    ["lib/shop/version.rb", 'module Shop\n  VERSION = "1.4.0"\nend\n', 'VERSION = "([^"]+)"', "1.4.0"],
    ["chart/Chart.yaml", "appVersion: 1.0.0\nversion: 1.4.0\n", "^version: (\\S+)", "1.4.0"],
    ["package.json", '{"app": "2.0.0", "version": "1.4.0"}', '"app": "([^"]+)"', "2.0.0"],
  ])("%s by a pattern", (path, text, pattern, version) => {
    expect(read(path, text, pattern)).toEqual({ version });
  });
});

describe("missing, with the reason", () => {
  test.each([
    ["package.json", undefined, "no-file"],
    ["package.json", "", "unreadable"],
    ["package.json", "{version: 1}", "unreadable"],
    ["package.json", "[]", "no-version"],
    ["package.json", "null", "no-version"],
    ["package.json", "{}", "no-version"],
    ["package.json", '{"version": 1.4}', "no-version"],
    ["package.json", '{"version": ""}', "no-version"],
    ["package.json", '{"version": "1.4.0 and more"}', "no-version"],
    ["package.json", `{"version": "${"1".repeat(101)}"}`, "no-version"],
    ["package.json", '{"version": "1\\u0000"}', "no-version"],
    ["package.json", '{"version": "1\\ud83d"}', "no-version"],
    ["package.json", " ".repeat(300_000), "too-large"],
    ["pyproject.toml", "", "no-version"],
    ["pyproject.toml", '[project]\nname = "shop"\ndynamic = ["version"]\n', "no-version"],
    ["pyproject.toml", "[project\n", "unreadable"],
    ["pyproject.toml", '[project]\nversion = "1"\nversion = "2"\n', "unreadable"],
    ["Cargo.toml", "[package]\nversion.workspace = true\n", "no-version"],
    ["Cargo.toml", '[package]\nname = "shop"\n', "no-version"],
    ["Cargo.toml", 'version = "1.4.0"\n', "no-version"],
    ["shop/__init__.py", 'version = "1.4.0"\n', "no-version"],
    ["shop/__init__.py", '# __version__ = "1.4.0"\n', "no-version"],
    ["shop/__init__.py", '    __version__ = "1.4.0"\n', "no-version"],
    ["shop/__init__.py", "__version__ = get_version()\n", "no-version"],
    ["unknown.txt", "1.4.0", "no-version"],
  ])("%s: %j", (path, text, missing) => {
    expect(read(path, text)).toEqual({ missing });
  });

  test("a pattern that finds nothing, or an empty group", () => {
    expect(read("VERSION", "soon", "^version (.+)$")).toEqual({ missing: "no-version" });
    expect(read("VERSION", "version ", "^version (.*)$")).toEqual({ missing: "no-version" });
  });
});

test("whatever stands in a file, reading it throws nothing", () => {
  const names = fc.constantFrom("package.json", "pyproject.toml", "Cargo.toml", "a.py");
  fc.assert(
    fc.property(names, fc.string({ unit: anyCharacter, maxLength: 200 }), (path, text) => {
      const found = read(path, text);
      expect("version" in found || "missing" in found).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test.each(["[", "{", "a.", "[["])("thousands of %j take no time and no stack", (part) => {
  const text = part.repeat(60_000);
  for (const path of ["package.json", "pyproject.toml", "Cargo.toml"]) {
    expect(read(path, text)).toEqual({ missing: "unreadable" });
  }
});

describe("patterns", () => {
  test.each(["version", "(a)(b)", "(?:a)"])("%j has not the one group", (pattern) => {
    expect(readPattern(pattern)).toEqual({
      kind: "no-pattern",
      why: "one group in brackets, which holds the version",
    });
  });

  test.each(["(", "(a", "[a", "(a)\\1", "(?<name", "(*)"])("%j is none", (pattern) => {
    expect(readPattern(pattern)).toEqual({ kind: "no-pattern", why: "a regular expression as RE2 reads it" });
  });

  test("a long one is none", () => {
    expect(readPattern(`(${"a".repeat(300)})`)).toMatchObject({ kind: "no-pattern" });
  });

  test.each(["(a+)+$", "((?:a|a)*)b", "(a*)*c", "^(?:(?:a+)+)+(b)$"])(
    "%j, which would hold JavaScript's own expressions for years, comes to its end",
    (pattern) => {
      const one = readPattern(pattern);
      if (one.kind === "pattern") expect(one.first(`${"a".repeat(5_000)}!`)).toBeUndefined();
    },
  );
});

test.each([
  ["package.json", true],
  ["packages/api/package.json", true],
  ["/package.json", false],
  ["../package.json", false],
  ["a/../package.json", false],
  ["./package.json", false],
  ["a//b", false],
  ["a/", false],
  ["a\\b", false],
  ["a\nb", false],
  ["", false],
])("%j is a path: %s", (path, is) => {
  expect(isPath(path)).toBe(is);
});

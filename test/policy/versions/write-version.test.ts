/** A version is written into its file, and nothing else of the file is touched. */
import { describe, expect, test } from "vitest";
import type { SchemeName } from "../../../src/policy/versions/scheme.ts";
import { schemeOf } from "../../../src/policy/versions/schemes.ts";
import type { VersionFile } from "../../../src/policy/versions/source.ts";
import { spelledFor, writeVersion } from "../../../src/policy/versions/write-version.ts";

const file = (path: string, pattern?: string): VersionFile => ({
  kind: "file",
  path,
  ...(pattern === undefined ? {} : { pattern }),
});

test.each([
  [
    "package.json",
    '{\n  "name": "shop",\n  "dependencies": {"cup": "1.4.0"},\n  "version": "1.4.0",\n  "x": "11.4.0"\n}\n',
    '{\n  "name": "shop",\n  "dependencies": {"cup": "1.4.0"},\n  "version": "1.5.0-rc.1",\n  "x": "11.4.0"\n}\n',
  ],
  ["package.json", '\uFEFF{"version":"1.4.0-rc.1","y":"1.4.0"}\r\n', '\uFEFF{"version":"1.5.0-rc.1","y":"1.4.0"}\r\n'],
  [
    "pyproject.toml",
    '[tool.x]\nversion = "1.4.0"\n[project] # the shop\nversion = "1.4.0" # here\n',
    '[tool.x]\nversion = "1.4.0"\n[project] # the shop\nversion = "1.5.0-rc.1" # here\n',
  ],
  [
    "Cargo.toml",
    '[dependencies]\nserde = { version = "1.4.0" }\n[package]\nversion = "1.4.0"\n',
    '[dependencies]\nserde = { version = "1.4.0" }\n[package]\nversion = "1.5.0-rc.1"\n',
  ],
  [
    "shop/__init__.py",
    "# 1.4.0 is bad\n__version__ = '1.4.0'\nold = '1.4.0'\n",
    "# 1.4.0 is bad\n__version__ = '1.5.0-rc.1'\nold = '1.4.0'\n",
  ],
])("%s: %j", (path, text, written) => {
  const changed = writeVersion(file(path), text, "1.5.0-rc.1");
  expect(changed).toMatchObject({ kind: "written", text: written });
});

test("by a pattern", () => {
  const chart = file("Chart.yaml", "^version: (\\S+)");
  const text = "appVersion: 1.4.0\nversion: 1.4.0\n";
  expect(writeVersion(chart, text, "1.5.0")).toEqual({
    kind: "written",
    text: "appVersion: 1.4.0\nversion: 1.5.0\n",
    before: "1.4.0",
  });
});

test("what has the version already, in its own spelling, stays as it is", () => {
  const text = '__version__ = "10.8.5rc1"\n';
  expect(writeVersion(file("a.py"), text, "10.8.5.RC1")).toEqual({ kind: "written", text, before: "10.8.5rc1" });
});

describe("not written, with the reason", () => {
  test.each([
    ["package.json", undefined, "no-file"],
    ["package.json", "{", "unreadable"],
    ["package.json", "{}", "no-version"],
    // Written with an escape, its text is not there to be exchanged.
    ["package.json", '{"version": "1\\u002e4.0"}', "not-found"],
    ["pyproject.toml", '[project]\ndynamic = ["version"]\n', "no-version"],
  ])("%s: %j", (path, text, why) => {
    expect(writeVersion(file(path), text, "1.5.0")).toEqual({ kind: "not-written", why });
  });

  test("a version that a pattern does not find again", () => {
    expect(writeVersion(file("VERSION", "^(\\d+\\.\\d+\\.\\d+)$"), "1.4.0\n", "1.5.0-rc.1")).toEqual({
      kind: "not-written",
      why: "not-found",
    });
  });

  test("a file in which the present version stands everywhere comes to its end", () => {
    const text = '"1": 1,\n'.repeat(20_000);
    expect(writeVersion(file("a.json", '": (1),'), text, "2")).toEqual({ kind: "not-written", why: "not-found" });
  });
});

test.each<[string, SchemeName, string, string]>([
  ["package.json", "dotted", "10.8.5.RC1", "10.8.5-rc.1"],
  ["Cargo.toml", "pep440", "1.4rc1", "1.4.0-rc.1"],
  ["package.json", "calver", "2026.08.0", "2026.8.0"],
  ["package.json", "semver", "1.4.0-rc.1", "1.4.0-rc.1"],
  ["package.json", "dotted", "10.8.5.1", "10.8.5.1"],
  ["shop/__init__.py", "dotted", "10.8.5.RC1", "10.8.5.RC1"],
  ["pyproject.toml", "semver", "1.4.0-rc.1", "1.4.0-rc.1"],
])("in %s, %s %s is written %s", (path, scheme, text, written) => {
  const version = schemeOf(scheme).read(text);
  expect(version && spelledFor(file(path), version)).toBe(written);
});

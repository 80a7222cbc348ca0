/**
 * Writes another version into the text of a file and leaves everything else in it as it is: comments, order, line ends.
 * It tries the places where the present version stands and keeps the one at which the file then reads as the new one.
 */
import { type NoVersion, readVersion } from "./read-version.ts";
import type { Version } from "./scheme.ts";
import { sameVersion } from "./schemes.ts";
import { semverScheme } from "./semver.ts";
import { formatOf, type VersionFile } from "./source.ts";

export type Written =
  /** The text is the same where the file had this version already, in whatever spelling. */
  | { readonly kind: "written"; readonly text: string; readonly before: string }
  | { readonly kind: "not-written"; readonly why: NoVersion | "not-found" };

/** Each try reads the file anew. A version stands in its file a few times; `1` could stand there everywhere. */
const mostTries = 200;

export function writeVersion(file: VersionFile, text: string | undefined, version: string): Written {
  const present = readVersion(file, text);
  if ("missing" in present) return { kind: "not-written", why: present.missing };
  const before = present.version;
  if (text === undefined) return { kind: "not-written", why: "no-file" };
  if (sameVersion(before, version)) return { kind: "written", text, before };
  let tries = 0;
  for (let at = text.indexOf(before); at >= 0 && tries < mostTries; at = text.indexOf(before, at + 1)) {
    if (!standsAlone(text, at, before.length)) continue;
    tries += 1;
    const changed = text.slice(0, at) + version + text.slice(at + before.length);
    const read = readVersion(file, changed);
    if ("version" in read && read.version === version) return { kind: "written", text: changed, before };
  }
  return { kind: "not-written", why: "not-found" };
}

/** `1.4.0` is not meant where `11.4.0` or `1.4.0-rc.1` stands. */
function standsAlone(text: string, at: number, length: number): boolean {
  return !/[\w.+-]/u.test(text.charAt(at - 1)) && !/[\w+-]/u.test(text.charAt(at + length));
}

/**
 * A version as the tool that owns the file takes it: npm and Cargo refuse all but semver, so that `10.8.5.RC1` is
 * written `10.8.5-rc.1` there. Everything else gets the scheme's own spelling.
 */
export function spelledFor(file: VersionFile, version: Version): string {
  const format = formatOf(file);
  if (format !== "package.json" && format !== "Cargo.toml") return version.text;
  if (semverScheme.read(version.text) !== undefined || version.release.numbers.length > 3) return version.text;
  return semverScheme.write(version.release, version.kind === "candidate" ? version.candidate : undefined);
}

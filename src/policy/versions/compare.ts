/** Which of two versions is the greater: by semver, and where they are not both that, by PEP 440. Pure. */
import * as pep440 from "@renovatebot/pep440";
import semver from "semver";
import type { VersionFormat } from "./source.ts";

/** Below 0 when `one` is the lower, above 0 when it is the greater; undefined when they cannot be compared. */
export function compareVersions(one: string, other: string, format?: VersionFormat): number | undefined {
  const bySemver = semverOrder(one, other);
  const byPep440 = pep440Order(one, other);
  // What Python installs is ordered as Python orders it: `1.0.0-1` comes after `1.0.0` there, and before it elsewhere.
  return format === "python" || format === "pyproject.toml" ? (byPep440 ?? bySemver) : (bySemver ?? byPep440);
}

function semverOrder(one: string, other: string): number | undefined {
  return semver.valid(one) === null || semver.valid(other) === null ? undefined : semver.compare(one, other);
}

function pep440Order(one: string, other: string): number | undefined {
  return pep440.valid(one) === null || pep440.valid(other) === null ? undefined : pep440.compare(one, other);
}

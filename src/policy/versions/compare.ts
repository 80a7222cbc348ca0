/** Which of two versions is the greater where no scheme is named: by semver, else by PEP 440, else as dotted. Pure. */
import { dottedScheme } from "./dotted.ts";
import { pep440Scheme } from "./pep440.ts";
import { semverScheme } from "./semver.ts";
import type { VersionFormat } from "./source.ts";

/** Below 0 when `one` is the lower, above 0 when it is the greater; undefined when they cannot be compared. */
export function compareVersions(one: string, other: string, format?: VersionFormat): number | undefined {
  // What Python installs is ordered as Python orders it: `1.0.0-1` comes after `1.0.0` there, and before it elsewhere.
  const python = format === "python" || format === "pyproject.toml";
  for (const scheme of python ? [pep440Scheme, semverScheme] : [semverScheme, pep440Scheme, dottedScheme]) {
    const [a, b] = [scheme.read(withoutV(one)), scheme.read(withoutV(other))];
    if (a !== undefined && b !== undefined) return scheme.compare(a, b);
  }
  return undefined;
}

/** Some write into the file what the tag is called. */
function withoutV(text: string): string {
  return text.replace(/^v(?=\d)/iu, "");
}

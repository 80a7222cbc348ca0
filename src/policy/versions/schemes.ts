/** The scheme of a name, and equality of versions that tools spell each in their own way. Pure. */
import { calverScheme } from "./calver.ts";
import { dottedScheme } from "./dotted.ts";
import { pep440Scheme } from "./pep440.ts";
import type { Scheme, SchemeName } from "./scheme.ts";
import { semverScheme } from "./semver.ts";

const all: Readonly<Record<SchemeName, Scheme>> = {
  semver: semverScheme,
  pep440: pep440Scheme,
  dotted: dottedScheme,
  calver: calverScheme,
};

export function schemeOf(name: SchemeName): Scheme {
  return all[name];
}

/**
 * Whether both name one version: Python calls `10.8.5.RC1` `10.8.5rc1`, and npm `10.8.5-rc.1`. A build or a
 * post-release is another version than what it was made of.
 */
export function sameVersion(one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [essenceOf(one), essenceOf(other)];
  if (a !== undefined || b !== undefined) return a === b;
  return [pep440Scheme, dottedScheme, calverScheme].some((scheme) => {
    const [read, also] = [scheme.read(one), scheme.read(other)];
    return read !== undefined && also !== undefined && scheme.compare(read, also) === 0;
  });
}

/** What a release or a candidate is, whoever wrote it; undefined for all else. */
function essenceOf(text: string): string | undefined {
  for (const scheme of [semverScheme, pep440Scheme, dottedScheme, calverScheme]) {
    const version = scheme.read(text);
    if (version === undefined || version.kind === "other") continue;
    const { epoch = 0, numbers } = version.release;
    const significant = numbers.slice(0, numbers.findLastIndex((number) => number !== 0) + 1);
    return `${epoch}!${significant.join(".")}${version.kind === "candidate" ? `rc${version.candidate}` : ""}`;
  }
  return undefined;
}

/**
 * What a version is, whatever its scheme: numbers of a release, and how near to that release it is. The four schemes
 * (`semver.ts`, `pep440.ts`, `dotted.ts`, `calver.ts`) read, write and order versions as their specifications say. Pure.
 */

export const schemeNames = ["semver", "pep440", "dotted", "calver"] as const;
export type SchemeName = (typeof schemeNames)[number];

/** Which part of the latest release the next one raises. */
export const versionParts = ["major", "minor", "patch"] as const;
export type VersionPart = (typeof versionParts)[number];

/** The numbers of a release, which its candidates share. */
export type Release = {
  readonly numbers: readonly number[];
  /** PEP 440 alone has epochs: `1!2.0` comes after every version without one. */
  readonly epoch?: number;
  /** A calendar version whose month is written with two digits. */
  readonly padded?: true;
};

export type Version = {
  /** As its scheme writes it. */
  readonly text: string;
  readonly release: Release;
} & (
  | { readonly kind: "final" }
  | { readonly kind: "candidate"; readonly candidate: number }
  /** Ordered, and neither a release nor a candidate for one: an alpha, a snapshot, a build, a post-release. */
  | { readonly kind: "other" }
);

export type Scheme = {
  readonly name: SchemeName;
  /** A release and a candidate for it, to show people what is expected. */
  readonly examples: readonly [string, string];
  /** Undefined when it is no version of this scheme. Never throws. */
  read(text: string): Version | undefined;
  /** A release, or the candidate for it with this number. */
  write(release: Release, candidate?: number): string;
  /** Below 0 when `one` comes first; 0 also for versions that the scheme takes for equal in other spellings. */
  compare(one: Version, other: Version): number;
};

/** Longer ones are no version: what reads them may take its time. */
export const longestVersion = 100;

/** Number by number; what is missing counts as 0, as PEP 440 and Maven have it. */
export function compareNumbers(one: readonly number[], other: readonly number[]): number {
  for (let i = 0; i < Math.max(one.length, other.length); i += 1) {
    const difference = (one[i] ?? 0) - (other[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function sameRelease(one: Release, other: Release): boolean {
  return (one.epoch ?? 0) === (other.epoch ?? 0) && compareNumbers(one.numbers, other.numbers) === 0;
}

/**
 * Which version comes next. Numbers come from all tags of the repository, never from a branch or a file: two people, two
 * branches and a bot that was away all see the same tags. Pure; the day is one of the facts.
 */
import type { Release, SchemeName, Version, VersionPart } from "./scheme.ts";
import { compareNumbers, sameRelease } from "./scheme.ts";
import { schemeOf } from "./schemes.ts";
import type { VersionTag } from "./tags.ts";

/** What `/rc cut` asks for; `default` goes on with the open candidate, or takes the smallest step from the latest release. */
export type Wish =
  | { readonly kind: "default" }
  | { readonly kind: "part"; readonly part: VersionPart }
  | { readonly kind: "exactly"; readonly text: string };

export type VersionFacts = {
  readonly scheme: SchemeName;
  /** Every tag of the repository that names a version, from the greatest down. */
  readonly tags: readonly VersionTag[];
  /** The release whose candidate was made last, where that is known: of several open ones it is the one that is meant. */
  readonly latest?: Release;
  /** By UTC, for calendar versions. */
  readonly today: { readonly year: number; readonly month: number };
};

export type NextVersion =
  | { readonly kind: "version"; readonly version: Version }
  | { readonly kind: "no"; readonly why: NoNextVersion };

export type NoNextVersion =
  | { readonly code: "not-a-version"; readonly found: string; readonly examples: readonly string[] }
  /** A calendar says what the year and the month are. */
  | { readonly code: "calendar-part"; readonly part: VersionPart }
  | { readonly code: "exists"; readonly version: string; readonly tag: string }
  | { readonly code: "not-after"; readonly version: string; readonly latest: string }
  | { readonly code: "no-candidate"; readonly latest?: string };

/** The candidate that a cut makes. */
export function versionToCut(facts: VersionFacts, wish: Wish): NextVersion {
  switch (wish.kind) {
    case "default": {
      const open = openCandidate(facts)?.version.release;
      return candidateFor(facts, open ?? raised(facts, "patch"));
    }
    case "part":
      if (facts.scheme === "calver" && wish.part !== "patch") {
        return { kind: "no", why: { code: "calendar-part", part: wish.part } };
      }
      return candidateFor(facts, raised(facts, wish.part));
    case "exactly":
      return exactly(facts, wish.text);
  }
}

/** The candidate after the open one. */
export function nextCandidate(facts: VersionFacts): NextVersion {
  const open = openCandidate(facts);
  return open === undefined ? noCandidate(facts) : candidateFor(facts, open.version.release);
}

/** The release that the open candidate becomes. */
export function finalVersion(facts: VersionFacts): NextVersion {
  const open = openCandidate(facts);
  if (open === undefined) return noCandidate(facts);
  const next = version(facts.scheme, open.version.release);
  const there = next.kind === "version" ? sameAs(facts, next.version) : undefined;
  // A build of it was tagged by hand, which is of the same rank: nobody could tell the two apart.
  return there === undefined
    ? next
    : { kind: "no", why: { code: "exists", version: there.version.text, tag: there.name } };
}

/** The newest candidate whose release is still to come. One that lies behind the latest release was given up. */
export function openCandidate({ tags, latest }: Pick<VersionFacts, "tags" | "latest">): VersionTag | undefined {
  const last = latestRelease(tags);
  const ahead = last === undefined ? tags : tags.slice(0, tags.indexOf(last));
  const open = ahead.filter(({ version: { kind, release } }) => {
    return kind === "candidate" && !tags.some((tag) => isFinalOf(tag, release));
  });
  const of = (latest && open.find(({ version: { release } }) => sameRelease(release, latest))) ?? open[0];
  return of && newestCandidate(open, of.version.release);
}

/**
 * By its number and not by the scheme's order, in which spellings differ: by Semantic Versioning `rc1` and `rc9` come after
 * `rc.10`, and a release would be made of what was tagged by hand before it.
 */
export function newestCandidate(tags: readonly VersionTag[], release: Release): VersionTag | undefined {
  return tags.reduce<VersionTag | undefined>((newest, tag) => {
    if (tag.version.kind !== "candidate" || !sameRelease(tag.version.release, release)) return newest;
    return newest === undefined || numberOf(tag) > numberOf(newest) ? tag : newest;
  }, undefined);
}

function numberOf({ version }: VersionTag): number {
  return version.kind === "candidate" ? version.candidate : 0;
}

export function latestRelease(tags: readonly VersionTag[]): VersionTag | undefined {
  return tags.find(({ version: { kind } }) => kind === "final");
}

function sameAs({ scheme, tags }: VersionFacts, wanted: Version): VersionTag | undefined {
  return tags.find((tag) => schemeOf(scheme).compare(tag.version, wanted) === 0);
}

function isFinalOf(tag: VersionTag, release: Release): boolean {
  return tag.version.kind === "final" && sameRelease(tag.version.release, release);
}

function noCandidate({ tags }: VersionFacts): NextVersion {
  const latest = latestRelease(tags)?.version.text;
  return { kind: "no", why: { code: "no-candidate", ...(latest === undefined ? {} : { latest }) } };
}

/** One more than the greatest number that any tag of this release has, whoever made it. */
function candidateFor({ scheme, tags }: VersionFacts, release: Release): NextVersion {
  const taken = tags.flatMap(({ version: of }) => {
    return of.kind === "candidate" && sameRelease(of.release, release) ? [of.candidate] : [];
  });
  return version(scheme, release, Math.max(0, ...taken) + 1);
}

function version(scheme: SchemeName, release: Release, candidate?: number): NextVersion {
  const text = schemeOf(scheme).write(release, candidate);
  return {
    kind: "version",
    version: { text, release, ...(candidate === undefined ? { kind: "final" } : { kind: "candidate", candidate }) },
  };
}

function exactly(facts: VersionFacts, text: string): NextVersion {
  const { scheme, tags } = facts;
  const { read, compare, examples } = schemeOf(scheme);
  const wanted = read(text.replace(/^v(?=\d)/iu, ""));
  if (wanted === undefined || wanted.kind === "other") {
    return { kind: "no", why: { code: "not-a-version", found: text, examples } };
  }
  const there = sameAs(facts, wanted) ?? tags.find((tag) => isFinalOf(tag, wanted.release));
  if (there !== undefined) return { kind: "no", why: { code: "exists", version: wanted.text, tag: there.name } };
  const latest = latestRelease(tags);
  if (latest !== undefined && compare(wanted, latest.version) < 0) {
    return { kind: "no", why: { code: "not-after", version: wanted.text, latest: latest.version.text } };
  }
  return wanted.kind === "candidate"
    ? version(scheme, wanted.release, wanted.candidate)
    : candidateFor(facts, wanted.release);
}

/** Where there is no release yet, the first one is 0.1.0, as the FAQ of Semantic Versioning has it, unless a part is asked for. */
function raised(facts: VersionFacts, part: VersionPart): Release {
  const latest = latestRelease(facts.tags)?.version.release;
  if (facts.scheme === "calver") return byCalendar(facts, latest);
  if (latest === undefined) return { numbers: { major: [1, 0, 0], minor: [0, 1, 0], patch: [0, 1, 0] }[part] };
  const position = { major: 0, minor: 1, patch: 2 }[part];
  const length = Math.max(latest.numbers.length, position + 1);
  const numbers = Array.from({ length }, (_, i) => {
    const number = latest.numbers[i] ?? 0;
    return i < position ? number : i === position ? number + 1 : 0;
  });
  return { ...latest, numbers };
}

/** The first of this month, or one more than the latest, which a hand may have dated ahead. */
function byCalendar({ tags, today: { year, month } }: VersionFacts, latest: Release | undefined): Release {
  const style = tags.some(({ version: { release } }) => release.padded) ? ({ padded: true } as const) : {};
  if (latest === undefined || compareNumbers(latest.numbers.slice(0, 2), [year, month]) < 0) {
    return { numbers: [year, month, 0], ...style };
  }
  const [latestYear = year, latestMonth = month, count = 0] = latest.numbers;
  return { numbers: [latestYear, latestMonth, count + 1], ...style };
}

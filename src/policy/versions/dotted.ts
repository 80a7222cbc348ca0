/**
 * Numbers with dots and a qualifier: `10.8.5`, `10.8.5.RC1`, as JBoss, Spring and many others have written them. Read
 * and ordered as Maven does ("Version Order Specification", maven.apache.org/pom.html): trailing zeros and the case do
 * not count, and qualifiers have their order. A qualifier that Maven does not know is none here.
 */
import { compareNumbers, longestVersion, type Release, type Scheme, type Version } from "./scheme.ts";

/** From the earliest on; the release itself is 0. `a`, `b` and `m` are short only before a number. */
const ranks: Readonly<Record<string, number>> = {
  alpha: -5,
  beta: -4,
  milestone: -3,
  rc: -2,
  snapshot: -1,
  final: 0,
  sp: 1,
};
const shortened: Readonly<Record<string, string>> = { a: "alpha", b: "beta", m: "milestone" };
const aliases: Readonly<Record<string, string>> = { cr: "rc", ga: "final", release: "final" };

const pattern = /^(\d{1,15}(?:\.\d{1,15}){0,7})(?:[.-]?([a-z]{1,9})[.-]?(\d{1,9})?)?$/iu;

type Parts = { readonly release: Release; readonly qualifier: string; readonly number: number | undefined };

export const dottedScheme: Scheme = {
  name: "dotted",
  examples: ["10.8.5", "10.8.5.RC1"],
  read(text) {
    const parts = partsOf(text);
    if (parts === undefined) return undefined;
    const { release, qualifier, number } = parts;
    const plain = release.numbers.join(".");
    if (qualifier === "final") return number === undefined ? { text: plain, release, kind: "final" } : undefined;
    const clean = `${plain}.${qualifier.toUpperCase()}${number ?? ""}`;
    return qualifier === "rc"
      ? { text: clean, release, kind: "candidate", candidate: number ?? 0 }
      : { text: clean, release, kind: "other" };
  },
  write: ({ numbers }, candidate) => `${numbers.join(".")}${candidate === undefined ? "" : `.RC${candidate}`}`,
  compare(one: Version, other: Version) {
    const [a, b] = [partsOf(one.text), partsOf(other.text)];
    return (
      compareNumbers(one.release.numbers, other.release.numbers) ||
      (ranks[a?.qualifier ?? "final"] ?? 0) - (ranks[b?.qualifier ?? "final"] ?? 0) ||
      (a?.number ?? 0) - (b?.number ?? 0)
    );
  },
};

function partsOf(text: string): Parts | undefined {
  if (text.length > longestVersion) return undefined;
  const [, numbers, written = "final", digits] = pattern.exec(text) ?? [];
  if (numbers === undefined) return undefined;
  const lower = written.toLowerCase();
  const qualifier = aliases[lower] ?? (digits === undefined ? lower : (shortened[lower] ?? lower));
  if (!Object.hasOwn(ranks, qualifier)) return undefined;
  return {
    release: { numbers: numbers.split(".").map(Number) },
    qualifier,
    number: digits === undefined ? undefined : Number(digits),
  };
}

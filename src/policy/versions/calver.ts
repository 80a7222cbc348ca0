/**
 * Calendar Versioning (calver.org) as `YYYY.MM.MICRO`: `2026.11.0`, with a modifier `2026.11.0-rc.1`. The month may be
 * written with two digits (`0M`), and then stays so. Ordered by the calendar, then by the count, then by the modifier.
 */
import { compareNumbers, type Release, type Scheme, type Version } from "./scheme.ts";

const modifiers: readonly string[] = ["dev", "alpha", "beta", "rc"];
const shortened: Readonly<Record<string, string>> = { a: "alpha", b: "beta", c: "rc" };

const pattern =
  /^(\d{4})\.(0[1-9]|[1-9]|1[0-2])(?:\.(0|[1-9]\d{0,8}))?(?:[.-]?(dev|alpha|beta|rc|[abc])[.-]?(\d{1,9}))?$/iu;

export const calverScheme: Scheme = {
  name: "calver",
  examples: ["2026.11.0", "2026.11.0-rc.1"],
  read(text) {
    const [, year, month, micro, written, digits] = pattern.exec(text) ?? [];
    if (year === undefined || month === undefined) return undefined;
    const release: Release = {
      numbers: [Number(year), Number(month), ...(micro === undefined ? [] : [Number(micro)])],
      ...(month.startsWith("0") ? { padded: true } : {}),
    };
    if (written === undefined) return { text: calverScheme.write(release), release, kind: "final" };
    const number = Number(digits);
    const modifier = nameOf(written);
    if (modifier === "rc") {
      return { text: calverScheme.write(release, number), release, kind: "candidate", candidate: number };
    }
    return { text: `${calverScheme.write(release)}-${modifier}.${number}`, release, kind: "other" };
  },
  write({ numbers: [year = 0, month = 1, ...rest], padded }, candidate) {
    const written = padded === true ? String(month).padStart(2, "0") : String(month);
    const end = candidate === undefined ? "" : `-rc.${candidate}`;
    return `${String(year).padStart(4, "0")}.${[written, ...rest].join(".")}${end}`;
  },
  compare(one: Version, other: Version) {
    const [a, b] = [modifierOf(one.text), modifierOf(other.text)];
    return compareNumbers(one.release.numbers, other.release.numbers) || a.rank - b.rank || a.number - b.number;
  },
};

function nameOf(written: string): string {
  const lower = written.toLowerCase();
  return shortened[lower] ?? lower;
}

/** A release comes after all its modified ones. */
function modifierOf(text: string): { readonly rank: number; readonly number: number } {
  const [, , , , written, digits] = pattern.exec(text) ?? [];
  if (written === undefined) return { rank: modifiers.length, number: 0 };
  return { rank: modifiers.indexOf(nameOf(written)), number: Number(digits) };
}

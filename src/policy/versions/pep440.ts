/**
 * PEP 440, the versions of Python packages: `1.4.0`, `1.4.0rc1`. Every spelling that the specification normalises is
 * read (`1.4.0-RC.1`, `1.4c1`), and written as it normalises them.
 */
import * as pep440 from "@renovatebot/pep440";
import { longestVersion, type Release, type Scheme, type Version } from "./scheme.ts";

export const pep440Scheme: Scheme = {
  name: "pep440",
  examples: ["1.4.0", "1.4.0rc1"],
  read(text) {
    // "v1.0" is allowed for tags' sake; the tag's template has taken it off already. The library counts in doubles, in
    // which numbers of sixteen digits become equal to their neighbours.
    if (!/^\d/u.test(text) || /\s|\d{16}/u.test(text) || text.length > longestVersion) return undefined;
    const found = pep440.explain(text);
    if (found === null) return undefined;
    const { epoch, public: clean, local } = found;
    const release: Release = { numbers: found.release, ...(epoch === 0 ? {} : { epoch }) };
    if (local !== null) return { text: `${clean}+${local}`, release, kind: "other" };
    if (!found.is_prerelease && !found.is_postrelease) return { text: clean, release, kind: "final" };
    const candidate = /rc(\d+)$/u.exec(clean)?.[1];
    return candidate === undefined
      ? { text: clean, release, kind: "other" }
      : { text: clean, release, kind: "candidate", candidate: Number(candidate) };
  },
  write({ numbers, epoch }, candidate) {
    const start = epoch === undefined ? "" : `${epoch}!`;
    return `${start}${numbers.join(".")}${candidate === undefined ? "" : `rc${candidate}`}`;
  },
  compare: (one: Version, other: Version) => pep440.compare(one.text, other.text),
};

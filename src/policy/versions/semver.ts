/**
 * Semantic Versioning 2.0.0: `1.4.0`, `1.4.0-rc.1`. Read strictly: `v1.4.0` is the name of a tag and no version (the
 * specification's FAQ), and numbers have no leading zeros (section 2). Ordered by section 11; build metadata does not count.
 */
import semver from "semver";
import { longestVersion, type Scheme, type Version } from "./scheme.ts";

export const semverScheme: Scheme = {
  name: "semver",
  examples: ["1.4.0", "1.4.0-rc.1"],
  read(text) {
    if (!/^\d/u.test(text) || text.length > longestVersion) return undefined;
    const found = semver.parse(text);
    // The library also trims; what is not the version alone is none.
    if (found === null || found.raw !== text) return undefined;
    const release = { numbers: [found.major, found.minor, found.patch] };
    if (found.build.length > 0) return { text, release, kind: "other" };
    if (found.prerelease.length === 0) return { text, release, kind: "final" };
    const candidate = candidateNumber(found.prerelease.join("."));
    return candidate === undefined ? { text, release, kind: "other" } : { text, release, kind: "candidate", candidate };
  },
  write({ numbers: [major = 0, minor = 0, patch = 0] }, candidate) {
    return `${major}.${minor}.${patch}${candidate === undefined ? "" : `-rc.${candidate}`}`;
  },
  compare: (one: Version, other: Version) => semver.compare(one.text, other.text),
};

/** `rc.2` is how we write it; `rc2`, `rc-2` and `RC.2` were tagged by hand and have taken the number all the same. */
function candidateNumber(prerelease: string): number | undefined {
  const found = /^rc[.-]?(\d{1,9})$/iu.exec(prerelease)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Which tag a release gets: a version's, the one that its file says, or the date. */
import { expect, test } from "vitest";
import { type ReleaseTagFacts, releaseTag } from "../../src/policy/release-tag.ts";

const sha = "a".repeat(40);
const other = "b".repeat(40);
const here = (...names: readonly string[]) => names.map((name) => ({ name, sha }));
const there = (...names: readonly string[]) => names.map((name) => ({ name, sha: other }));

test.each<[string, Partial<ReleaseTagFacts>, string, boolean?]>([
  ["no tag", {}, "release-2026-11-21"],
  ["the version's", { tags: here("v1.4.0", "nightly") }, "v1.4.0"],
  ["of several the greatest, the release before its candidate", { tags: here("v1.4.0-rc.2", "v1.4.0") }, "v1.4.0"],
  ["a candidate's", { tags: here("v1.4.0-rc.2") }, "v1.4.0-rc.2", true],
  ["tags of other commits do not count", { tags: there("v1.4.0") }, "release-2026-11-21"],
  ["what the file says", { written: "1.4.0", tags: there("v1.3.0") }, "v1.4.0"],
  ["a candidate in the file", { written: "1.4.0-rc.1" }, "v1.4.0-rc.1", true],
  ["the file's version was tagged before", { written: "1.4.0", tags: there("v1.4.0") }, "release-2026-11-21"],
  ["what stands in the file is no version", { written: "latest" }, "release-2026-11-21"],
  [
    "a template and a scheme",
    { written: "1.4.0.RC1", versions: { tag: "api/{version}", scheme: "dotted" } },
    "api/1.4.0.RC1",
    true,
  ],
  ["the second of the day", { tags: there("release-2026-11-21") }, "release-2026-11-21.2"],
  ["the third", { tags: there("release-2026-11-21", "release-2026-11-21.2") }, "release-2026-11-21.3"],
  ["released before", { tags: here("release-2026-11-02.3") }, "release-2026-11-02.3"],
  ["of several services", { prefix: "api-", tags: here("release-2026-11-02") }, "api-release-2026-11-21"],
])("%s", (_, facts, name, prerelease = false) => {
  const versions = { tag: "v{version}", scheme: "semver" } as const;
  const whole = { sha, tags: [], versions, prefix: "", day: "2026-11-21", ...facts };
  expect(releaseTag(whole)).toEqual({ name, prerelease });
});

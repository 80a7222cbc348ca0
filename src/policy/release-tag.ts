/** Which tag a release gets. A tag that exists is never moved: one that is on another commit is left to what it names. */
import type { Sha } from "./model.ts";
import type { VersionPolicy } from "./pipeline.ts";
import { schemeOf } from "./versions/schemes.ts";
import { readTags, type Tag, tagName } from "./versions/tags.ts";

export type ReleaseTagFacts = {
  readonly sha: Sha;
  readonly tags: readonly Tag[];
  readonly versions: Pick<VersionPolicy, "tag" | "scheme">;
  /** The version that the service's file holds at the commit, where it has one. */
  readonly written?: string;
  /** Tells the services of one repository apart; empty where there is one. */
  readonly prefix: string;
  /** `2026-11-21`, in UTC. */
  readonly day: string;
};

export type ReleaseTag = { readonly name: string; readonly prerelease: boolean };

/**
 * The greatest version that tags the commit; else the version that its file holds, if nothing has that tag yet; else the
 * date, with a number from the second of a day on: `release-2026-11-21`, `release-2026-11-21.2`.
 */
export function releaseTag({ sha, tags, versions, written, prefix, day }: ReleaseTagFacts): ReleaseTag {
  const { tag: template, scheme } = versions;
  const here = tags.filter((tag) => tag.sha === sha);
  const [version] = readTags(template, scheme, here).versions;
  if (version !== undefined) return { name: version.name, prerelease: version.version.kind !== "final" };
  const names = new Set(tags.map(({ name }) => name));
  const read = written === undefined ? undefined : schemeOf(scheme).read(written);
  const name = read === undefined ? undefined : tagName(template, read.text);
  if (read !== undefined && name !== undefined && !names.has(name)) return { name, prerelease: read.kind !== "final" };
  const dated = `${prefix}release-`;
  const known = here.find(
    (tag) => tag.name.startsWith(dated) && /^\d{4}-\d\d-\d\d/u.test(tag.name.slice(dated.length)),
  );
  if (known !== undefined) return { name: known.name, prerelease: false };
  const numbered = (n: number) => (n === 1 ? `${dated}${day}` : `${dated}${day}.${n}`);
  let n = 1;
  while (names.has(numbered(n))) n += 1;
  return { name: numbered(n), prerelease: false };
}

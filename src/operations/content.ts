/**
 * What a revision holds for a service. Without `paths` that is the commit's tree; with them, what its files are; but for
 * the files in which `/rc` writes the version. From
 * here on the content of a revision is always the service's: order, approvals, quarantine and soak compare nothing else.
 */
import type { RequestKind, Sha } from "../policy/model.ts";
import type { Bot } from "./bot.ts";
import type { Place, ServicePlace } from "./place.ts";
import type { FoundRevision, RepositoryRef } from "./ports.ts";
import { withVersion } from "./revision-version.ts";

type Whose = { readonly repository: RepositoryRef; readonly paths: readonly string[] | undefined };

export function whose(place: Place): Whose {
  return { repository: place.service.repository, paths: pathsOf(place.service, place.policy.paths) };
}

/** Every environment of a service has the same paths. */
export function whoseService(service: ServicePlace): Whose {
  return { repository: service.repository, paths: pathsOf(service, service.policy.environments[0]?.paths) };
}

/** The files that hold the version are left out: what was tested as a candidate is the same when it is called final. */
function pathsOf({ policy }: ServicePlace, paths: readonly string[] | undefined): readonly string[] | undefined {
  const { files } = policy.versions;
  return files.length === 0 ? paths : [...(paths ?? ["**"]), ...files.map(({ path }) => `!${path}`)];
}

/** `tree` is the commit's own. Calls: none without paths, else 1. Too many files to be listed make the whole tree count. */
export async function contentAt(
  bot: Bot,
  { repository, paths }: Whose,
  { sha, tree }: { readonly sha: Sha; readonly tree: Sha },
): Promise<Sha> {
  return paths === undefined ? tree : ((await bot.github.content(repository, sha, paths)) ?? tree);
}

/** With its content and its version. */
export async function asServiceHasIt(bot: Bot, place: Place, revision: FoundRevision): Promise<FoundRevision> {
  const [tree, named] = await Promise.all([contentAt(bot, whose(place), revision), withVersion(bot, place, revision)]);
  return { ...named, tree };
}

/** What a rollback goes back to, or is destroyed, has the content under which it was deployed. */
export async function revisionFor(
  bot: Bot,
  place: Place,
  kind: RequestKind,
  revision: FoundRevision,
): Promise<FoundRevision> {
  // Its branch, and GitHub's knowledge of it, may be gone.
  if (kind === "destroy") return revision;
  return await (kind === "rollback" ? withVersion : asServiceHasIt)(bot, place, revision);
}

/** The versions of a service as its repository's tags name them. Calls: 1 for each hundred tags. Reads only. */
import { optional } from "../optional.ts";
import type { VersionFacts, Wish } from "../policy/versions/next-version.ts";
import type { Release, VersionPart } from "../policy/versions/scheme.ts";
import { schemeOf } from "../policy/versions/schemes.ts";
import { type ReadTags, readTags } from "../policy/versions/tags.ts";
import type { Bot } from "./bot.ts";
import type { ServicePlace } from "./place.ts";

export type KnownVersions = { readonly facts: VersionFacts; readonly malformed: ReadTags["malformed"] };

export async function versionFacts(bot: Bot, service: ServicePlace): Promise<KnownVersions> {
  const { tag, scheme } = service.policy.versions;
  const [tags, latest] = await Promise.all([bot.versions.allTags(service.repository), latestCandidate(bot, service)]);
  const { versions, malformed } = readTags(tag, scheme, tags);
  const now = new Date(bot.context.clock.now());
  const today = { year: now.getUTCFullYear(), month: now.getUTCMonth() + 1 };
  return { facts: { scheme, tags: versions, today, ...optional("latest", latest) }, malformed };
}

/** The release of the candidate that was made here last: of several open ones it is the one that is meant. */
async function latestCandidate(bot: Bot, service: ServicePlace): Promise<Release | undefined> {
  const row = await bot.db
    .selectFrom("candidate")
    .select("version")
    .where("service_id", "=", service.id)
    .where("step", "in", ["cut", "next"])
    .where("ended_at", "is not", null)
    .where("problem", "is", null)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row && schemeOf(service.policy.versions.scheme).read(row.version)?.release;
}

export function wishOf(command: { readonly raise?: VersionPart; readonly version?: string }): Wish {
  if (command.version !== undefined) return { kind: "exactly", text: command.version };
  return command.raise === undefined ? { kind: "default" } : { kind: "part", part: command.raise };
}

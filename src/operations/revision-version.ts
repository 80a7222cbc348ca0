/**
 * The version that a revision has, if it has one: as the tag says by which it was named, as it was made by `/rc`, else as
 * its version file says. Calls: 1 for a file; none where tags say it.
 */
import { sql } from "kysely";
import { optional } from "../optional.ts";
import { readVersion } from "../policy/versions/read-version.ts";
import { versionOfTag } from "../policy/versions/tags.ts";
import type { Bot } from "./bot.ts";
import type { Place, ServicePlace } from "./place.ts";
import type { FoundRevision } from "./ports.ts";

export async function withVersion(bot: Bot, { service }: Pick<Place, "service">, revision: FoundRevision) {
  const { tag, scheme } = service.policy.versions;
  const named = revision.ref === undefined ? undefined : versionOfTag(tag, scheme, revision.ref)?.text;
  const version =
    named ??
    revision.version ??
    (await madeHere(bot, service, revision.sha)) ??
    (await inFile(bot, service, revision.sha));
  return { ...revision, ...optional("version", version) };
}

/** A candidate that was merged has the version of its tag, which stands at the commit that was merged. */
async function madeHere(bot: Bot, service: ServicePlace, sha: string): Promise<string | undefined> {
  const row = await bot.db
    .selectFrom("candidate")
    .select("version")
    .where("service_id", "=", service.id)
    .where("problem", "is", null)
    .where((eb) =>
      eb.or([
        eb("sha", "=", sha),
        eb(sql<string>`plan->>'commit'`, "=", sha),
        eb(sql<string>`plan->'merge'->>'sha'`, "=", sha),
      ]),
    )
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.version;
}

async function inFile(bot: Bot, { repository, policy }: ServicePlace, sha: string): Promise<string | undefined> {
  const { from } = policy.versions;
  if (from.kind !== "file") return undefined;
  const found = readVersion(from, await bot.github.fileAt(repository, sha, from.path));
  return "version" in found ? found.version : undefined;
}

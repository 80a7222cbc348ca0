/** `/rc`: the latest release, the candidate that is open, what is under way, and tags that cannot be read. Reads only. */
import { optional } from "../optional.ts";
import { latestRelease, openCandidate } from "../policy/versions/next-version.ts";
import { schemeOf } from "../policy/versions/schemes.ts";
import { tagName } from "../policy/versions/tags.ts";
import type { CandidateRow } from "../store/version-tables.ts";
import { liveOf } from "./before-facts.ts";
import type { Bot } from "./bot.ts";
import type { VersionReply } from "./candidate-said.ts";
import type { Place, ServicePlace } from "./place.ts";
import { versionFacts } from "./version-facts.ts";

const mostMalformed = 5;

export async function stepUnderWay(bot: Bot, service: Pick<ServicePlace, "id">): Promise<CandidateRow | undefined> {
  return await bot.db
    .selectFrom("candidate")
    .selectAll()
    .where("service_id", "=", service.id)
    .where("ended_at", "is", null)
    .executeTakeFirst();
}

export async function versions(bot: Bot, service: ServicePlace, places: readonly Place[]): Promise<VersionReply> {
  const { tag, scheme, releaseBranch } = service.policy.versions;
  const [{ facts, malformed }, row] = await Promise.all([versionFacts(bot, service), stepUnderWay(bot, service)]);
  const open = openCandidate(facts);
  const liveIn = places.filter((place) => liveOf(place.environment)?.revision.version === open?.version.text);
  return {
    code: "versions",
    service: service.name,
    ...optional("latest", latestRelease(facts.tags)?.name),
    ...(open === undefined ? {} : { open: { tag: open.name, sha: open.sha } }),
    ...(row === undefined ? {} : { underWay: underWay(service, row) }),
    liveIn: open === undefined ? [] : liveIn.map(({ policy }) => policy.name),
    malformed: malformed.slice(0, mostMalformed).map(({ name }) => name),
    ...optional("releaseBranch", releaseBranch),
    example: tagName(tag, schemeOf(scheme).examples[1]),
  };
}

function underWay(service: ServicePlace, row: CandidateRow) {
  return {
    service: service.name,
    step: row.step,
    version: row.version,
    tag: row.tag,
    by: row.asked_by,
    at: row.asked_at.getTime(),
    ...optional("asks", row.plan.asked?.base),
  };
}

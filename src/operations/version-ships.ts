/** What a version that is finished brings since the one before it. Calls: 1 for each hundred tags, and 1 comparison. Reads only. */
import type { Sha } from "../policy/model.ts";
import { schemeOf } from "../policy/versions/schemes.ts";
import type { CandidateRow } from "../store/version-tables.ts";
import type { Bot } from "./bot.ts";
import { loadPlaces, type ServicePlace } from "./place.ts";
import type { Ships } from "./ships.ts";
import { shipsBetween } from "./ships-between.ts";
import { versionFacts } from "./version-facts.ts";

export async function versionShips(
  bot: Bot,
  service: ServicePlace,
  row: Pick<CandidateRow, "version">,
  sha: Sha,
): Promise<Ships | undefined> {
  // Every environment of a service has the service's `paths`, by which it is told what belongs to it.
  const [place] = await loadPlaces(bot.db, service);
  const { read, compare } = schemeOf(service.policy.versions.scheme);
  const finished = read(row.version);
  if (place === undefined || finished === undefined) return undefined;
  const { facts } = await versionFacts(bot, service);
  const before = facts.tags.find(({ version }) => version.kind === "final" && compare(version, finished) < 0);
  const comparedToLive = before && (await bot.github.compare(service.repository, before.sha, sha));
  return await shipsBetween(bot, place, { live: before?.sha ?? null, comparedToLive, takenBack: undefined }, sha);
}

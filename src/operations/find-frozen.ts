/**
 * Which environments `freeze` and `thaw` mean: the one that is named, or with `all` every one of the service; where no
 * service is named, of every service of the channel, since a freeze is for all who deploy from there.
 */
import type { Command } from "../commands/command.ts";
import type { Bot } from "./bot.ts";
import { askerIn, type CommandFrom, findEnvironment, findService, type Lookup, servicesHere } from "./find-place.ts";
import type { Meant } from "./freeze.ts";
import { loadPlaces } from "./place.ts";

type Named = Pick<Extract<Command, { kind: "freeze" | "thaw" }>, "environment" | "service">;

export async function findFrozen(bot: Bot, command: Named, from: CommandFrom): Promise<Lookup<readonly Meant[]>> {
  const all = command.environment.toLowerCase() === "all";
  const here = all && command.service === undefined ? await servicesHere(bot, from) : [];
  const one = here.length > 0 ? undefined : await findService(bot, command.service, from);
  if (one?.kind === "answer") return one;
  const meant: Meant[] = [];
  for (const service of one === undefined ? here : [one.found]) {
    const asker = await askerIn(bot, service, from);
    if (asker === undefined) return { kind: "answer", answer: { code: "not-linked" } };
    const places = await loadPlaces(bot.db, service);
    const named = all ? undefined : findEnvironment(service, places, command.environment);
    if (named?.kind === "answer") return named;
    for (const place of named === undefined ? places : [named.found]) meant.push({ place, asker });
  }
  return { kind: "found", found: meant };
}

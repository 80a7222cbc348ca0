/** `/deploy status`: the board in text. Read only, from each environment's row as it is. */
import { optional } from "../optional.ts";
import type { Bot } from "./bot.ts";
import { type ChannelAway, channelsAway } from "./channels.ts";
import { loadPlaces, type Place, type ServicePlace } from "./place.ts";
import { type EnvironmentStanding, standingsOf } from "./standing.ts";

export type ServiceStanding = {
  readonly service: string;
  readonly repository: string;
  /** Its channel, where nothing can be written there. */
  readonly away?: ChannelAway;
  readonly environments: readonly EnvironmentStanding[];
};

export type StatusReply = { readonly code: "status"; readonly services: readonly ServiceStanding[] };

export async function status(bot: Bot, services: readonly ServicePlace[]): Promise<StatusReply> {
  const places = (await Promise.all(services.map((service) => loadPlaces(bot.db, service)))).flat();
  const [standings, away] = await Promise.all([
    standingsOfPlaces(bot, places),
    channelsAway(
      bot.db,
      services.map(({ id }) => id),
    ),
  ]);
  return {
    code: "status",
    services: services.map((service) => ({
      service: service.name,
      repository: service.repository.fullName,
      ...optional("away", away.get(service.id)),
      environments: standings.flatMap((standing, index) =>
        places[index]?.service.id === service.id ? [standing] : [],
      ),
    })),
  };
}

/** In the order of the places. */
export async function standingsOfPlaces(bot: Bot, places: readonly Place[]): Promise<readonly EnvironmentStanding[]> {
  const named = places.map(({ policy, environment }) => ({
    name: policy.name,
    ...optional("url", policy.url),
    row: environment,
  }));
  return await standingsOf(bot.db, named, bot.context.clock.now());
}

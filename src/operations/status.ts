/** `/deploy status`: the board in text. Read only, from each environment's row as it is. */
import { optional } from "../optional.ts";
import type { Bot } from "./bot.ts";
import { type ChannelAway, channelsAway } from "./channels.ts";
import type { DemoShown } from "./demo-said.ts";
import { demosOf } from "./demos.ts";
import { loadPlaces, type Place, type ServicePlace } from "./place.ts";
import { type EnvironmentStanding, standingsOf } from "./standing.ts";

export type ServiceStanding = {
  readonly service: string;
  readonly repository: string;
  /** Its channel, where nothing can be written there. */
  readonly away?: ChannelAway;
  readonly environments: readonly EnvironmentStanding[];
  /** Absent where there are none. */
  readonly demos?: readonly DemoShown[];
};

export type StatusReply = { readonly code: "status"; readonly services: readonly ServiceStanding[] };

export async function status(bot: Bot, services: readonly ServicePlace[]): Promise<StatusReply> {
  const places = (await Promise.all(services.map((service) => loadPlaces(bot.db, service)))).flat();
  const [standings, demos, away] = await Promise.all([
    standingsOfPlaces(bot, places),
    demosOf(bot, services),
    channelsAway(
      bot.db,
      services.map(({ id }) => id),
    ),
  ]);
  return {
    code: "status",
    services: services.map((service, at) => ({
      service: service.name,
      repository: service.repository.fullName,
      ...optional("away", away.get(service.id)),
      environments: standings.flatMap((standing, index) =>
        places[index]?.service.id === service.id ? [standing] : [],
      ),
      ...optional("demos", demos[at]?.length === 0 ? undefined : demos[at]),
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

/** The services that a Slack person may be told of: those whose repository their GitHub login can read. */
import { mayRead } from "../policy/rights.ts";
import type { Bot } from "./bot.ts";
import { loginOf, type SlackIdentity } from "./people.ts";
import type { ServicePlace } from "./place.ts";

export type ReadableService = { readonly service: ServicePlace; readonly login: string };

export type Readable = {
  readonly services: readonly ReadableService[];
  /** Whether the person is known on GitHub at all. */
  readonly linked: boolean;
};

/** Calls: one for each repository of the services. */
export async function readableServices(
  bot: Bot,
  services: readonly ServicePlace[],
  person: SlackIdentity,
): Promise<Readable> {
  const asked = new Map<string, Promise<boolean>>();
  const may = (service: ServicePlace, login: string) => {
    const key = `${service.repository.id} ${login}`;
    const before = asked.get(key);
    if (before !== undefined) return before;
    const answer = bot.github.permission(service.repository, login).then((permission) => mayRead({ permission }));
    asked.set(key, answer);
    return answer;
  };
  const known = await Promise.all(
    services.map(async (service) => ({ service, login: await loginOf(bot, service.pipeline, person) })),
  );
  const linked = known.flatMap(({ service, login }) => (login === undefined ? [] : [{ service, login }]));
  const readable = await Promise.all(linked.map(async (one) => ((await may(one.service, one.login)) ? [one] : [])));
  return { services: readable.flat(), linked: linked.length > 0 };
}

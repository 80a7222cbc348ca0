/**
 * What the words of a command mean: which service, which environment, and who asks. What cannot be found is answered with
 * the nearest valid word and the choices.
 */
import { optional } from "../optional.ts";
import { nearest } from "../policy/nearest.ts";
import type { Asker } from "./asker.ts";
import type { Bot } from "./bot.ts";
import { loginOf, slackUserOf } from "./people.ts";
import { loadPlace, loadServices, loadServicesOf, type Place, type ServicePlace } from "./place.ts";
import type { ReplyContent } from "./said.ts";

/** Who gives the command, and where. A command with a key that is known was delivered twice and is carried out once. */
export type CommandFrom =
  | {
      readonly kind: "slack";
      readonly team: string;
      readonly slackUser: string;
      /** The channel in which it was typed, by id and by name without `#`. */
      readonly channel: { readonly id: string; readonly name?: string };
      readonly key: string;
    }
  | {
      /** A comment on an issue or pull request of a repository; it reaches that repository's services alone. */
      readonly kind: "github";
      readonly login: string;
      readonly repository: number;
      /** The pull request that was commented on. */
      readonly pullRequest?: number;
      readonly key: string;
    };

export type Lookup<Found> =
  | { readonly kind: "found"; readonly found: Found }
  | { readonly kind: "answer"; readonly answer: ReplyContent };

/** A comment is read by whoever can read its repository, so nothing is said there of any other. */
export async function servicesFor(bot: Bot, from: CommandFrom): Promise<readonly ServicePlace[]> {
  return from.kind === "slack" ? await loadServices(bot.db) : await loadServicesOf(bot.db, from.repository);
}

export function findService(
  services: readonly ServicePlace[],
  wanted: string | undefined,
  from: CommandFrom,
): Lookup<ServicePlace> {
  if (wanted !== undefined) {
    const named = services.filter((service) => service.name.toLowerCase() === wanted.toLowerCase());
    const [only] = named.length > 1 ? named.filter((service) => isChannelOf(service, from)) : named;
    return only === undefined
      ? { kind: "answer", answer: unknownService(services, wanted) }
      : { kind: "found", found: only };
  }
  const here = services.filter((service) => isChannelOf(service, from));
  const candidates = here.length > 0 ? here : services;
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return { kind: "found", found: only };
  return { kind: "answer", answer: { code: "which-service", choices: candidates.map((service) => service.name) } };
}

export function isChannelOf(service: ServicePlace, from: CommandFrom): boolean {
  if (from.kind === "github") return service.repository.id === from.repository;
  if (service.channel === undefined) return false;
  return service.channel === from.channel.id || service.channel === `#${from.channel.name ?? ""}`;
}

export function unknownService(services: readonly ServicePlace[], found: string): ReplyContent {
  const choices = services.map((service) => service.name);
  return { code: "unknown-service", found, ...optional("nearest", nearest(found, choices)), choices };
}

export function findEnvironment(service: ServicePlace, places: readonly Place[], wanted: string): Lookup<Place> {
  const found = places.find((place) => place.policy.name.toLowerCase() === wanted.toLowerCase());
  if (found !== undefined) return { kind: "found", found };
  const choices = places.map((place) => place.policy.name);
  const near = optional("nearest", nearest(wanted, choices));
  return {
    kind: "answer",
    answer: { code: "unknown-environment", service: service.name, found: wanted, ...near, choices },
  };
}

export async function loginIn(bot: Bot, service: ServicePlace, from: CommandFrom): Promise<string | undefined> {
  return from.kind === "github" ? from.login : await loginOf(bot, service.pipeline, from);
}

export async function askerIn(bot: Bot, service: ServicePlace, from: CommandFrom): Promise<Asker | undefined> {
  const login = await loginIn(bot, service, from);
  if (login === undefined) return undefined;
  if (from.kind === "slack") return { login, slackUser: from.slackUser, channel: from.channel.id, key: from.key };
  return { login, ...optional("slackUser", await slackUserOf(bot, service.pipeline, login)), key: from.key };
}

export async function placeOfDeployment(bot: Bot, deployment: number): Promise<Place | undefined> {
  const row = await bot.db
    .selectFrom("deployment")
    .select("environment_id")
    .where("id", "=", deployment)
    .executeTakeFirst();
  return row === undefined ? undefined : await loadPlace(bot.db, row.environment_id);
}

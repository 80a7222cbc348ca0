/**
 * What the words of a command mean: which service, which environment, and who asks. What cannot be found is answered with
 * the nearest valid word and the choices.
 */
import { type Kysely, sql } from "kysely";
import { optional } from "../optional.ts";
import { isDemoName } from "../policy/demos.ts";
import type { Instant } from "../policy/model.ts";
import { nearest } from "../policy/nearest.ts";
import type { Database } from "../store/schema.ts";
import type { Asker } from "./asker.ts";
import type { Bot } from "./bot.ts";
import { loginOf, slackUserOf } from "./people.ts";
import { loadDemos, loadPlace, loadServicesById, type Place, type ServicePlace, serviceRefs } from "./place.ts";
import type { ReplyContent } from "./said.ts";
import { directMessage, hasChannel, isChannelOf } from "./service-channel.ts";

/** Who gives the command, and where. A command with a key that is known was delivered twice and is carried out once. */
export type CommandFrom =
  | {
      readonly kind: "slack";
      readonly team: string;
      readonly slackUser: string;
      /** The channel in which it was typed, by id and by name without `#`. */
      readonly channel: { readonly id: string; readonly name?: string };
      readonly key: string;
      /** When it was given, epoch ms. */
      readonly at: Instant;
    }
  | {
      /** A comment on an issue or pull request of a repository; it reaches that repository's services alone. */
      readonly kind: "github";
      readonly login: string;
      readonly repository: number;
      /** The pull request that was commented on. */
      readonly pullRequest?: number;
      readonly key: string;
      readonly at: Instant;
    };

export type Lookup<Found> =
  | { readonly kind: "found"; readonly found: Found }
  | { readonly kind: "answer"; readonly answer: ReplyContent };

/** Outside a service's channel, this many may be meant together; more are only named. */
const mostTogether = 12;

/** The one service that is meant: by its name, else by the channel or repository, else because it is the only one. */
export async function findService(
  bot: Bot,
  wanted: string | undefined,
  from: CommandFrom,
): Promise<Lookup<ServicePlace>> {
  const meant = await findServices(bot, wanted, from, 1);
  if (meant.kind === "answer") return meant;
  const [only] = meant.found;
  return only === undefined ? noServices : { kind: "found", found: only };
}

/** The services that are meant: the named one, else those of the channel or repository, else all, if they are few. */
export async function findServices(
  bot: Bot,
  wanted: string | undefined,
  from: CommandFrom,
  most = mostTogether,
): Promise<Lookup<readonly ServicePlace[]>> {
  const refs = await meantServices(bot.db, wanted, from);
  if (refs.length === 0) {
    const known = await refsFor(bot.db, from).execute();
    if (known.length === 0) return noServices;
    return { kind: "answer", answer: unknownService(known, wanted ?? "") };
  }
  if (refs.length > most) {
    const all = tellApart(await refsFor(bot.db, from).execute());
    return {
      kind: "answer",
      answer: { code: "which-service", choices: refs.map((ref) => all.get(ref.id) ?? ref.name) },
    };
  }
  const ids = refs.map(({ id }) => id);
  return { kind: "found", found: await loadServicesById(bot.db, ids) };
}

const noServices = { kind: "answer", answer: { code: "no-services" } } as const;

/** A comment is read by whoever can read its repository, so nothing is said there of any other. */
function refsFor(db: Kysely<Database>, from: CommandFrom) {
  const refs = serviceRefs(db);
  return from.kind === "slack" ? refs : refs.where("repository.id", "=", from.repository);
}

/** The services that the words mean, whoever may read them; none where the name is nobody's. */
export async function meantServices(
  db: Kysely<Database>,
  wanted: string | undefined,
  from: CommandFrom,
): Promise<readonly Ref[]> {
  if (wanted !== undefined) return await namedServices(db, wanted, from);
  const here = await refsHere(db, from);
  return here.length > 0 ? here : await refsFor(db, from).execute();
}

/** All services of the channel or the repository in which the command was given; none in a direct message. */
export async function servicesHere(bot: Bot, from: CommandFrom): Promise<readonly ServicePlace[]> {
  const here = await refsHere(bot.db, from);
  return await loadServicesById(
    bot.db,
    here.map(({ id }) => id),
  );
}

async function refsHere(db: Kysely<Database>, from: CommandFrom): Promise<readonly Ref[]> {
  const refs = refsFor(db, from);
  if (from.kind === "github") return await refs.execute();
  return await refs.where(hasChannel(from.channel)).execute();
}

/**
 * Where several repositories have a service of the name, the channel's is meant, or the repository tells them apart:
 * `owner/name`, or `owner/name/service` where it has several.
 */
async function namedServices(db: Kysely<Database>, wanted: string, from: CommandFrom): Promise<readonly Ref[]> {
  const lower = wanted.toLowerCase();
  const [, repository, ofRepository] = /^([^/]+\/[^/]+)\/([^/]+)$/u.exec(lower) ?? [];
  const named = await refsFor(db, from)
    .where((row) => {
      const [service, fullName] = [sql`lower(service.name)`, sql`lower(repository.full_name)`];
      return ofRepository === undefined
        ? row.or([row(service, "=", lower), row(fullName, "=", lower)])
        : row.and([row(service, "=", ofRepository), row(fullName, "=", repository)]);
    })
    .execute();
  if (named.length < 2) return named;
  const here = named.filter((service) => isHere(service, from));
  return here.length === 1 ? here : named;
}

type Ref = Awaited<ReturnType<ReturnType<typeof serviceRefs>["execute"]>>[number];

/**
 * By a service's id what it is called so that a command means it alone, among all: also a twin that the person cannot
 * read, or that stands in another channel, makes a bare name mean two.
 */
export async function serviceNames(db: Kysely<Database>): Promise<ReadonlyMap<number, string>> {
  return tellApart(await serviceRefs(db).execute());
}

function tellApart(all: readonly Ref[]): ReadonlyMap<number, string> {
  const named = Map.groupBy(all, ({ name }) => name.toLowerCase());
  const repositories = Map.groupBy(all, (ref) => ref.repository_id);
  const called = (ref: Ref) => {
    if ((named.get(ref.name.toLowerCase()) ?? []).length < 2) return ref.name;
    const siblings = repositories.get(ref.repository_id) ?? [];
    return siblings.length < 2 ? ref.full_name : `${ref.full_name}/${ref.name}`;
  };
  return new Map(all.map((ref) => [ref.id, called(ref)]));
}

function isHere(service: Ref, from: CommandFrom): boolean {
  return from.kind === "github"
    ? service.repository_id === from.repository
    : isChannelOf(service.channel, from.channel);
}

/** Where the answer to a request stands. In direct messages it is those of the person with the bot, whoever else's it was. */
function channelOf(from: Extract<CommandFrom, { kind: "slack" }>): string {
  return from.channel.name === directMessage ? from.slackUser : from.channel.id;
}

function unknownService(services: readonly Ref[], found: string): ReplyContent {
  const choices = [...new Set(services.map((service) => service.name))];
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

/** A demo is found by its whole name, as it is written on its messages. */
export async function findEnvironmentOrDemo(
  bot: Bot,
  service: ServicePlace,
  places: readonly Place[],
  wanted: string,
): Promise<Lookup<Place>> {
  const demos = isDemoName(wanted.toLowerCase()) ? await loadDemos(bot.db, [service]) : [];
  return findEnvironment(service, demos.length > 0 ? demos : places, wanted);
}

export async function loginIn(bot: Bot, service: ServicePlace, from: CommandFrom): Promise<string | undefined> {
  return from.kind === "github" ? from.login : await loginOf(bot, service.pipeline, from);
}

export async function askerIn(bot: Bot, service: ServicePlace, from: CommandFrom): Promise<Asker | undefined> {
  const login = await loginIn(bot, service, from);
  if (login === undefined) return undefined;
  const { key, at } = from;
  if (from.kind === "slack") return { login, slackUser: from.slackUser, channel: channelOf(from), key, at };
  return { login, ...optional("slackUser", await slackUserOf(bot, service.pipeline, login)), key, at };
}

export async function placeOfDeployment(bot: Bot, deployment: number): Promise<Place | undefined> {
  const row = await bot.db
    .selectFrom("deployment")
    .select("environment_id")
    .where("id", "=", deployment)
    .executeTakeFirst();
  return row === undefined ? undefined : await loadPlace(bot.db, row.environment_id);
}

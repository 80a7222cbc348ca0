/**
 * `/deploy freeze` and `/deploy thaw`: environments held until a time. All that a command names are frozen or thawed
 * together, or none of them.
 */
import type { Kysely, Transaction } from "kysely";
import { settlersOf } from "../policy/rights.ts";
import type { Database } from "../store/schema.ts";
import { wasBegun } from "./asked-long-ago.ts";
import { type Asker, type Need, refusal } from "./asker.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { lockEnvironments, raiseVersion, wakeEnvironments } from "./environment.ts";
import { newestFreezes, standingFreezes } from "./freezes.ts";
import type { FrozenPlace, HoldsNote } from "./holds-said.ts";
import { isOver } from "./lock.ts";
import { planLook } from "./look-at-environment.ts";
import type { Place } from "./place.ts";
import { OutsideError } from "./ports.ts";
import type { ReplyContent } from "./said.ts";
import { say } from "./tell.ts";

/** An environment, and the person who gives the command as its service knows them. */
export type Meant = { readonly place: Place; readonly asker: Asker };

type Freezing = { readonly until: number; readonly reason: string };

export async function freeze(bot: Bot, meant: readonly Meant[], { until, reason }: Freezing): Promise<ReplyContent> {
  const freezing = { until, reason };
  const mayNot = await firstRefusal(bot, meant, "ask", "freeze");
  if (mayNot !== undefined) return mayNot;
  const [first] = meant;
  // Over before it began, it would hold nothing; the same command delivered again may have been carried out in time.
  if (first !== undefined && isOver(freezing, bot.context.clock.now()) && !(await wasBegun(bot, first.asker.key))) {
    return { code: "asked-long-ago", at: first.asker.at };
  }
  const where = grouped(meant);
  await bot.db.transaction().execute(async (trx) => {
    await lockEnvironments(trx, meant.map(idOf));
    const frozen: Meant[] = [];
    for (const one of meant) if (await freezeOne(trx, bot, one, freezing)) frozen.push(one);
    await wakeEnvironments(trx, bot.wake, frozen.map(idOf));
    await tell(trx, bot, frozen, "frozen", (places, { login: by }) => {
      return { code: "frozen", where: places, by, ...freezing };
    });
  });
  await bot.context.faults.at("freeze.committed");
  const settledBy = [...new Set(meant.map(({ place }) => settlersOf(place.policy)))];
  return { code: "frozen", where, ...freezing, settledBy };
}

/** False when this very command has frozen it before. The environment's row is locked by the caller. */
async function freezeOne(
  trx: Transaction<Database>,
  bot: Bot,
  { place, asker }: Meant,
  { until, reason }: Freezing,
): Promise<boolean> {
  const now = bot.context.clock.now();
  const { id } = place.environment;
  const added = await trx
    .insertInto("environment_freeze")
    .values({
      environment_id: id,
      by: asker.login,
      reason,
      since: new Date(now),
      until: new Date(until),
      request_key: asker.key,
    })
    .onConflict((conflict) => conflict.columns(["environment_id", "request_key"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  if (added === undefined) return false;
  await audit(trx, {
    at: now,
    actor: asker.login,
    action: "environment.frozen",
    service: place.service.id,
    environment: id,
    detail: { reason, until },
  });
  await moved(trx, id);
  return true;
}

/** What waits goes on: unlike a lock, a freeze is no one's hold on what comes after it. */
export async function thaw(bot: Bot, meant: readonly Meant[]): Promise<ReplyContent> {
  const now = bot.context.clock.now();
  const anew = await frozenSince(bot.db, meant, now);
  if (anew !== undefined) return anew;
  const standing = await standingFreezes(bot.db, meant.map(idOf), now);
  const frozen = meant.filter((one) => standing.has(idOf(one)));
  const mayNot = await firstRefusal(bot, frozen, "approve", "thaw");
  if (mayNot !== undefined) return mayNot;
  const thawed = await bot.db.transaction().execute(async (trx) => {
    await lockEnvironments(trx, meant.map(idOf));
    const begun = await frozenSince(trx, meant, now);
    if (begun !== undefined) return begun;
    const present = await standingFreezes(trx, meant.map(idOf), now);
    // Between the look at the rights and now somebody froze another.
    if ([...present.keys()].some((id) => !standing.has(id))) throw new OutsideError("a freeze began meanwhile");
    const found: Meant[] = [];
    for (const one of frozen) if (await thawOne(trx, bot, one)) found.push(one);
    await wakeEnvironments(trx, bot.wake, found.map(idOf));
    await tell(trx, bot, found, "thawed", (where, { login: by }) => ({ code: "thawed", where, by }));
    return found;
  });
  if ("code" in thawed) return thawed;
  await bot.context.faults.at("freeze.committed");
  return thawed.length === 0
    ? { code: "not-frozen", where: grouped(meant) }
    : { code: "thawed", where: grouped(meant.filter((one) => thawed.includes(one))) };
}

/** Taken up again, a command does not end what has been frozen since it was typed, which its author never saw. */
async function frozenSince(db: Kysely<Database>, meant: readonly Meant[], now: number) {
  const newest = await newestFreezes(db, meant.map(idOf), now);
  const anew = meant.filter((one) => (newest.get(idOf(one)) ?? 0) > one.asker.at);
  return anew.length === 0 ? undefined : ({ code: "frozen-since", where: grouped(anew) } as const);
}

async function thawOne(trx: Transaction<Database>, bot: Bot, { place, asker }: Meant): Promise<boolean> {
  const now = bot.context.clock.now();
  const { id } = place.environment;
  const ended = await trx
    .updateTable("environment_freeze")
    .set({ ended_at: new Date(now), ended_by: asker.login })
    .where("environment_id", "=", id)
    .where("ended_at", "is", null)
    .where("until", ">", new Date(now))
    .returning(["by", "reason", "until"])
    .execute();
  if (ended.length === 0) return false;
  await audit(trx, {
    at: now,
    actor: asker.login,
    action: "environment.thawed",
    service: place.service.id,
    environment: id,
    detail: { freezes: ended },
  });
  await moved(trx, id);
  return true;
}

async function moved(trx: Transaction<Database>, environment: number): Promise<void> {
  await raiseVersion(trx, environment);
  await planLook(trx, environment);
}

function idOf({ place }: Meant): number {
  return place.environment.id;
}

async function firstRefusal(bot: Bot, meant: readonly Meant[], need: Need, what: string) {
  for (const { place, asker } of meant) {
    const named = `${what} ${place.policy.name} of ${place.service.name}`;
    const mayNot = await refusal(bot, place, asker, need, named);
    if (mayNot !== undefined) return mayNot;
  }
  return undefined;
}

/** Once in each channel, with all that concerns it. */
async function tell(
  trx: Transaction<Database>,
  bot: Bot,
  meant: readonly Meant[],
  key: string,
  content: (where: readonly FrozenPlace[], asker: Asker) => HoldsNote,
): Promise<void> {
  const channelOf = ({ place, asker }: Meant) => place.service.channel ?? asker.channel;
  for (const channel of new Set(meant.map(channelOf))) {
    const here = meant.filter((one) => channelOf(one) === channel);
    const [first] = here;
    if (first === undefined) continue;
    await say(trx, bot, {
      key: `${key}/${first.asker.key}/${channel ?? ""}`,
      content: content(grouped(here), first.asker),
      channel,
      service: first.place.service.id,
    });
  }
}

/** By service, environments in their order. */
function grouped(meant: readonly Meant[]): readonly FrozenPlace[] {
  const names = [...new Set(meant.map(({ place }) => place.service.name))];
  return names.map((service) => {
    const places = meant.filter(({ place }) => place.service.name === service).map(({ place }) => place);
    const ordered = places.toSorted((one, other) => one.environment.position - other.environment.position);
    return { service, environments: ordered.map((place) => place.policy.name) };
  });
}

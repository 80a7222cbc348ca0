/**
 * The buttons that speak of a lock: taking another's over, and answering whether one's own is still needed. What a button
 * spoke of is looked up: it counts only while the lock is still that one.
 */
import { optional } from "../optional.ts";
import { sameLogin } from "../policy/logins.ts";
import type { Instant } from "../policy/model.ts";
import type { EnvironmentRow } from "../store/schema.ts";
import type { LockAction } from "./actions.ts";
import { type Asker, refusal } from "./asker.ts";
import type { Bot } from "./bot.ts";
import { lockEnvironment, lockHolder } from "./environment.ts";
import type { LockOffer } from "./holds-said.ts";
import { hold, isOver, unlock } from "./lock.ts";
import { planLook, tellHolder } from "./look-at-environment.ts";
import { loginOf } from "./people.ts";
import { loadPlace, type Place } from "./place.ts";
import type { ReplyContent } from "./said.ts";
import { say } from "./tell.ts";

export type LockClicked = {
  readonly action: LockAction;
  /** To take it over, what names the offer; else `<environment>/<when it was locked>`. */
  readonly value: string;
  readonly team: string;
  readonly slackUser: string;
  readonly channel: string;
  readonly key: string;
  /** When the click came in, epoch ms. */
  readonly at: Instant;
};

const moved = { code: "lock-moved" } as const;

export async function takeLockAction(bot: Bot, clicked: LockClicked): Promise<ReplyContent> {
  const offer = clicked.action === "take-lock" ? await offerOf(bot, clicked) : undefined;
  const [environment = 0, lockedAt = 0] =
    offer === undefined ? clicked.value.split("/").map(Number) : [offer.environmentId, offer.lockedAt];
  const place = Number.isSafeInteger(environment) ? await loadPlace(bot.db, environment) : undefined;
  if (place === undefined) return moved;
  const login = await loginOf(bot, place.service.pipeline, clicked);
  if (login === undefined) return { code: "not-linked" };
  const { slackUser, channel, key, at } = clicked;
  const asker = { login, slackUser, channel, key, at };
  if (clicked.action === "keep-lock") return await keep(bot, place, asker, lockedAt);
  if (offer !== undefined) return await take(bot, place, asker, offer);
  const isThat = clicked.action === "give-back-lock" && standsSince(place.environment, lockedAt, bot);
  return isThat ? await unlock(bot, place, asker) : moved;
}

type Offered = LockOffer & { readonly at: Instant };

/** The offer stands in the answer that was given to this very person. */
async function offerOf(bot: Bot, { value, slackUser }: LockClicked): Promise<Offered | undefined> {
  const row = await bot.db
    .selectFrom("reply")
    .select(["content", "at"])
    .where("key", "=", value)
    .where("slack_user", "=", slackUser)
    .executeTakeFirst();
  const offer = row?.content.code === "already-locked" ? row.content.offer : undefined;
  return row === undefined || offer === undefined ? undefined : { ...offer, at: row.at.getTime() };
}

function standsSince(row: EnvironmentRow, lockedAt: number, bot: Bot): boolean {
  return lockHolder(row, bot.context.clock.now()) !== undefined && row.lock_at?.getTime() === lockedAt;
}

async function take(bot: Bot, place: Place, asker: Asker, offer: Offered): Promise<ReplyContent> {
  const mayNot = await refusal(bot, place, asker, "approve", "take over the lock");
  if (mayNot !== undefined) return mayNot;
  const wish = { reason: offer.reason, ...optional("until", offer.until) };
  const { name: environment } = place.policy;
  return await bot.db.transaction().execute(async (trx): Promise<ReplyContent> => {
    const row = await lockEnvironment(trx, place.environment.id);
    // Pressed after the end that was typed, it would hold nothing, and take from its holder what does.
    if (isOver(wish, bot.context.clock.now())) return { code: "asked-long-ago", at: offer.at };
    const from = row.lock_by;
    // The click may have been delivered before, and have done it then.
    const isDone = sameLogin(asker.login, from ?? undefined) && row.lock_reason === offer.reason;
    if (isDone && lockHolder(row, bot.context.clock.now()) !== undefined)
      return { code: "locked", environment, ...wish };
    if (from !== offer.heldBy || !standsSince(row, offer.lockedAt, bot)) return moved;
    await hold(trx, bot, place, asker, wish, from);
    const named = { service: place.service.name, environment };
    const content = { code: "lock-taken", ...named, by: asker.login, from, ...wish } as const;
    const channel = place.service.channel ?? asker.channel;
    await say(trx, bot, { key: `lock-taken/${asker.key}`, content, channel, service: place.service.id });
    await tellHolder(trx, bot, row, `lock-taken/${asker.key}/holder`, content);
    return { code: "locked", environment, ...wish };
  });
}

/** Its holder still needs it: it is asked about again a day from now. */
async function keep(bot: Bot, place: Place, asker: Asker, lockedAt: number): Promise<ReplyContent> {
  return await bot.db.transaction().execute(async (trx): Promise<ReplyContent> => {
    const row = await lockEnvironment(trx, place.environment.id);
    if (!standsSince(row, lockedAt, bot) || !sameLogin(asker.login, row.lock_by ?? undefined)) return moved;
    await trx
      .updateTable("environment")
      .set({ lock_asked_at: new Date(bot.context.clock.now()) })
      .where("id", "=", row.id)
      .execute();
    await planLook(trx, row.id);
    return { code: "lock-kept", environment: place.policy.name };
  });
}

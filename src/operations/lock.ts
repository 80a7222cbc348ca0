/** `/deploy lock` and `/deploy unlock`: an environment held by someone with a reason, and given free again. */
import type { Transaction } from "kysely";
import { optional } from "../optional.ts";
import { sameLogin } from "../policy/logins.ts";
import type { Instant, RequestKind } from "../policy/model.ts";
import { settlersOf } from "../policy/rights.ts";
import type { Database, EnvironmentRow } from "../store/schema.ts";
import { type Asker, refusal } from "./asker.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { lockEnvironment, lockHolder, raiseVersion, wakeEnvironment } from "./environment.ts";
import { pendingOf } from "./facts.ts";
import { noLock, planLook, tellHolder } from "./look-at-environment.ts";
import type { Place } from "./place.ts";
import { OutsideError } from "./ports.ts";
import type { ReplyContent } from "./said.ts";
import { say, touchDeployment, wasSaid } from "./tell.ts";

/** Why, and until when (epoch ms). */
export type LockWish = { readonly reason: string; readonly until?: number };

/** Taken up late, what was to be held may be over. */
export function isOver({ until }: Pick<LockWish, "until">, now: Instant): boolean {
  return until !== undefined && until <= now;
}

export async function lock(bot: Bot, place: Place, asker: Asker, wish: LockWish): Promise<ReplyContent> {
  const mayNot = await refusal(bot, place, asker, "ask", "lock");
  if (mayNot !== undefined) return mayNot;
  // Only in Slack is there a button to take it over with.
  const mayTake = asker.channel !== undefined && (await refusal(bot, place, asker, "approve", "lock")) === undefined;
  const now = bot.context.clock.now();
  const { name } = place.policy;
  return await bot.db.transaction().execute(async (trx): Promise<ReplyContent> => {
    const row = await lockEnvironment(trx, place.environment.id);
    // The same command delivered again has locked it before, whoever holds it now.
    if (await wasSaid(trx, `locked/${asker.key}`)) return { code: "locked", environment: name, ...wish };
    // It would hold nothing any more, and would take the place of one that does.
    if (isOver(wish, now)) return { code: "asked-long-ago", at: asker.at };
    const holder = lockHolder(row, now);
    if (holder !== undefined && !sameLogin(holder, asker.login)) {
      const held = { by: holder, reason: row.lock_reason ?? "", ...optional("until", row.lock_until?.getTime()) };
      const lockedAt = row.lock_at?.getTime() ?? 0;
      const settledBy = settlersOf(place.policy);
      const offer = { token: asker.key, environmentId: row.id, heldBy: holder, lockedAt, ...wish };
      return { code: "already-locked", environment: name, ...held, settledBy, ...(mayTake ? { offer } : {}) };
    }
    await hold(trx, bot, place, asker, wish);
    const content = {
      code: "locked",
      service: place.service.name,
      environment: name,
      by: asker.login,
      ...wish,
    } as const;
    const channel = place.service.channel ?? asker.channel;
    await say(trx, bot, { key: `locked/${asker.key}`, content, channel, service: place.service.id });
    return { code: "locked", environment: name, ...wish };
  });
}

/** Writes whose the lock is from now on. The environment's row is locked by the caller. */
export async function hold(
  trx: Transaction<Database>,
  bot: Bot,
  place: Place,
  asker: Asker,
  { reason, until }: LockWish,
  from?: string,
): Promise<void> {
  const now = bot.context.clock.now();
  const { id } = place.environment;
  await trx
    .updateTable("environment")
    .set({
      lock_by: asker.login,
      lock_by_slack: asker.slackUser ?? null,
      lock_reason: reason,
      lock_at: new Date(now),
      lock_until: until === undefined ? null : new Date(until),
      lock_asked_at: null,
    })
    .where("id", "=", id)
    .execute();
  await raiseVersion(trx, id);
  await planLook(trx, id);
  await audit(trx, {
    at: now,
    actor: asker.login,
    action: "environment.locked",
    service: place.service.id,
    environment: id,
    detail: { reason, until, from },
  });
  await wakeEnvironment(trx, bot.wake, id);
}

/** Ends the lock and the hold. It starts nothing: what waited is offered until a person asks for it. */
export async function unlock(bot: Bot, place: Place, asker: Asker): Promise<ReplyContent> {
  const { environment, policy } = place;
  const now = bot.context.clock.now();
  const told = `unlocked/${asker.key}`;
  if ((await wasSaid(bot.db, told)) || (await wasSaid(bot.db, `${told}/hold`))) {
    // The same command delivered again: what has been locked since is another's.
    return { code: "unlocked", environment: policy.name, ...optional("offers", await offeredIn(bot, environment.id)) };
  }
  if (heldSince(environment, now, asker.at)) return { code: "lock-moved" };
  const holder = lockHolder(environment, now);
  const isAnothers = holder !== undefined && !sameLogin(holder, asker.login);
  const need = isAnothers || environment.hold_deployment_id !== null ? "approve" : "ask";
  const mayNot = await refusal(bot, place, asker, need, "unlock");
  if (mayNot !== undefined) return mayNot;
  return await bot.db.transaction().execute(async (trx): Promise<ReplyContent> => {
    const row = await lockEnvironment(trx, environment.id);
    if (heldSince(row, now, asker.at)) return { code: "lock-moved" };
    const held = lockHolder(row, now);
    if (held === undefined && row.hold_deployment_id === null) return { code: "not-locked", environment: policy.name };
    if (held !== holder || row.hold_deployment_id !== environment.hold_deployment_id) {
      // Between the look at the rights and now the one that stood was given free or ran out.
      throw new OutsideError(`the environment ${policy.name} moved while it was unlocked`);
    }
    await trx
      .updateTable("environment")
      .set({
        ...noLock,
        hold_deployment_id: null,
        hold_bad_sha: null,
        hold_bad_tree: null,
        hold_since: null,
      })
      .where("id", "=", row.id)
      .execute();
    await planLook(trx, row.id);
    const pending = await pendingOf(trx, row.id);
    // A run that GitHub holds was started by a person who waits for nothing else, and a demo that has served is to go:
    // both go on by themselves.
    const goesOn = (kind: RequestKind) => kind === "external" || kind === "destroy";
    const offered = pending.filter((waiting) => !waiting.typed && !goesOn(waiting.kind));
    for (const waiting of offered) {
      await trx
        .updateTable("deployment")
        .set({ offered_at: new Date(now), offered_because: "unlock" })
        .where("id", "=", waiting.id)
        .execute();
      await touchDeployment(trx, bot, place.service, waiting);
    }
    await raiseVersion(trx, row.id);
    await audit(trx, {
      at: now,
      actor: asker.login,
      action: "environment.unlocked",
      service: place.service.id,
      environment: row.id,
      detail: { lockedBy: row.lock_by, hold: row.hold_deployment_id },
    });
    const offers = optional("offers", offered.at(-1)?.id);
    const channel = place.service.channel ?? asker.channel;
    if (held !== undefined) {
      const content = {
        code: "unlocked",
        service: place.service.name,
        environment: policy.name,
        by: asker.login,
        held,
        ...offers,
      } as const;
      await say(trx, bot, { key: told, content, channel, service: place.service.id });
      if (isAnothers) await tellHolder(trx, bot, row, `${told}/holder`, content);
    }
    if (row.hold_deployment_id !== null) {
      const content = { code: "hold-ended", environment: policy.name, by: "unlock", person: asker.login } as const;
      await say(trx, bot, { key: `${told}/hold`, content, channel, deployment: row.hold_deployment_id });
    }
    await wakeEnvironment(trx, bot.wake, row.id);
    return { code: "unlocked", environment: policy.name, ...offers };
  });
}

/** Carried out late, an unlock does not end a lock or a hold that its author had not seen when they asked. */
function heldSince(row: EnvironmentRow, now: number, at: Instant): boolean {
  const locked = lockHolder(row, now) === undefined ? 0 : (row.lock_at?.getTime() ?? 0);
  return Math.max(locked, row.hold_since?.getTime() ?? 0) > at;
}

/** The newest that an unlock offers and that still waits. */
async function offeredIn(bot: Bot, environment: number): Promise<number | undefined> {
  const pending = await pendingOf(bot.db, environment);
  return pending.findLast((row) => row.offered_because === "unlock")?.id;
}

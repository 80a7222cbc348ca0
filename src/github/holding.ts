/**
 * Puts off what may wait, so that what GitHub still allows is there for what may not. Checks are never put off: a merge
 * waits for them. Comments wait when little is left of the hour's calls, news when less than a tenth is, both until the
 * limit is renewed; nothing is dropped, since the projections remember what is behind.
 *
 * Comments also keep a pace: GitHub stops an App that makes more than 80 in a minute ("Rate limits for the REST API"),
 * for everything that it does. The news of a release with a hundred issues would get there.
 */
import type { Context } from "../context.ts";
import type { GitHub, RateLimit } from "./client.ts";

type Row = { readonly subject: string; readonly lane: string };

/** Epoch ms; undefined when the write may go on at once. */
export type HeldUntil = (row: Row) => number | undefined;

export type Holding = { readonly comments: HeldUntil; readonly news: HeldUntil };

const keptForOthers = { comments: 0.05, news: 0.1 } as const;
/** So many at once, and then one in each such time: at most 50 comments and 20 news in any minute. */
const pace = { comments: { atOnce: 10, apartMs: 1_500 }, news: { atOnce: 5, apartMs: 4_000 } } as const;

export function createHolding(context: Context, github: Pick<GitHub, "rateLimits">): Holding {
  const holding = (kind: keyof Holding): HeldUntil => {
    const turns = createTurns(context, pace[kind]);
    return (row) => {
      const installation = row.lane.replace(/^github\//, "");
      const limit = github.rateLimits().find(({ lane }) => lane === installation);
      return renewalOf(limit, keptForOthers[kind], context.clock.now()) ?? turns(row);
    };
  };
  return { comments: holding("comments"), news: holding("news") };
}

/** When the limit is renewed, if less than this share of it is left. */
function renewalOf(limit: RateLimit | undefined, share: number, now: number): number | undefined {
  if (limit?.limit === undefined || limit.resetAt === undefined || limit.resetAt <= now) return undefined;
  return limit.remaining < limit.limit * share ? limit.resetAt : undefined;
}

/** Gives each subject of a lane a turn of its own, so that they do not all come back at the same moment. */
function createTurns(context: Context, { atOnce, apartMs }: { atOnce: number; apartMs: number }): HeldUntil {
  const lanes = new Map<string, { next: number; readonly given: Map<string, number> }>();
  return ({ lane, subject }) => {
    const turns = lanes.get(lane) ?? { next: 0, given: new Map<string, number>() };
    lanes.set(lane, turns);
    const now = context.clock.now();
    const own = turns.given.get(subject) ?? Math.max(turns.next, now - (atOnce - 1) * apartMs);
    if (!turns.given.has(subject)) turns.next = own + apartMs;
    if (own > now) {
      turns.given.set(subject, own);
      return own;
    }
    turns.given.delete(subject);
    return undefined;
  };
}

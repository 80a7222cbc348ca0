/**
 * Deliveries of GitHub, Slack and deployers, stored before they are answered and handled afterwards, each once.
 *
 * What arrives together is written together: one INSERT, which commits by itself, and one wake for everything that came
 * while the last write was under way. `store` resolves only when the row is committed; it never handles anything itself.
 */
import { type Kysely, sql } from "kysely";
import type { Pool } from "pg";
import type { Context } from "../context.ts";
import type { Wake } from "../jobs/wake.ts";
import { storableJson } from "../storable.ts";
import { createBatches } from "./batches.ts";
import { createBurst } from "./burst.ts";
import { createJsonHolder } from "./held-json.ts";
import { type Encoded, insertDeliveries, rowsAtMost } from "./insert-deliveries.ts";
import type { Database, InboxSource } from "./schema.ts";

export type Delivery = {
  readonly source: InboxSource;
  /** What the sender calls this delivery, the same when it is sent again: GitHub's GUID, Slack's event id. */
  readonly key: string;
  /** What kind it is, for example `pull_request.edited`. */
  readonly name: string;
  /** Only the fields that are read later. */
  readonly payload: unknown;
};

/** `known`: it was here before. `again`: it had failed for good, and is taken up again. */
export type Stored = "stored" | "known" | "again";

/** A delivery that is ours to handle until `leaseUntil` (epoch ms); `epoch` is what `done` and `failed` must match. */
export type ClaimedDelivery = Delivery & {
  readonly id: number;
  readonly epoch: number;
  readonly attempts: number;
  readonly receivedAt: number;
  readonly leaseUntil: number;
};

export type Inbox = {
  store(delivery: Delivery): Promise<Stored>;
  /** Resolves when nobody waits to be answered and no burst is under way, or after some time all the same. */
  quiet(): Promise<void>;
  /** Takes at most `limit` deliveries that are due, the oldest first; no one else gets them before the lease ends. */
  claim(limit: number): Promise<readonly ClaimedDelivery[]>;
  /** False when the lease was lost: someone else has taken it up, and what they say counts. */
  done(delivery: ClaimedDelivery): Promise<boolean>;
  /**
   * To be tried again later, given up after the last try, or `lost` like `done`'s false. What fails only because somebody
   * else is `away` is given up only when it is old.
   */
  failed(delivery: ClaimedDelivery, error: unknown, away?: boolean): Promise<"again" | "given-up" | "lost">;
  /** Gives up what ended the bot in every try, and forgets what was handled long ago. For the sweep. */
  tidy(): Promise<{ readonly givenUp: number; readonly pruned: number }>;
};

/** A second INSERT runs beside the first from so many rows on. Fewer are not worth the commit of their own. */
const storedBesideFrom = 16;
/** Longer than any handler may take; after a crash the delivery waits this long at most. */
export const leaseMs = 60_000;
/** How long to wait after each failed try; after the last one it is given up. */
export const retryAfterMs = [2_000, 10_000, 60_000, 300_000] as const;
export const triesAtMost = retryAfterMs.length + 1;
/** As long as GitHub lets a delivery be sent again. */
export const awayAtMostMs = 3 * 24 * 3_600_000;
/** GitHub lets a delivery be sent again for three days only; the rest is for looking back. */
export const keepHandledMs = 30 * 24 * 3_600_000;
/** How many of the oldest rows one tidying looks at, so that it costs the same in a full table. */
const pruneAtOnce = 1_000;
const errorAtMost = 2_000;

type Waiting = {
  readonly delivery: Encoded;
  readonly resolve: (stored: Stored) => void;
  readonly reject: (error: unknown) => void;
};

type Ending = {
  readonly delivery: ClaimedDelivery;
  readonly resolve: (done: boolean) => void;
  readonly reject: (error: unknown) => void;
};

export function createInbox(parts: {
  readonly context: Context;
  readonly db: Kysely<Database>;
  /** The connections of `db`. */
  readonly pool: Pick<Pool, "query">;
  readonly wake: Pick<Wake, "inbox" | "stored">;
}): Inbox {
  const { context, db, pool, wake } = parts;
  const { clock } = context;
  const arriving = createBatches<Waiting>({ clock, rowsAtMost, besideFrom: storedBesideFrom, write: writeBatch });
  const ending = createBatches<Ending>({ clock, rowsAtMost, write: writeEnds });
  const holder = createJsonHolder();
  const burst = createBurst({ clock, isIdle: arriving.isIdle, idle: arriving.idle });

  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    const first = new Map<string, Waiting>();
    const repeated: Waiting[] = [];
    for (const item of batch) {
      const name = nameOf(item.delivery);
      if (first.has(name)) repeated.push(item);
      else first.set(name, item);
    }
    // In the same order in every replica, so that two that store the same deliveries at once cannot deadlock.
    const names = [...first.keys()].sort();
    const ordered = names.flatMap((name) => first.get(name) ?? []);
    try {
      await context.faults.at("inbox.writing");
      const written = await insertDeliveries(
        pool,
        ordered.map((item) => item.delivery),
        new Date(context.clock.now()),
      );
      // Every try raises the epoch, so a row at zero has just been made and any other was given up before.
      const results = new Map<string, Stored>();
      for (const row of written) results.set(nameOf(row), row.epoch === 0 ? "stored" : "again");
      await context.faults.at("inbox.stored");
      if (results.size > 0) wake.stored();
      for (const item of ordered) item.resolve(results.get(nameOf(item.delivery)) ?? "known");
      for (const item of repeated) item.resolve("known");
    } catch (error) {
      // One that the database refuses must not take with it what merely arrived at the same moment.
      if (batch.length > 1 && isRefusal(error)) for (const item of batch) await writeBatch([item]);
      else for (const item of batch) item.reject(error);
    }
  }

  async function claim(limit: number): Promise<readonly ClaimedDelivery[]> {
    const now = context.clock.now();
    const leaseUntil = now + leaseMs;
    const rows = await db
      .updateTable("inbox")
      .set((row) => ({
        status: "handling" as const,
        look_at: new Date(leaseUntil),
        // One handler at a time: whoever holds an older epoch can no longer write to the row.
        epoch: row("epoch", "+", 1),
        attempts: row("attempts", "+", 1),
      }))
      .where("id", "in", (query) =>
        query
          .selectFrom("inbox")
          .select("id")
          .where("status", "in", ["stored", "handling"])
          .where("look_at", "<=", new Date(now))
          .where("attempts", "<", triesAtMost)
          .orderBy("look_at")
          .orderBy("id")
          .limit(limit)
          .forUpdate()
          .skipLocked(),
      )
      .returning(["id", "source", "key", "name", "payload", "epoch", "attempts", "received_at"])
      .execute();
    if (rows.length > 0) await context.faults.at("inbox.claimed");
    return rows
      .toSorted((a, b) => a.id - b.id)
      .map(({ received_at, ...row }) => ({ ...row, receivedAt: received_at.getTime(), leaseUntil }));
  }

  async function writeEnds(batch: readonly Ending[]): Promise<void> {
    try {
      const rows = await db
        .updateTable("inbox")
        .set({ status: "done", handled_at: new Date(context.clock.now()), error: null })
        .where("status", "=", "handling")
        .where((row) =>
          row(
            row.refTuple("id", "epoch"),
            "in",
            batch.map(({ delivery }) => row.tuple(delivery.id, delivery.epoch)),
          ),
        )
        .returning("id")
        .execute();
      await context.faults.at("inbox.done");
      const ended = new Set(rows.map((row) => row.id));
      for (const { delivery, resolve } of batch) resolve(ended.has(delivery.id));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async function failed(
    delivery: ClaimedDelivery,
    error: unknown,
    away = false,
  ): Promise<"again" | "given-up" | "lost"> {
    const now = context.clock.now();
    const outlasted = away && now - delivery.receivedAt < awayAtMostMs ? retryAfterMs.at(-1) : undefined;
    const wait = retryAfterMs[delivery.attempts - 1] ?? outlasted;
    return db.transaction().execute(async (trx) => {
      const result = await trx
        .updateTable("inbox")
        .set({
          error: describe(error),
          ...(wait === undefined
            ? { status: "failed" as const, handled_at: new Date(now) }
            : {
                status: "stored" as const,
                look_at: new Date(now + wait),
                attempts: Math.min(delivery.attempts, triesAtMost - 1),
              }),
        })
        .where("id", "=", delivery.id)
        .where("status", "=", "handling")
        .where("epoch", "=", delivery.epoch)
        .executeTakeFirst();
      if (result.numUpdatedRows === 0n) return "lost";
      if (wait === undefined) return "given-up";
      await wake.inbox(trx, now + wait);
      return "again";
    });
  }

  async function tidy(): Promise<{ givenUp: number; pruned: number }> {
    const now = context.clock.now();
    const givenUp = await db
      .updateTable("inbox")
      .set({
        status: "failed",
        handled_at: new Date(now),
        error: sql<string>`coalesce(error || '; ', '') || 'no try came to its end'`,
      })
      .where("status", "in", ["stored", "handling"])
      .where("look_at", "<=", new Date(now))
      .where("attempts", ">=", triesAtMost)
      .executeTakeFirst();
    const pruned = await db
      .deleteFrom("inbox")
      // The oldest rows by their ids: the primary key finds them without looking at the rest.
      .where("id", "in", (query) => query.selectFrom("inbox").select("id").orderBy("id").limit(pruneAtOnce))
      .where("status", "in", ["done", "failed"])
      .where("handled_at", "<", new Date(now - keepHandledMs))
      .executeTakeFirst();
    return { givenUp: Number(givenUp.numUpdatedRows), pruned: Number(pruned.numDeletedRows) };
  }

  return {
    store({ source, key, name, payload }) {
      burst.arrived();
      const held = holder.hold(storableJson(payload));
      const storing = new Promise<Stored>((resolve, reject) => {
        arriving.add({ delivery: { source, key, name, payload: held.bytes }, resolve, reject });
      });
      return storing.finally(held.release);
    },
    quiet: burst.over,
    claim,
    done: (delivery) =>
      new Promise((resolve, reject) => {
        ending.add({ delivery, resolve, reject });
      }),
    failed,
    tidy,
  };
}

function nameOf({ source, key }: { readonly source: string; readonly key: string }): string {
  return `${source} ${key}`;
}

/** The database found fault with the data (SQLSTATE classes 22 and 23), rather than failing itself. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && /^2[23]/.test(error.code);
}

function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, errorAtMost);
}

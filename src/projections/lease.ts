/**
 * The lease of a surface's row. An epoch rises with each; every later write to the row must match it, so that a writer
 * that lost its lease changes nothing.
 */
import { type Kysely, sql } from "kysely";
import type { Context } from "../context.ts";
import { NotSent } from "../operations/ports.ts";
import type { Database, ProjectionRow } from "../store/schema.ts";
import { type External, refusalsInOrder, triesInOrder } from "./surface.ts";
import type { StillMine } from "./writer.ts";

/** Longer than any single write may take: GitHub calls give up after 12 s, Slack's after 15 s. */
const leaseMs = 60_000;
/** A lease as old as this is renewed before a call that writes. */
const youngMs = 15_000;

export type Leased = ProjectionRow & { readonly epoch: number };

type Keeper = { readonly db: Kysely<Database>; readonly context: Context };

/** Where a subject stands in its lane: `42/1` comes after `8` and before `42/2`. */
export function place(column: "subject" | "earlier.subject" | "projection.subject") {
  return sql<readonly number[]>`string_to_array(${sql.ref(column)}, '/')::bigint[]`;
}

/**
 * Invariant: at most one writer holds an unexpired lease; the epoch rises with each, so that an old one cannot write.
 *
 * Where it is not `isMine` the row is as it stood when that was found; undefined where nothing is behind. Somebody who
 * took it a moment later may have changed it since: whether more is to be written then, their own release tells them.
 */
export async function lease(
  db: Kysely<Database>,
  key: string,
  now: number,
  inOrder: boolean,
): Promise<(Leased & { readonly isMine: boolean }) | undefined> {
  const at = new Date(now);
  return await db
    .with("leased", (cte) =>
      cte
        .updateTable("projection")
        .set((eb) => ({ epoch: eb("epoch", "+", 1), lease_until: new Date(now + leaseMs) }))
        .where("key", "=", key)
        .whereRef("wanted", ">", "shown")
        .where((eb) => eb.or([eb("lease_until", "is", null), eb("lease_until", "<=", at)]))
        .where((eb) => eb.or([eb("look_at", "is", null), eb("look_at", "<=", at)]))
        .$if(inOrder, (query) =>
          query.where(({ eb, or, not, exists, selectFrom }) =>
            or([
              eb("external", "is not", null),
              not(
                exists(
                  selectFrom("projection as earlier")
                    .select("earlier.key")
                    .whereRef("earlier.surface", "=", "projection.surface")
                    .whereRef("earlier.lane", "=", "projection.lane")
                    .whereRef("earlier.wanted", ">", "earlier.shown")
                    .where("earlier.external", "is", null)
                    .where("earlier.refused", "<", refusalsInOrder)
                    .where("earlier.attempts", "<", triesInOrder)
                    .where(sql<boolean>`${place("earlier.subject")} < ${place("projection.subject")}`),
                ),
              ),
            ]),
          ),
        )
        .returningAll(),
    )
    .selectFrom("leased")
    .selectAll("leased")
    .select(sql<boolean>`true`.as("isMine"))
    .unionAll((found) =>
      found
        .selectFrom("projection")
        .selectAll("projection")
        .select(sql<boolean>`false`.as("isMine"))
        .where("key", "=", key)
        .whereRef("wanted", ">", "shown")
        .where(({ not, exists, selectFrom }) => not(exists(selectFrom("leased").select("leased.key")))),
    )
    .executeTakeFirst();
}

/** Gives the lease back; true when the state has moved on since it was taken. */
export async function release(
  db: Kysely<Database>,
  row: Leased,
  changes: {
    shown?: number;
    state?: "idle";
    attempts?: number;
    refused?: number;
    error?: string | null;
    look_at: Date | null;
  },
): Promise<boolean> {
  const after = await db
    .updateTable("projection")
    .set({ ...changes, lease_until: null })
    .where("key", "=", row.key)
    .where("epoch", "=", row.epoch)
    .returning(["wanted", "shown"])
    .executeTakeFirst();
  return after !== undefined && after.wanted > after.shown;
}

/**
 * Looking for what a predecessor made may have taken most of the lease. Whoever writes to the far side has a whole one
 * before them, so that nobody takes over meanwhile and writes it a second time.
 */
export async function renew(
  { db, context }: Keeper,
  row: Leased,
  changes: { readonly state?: "posting" } = {},
): Promise<void> {
  const result = await db
    .updateTable("projection")
    .set({ ...changes, lease_until: new Date(context.clock.now() + leaseMs) })
    .where("key", "=", row.key)
    .where("epoch", "=", row.epoch)
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n) throw new LeaseLost(row.key);
}

/**
 * What is asked before something is made may take longer than the lease: each call that writes is sent under one that is
 * young, or, when another has taken over, not at all. Right after the lease was taken this costs no query.
 */
export function keeping(options: Keeper, row: Leased): StillMine {
  const { clock } = options.context;
  let until = row.lease_until?.getTime() ?? 0;
  return async () => {
    if (until - clock.now() > leaseMs - youngMs) return;
    await renew(options, row).catch((error: unknown) => {
      throw new NotSent(error instanceof Error ? error.message : String(error), { cause: error });
    });
    until = clock.now() + leaseMs;
  };
}

export async function remember(
  db: Kysely<Database>,
  row: Leased,
  external: External,
  hash: string | null,
): Promise<void> {
  const result = await db
    .updateTable("projection")
    .set({ external: JSON.stringify(external), shown_hash: hash })
    .where("key", "=", row.key)
    .where("epoch", "=", row.epoch)
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n) throw new LeaseLost(row.key);
}

/** Another writer took over; it will look for what this one made. */
class LeaseLost extends Error {
  constructor(key: string) {
    super(`the lease of ${key} was lost`);
    this.name = "LeaseLost";
  }
}

/**
 * Keeps what people see true to the state: one writer at a time for each surface, and a write only when the rendering
 * changed. The row is the truth about what was written; this never decides what is to be said.
 *
 * A row is leased (`lease.ts`). Before something is made the row says `posting`, until it is made, remembered and followed
 * up; a writer that finds it so looks for what its predecessor may have made before it makes anything.
 */
import { createHash } from "node:crypto";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Context, Timer } from "../context.ts";
import { OutsideError, Refusal } from "../operations/ports.ts";
import type { Database } from "../store/schema.ts";
import { keeping, type Leased, lease, place, release, remember, renew } from "./lease.ts";
import { type External, holdsOthers, NotYet, type Surface, type Surfaces } from "./surface.ts";
import { writingAs } from "./writer.ts";

const firstRetryMs = 1_000;
const longestRetryMs = 5 * 60_000;

export type Projections = {
  /** Brings the surface with this key up to date; does nothing when another writer holds it. */
  project(key: string): Promise<void>;
  /** Sets no timer any more and waits for what is being written; the sweep of whoever runs next takes up what is behind. */
  stop(): Promise<void>;
};

export type ProjectionOptions = {
  readonly context: Context;
  readonly log: Logger;
  readonly db: Kysely<Database>;
  readonly surfaces: Surfaces;
  /**
   * Called after something was made and remembered, for example to read reactions that came before; called again when
   * it failed or the bot was killed on the way.
   */
  readonly onCreated?: (surface: string, subject: string) => Promise<void>;
  /** Called once it is true to the state, also where nothing was written: whoever wrote it may have been killed before this. */
  readonly onShown?: (surface: string, subject: string) => Promise<void>;
  /** Called after each time that the far side said no, once that is written down. Where it fails, the next no calls it again. */
  readonly onRefused?: (surface: string, subject: string) => Promise<void>;
  readonly onWritten?: (surface: string, result: "created" | "updated" | "unchanged" | "failed") => void;
};

export function createProjections(options: ProjectionOptions): Projections {
  const { context, log, db } = options;
  const delayed = new Map<string, Timer>();
  const underWay = new Set<Promise<void>>();
  let stopping = false;

  function lookAgain(key: string, inMs: number): void {
    delayed.get(key)?.cancel();
    if (stopping) return;
    const timer = context.clock.after(inMs, () => {
      delayed.delete(key);
      project(key).catch((error) => log.error({ err: error, key }, "a projection could not be taken up"));
    });
    delayed.set(key, timer);
  }

  /** What waited for its turn behind this one. */
  async function wakeNext(row: Leased): Promise<void> {
    const at = new Date(context.clock.now());
    const next = await db
      .selectFrom("projection")
      .select("key")
      .where("surface", "=", row.surface)
      .where("lane", "=", row.lane)
      .whereRef("wanted", ">", "shown")
      .where((eb) => eb.or([eb("look_at", "is", null), eb("look_at", "<=", at)]))
      .where("external", "is", null)
      .orderBy(place("subject"))
      .limit(1)
      .executeTakeFirst();
    if (next !== undefined) lookAgain(next.key, 0);
  }

  async function project(key: string): Promise<void> {
    const written = bringAlong(key).finally(() => underWay.delete(written));
    underWay.add(written);
    await written;
  }

  async function bringAlong(key: string): Promise<void> {
    const inOrder = options.surfaces.get(key.slice(0, key.indexOf("/")))?.inOrder === true;
    const now = context.clock.now();
    const row = await lease(db, key, now, inOrder);
    if (row === undefined) return;
    if (!row.isMine) {
      // A wake that comes between two writes of the same thing is not lost: it is looked at again when its time has come,
      // also when that was just now.
      const dueAt = row.look_at?.getTime() ?? 0;
      if (dueAt > now) lookAgain(key, Math.max(dueAt - context.clock.now(), 0));
      return;
    }
    const surface = options.surfaces.get(row.surface);
    if (surface === undefined) {
      await release(db, row, {
        error: `no face writes ${row.surface}`,
        look_at: new Date(context.clock.now() + longestRetryMs),
      });
      return;
    }
    try {
      const written = await bringUpToDate(options, surface, row);
      if (typeof written === "object") {
        await release(db, row, { look_at: new Date(written.heldUntil) });
        lookAgain(key, written.heldUntil - context.clock.now());
        return;
      }
      if (written === "created") await options.onCreated?.(row.surface, row.subject);
      await options.onShown?.(row.surface, row.subject);
      await context.faults.at("projection.followed");
      options.onWritten?.(row.surface, written);
      const wait = written === "unchanged" ? 0 : (surface.spacingMs ?? 0);
      const behind = await release(db, row, {
        shown: row.wanted,
        // Where nothing was written, what a predecessor may have made is still to be looked for.
        ...(written === "unchanged" ? {} : { state: "idle" as const }),
        attempts: 0,
        refused: 0,
        error: null,
        look_at: wait > 0 ? new Date(context.clock.now() + wait) : null,
      });
      if (behind) lookAgain(key, wait);
      if (inOrder && written !== "updated") await wakeNext(row);
    } catch (error) {
      const failed = await afterFailure(row, error);
      lookAgain(key, failed.inMs);
      if (inOrder && !failed.keepsOrder) await wakeNext(row);
    }
  }

  /** Writes down why it failed and when it is tried again. */
  async function afterFailure(row: Leased, error: unknown): Promise<{ inMs: number; keepsOrder: boolean }> {
    const inMs = retryDelay(row.attempts, error, context.clock.now());
    const waits = error instanceof NotYet;
    const attempts = row.attempts + (waits ? 0 : 1);
    const refused = row.refused + (error instanceof Refusal || !(error instanceof OutsideError) ? 1 : 0);
    if (!waits) {
      options.onWritten?.(row.surface, "failed");
      log.warn({ err: error, key: row.key, attempts, retryInMs: inMs }, "a surface could not be written");
    }
    await release(db, row, {
      attempts,
      refused,
      error: error instanceof Error ? error.message : String(error),
      look_at: new Date(context.clock.now() + inMs),
    });
    if (error instanceof Refusal) {
      await options
        .onRefused?.(row.surface, row.subject)
        .catch((err) => log.warn({ err, key: row.key }, "that a surface is refused could not be told"));
    }
    return { inMs, keepsOrder: holdsOthers({ refused, attempts }) };
  }

  return {
    project,
    async stop() {
      stopping = true;
      for (const timer of delayed.values()) timer.cancel();
      delayed.clear();
      await Promise.allSettled(underWay);
    },
  };
}

async function bringUpToDate(
  options: ProjectionOptions,
  surface: Surface,
  row: Leased,
): Promise<"created" | "updated" | "unchanged" | { readonly heldUntil: number }> {
  const rendering = await surface.render(row.subject);
  if (rendering === undefined) return "unchanged";
  const hash = createHash("sha256").update(JSON.stringify(rendering.content)).digest("hex");
  const external = row.external === null ? undefined : (row.external as External);
  // Remembered, but not yet followed up: whoever made it did not come that far.
  const result = row.state === "posting" ? "created" : "updated";
  if (external !== undefined && row.shown_hash === hash) return result === "created" ? result : "unchanged";
  const heldUntil = surface.heldUntil?.(row);
  if (heldUntil !== undefined && heldUntil > options.context.clock.now()) return { heldUntil };

  if (external === undefined) {
    const found = row.state === "posting" ? await surface.find(row.subject, rendering.content) : undefined;
    if (found !== undefined) {
      // What a predecessor made may show an older state: remember it without a hash, then write it as any other.
      await remember(options.db, row, found, null);
      await renew(options, row);
      return await rewrite(options, surface, row, found, rendering.content, hash, "created");
    }
    await renew(options, row, { state: "posting" });
    await options.context.faults.at("projection.posting");
    const { content } = rendering;
    const made = await writingAs(keeping(options, row), () => surface.create(row.subject, content));
    await options.context.faults.at("projection.created");
    await remember(options.db, row, made, hash);
    return "created";
  }
  return await rewrite(options, surface, row, external, rendering.content, hash, result);
}

async function rewrite(
  options: ProjectionOptions,
  surface: Surface,
  row: Leased,
  external: External,
  content: unknown,
  hash: string,
  result: "created" | "updated",
): Promise<"created" | "updated"> {
  const { update } = surface;
  if (update !== undefined) {
    const moved = await writingAs(keeping(options, row), () => update(external, content, row.subject));
    await options.context.faults.at("projection.updated");
    await remember(options.db, row, moved ?? external, hash);
  } else {
    await remember(options.db, row, external, hash);
  }
  return result;
}

function retryDelay(attempts: number, error: unknown, now: number): number {
  if (error instanceof OutsideError && error.retryAt !== undefined) return Math.max(error.retryAt - now, firstRetryMs);
  return Math.min(firstRetryMs * 2 ** attempts, longestRetryMs);
}

/**
 * One bot holds a `DATA_DIR` at a time. The hold is a numbered file, made exclusively; the highest number is the one
 * that counts, and is never removed, so that two bots which both find a dead holder cannot both follow it:
 *
 *   - whoever finds number n without a living holder makes n+1, which only one can;
 *   - having made it, it looks once more: a higher number means that it looked too late, and it withdraws;
 *   - only numbers below one's own are removed.
 *
 * A holder that can be seen is judged by its process. One in another container or on another machine is judged by its
 * heartbeat, the file's time of change.
 */
import { hostname } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import { z } from "zod";
import type { Context } from "../../context.ts";
import { StoreError } from "../store-error.ts";
import { isAlive, startTicks } from "./process-identity.ts";

export type Hold = { release(): Promise<void> };

/** How often a holder shows that it lives. */
const beatMs = 2_000;
/** A holder that cannot be seen and is silent for so long is taken for dead: five missed beats. */
export const silentMs = 10_000;
const lookMs = 250;
/** The time of change of a file that could not be written by whoever made it. */
const abandoned = 0;

const holderShape = z.object({
  pid: z.number(),
  host: z.string(),
  since: z.string(),
  /** The kernel's boot and the namespace of process numbers; both equal means that we see the same processes. */
  boot: z.string(),
  namespace: z.string(),
  ticks: z.string().optional(),
  released: z.boolean().optional(),
});
type Holder = z.infer<typeof holderShape>;

export async function holdDataDir(parts: {
  readonly context: Context;
  readonly log: Logger;
  readonly dataDir: string;
}): Promise<Hold> {
  const { context, log, dataDir } = parts;
  const me = await identify(context);
  for (;;) {
    const highest = await highestNumber(context, dataDir);
    if (highest > 0) await refuseLiving(context, log, dataDir, highest, me);
    const mine = highest + 1;
    if (!(await makeExclusively(context, fileOf(dataDir, mine), me))) continue;
    await context.faults.at("hold.made");
    if ((await highestNumber(context, dataDir)) !== mine) {
      await context.files.rm(fileOf(dataDir, mine), { force: true });
      continue;
    }
    for (const number of await numbers(context, dataDir)) {
      if (number < mine) await context.files.rm(fileOf(dataDir, number), { force: true });
    }
    return keep(context, log, fileOf(dataDir, mine), me);
  }
}

function keep(context: Context, log: Logger, file: string, me: Holder): Hold {
  const beat = context.clock.every(beatMs, () => {
    const now = new Date(context.clock.now());
    context.files.utimes(file, now, now).catch((error: unknown) => {
      log.error(
        { err: error, file },
        "the hold of DATA_DIR could not be renewed; another bot may take it for abandoned",
      );
    });
  });
  return {
    async release() {
      beat.cancel();
      await context.files.writeFile(file, JSON.stringify({ ...me, released: true })).catch((error: unknown) => {
        // Our end frees it as well.
        log.warn({ err: error, file }, "the hold of DATA_DIR could not be given back");
      });
    },
  };
}

async function refuseLiving(context: Context, log: Logger, dataDir: string, number: number, me: Holder): Promise<void> {
  const file = fileOf(dataDir, number);
  const began = context.clock.monotonic();
  let holder = await readHolder(context, file);
  let beat = await beatOf(context, file);
  for (let waited = false; ; waited = true) {
    if (beat === undefined || beat === abandoned || holder?.released === true) return;
    if (holder !== undefined && holder.boot === me.boot && holder.namespace === me.namespace) {
      if (await lives(context, holder)) throw held(dataDir, holder);
      return;
    }
    // On the same machine both read the same clock; of another one only the change of the time counts.
    const quiet = holder?.boot === me.boot ? context.clock.now() - beat : context.clock.monotonic() - began;
    if (quiet > silentMs) return;
    if (!waited) log.info({ holder, dataDir }, "DATA_DIR was held elsewhere; looking whether that bot still lives");
    await context.clock.sleep(lookMs);
    const next = await beatOf(context, file);
    holder = await readHolder(context, file);
    if (next !== undefined && next !== beat && holder !== undefined && holder.released !== true)
      throw held(dataDir, holder);
    beat = next;
  }
}

function held(dataDir: string, holder: Holder): StoreError {
  return new StoreError(
    `${dataDir} is held by another Signalbox: process ${holder.pid} on ${holder.host}, since ${holder.since}. ` +
      "Stop that one, or give this one another DATA_DIR.",
  );
}

async function lives(context: Context, holder: Holder): Promise<boolean> {
  if (!isAlive(context, holder.pid)) return false;
  const ticks = await startTicks(context, holder.pid);
  return ticks === undefined || holder.ticks === undefined || ticks === holder.ticks;
}

async function identify(context: Context): Promise<Holder> {
  const { files } = context;
  const boot = await files.readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  const namespace = await files.readlink("/proc/self/ns/pid").catch(() => "");
  const ticks = await startTicks(context, process.pid);
  return {
    pid: process.pid,
    host: hostname(),
    since: new Date(context.clock.now()).toISOString(),
    // Without `/proc` there are no containers to tell apart, and the host's name must do.
    boot: boot.trim() || hostname(),
    namespace,
    ...(ticks === undefined ? {} : { ticks }),
  };
}

const fileOf = (dataDir: string, number: number) => join(dataDir, `holder.${number}.json`);

async function numbers(context: Context, dataDir: string): Promise<readonly number[]> {
  const names = await context.files.readdir(dataDir);
  return names.flatMap((name) => {
    const number = /^holder\.(\d+)\.json$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

async function highestNumber(context: Context, dataDir: string): Promise<number> {
  return Math.max(0, ...(await numbers(context, dataDir)));
}

/** False when the number is taken. */
async function makeExclusively(context: Context, file: string, me: Holder): Promise<boolean> {
  try {
    await context.files.writeFile(file, JSON.stringify(me), { flag: "wx", mode: 0o644 });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    // On a full disk the file is there and empty. It keeps its number, and says that nobody is behind it.
    await context.files.utimes(file, abandoned, abandoned).catch(() => undefined);
    throw error;
  }
}

/** Undefined while it is being written, or when it holds something else. */
async function readHolder(context: Context, file: string): Promise<Holder | undefined> {
  try {
    const parsed = holderShape.safeParse(JSON.parse(await context.files.readFile(file, "utf8")));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

async function beatOf(context: Context, file: string): Promise<number | undefined> {
  return context.files.stat(file).then(
    (stat) => stat.mtimeMs,
    () => undefined,
  );
}

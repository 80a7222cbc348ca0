/**
 * The private server's data folder: made completely under another name and then renamed, so that a half-made one is
 * never taken for a database. A folder that is not ours, or of another version, is left exactly as it is.
 */
import { basename, join } from "node:path";
import type { Logger } from "pino";
import type { Context } from "../../context.ts";
import { explainDisk, freeBytes, megabytes } from "../data-dir/disk-space.ts";
import { StoreError } from "../store-error.ts";
import type { Binaries } from "./binaries.ts";
import type { Place } from "./place.ts";
import { runProgram } from "./run-program.ts";

/** A new database takes 40 MB, and its first log files as much again. */
const neededBytes = 100 * 1024 * 1024;
/** Tells our folder from any other PostgreSQL's. */
const markName = "signalbox.json";

export async function ensureDataFolder(parts: {
  readonly context: Context;
  readonly log: Logger;
  readonly place: Place;
  readonly binaries: Binaries;
}): Promise<void> {
  const { context, place, binaries } = parts;
  await removeHalfMade(parts);
  const names = await context.files.readdir(place.dataFolder).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new StoreError(`The database folder ${place.dataFolder} cannot be read: ${String(error)}.`, { cause: error });
  });
  if (names === undefined || names.length === 0) return make(parts);
  if (!names.includes("PG_VERSION") || !names.includes(markName)) {
    throw new StoreError(
      `${place.dataFolder} is not empty, and Signalbox did not make what is in it. Nothing was changed. ` +
        "Move it away, or give the bot another DATA_DIR.",
    );
  }
  const major = Number((await context.files.readFile(join(place.dataFolder, "PG_VERSION"), "utf8")).trim());
  if (major !== binaries.major) {
    throw new StoreError(
      `The database in ${place.dataFolder} is of PostgreSQL ${major}, and this Signalbox brings PostgreSQL ` +
        `${binaries.major}, which cannot read it. Nothing was changed. Start the Signalbox that made it, or bring the ` +
        "data over with pg_dump or pg_upgrade, or move the folder away to begin with an empty database.",
    );
  }
}

async function make({ context, log, place, binaries }: Parameters<typeof ensureDataFolder>[0]): Promise<void> {
  const free = await freeBytes(context, place.base);
  if (free < neededBytes) {
    throw new StoreError(
      `There is no room for the database: the disk of ${place.base} has ${megabytes(free)} free, and a new database ` +
        `needs ${megabytes(neededBytes)}. Free some space, or give the bot another DATA_DIR.`,
    );
  }
  const making = `${place.dataFolder}${halfMade}${context.ids.uuid()}`;
  await context.files.mkdir(making, { mode: 0o700 });
  if (place.user !== undefined) await context.files.chown(making, place.user.ids.uid, place.user.ids.gid);
  await context.faults.at("private-server.making");
  const ended = await runProgram(context, place.user, join(binaries.folder, "bin", "initdb"), [
    `--pgdata=${making}`,
    "--username=signalbox",
    // Whoever reaches the socket is let in; the socket's folder is closed to everyone else.
    "--auth=trust",
    "--encoding=UTF8",
    // The same order of text on every machine, whatever locales it has.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
  ]);
  if (ended.code !== 0) {
    await context.files.rm(making, { recursive: true, force: true });
    throw new StoreError(
      `A new database could not be made in ${place.base}: initdb ended with ${ended.code}. ` +
        `${ended.output}${await explainDisk(context, place.base)}`,
    );
  }
  const mark = { madeAt: new Date(context.clock.now()).toISOString(), postgres: binaries.version };
  await context.files.writeFile(join(making, markName), `${JSON.stringify(mark)}\n`);
  await context.faults.at("private-server.made");
  // Over an empty folder this succeeds; one that has meanwhile got something in it makes it fail.
  await context.files.rename(making, place.dataFolder);
  await syncFolder(context, place.base);
  await context.faults.at("private-server.placed");
  log.info({ folder: place.dataFolder, postgres: binaries.version }, "a new database was made");
}

const halfMade = ".making-";
/** initdb outlives a bot that is killed, and fills the folder on until it finds it gone: within 6 s that is over. */
const whileFilled = { maxRetries: 10, retryDelay: 100 } as const;

/** Whoever holds DATA_DIR is the only one to make anything here, so these are left from a start that was cut short. */
async function removeHalfMade({ context, log, place }: Parameters<typeof ensureDataFolder>[0]): Promise<void> {
  const prefix = `${basename(place.dataFolder)}${halfMade}`;
  for (const name of await context.files.readdir(place.base)) {
    if (!name.startsWith(prefix)) continue;
    log.info({ folder: join(place.base, name) }, "a database that was only half made is removed");
    await context.files.rm(join(place.base, name), { recursive: true, force: true, ...whileFilled });
  }
}

/** A rename is sure only when the folder that holds the name has reached the disk. */
async function syncFolder(context: Context, folder: string): Promise<void> {
  const handle = await context.files.open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

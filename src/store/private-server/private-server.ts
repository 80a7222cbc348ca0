/**
 * The bot's own PostgreSQL, for when `DATABASE_URL` is not set: durable, on a Unix socket only, as an unprivileged user
 * when the bot is root, found again after the bot was killed, and stopped with it. It destroys nothing that it did not
 * make, and says what is wrong instead.
 */
import { resolve } from "node:path";
import type { Logger } from "pino";
import type { Context } from "../../context.ts";
import type { Connection } from "../pool.ts";
import { StoreError } from "../store-error.ts";
import { findBinaries, readyBinaries } from "./binaries.ts";
import { ensureDataFolder } from "./data-folder.ts";
import { explainDisk } from "./disk-space.ts";
import { holdDataDir } from "./hold.ts";
import { choosePlace, notePlace } from "./place.ts";
import { findOrStart, stop } from "./postmaster.ts";
import { socketPort } from "./socket-folder.ts";

export type PrivateServer = {
  readonly connection: Connection;
  readonly dataFolder: string;
  readonly pid: number;
  /** Stops the server and gives `DATA_DIR` back. Safe to call twice. */
  stop(): Promise<void>;
};

/** Where the data of a root whose `DATA_DIR` others may not enter is kept, and PostgreSQL's programs if need be. */
const elsewhere = "/var/lib/signalbox";

export async function startPrivateServer(parts: {
  readonly context: Context;
  readonly log: Logger;
  readonly dataDir: string;
  /** For tests: another platform's package, and another place for what cannot be in `DATA_DIR`. */
  readonly packageName?: string;
  readonly elsewhere?: string;
}): Promise<PrivateServer> {
  const { context, log } = parts;
  const away = parts.elsewhere ?? elsewhere;
  const found = await findBinaries(context, parts.packageName);
  const dataDir = await makeDataDir(context, parts.dataDir);
  const hold = await holdDataDir({ context, log, dataDir }).catch((error) => tell(context, dataDir, error));
  try {
    const place = await choosePlace({ context, log, dataDir, elsewhere: away });
    const binaries = await readyBinaries({ context, log, found, user: place.user, copyInto: away });
    await ensureDataFolder({ context, log, place, binaries });
    await notePlace(context, dataDir, place);
    const postmaster = await findOrStart({ context, log, place, binaries });
    let stopping: Promise<void> | undefined;
    return {
      connection: { host: postmaster.socketFolder, port: socketPort, user: "signalbox", database: "postgres" },
      dataFolder: place.dataFolder,
      pid: postmaster.pid,
      stop() {
        stopping ??= stop({ context, log, place, binaries }, postmaster).finally(() => hold.release());
        return stopping;
      },
    };
  } catch (error) {
    await hold.release();
    return tell(context, dataDir, error);
  }
}

async function makeDataDir(context: Context, path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    await context.files.mkdir(absolute, { recursive: true });
    await context.files.access(absolute, context.files.constants.W_OK | context.files.constants.X_OK);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError(
      `DATA_DIR (${absolute}) cannot be used: ${why}. Give the bot a folder that it may write to.` +
        `${await explainDisk(context, absolute)}`,
      { cause: error },
    );
  }
  // The folder's one true name, by which a server that still runs from before is recognised.
  return context.files.realpath(absolute);
}

/** What broke unexpectedly is told with its place, and with the full disk that may be behind it. */
async function tell(context: Context, dataDir: string, error: unknown): Promise<never> {
  if (error instanceof StoreError) throw error;
  const why = error instanceof Error ? error.message : String(error);
  throw new StoreError(
    `The private PostgreSQL could not be prepared in ${dataDir}: ${why}.${await explainDisk(context, dataDir)}`,
    { cause: error },
  );
}

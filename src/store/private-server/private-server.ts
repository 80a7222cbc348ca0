/**
 * The bot's own PostgreSQL, for when `DATABASE_URL` is not set: durable, on a Unix socket only, as an unprivileged user
 * when the bot is root, found again after the bot was killed, started again when it ends under the bot, and stopped with
 * it. It destroys nothing that it did not make, and says what is wrong instead.
 */
import type { Logger } from "pino";
import type { Context } from "../../context.ts";
import { explainDisk } from "../data-dir/disk-space.ts";
import type { Connection } from "../pool.ts";
import { StoreError } from "../store-error.ts";
import { findBinaries, readyBinaries } from "./binaries.ts";
import { ensureDataFolder } from "./data-folder.ts";
import { keepRunning } from "./keep-running.ts";
import { choosePlace, notePlace } from "./place.ts";
import { findOrStart } from "./postmaster.ts";
import { socketPort } from "./socket-folder.ts";

export type PrivateServer = {
  readonly connection: Connection;
  readonly dataFolder: string;
  /** Of the server that was found or started at first. */
  readonly pid: number;
  /** Safe to call twice. */
  stop(): Promise<void>;
};

/** Where the data of a root whose `DATA_DIR` others may not enter is kept, and PostgreSQL's programs if need be. */
const elsewhere = "/var/lib/signalbox";

export async function startPrivateServer(parts: {
  readonly context: Context;
  readonly log: Logger;
  /** Its true name; whoever starts the server holds it (`takeDataDir`). */
  readonly dataDir: string;
  /** For tests: another place for what cannot be in `DATA_DIR`. */
  readonly elsewhere?: string;
}): Promise<PrivateServer> {
  const { context, log, dataDir } = parts;
  const away = parts.elsewhere ?? elsewhere;
  const found = await findBinaries(context);
  try {
    const place = await choosePlace({ context, log, dataDir, elsewhere: away });
    const binaries = await readyBinaries({ context, log, found, user: place.user, copyInto: away });
    await ensureDataFolder({ context, log, place, binaries });
    await notePlace(context, dataDir, place);
    const server = { context, log, place, binaries };
    const postmaster = await findOrStart(server);
    const kept = keepRunning(server, postmaster);
    let stopping: Promise<void> | undefined;
    return {
      connection: { host: postmaster.socketFolder, port: socketPort, user: "signalbox", database: "postgres" },
      dataFolder: place.dataFolder,
      pid: postmaster.pid,
      stop() {
        stopping ??= kept.stop();
        return stopping;
      },
    };
  } catch (error) {
    return tell(context, dataDir, error);
  }
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

/** The folder of the server's Unix socket: closed to everyone but its user, and short enough for a socket's path. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Context } from "../../context.ts";
import type { Place } from "./place.ts";

/** It only names the socket; no port is opened. */
export const socketPort = 5432;
/** The kernel takes 107 bytes on Linux and 103 on macOS; PostgreSQL refuses what is longer. */
const pathAtMost = 100;
const shortPrefix = "signalbox-";

function socketPath(folder: string): string {
  return join(folder, `.s.PGSQL.${socketPort}`);
}

export async function makeSocketFolder(context: Context, log: Logger, place: Place): Promise<string> {
  const beside = join(place.base, "socket");
  if (fits(beside)) {
    await context.files.mkdir(beside, { recursive: true, mode: 0o700 });
    return own(context, place, beside);
  }
  const root = fits(join(tmpdir(), `${shortPrefix}123456`)) ? tmpdir() : "/tmp";
  // A new name each time, which nobody else can have prepared; `postmaster.pid` tells it to the next start.
  const short = await context.files.mkdtemp(join(root, shortPrefix));
  log.info(
    { folder: short },
    "the path of DATA_DIR is too long for a socket, so the server's socket is kept elsewhere",
  );
  return own(context, place, short);
}

/** Removes a short folder; the one beside the data stays for the next start. */
export async function removeSocketFolder(context: Context, place: Place, folder: string): Promise<void> {
  if (folder === join(place.base, "socket")) return;
  // Only when it is empty, so never anything that is not ours.
  await context.files.rmdir(folder).catch(() => undefined);
}

function fits(folder: string): boolean {
  return Buffer.byteLength(socketPath(folder)) <= pathAtMost;
}

async function own(context: Context, place: Place, folder: string): Promise<string> {
  await context.files.chmod(folder, 0o700);
  if (place.user !== undefined) await context.files.chown(folder, place.user.ids.uid, place.user.ids.gid);
  return folder;
}

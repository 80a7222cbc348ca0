/**
 * The server's main process: found when it still runs from before, started when not, and stopped. It runs detached, so
 * that the end of the bot does not break what it is writing. It is never killed, only asked to stop.
 */
import { basename, join } from "node:path";
import { Client } from "pg";
import type { Logger } from "pino";
import type { Context } from "../../context.ts";
import { explainDisk } from "../data-dir/disk-space.ts";
import { commandLine, isAlive } from "../data-dir/process-identity.ts";
import { StoreError } from "../store-error.ts";
import type { Binaries } from "./binaries.ts";
import type { Place } from "./place.ts";
import { programEnvironment, runProgram } from "./run-program.ts";
import { serverSettings } from "./server-settings.ts";
import { makeSocketFolder, removeSocketFolder, socketPort } from "./socket-folder.ts";

export type Postmaster = { readonly pid: number; readonly socketFolder: string };

export type Parts = {
  readonly context: Context;
  readonly log: Logger;
  readonly place: Place;
  readonly binaries: Binaries;
  /** Where its users look for it already: a server with its socket elsewhere is of no use to them. */
  readonly socketFolder?: string;
};

/** A start polls so often; the server is ready within some tens of milliseconds. */
const pollMs = 10;
/** After a crash the server reads its log again before it is ready, which may take minutes on a slow disk. */
const readyWithinMs = 10 * 60_000;
const sayEveryMs = 10_000;
const stopWithinSeconds = 30;
/** The log is begun anew at a start when it is longer; it holds warnings only. */
const logAtMost = 4 * 1024 * 1024;

/** The running server, found or started, ready for connections. */
export async function findOrStart(parts: Parts): Promise<Postmaster> {
  for (;;) {
    const found = await findRunning(parts);
    if (found === undefined) return start(parts);
    const ready = await untilReady(parts, found.pid);
    const isWhere = ready !== undefined && (parts.socketFolder ?? ready.socketFolder) === ready.socketFolder;
    if (isWhere && (await answers(parts, ready))) return ready;
    // It ended while we waited, or its socket is lost or elsewhere: with a fast stop its data is safe, and it is started
    // anew.
    if (isAlive(parts.context, found.pid)) await stop(parts, found);
  }
}

/** Whether that very process still serves the folder: its number may have been given to another one. */
export async function stillRuns(parts: Parts, postmaster: Postmaster): Promise<boolean> {
  return (await findRunning(parts))?.pid === postmaster.pid;
}

export async function stop(parts: Parts, postmaster: Pick<Postmaster, "pid"> & Partial<Postmaster>): Promise<void> {
  const { context, log, place, binaries } = parts;
  const ended = await runProgram(context, place.user, join(binaries.folder, "bin", "pg_ctl"), [
    "stop",
    `--pgdata=${place.dataFolder}`,
    "--mode=fast",
    "--wait",
    `--timeout=${stopWithinSeconds}`,
  ]);
  if (ended.code !== 0 && isAlive(context, postmaster.pid)) {
    log.warn(
      { pid: postmaster.pid, output: ended.output },
      "the private PostgreSQL did not stop; the next start finds it",
    );
    return;
  }
  if (postmaster.socketFolder !== undefined) await removeSocketFolder(context, place, postmaster.socketFolder);
}

/** The server that `postmaster.pid` names, if that process lives and is really the server of this folder. */
async function findRunning({ context, log, place }: Parts): Promise<{ pid: number } | undefined> {
  const file = await readPidFile(context, place);
  if (file === undefined || !isAlive(context, file.pid)) return undefined;
  const whose = await folderOf(context, file.pid);
  if (whose.kind === "unknown" || (whose.kind === "server" && whose.folder === place.dataFolder))
    return { pid: file.pid };
  if (whose.kind === "moved") {
    throw new StoreError(
      `postmaster.pid in ${place.dataFolder} names the process ${file.pid}, a PostgreSQL of the folder ${whose.folder}, ` +
        "which is not there: it may be this one under its former name. Stop that process, then start the bot again.",
    );
  }
  // The number has been given to another process, as happens whenever a container starts again. PostgreSQL would
  // take that process for its server and refuse to start.
  log.info({ pid: file.pid }, "postmaster.pid names a process that is not the server; the note is removed");
  await context.files.rm(join(place.dataFolder, "postmaster.pid"), { force: true });
  // The socket has a note of its own, with the same number in it, and PostgreSQL believes that one too. The folder is
  // this server's alone, so whoever the number means now, it is not in use.
  if (file.socketFolder !== "") {
    await context.files.rm(join(file.socketFolder, `.s.PGSQL.${socketPort}.lock`), { force: true });
  }
  return undefined;
}

type Whose =
  | { readonly kind: "unknown" }
  | { readonly kind: "stranger" }
  | { readonly kind: "server"; readonly folder: string }
  | { readonly kind: "moved"; readonly folder: string };

/** Which data folder a process serves, by its command line. Nothing is done to a server of another folder. */
async function folderOf(context: Context, pid: number): Promise<Whose> {
  const words = await commandLine(context, pid);
  if (words === undefined) return { kind: "unknown" };
  const folder = words[words.indexOf("-D") + 1];
  if (basename(words[0] ?? "") !== "postgres" || !words.includes("-D") || folder === undefined)
    return { kind: "stranger" };
  try {
    return { kind: "server", folder: await context.files.realpath(folder) };
  } catch (error) {
    const gone = error instanceof Error && "code" in error && error.code === "ENOENT";
    return gone ? { kind: "moved", folder } : { kind: "stranger" };
  }
}

async function start(parts: Parts): Promise<Postmaster> {
  const { context, log, place, binaries } = parts;
  const socketFolder = parts.socketFolder ?? (await makeSocketFolder(context, log, place));
  await rotateLog(context, place);
  const output = await context.files.open(place.logFile, "a", 0o600);
  const began = (await output.stat()).size;
  let ended: { readonly code: number | null; readonly error?: unknown } | undefined;
  let pid: number | undefined;
  try {
    const child = context.processes.spawn(
      join(binaries.folder, "bin", "postgres"),
      ["-D", place.dataFolder, "-k", socketFolder, ...serverSettings.flatMap((setting) => ["-c", setting])],
      {
        ...place.user?.ids,
        env: programEnvironment,
        cwd: "/",
        detached: true,
        stdio: ["ignore", output.fd, output.fd],
      },
    );
    child.once("error", (error) => {
      ended = { code: null, error };
    });
    child.once("exit", (code) => {
      ended = { code };
    });
    child.unref();
    pid = child.pid;
    await context.faults.at("private-server.spawned");
  } finally {
    await output.close();
  }
  const postmaster = pid === undefined ? undefined : await untilReady(parts, pid, () => ended !== undefined);
  if (postmaster !== undefined) {
    log.info({ pid: postmaster.pid, socket: socketFolder, log: place.logFile }, "the private PostgreSQL was started");
    return postmaster;
  }
  // One that is looked at already stays for the next try: nobody else may come by its name meanwhile.
  if (parts.socketFolder === undefined) await removeSocketFolder(context, place, socketFolder);
  const said = (await context.files.readFile(place.logFile)).subarray(began).toString().trim().slice(-2_000);
  const how = ended?.error instanceof Error ? ended.error.message : `it ended with ${ended?.code ?? "a signal"}`;
  throw new StoreError(
    `The private PostgreSQL in ${place.dataFolder} did not start: ${how}.${said === "" ? "" : ` It said: ${said}`}` +
      `${await explainDisk(context, place.base)} Its log is ${place.logFile}.`,
    { cause: ended?.error },
  );
}

/** Undefined when the process has ended before it was ready. */
async function untilReady(
  { context, log, place }: Parts,
  pid: number,
  ended: () => boolean = () => false,
): Promise<Postmaster | undefined> {
  const began = context.clock.monotonic();
  let say = sayEveryMs;
  for (;;) {
    const file = await readPidFile(context, place);
    if (file?.pid === pid && file.ready && file.socketFolder !== "") return { pid, socketFolder: file.socketFolder };
    if (ended() || !isAlive(context, pid)) return undefined;
    const waited = context.clock.monotonic() - began;
    if (waited > readyWithinMs) {
      throw new StoreError(
        `The private PostgreSQL (process ${pid}) is not ready after ${Math.round(waited / 60_000)} minutes. ` +
          `Its log is ${place.logFile}; once it is ready, start the bot again.`,
      );
    }
    if (waited > say) {
      say += sayEveryMs;
      log.info({ pid, log: place.logFile }, "waiting for the private PostgreSQL to be ready");
    }
    await context.clock.sleep(pollMs);
  }
}

/** Whether the server behind the socket is that of our folder. */
async function answers({ log, place }: Parts, { pid, socketFolder }: Postmaster): Promise<boolean> {
  const client = new Client({ host: socketFolder, port: socketPort, user: "signalbox", database: "postgres" });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const result = await client.query<{ data_directory: string }>("show data_directory");
    if (result.rows[0]?.data_directory !== place.dataFolder) return false;
    log.info({ pid, socket: socketFolder }, "the private PostgreSQL still runs from before and is used");
    return true;
  } catch (error) {
    log.warn(
      { err: error, pid, socket: socketFolder },
      "the private PostgreSQL runs but does not answer; it is started anew",
    );
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

type PidFile = { readonly pid: number; readonly socketFolder: string; readonly ready: boolean };

/** Its lines: process, data folder, start time, port, socket's folder, address, shared memory, state. */
async function readPidFile(context: Context, place: Place): Promise<PidFile | undefined> {
  const text = await context.files.readFile(join(place.dataFolder, "postmaster.pid"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return { pid, socketFolder: lines[4]?.trim() ?? "", ready: lines[7]?.trim() === "ready" };
}

async function rotateLog(context: Context, place: Place): Promise<void> {
  const stat = await context.files.stat(place.logFile).catch(() => undefined);
  if (stat !== undefined && stat.size > logAtMost) await context.files.rename(place.logFile, `${place.logFile}.1`);
}

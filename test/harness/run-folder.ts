/** Where a test run keeps its files, and what is kept for the next run. */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, symlinkSync } from "node:fs";
import { chmod, mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const inMemory = "/dev/shm";
/** Three times what a run takes at once. */
const roomNeeded = 1536 * 1024 ** 2;

/**
 * Makes the folder of this run and has everything that asks for a temporary one find it there. In memory where there is
 * enough of it, as in containers often is not: databases and git repositories are hundreds of small files each, and making
 * and removing them on a disk takes much of the processor. Returns what takes the folder away again.
 */
export async function makeRunFolder(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  // Short, since a socket's whole path may have 107 bytes.
  const folder = await mkdtemp(join((await isFit(inMemory)) ? inMemory : tmpdir(), "sbt-"));
  // As other temporary folders: what runs as another user may go through.
  await chmod(folder, 0o755);
  process.env["TMPDIR"] = folder;
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** There is room, and programs may be started from there: not where it is mounted `noexec`. */
async function isFit(place: string): Promise<boolean> {
  const room = await statfs(place).catch(() => undefined);
  if (room === undefined || room.bavail * room.bsize < roomNeeded) return false;
  const program = join(place, `sbt-${randomUUID()}`);
  try {
    await writeFile(program, "#!/bin/sh\n", { mode: 0o700 });
    execFileSync(program);
    return true;
  } catch {
    return false;
  } finally {
    await rm(program, { force: true });
  }
}

/** Lets the supervisors of a bot with this folder use the compiled code of all others; it is left for the next run. */
export function shareCompiledCode(dataDir: string): void {
  const compiled = process.env["NODE_COMPILE_CACHE"];
  if (compiled === undefined) throw new Error("NODE_COMPILE_CACHE is not set: vitest.config.ts says where it is");
  mkdirSync(compiled, { recursive: true, mode: 0o700 });
  mkdirSync(dataDir, { recursive: true });
  symlinkSync(compiled, join(dataDir, "compiled"));
}

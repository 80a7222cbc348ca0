/** Where a test run keeps what takes much of the processor on a disk, or what the next test needs as well. */
import { mkdirSync, symlinkSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

const inMemory = "/dev/shm";
/** Three times what a run takes at once. */
const roomNeeded = 1024 ** 3;

/**
 * Memory where there is enough of it, as in containers often is not; else the usual place. A database is 400 files and
 * more: making and removing them on a disk takes more processor time than most tests. No program may be started from it.
 */
export async function placeForData(): Promise<string> {
  const room = await statfs(inMemory).catch(() => undefined);
  return room !== undefined && room.bavail * room.bsize >= roomNeeded ? inMemory : tmpdir();
}

/** Lets the supervisors of a bot with this folder use the compiled code of all others; it is left for the next run. */
export function shareCompiledCode(dataDir: string): void {
  const compiled = join(tmpdir(), `signalbox-compiled-${userInfo().uid}`);
  mkdirSync(compiled, { recursive: true, mode: 0o700 });
  mkdirSync(dataDir, { recursive: true });
  symlinkSync(compiled, join(dataDir, "compiled"));
}

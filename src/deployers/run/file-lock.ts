/**
 * A lock on a file that the kernel holds and gives back by itself when its last holder ends, however it ends.
 *
 * The lock belongs to the open file, and children to whom it is handed hold it too: when a supervisor is killed while
 * its git still writes, nobody else may begin before that git has ended.
 */
import type { FileHandle } from "node:fs/promises";
import type { Context } from "../../context.ts";

export type FileLock = { readonly fd: number; release(): Promise<void> };

/** `flock` is part of every Linux; systems without it (macOS) come with perl, which can do the same. */
const ways: readonly (readonly [string, readonly string[]])[] = [
  ["flock", ["-x", "3"]],
  ["perl", ["-e", 'use Fcntl ":flock"; open(my $f, "+<&=", 3) or exit 1; flock($f, LOCK_EX) or exit 1;']],
];

type Try = "locked" | "absent" | "failed";

function tryWay(
  context: Context,
  [command, args]: readonly [string, readonly string[]],
  file: FileHandle,
  path: string,
  signal: AbortSignal,
): Promise<Try> {
  return new Promise((resolve) => {
    const child = context.processes.spawn(command, args, {
      stdio: ["ignore", "ignore", "ignore", file.fd],
      env: { PATH: path },
    });
    const stop = () => child.pid !== undefined && context.processes.kill(child.pid, "SIGKILL");
    const done = (result: Try) => {
      signal.removeEventListener("abort", stop);
      resolve(result);
    };
    child.on("error", () => done("absent"));
    child.on("exit", (code) => done(code === 0 ? "locked" : "failed"));
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}

/** Waits until the lock is free; rejects with the signal's reason when told to stop waiting. */
export async function lockFile(
  context: Context,
  name: string,
  options: { readonly path: string; readonly signal: AbortSignal },
): Promise<FileLock> {
  const file = await context.files.open(name, "a+", 0o600);
  try {
    for (const way of ways) {
      const result = await tryWay(context, way, file, options.path, options.signal);
      options.signal.throwIfAborted();
      if (result === "locked") return { fd: file.fd, release: () => file.close() };
      if (result === "failed") break;
    }
    throw new Error(`The lock ${name} could not be taken; it needs \`flock\` or \`perl\` in the PATH.`);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Whether a process is the one that was meant: numbers are given again after a process has ended. */
import type { Context } from "../../context.ts";

/** True also for a process of another user, which a signal may not reach. */
export function isAlive(context: Context, pid: number): boolean {
  try {
    return context.processes.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EPERM") return true;
    throw error;
  }
}

/** When the process began, in the kernel's ticks since the boot; undefined where `/proc` does not tell. */
export async function startTicks(context: Context, pid: number): Promise<string | undefined> {
  const stat = await context.files.readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The second field is the program's name in brackets, which may hold spaces and brackets itself.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

/** Its words on the command line; undefined where `/proc` does not tell. */
export async function commandLine(context: Context, pid: number): Promise<readonly string[] | undefined> {
  const text = await context.files.readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  return text?.split("\0");
}

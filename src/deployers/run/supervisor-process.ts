/**
 * Ties `supervise` to this process: its streams and its signals, and that it stays until the work is done.
 */
import type { Context } from "../../context.ts";
import { supervise } from "./supervise.ts";

/** Ends the process when the work is done. */
export async function runSupervisor(context: Context): Promise<void> {
  // Timers of the context keep no process alive, and there are moments in which nothing else would.
  const { port1 } = new MessageChannel();
  port1.ref();
  // The bot reads one word and goes; writing to nobody must not end the supervisor.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  try {
    await supervise(
      context,
      {
        pid: process.pid,
        stdin: process.stdin,
        stdout: process.stdout,
        onSignal(listener) {
          for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const) process.on(signal, listener);
        },
      },
      process.argv.slice(2),
    );
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
  // Processes that the command left behind may still hold pipes to here; they must not keep the supervisor.
  process.exit();
}

/**
 * How long processes have kept a processor busy, as Linux counts it, in steps of 10 ms. On a machine that is busy with
 * other things this holds where time by the clock does not.
 */
import { readFile } from "node:fs/promises";

/** Linux tells times to programs in hundredths of a second, whatever its own clock does. */
const msPerTick = 10;

/**
 * In ms, of these processes and of those children of theirs that have ended and been waited for; undefined where the
 * system does not tell.
 */
export async function processorTime(pids: readonly number[]): Promise<number | undefined> {
  if (process.platform !== "linux") return undefined;
  let ticks = 0;
  for (const pid of pids) {
    const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    // After the program's name in parentheses; user, system, and the same of ended children are fields 14 to 17.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    for (const field of fields.slice(11, 15)) ticks += Number(field);
  }
  return ticks * msPerTick;
}

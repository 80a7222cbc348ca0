/**
 * What processes hold in memory, as Linux counts it. RSS counts a page that several processes share once for each of
 * them; PSS gives each its part, so that a sum of PSS is what a group of processes really takes.
 */
import { readdir, readFile } from "node:fs/promises";

export type Held = { readonly rssMb: number; readonly pssMb: number };

const kibibytesInMb = 1024;

function kibibytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1] ?? 0);
}

export async function heldBy(pids: readonly number[]): Promise<Held> {
  let rss = 0;
  let pss = 0;
  for (const pid of pids) {
    // One that has ended meanwhile holds nothing.
    const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
    rss += kibibytes(text, "Rss");
    pss += kibibytes(text, "Pss");
  }
  return { rssMb: rss / kibibytesInMb, pssMb: pss / kibibytesInMb };
}

/** The most that a process has held at any moment of its life, in MB. */
export async function peakOf(pid: number): Promise<number> {
  return kibibytes(await readFile(`/proc/${pid}/status`, "utf8"), "VmHWM") / kibibytesInMb;
}

export async function childrenOf(parent: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    // The name of the program stands in parentheses and may hold anything; the parent follows after the state.
    const rest = text.slice(text.lastIndexOf(")") + 2).split(" ");
    if (Number(rest[1]) === parent) found.push(Number(name));
  }
  return found;
}

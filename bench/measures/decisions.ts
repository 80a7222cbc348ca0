/** Verdicts on one core, by processor time: a pipeline with every gate, half of the requests held or stopped by one. */
import { evaluate } from "../../src/policy/evaluate.ts";
import { everyGate } from "../decisions/every-gate.ts";
import type { Bench, Measure, Row } from "../measure.ts";
import { median } from "../numbers.ts";

const each = 100_000;
/** The first rounds warm everything up and do not count. */
const warmUp = 2;
const rounds = 9;
const goal = { of: "median", holds: "at least", value: 100_000 } as const;

/** The bench works on nothing else meanwhile, so the process's own time is that of the verdicts. */
function once(): number {
  const snapshots = everyGate();
  const began = process.cpuUsage();
  let gone = 0;
  for (let done = 0; done < each; done += 1) {
    const facts = snapshots[done % snapshots.length];
    if (facts !== undefined && evaluate(facts).outcome === "go") gone += 1;
  }
  const { user, system } = process.cpuUsage(began);
  if (gone !== each / 2) throw new Error(`${gone} of ${each} verdicts were to go; half of them should be`);
  return each / ((user + system) / 1e6);
}

async function run(_bench: Bench): Promise<readonly Row[]> {
  const rates: number[] = [];
  for (let round = 0; round < warmUp + rounds; round += 1) {
    const rate = once();
    if (round >= warmUp) rates.push(rate);
  }
  const what = "verdicts in a second of processor time, every gate asked";
  return [{ what, unit: "per s", n: rates.length, median: median(rates), goal }];
}

export const decisions: Measure = { name: "decisions", run };

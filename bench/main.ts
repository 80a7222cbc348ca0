/**
 * `npm run bench [-- <name>…]`: runs the measures one after another and prints one table. It stops by itself; whatever
 * it started is ended, also when it is interrupted or takes too long. Goals that are missed do not make it fail: on a
 * busy machine only the ratios can be believed, and that is for whoever reads the table to judge.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContext } from "../src/context.ts";
import { describeMachine } from "./machine.ts";
import type { Bench, Row } from "./measure.ts";
import { measures } from "./measures.ts";
import { table } from "./table.ts";

const longestMs = 8 * 60_000;

const context = createContext();
const machine = describeMachine();
const ends: (() => Promise<void>)[] = [];
const rows: { readonly measure: string; readonly row: Row }[] = [];

async function endAll(): Promise<void> {
  for (const end of ends.splice(0).reverse()) {
    await end().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  }
}

const bench: Bench = {
  context,
  async folder() {
    const path = await mkdtemp(join(tmpdir(), "signalbox-bench-"));
    // When root measures, the private PostgreSQL runs as another user, and must find its folder here to be gone with it.
    await chmod(path, 0o755);
    ends.push(() => rm(path, { recursive: true, force: true, maxRetries: 5 }));
    return path;
  },
  onEnd: (end) => void ends.push(end),
  say: (line) => void process.stderr.write(`${line}\n`),
};

function breakOff(why: string): void {
  if (rows.length > 0) process.stdout.write(`${machine}\n\n${table(rows)}\n\nincomplete: ${why}\n`);
  process.stderr.write(`${why}; what was started is being ended.\n`);
  void endAll().then(() => process.exit(1));
}

async function run(names: readonly string[]): Promise<void> {
  const chosen = names.length === 0 ? measures : measures.filter(({ name }) => names.includes(name));
  const unknown = names.filter((name) => !measures.some((measure) => measure.name === name));
  if (unknown.length > 0) {
    const known = measures.map(({ name }) => name).join(", ");
    throw new Error(`There is no measure ${unknown.join(", ")}. There are: ${known}.`);
  }
  const began = context.clock.monotonic();
  for (const measure of chosen) {
    bench.say(`measuring ${measure.name} …`);
    try {
      for (const row of await measure.run(bench)) rows.push({ measure: measure.name, row });
    } finally {
      await endAll();
    }
  }
  const seconds = ((context.clock.monotonic() - began) / 1000).toFixed(0);
  process.stdout.write(`${machine}\n\n${table(rows)}\n\nmeasured in ${seconds} s\n`);
}

process.once("SIGINT", () => breakOff("interrupted"));
process.once("SIGTERM", () => breakOff("told to stop"));
context.clock.after(longestMs, () => breakOff(`not ready after ${longestMs / 60_000} minutes`));
try {
  await run(process.argv.slice(2));
} catch (error) {
  await endAll();
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

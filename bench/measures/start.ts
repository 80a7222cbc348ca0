/**
 * From the start of the bot's process to the first good answer of `/readyz`: the very first start in an empty folder,
 * with nothing compiled before, and later starts, after the bot was stopped and after it was killed.
 */
import type { Bench, Measure, Row } from "../measure.ts";
import { median } from "../numbers.ts";
import { type BenchedBot, openBot, startBot } from "../open-bot.ts";
import { type Bounds, repeat } from "../repeat.ts";

/** Each first start makes a database of its own. */
const firstStarts: Bounds = { most: 5, least: 3, withinMs: 20_000 };
const laterStarts: Bounds = { most: 7, least: 3, withinMs: 20_000 };

async function startedIn(bench: Bench, bot: BenchedBot): Promise<number> {
  const began = bench.context.clock.monotonic();
  await startBot(bot);
  return bench.context.clock.monotonic() - began;
}

function row(what: string, values: readonly number[], goal: number): Row {
  const seconds = values.map((ms) => ms / 1000);
  return {
    what,
    unit: "s",
    n: values.length,
    median: median(seconds),
    goal: { of: "median", holds: "at most", value: goal },
  };
}

async function run(bench: Bench): Promise<readonly Row[]> {
  const first: number[] = [];
  const afterStop: number[] = [];
  const afterKill: number[] = [];
  await repeat(bench.context, firstStarts, async () => {
    const bot = await openBot(bench, { settings: { NODE_COMPILE_CACHE: await bench.folder() } });
    first.push(await startedIn(bench, bot));
    await bot.close();
  });
  const bot = await openBot(bench);
  await startBot(bot);
  await repeat(bench.context, laterStarts, async () => {
    await bot.bot.stop();
    afterStop.push(await startedIn(bench, bot));
    await bot.bot.kill();
    afterKill.push(await startedIn(bench, bot));
  });
  return [
    row("first start, until ready", first, 4),
    row("start after a stop, until ready", afterStop, 2),
    row("start after kill -9, until ready", afterKill, 2),
  ];
}

export const start: Measure = { name: "start", run };

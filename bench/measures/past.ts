/**
 * Whether a long past makes an answer slower: `/deploy why` with a million deployments in the ledger, beside the same
 * with a thousand. Two bots take turns, so that whatever else the machine does meets both.
 */
import { pastDeployments } from "../ledger/past.ts";
import { fillLedger } from "../ledger/private-database.ts";
import type { Bench, Measure, Row } from "../measure.ts";
import { median } from "../numbers.ts";
import { type BenchedBot, openBot, startBot, typeCommand } from "../open-bot.ts";
import { type Bounds, repeat } from "../repeat.ts";

const few = 1_000;
const many = 1_000_000;
const typed = "/deploy why production";
const goal = { of: "median", holds: "at most", value: 1.2 } as const;
/** The first rounds warm everything up and do not count. */
const warmUp = 5;
const rounds: Bounds = { most: warmUp + 100, least: warmUp + 30, withinMs: 30_000 };

async function openWith(bench: Bench, deployments: number): Promise<BenchedBot> {
  const bot = await openBot(bench);
  await startBot(bot);
  // Answered, so the service is known.
  await typeCommand(bench, bot, "/deploy status");
  await fillLedger(bench, bot, (repository) => pastDeployments(deployments, repository));
  return bot;
}

async function run(bench: Bench): Promise<readonly Row[]> {
  const [young, old] = [await openWith(bench, few), await openWith(bench, many)];
  const times = { young: [] as number[], old: [] as number[], ratio: [] as number[] };
  await repeat(bench.context, rounds, async (round) => {
    // Whoever comes first in a round has the other's leftovers before it.
    const order = round % 2 === 0 ? ([young, old] as const) : ([old, young] as const);
    const taken = new Map<BenchedBot, number>();
    for (const bot of order) taken.set(bot, (await typeCommand(bench, bot, typed)).answered);
    const [short = 0, long = 0] = [taken.get(young), taken.get(old)];
    if (round < warmUp) return;
    times.young.push(short);
    times.old.push(long);
    times.ratio.push(long / short);
  });
  const row = (what: string, values: readonly number[]): Row => ({
    ...{ what, unit: "ms", n: values.length, median: median(values) },
  });
  return [
    row(`${typed} with ${few} past deployments, to the person's answer`, times.young),
    row(`${typed} with ${many} past deployments`, times.old),
    {
      what: "a million past deployments to a thousand",
      ...{ unit: "×", n: times.ratio.length, median: median(times.ratio), goal },
    },
  ];
}

export const past: Measure = { name: "past", run };

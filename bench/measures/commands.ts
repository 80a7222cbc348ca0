/**
 * A Slack command to its HTTP answer, for which Slack waits three seconds, and to the answer that the person reads, which
 * comes at the response URL. One at a time, as a person types, with a long past in the ledger.
 */
import { longPast } from "../ledger/past.ts";
import { fillLedger } from "../ledger/private-database.ts";
import type { Bench, Measure, Row } from "../measure.ts";
import { median, p99 } from "../numbers.ts";
import { openBot, startBot, typeCommand } from "../open-bot.ts";
import { type Bounds, repeat } from "../repeat.ts";

/** Reading commands, and one that is judged by all gates, refused, and kept in the audit log. */
const typed = [
  "/deploy help",
  "/deploy status",
  "/deploy why production",
  "/deploy diff production",
  "/deploy history production",
  "/deploy queue",
  "/deploy where #1",
  "/promote production",
] as const;
/** Deployments that have been, besides the attempts, notes, messages and so on of each. */
const ledger = 100_000;
const goalMs = 100;
/** The first rounds warm everything up and do not count. */
const warmUp = 3;
const rounds: Bounds = { most: warmUp + 120, least: warmUp + 20, withinMs: 45_000 };

function row(what: string, values: readonly number[]): Row {
  const goal = { of: "p99", holds: "at most", value: goalMs } as const;
  return { what, unit: "ms", n: values.length, median: median(values), p99: p99(values), goal };
}

async function run(bench: Bench): Promise<readonly Row[]> {
  const bot = await openBot(bench);
  await startBot(bot);
  // Answered, so the service is known.
  await typeCommand(bench, bot, "/deploy status");
  await fillLedger(bench, bot, (repository) => longPast(ledger, repository));
  const acknowledged: number[] = [];
  const answers = new Map<string, number[]>();
  await repeat(bench.context, rounds, async (round) => {
    for (const text of typed) {
      const times = await typeCommand(bench, bot, text);
      if (round < warmUp) continue;
      acknowledged.push(times.acknowledged);
      answers.set(text, [...(answers.get(text) ?? []), times.answered]);
    }
  });
  return [
    row("a command to its HTTP answer", acknowledged),
    ...[...answers].map(([text, values]) => row(`${text} to the person's answer`, values)),
  ];
}

export const commands: Measure = { name: "commands", run };

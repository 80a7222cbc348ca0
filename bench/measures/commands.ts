/**
 * A Slack command to its HTTP answer, for which Slack waits three seconds, and to the answer that the person reads, which
 * comes at the response URL. One at a time, as a person types.
 */
import type { Bench, Measure, Row } from "../measure.ts";
import { median, p99 } from "../numbers.ts";
import { type BenchedBot, developer, openBot, startBot, toldOnly } from "../open-bot.ts";
import { type Bounds, repeat } from "../repeat.ts";

const typed = ["/deploy status", "/deploy help", "/deploy why production"] as const;
/** The first rounds warm everything up and do not count. */
const warmUp = 3;
const rounds: Bounds = { most: warmUp + 100, least: warmUp + 10, withinMs: 25_000 };

type Times = { readonly acknowledged: number; readonly answered: number };

async function type(bench: Bench, bot: BenchedBot, text: string): Promise<Times> {
  const { clock } = bench.context;
  const before = toldOnly(bot, developer).length;
  let shown: (() => void) | undefined;
  const answer = new Promise<void>((resolve) => {
    shown = resolve;
  });
  const forget = bot.slack.onChange(() => {
    if (toldOnly(bot, developer).length > before) shown?.();
  });
  const began = clock.monotonic();
  const { status } = await bot.slack.command(developer, bot.channel, text);
  const acknowledged = clock.monotonic() - began;
  if (status !== 200) throw new Error(`${text} was answered with ${status}`);
  await answer;
  const answered = clock.monotonic() - began;
  forget();
  return { acknowledged, answered };
}

function row(what: string, values: readonly number[]): Row {
  return { what, unit: "ms", n: values.length, median: median(values), p99: p99(values) };
}

async function run(bench: Bench): Promise<readonly Row[]> {
  const bot = await openBot(bench);
  await startBot(bot);
  const acknowledged: number[] = [];
  const answers = new Map<string, number[]>();
  await repeat(bench.context, rounds, async (round) => {
    for (const text of typed) {
      const times = await type(bench, bot, text);
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

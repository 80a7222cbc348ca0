/**
 * How many signed webhooks are answered in a second: by the bot, which has stored each on disk before it answers; by a
 * bare Probot, whose handler does nothing; and by a bare server that only checks the signature. They take turns in each
 * round and the ratios are of the same round, so that they hold on a machine that is busy with other things.
 */
import type { Bench, Measure, Row } from "../measure.ts";
import { median, p99 } from "../numbers.ts";
import { type BenchedBot, openBot, startBot } from "../open-bot.ts";
import { privateServerOf } from "../processes/private-server.ts";
import { processorTime } from "../processes/processor-time.ts";
import { type Bounds, repeat } from "../repeat.ts";
import { aPullRequest, type Webhook } from "../webhooks/delivery.ts";
import { lineProcess } from "../webhooks/line-process.ts";
import { type Order, type Result, resultShape } from "../webhooks/order.ts";

/**
 * So many rounds warm all three up and do not count: a bot runs for days, while V8 takes the first few thousand requests
 * to compile what they need, on the processor that is measured.
 */
const warmUp = 5;
const rounds: Bounds = { most: warmUp + 10, least: warmUp + 4, withinMs: 90_000 };
const requests = 1_000;
const connections = 32;
const path = "/api/github/webhooks";

/** `accepts` is the status by which it says that it has taken a webhook. */
type Contestant = {
  readonly name: string;
  readonly port: number;
  readonly accepts: string;
  /** All that works for it. */
  readonly processes: () => Promise<readonly number[]>;
};
type Turn = Result & { readonly processorMs: number | undefined };
type Round = ReadonlyMap<string, Turn>;

async function other(bench: Bench, name: string, program: string, secret: string, accepts: string) {
  const started = lineProcess(bench, program, { WEBHOOK_SECRET: secret });
  const port = Number(await started.ask());
  return { name, port, accepts, processes: async () => [started.pid] } satisfies Contestant;
}

function perSecond(result: Result): number {
  return (requests * 1000) / result.tookMs;
}

/** Waits until the bot has handled all that it stored, so that its work is not done in somebody else's turn. */
async function handled(bench: Bench, bot: BenchedBot): Promise<number> {
  const began = bench.context.clock.monotonic();
  while ((await bot.waiting()) > 0) await bench.context.clock.sleep(100);
  return bench.context.clock.monotonic() - began;
}

function rowsOf(results: readonly Round[], catchingUp: readonly number[]): readonly Row[] {
  const n = results.length;
  const each = (name: string) => results.flatMap((round) => round.get(name) ?? []);
  const speed = (name: string): Row => {
    return { what: `${name}, answers`, unit: "per s", n, median: median(each(name).map(perSecond)) };
  };
  const ratio = (over: string) =>
    results.flatMap((round) => {
      const [ours, other] = [round.get("ours"), round.get(over)];
      return ours === undefined || other === undefined ? [] : [perSecond(ours) / perSecond(other)];
    });
  const busy = (name: string, what: string): readonly Row[] => {
    const times = each(name).flatMap(({ processorMs }) => processorMs ?? []);
    return times.length === 0 ? [] : [{ what, unit: "ms", n: times.length, median: median(times) }];
  };
  const waits = each("ours").flatMap(({ answers }) => answers);
  return [
    speed("ours"),
    speed("bare Probot"),
    speed("bare signature check"),
    {
      what: "ours to bare Probot",
      unit: "×",
      n,
      median: median(ratio("bare Probot")),
      goal: { of: "median", holds: "at least", value: 1 },
    },
    { what: "ours to bare signature check", unit: "×", n, median: median(ratio("bare signature check")) },
    {
      what: `ours, to the answer, ${connections} connections`,
      unit: "ms",
      n: waits.length,
      median: median(waits),
      p99: p99(waits),
    },
    { what: `ours, until ${requests} are also handled`, unit: "ms", n: catchingUp.length, median: median(catchingUp) },
    ...busy("ours", `ours with PostgreSQL, processor time for ${requests}, also handled`),
    ...busy("bare Probot", `bare Probot, processor time for ${requests}`),
    ...busy("bare signature check", `bare signature check, processor time for ${requests}`),
  ];
}

async function run(bench: Bench): Promise<readonly Row[]> {
  const bot = await openBot(bench);
  await startBot(bot);
  const webhook: Webhook = await aPullRequest(bot);
  bench.say(`  one webhook has ${Buffer.byteLength(webhook.body)} bytes`);
  const secret = bot.github.webhookSecret;
  const contestants: readonly Contestant[] = [
    {
      name: "ours",
      port: Number(new URL(bot.botUrl).port),
      accepts: "202",
      processes: async () => [bot.bot.pid() ?? 0, ...(await privateServerOf(bot.folder.bot))],
    },
    await other(bench, "bare Probot", "./bare-probot.ts", secret, "200"),
    await other(bench, "bare signature check", "./bare-signature.ts", secret, "202"),
  ];
  const load = lineProcess(bench, "./load.ts");
  const results: Round[] = [];
  const catchingUp: number[] = [];
  await repeat(bench.context, rounds, async (round) => {
    const turn = new Map<string, Turn>();
    for (let at = 0; at < contestants.length; at += 1) {
      const one = contestants[(round + at) % contestants.length];
      if (one === undefined) continue;
      const order: Order = { ...webhook, port: one.port, path, requests, connections };
      const pids = await one.processes();
      const busy = await processorTime(pids);
      const result = resultShape.parse(JSON.parse(await load.ask(JSON.stringify(order))));
      if (result.statuses[one.accepts] !== requests) {
        throw new Error(`${one.name} did not accept every webhook: ${JSON.stringify(result.statuses)}`);
      }
      if (one.name === "ours") {
        const tookMs = await handled(bench, bot);
        if (round >= warmUp) catchingUp.push(result.tookMs + tookMs);
      }
      const after = await processorTime(pids);
      const processorMs = busy === undefined || after === undefined ? undefined : after - busy;
      turn.set(one.name, { ...result, processorMs });
    }
    if (round >= warmUp) results.push(turn);
  });
  return rowsOf(results, catchingUp);
}

export const webhooks: Measure = { name: "webhooks", run };

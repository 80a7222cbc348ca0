/**
 * What the bot's process and its private PostgreSQL hold in memory: when they have just started, at the end of some
 * work, and when that is over and nothing happens. Linux only: elsewhere the system does not tell.
 */
import type { Bench, Measure, Row } from "../measure.ts";
import { median } from "../numbers.ts";
import { type BenchedBot, developer, openBot, startBot } from "../open-bot.ts";
import { type Held, heldBy, peakOf } from "../processes/memory.ts";
import { privateServerOf } from "../processes/private-server.ts";
import { aPullRequest } from "../webhooks/delivery.ts";
import { lineProcess } from "../webhooks/line-process.ts";
import { type Order, resultShape } from "../webhooks/order.ts";

const webhooks = 2_000;
const commands = 50;
/** Longer than an idle connection to the database is kept. */
const restMs = 8_000;
const samples = 5;
const sampleEveryMs = 500;

type Both = { readonly bot: Held; readonly server: Held; readonly processes: number };

async function look(bot: BenchedBot): Promise<Both> {
  const server = await privateServerOf(bot.folder.bot);
  return { bot: await heldBy([bot.bot.pid() ?? 0]), server: await heldBy(server), processes: server.length };
}

async function looks(bench: Bench, bot: BenchedBot): Promise<readonly Both[]> {
  const seen: Both[] = [];
  for (let count = 0; count < samples; count += 1) {
    await bench.context.clock.sleep(sampleEveryMs);
    seen.push(await look(bot));
  }
  return seen;
}

async function work(bench: Bench, bot: BenchedBot): Promise<void> {
  const { body, headers } = await aPullRequest(bot);
  const load = lineProcess(bench, "./load.ts");
  const port = Number(new URL(bot.botUrl).port);
  const order: Order = { port, path: "/api/github/webhooks", headers, body, requests: webhooks, connections: 32 };
  resultShape.parse(JSON.parse(await load.ask(JSON.stringify(order))));
  for (let count = 0; count < commands; count += 1) await bot.slack.command(developer, bot.channel, "/deploy status");
}

function rows(when: string, seen: readonly Both[]): readonly Row[] {
  const processes = median(seen.map((one) => one.processes));
  const row = (what: string, values: readonly number[], goal?: number): Row => ({
    what: `${what}, ${when}`,
    unit: "MB",
    n: values.length,
    median: median(values),
    ...(goal === undefined ? {} : { goal: { of: "median", holds: "at most", value: goal } }),
  });
  return [
    row(
      "the bot's process",
      seen.map((one) => one.bot.rssMb),
      180,
    ),
    row(
      `PostgreSQL, ${processes} processes, sum of RSS`,
      seen.map((one) => one.server.rssMb),
      80,
    ),
    row(
      `PostgreSQL, ${processes} processes, sum of PSS`,
      seen.map((one) => one.server.pssMb),
      80,
    ),
  ];
}

async function run(bench: Bench): Promise<readonly Row[]> {
  if (process.platform !== "linux") {
    bench.say("  memory is measured on Linux only");
    return [];
  }
  const bot = await openBot(bench);
  await startBot(bot);
  const atStart = await looks(bench, bot);
  await work(bench, bot);
  const busy = await looks(bench, bot);
  while ((await bot.waiting()) > 0) await bench.context.clock.sleep(50);
  await bench.context.clock.sleep(restMs);
  const atRest = await looks(bench, bot);
  const peak = await peakOf(bot.bot.pid() ?? 0);
  return [
    ...rows("just started", atStart),
    ...rows("after work", busy),
    ...rows("at rest again", atRest),
    { what: "the bot's process, most at any moment", unit: "MB", n: 1, median: peak },
  ];
}

export const memory: Measure = { name: "memory", run };

/**
 * From the release manager's deciding reaction, as the signed event leaves Slack, to the first line of `make deploy`.
 * Requests wait side by side in several environments and are approved one after another, each when the one before has
 * come to its end, as it is when a person decides.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { sampleRepository } from "../../sandbox/sample/scene.ts";
import type { Bench, Measure, Row } from "../measure.ts";
import { median, p99 } from "../numbers.ts";
import { type BenchedBot, developer, openBot, releaseManager, startBot } from "../open-bot.ts";
import { type Bounds, repeat } from "../repeat.ts";
import { type TimedService, timedService } from "../trip/service.ts";

const productions = Array.from({ length: 10 }, (_, at) => `production-${at + 1}`);
/** The first batch warms everything up and does not count. */
const batches: Bounds = { most: 11, least: 3, withinMs: 75_000 };
/** How long nothing is asked for before a reaction: what people see of the one before is written meanwhile. */
const quietMs = 200;

type Request = { readonly environment: string; readonly deployment: string; readonly ts: string };

const line = /^shop to (\S+), deployment (\d+)\./;

function messages(bot: BenchedBot) {
  return bot.slack.messages(bot.channel).filter((one) => one.threadTs === undefined && one.ephemeralFor === undefined);
}

function successes(bot: BenchedBot, environment: string): number {
  const all = bot.github.view(sampleRepository).deployments.filter((one) => one.environment === environment);
  return all.filter((one) => one.statuses.some(({ state }) => state === "success")).length;
}

/** Asks for every production and resolves when every request stands in the channel. */
async function requests(bot: BenchedBot): Promise<readonly Request[]> {
  const before = messages(bot).length;
  for (const environment of productions) await bot.slack.command(developer, bot.channel, `/deploy ${environment}`);
  return await bot.until("the requests", () => {
    const found = messages(bot)
      .slice(before)
      .flatMap(({ text, ts }): readonly Request[] => {
        const [, environment, deployment] = line.exec(text) ?? [];
        return environment === undefined || deployment === undefined ? [] : [{ environment, deployment, ts }];
      });
    return found.length === productions.length ? found : undefined;
  });
}

async function approved(bench: Bench, bot: BenchedBot, service: TimedService, request: Request): Promise<number> {
  const { clock } = bench.context;
  const before = successes(bot, request.environment);
  await clock.sleep(quietMs);
  const reacted = clock.now();
  await bot.slack.react(releaseManager, bot.channel, request.ts, "white_check_mark");
  await bot.until(
    `${request.environment} to be deployed`,
    () => successes(bot, request.environment) > before || undefined,
  );
  const began = await service.began(request.deployment);
  if (began === undefined) throw new Error(`deployment ${request.deployment} left no trace`);
  return began - reacted;
}

async function run(bench: Bench): Promise<readonly Row[]> {
  const bot = await openBot(bench);
  const trace = join(bot.folder.site, "trace");
  await mkdir(trace, { recursive: true });
  const service = timedService(bot, trace, productions);
  await startBot(bot);
  await service.commit();
  await bot.until("the first deployment to staging", () => successes(bot, "staging") > 0 || undefined);
  const times: number[] = [];
  await repeat(bench.context, batches, async (batch) => {
    for (const request of await requests(bot)) {
      const took = await approved(bench, bot, service, request);
      if (batch > 0) times.push(took);
    }
  });
  return [
    {
      what: "deciding reaction to the first line of make deploy",
      unit: "ms",
      n: times.length,
      median: median(times),
      p99: p99(times),
      goal: { of: "p99", holds: "at most", value: 200 },
    },
  ];
}

export const reaction: Measure = { name: "reaction", run };

/**
 * What an event of a pull request, and a start with many repositories, cost at GitHub, in calls: its rate limit is the
 * real ceiling. Signing in is not counted, as a token serves for an hour, nor is the log of deliveries, which the App asks
 * for itself and not as an installation.
 */
import { catalogueChange } from "../../sandbox/sample/catalogue.ts";
import { sample, sampleRepository } from "../../sandbox/sample/scene.ts";
import { makeRepositories } from "../many-repositories.ts";
import type { Bench, Measure, Row } from "../measure.ts";
import { median } from "../numbers.ts";
import { type BenchedBot, openBot, startBot } from "../open-bot.ts";

const times = 3;
/** Nothing is asked for so long when the bot is done: what it shows is written within a second. */
const stillMs = 1_200;

type Calls = { readonly all: number; readonly writes: number };

/** What GitHub was asked from `act` on until the bot is still. */
async function callsOf(bench: Bench, bot: BenchedBot, act: () => Promise<unknown>): Promise<Calls> {
  const before = bot.github.calls().length;
  await act();
  for (let seen = -1; seen !== bot.github.calls().length || (await bot.waiting()) > 0; ) {
    await bot.github.settled();
    seen = bot.github.calls().length;
    await bench.context.clock.sleep(stillMs);
  }
  const made = bot.github.calls().slice(before);
  const counted = made.filter(({ path }) => !/\/(access_tokens|hook\/deliveries)$/.test(path));
  return {
    all: counted.length,
    writes: counted.filter(({ method, path }) => method !== "GET" && !path.endsWith("/graphql")).length,
  };
}

const many = { repositories: 50, pullsInEach: 4 };

/** The first start of a bot that is installed in many repositories, and the next one. */
async function startsWithMany(bench: Bench): Promise<readonly Calls[]> {
  const [first = "", ...others] = Array.from({ length: many.repositories }, (_, index) => `acme/service-${index}`);
  const bot = await openBot(bench, {
    scene: {
      ...{ ...sample, repositories: [first, ...others], places: [] },
      // Else each pull request is told that nothing may run there.
      operatorFile: () => `commands: ["acme/*"]\n`,
      seed: ({ github }) => makeRepositories(github, [first, ...others], many.pullsInEach),
    },
  });
  const firstStart = await callsOf(bench, bot, () => startBot(bot));
  await bot.bot.stop();
  const laterStart = await callsOf(bench, bot, () => startBot(bot));
  await bot.bot.stop();
  return [firstStart, laterStart];
}

async function run(bench: Bench): Promise<readonly Row[]> {
  const [firstStart, laterStart] = await startsWithMany(bench);
  const bot = await openBot(bench);
  await startBot(bot);
  const found = {
    pushed: [] as number[],
    opened: [] as number[],
    nothing: [] as number[],
    writes: [] as number[],
    fixed: [] as number[],
  };
  for (let at = 0; at < times; at += 1) {
    const issue = await bot.github.createIssue(sampleRepository, "alice", `Wish ${at}`);
    const push = async (head: string) => {
      const changes = catalogueChange(head, "More to buy");
      await bot.github.commit(sampleRepository, "alice", { branch: head, message: head, changes });
    };
    const numbers: number[] = [];
    const open = async (head: string, body: string) => {
      const wish = { title: `Add ${head}`, body, head };
      numbers.push(await bot.github.openPullRequest(sampleRepository, "alice", wish));
    };
    const edit = (number: number, body: string) =>
      bot.github.editPullRequest(sampleRepository, "alice", number, { body });
    await callsOf(bench, bot, async () => undefined);
    const pushed = await callsOf(bench, bot, () => push(`in-order-${at}`));
    const opened = await callsOf(bench, bot, () => open(`in-order-${at}`, `close #${issue}`));
    const nothing = await callsOf(bench, bot, () => edit(numbers[0] ?? 0, `More words. close #${issue}`));
    await callsOf(bench, bot, () => push(`to-fix-${at}`));
    await callsOf(bench, bot, () => open(`to-fix-${at}`, ""));
    const fixed = await callsOf(bench, bot, () => edit(numbers[1] ?? 0, `close #${issue}`));
    found.pushed.push(pushed.all);
    found.opened.push(opened.all);
    found.nothing.push(nothing.all);
    found.writes.push(nothing.writes);
    found.fixed.push(fixed.all);
  }
  const row = (what: string, counts: readonly number[], most: number): Row => {
    const goal = { of: "median", holds: "at most", value: most } as const;
    return { what, unit: "calls", n: counts.length, median: median(counts), goal };
  };
  return [
    { what: "a branch pushed for the first time", unit: "calls", n: times, median: median(found.pushed) },
    row("a pull request opened and in order", found.opened, 2),
    row("an event that changes nothing shown", found.nothing, 1),
    row("an event that changes nothing shown, writes", found.writes, 0),
    row("a description that is fixed", found.fixed, 3),
    row("the first start of 50 repositories with 200 pull requests", [firstStart?.all ?? 0], 300),
    row("the checks and comments of that start", [firstStart?.writes ?? 0], 200),
    { what: "a later start of the same", unit: "calls", n: 1, median: laterStart?.all ?? 0 },
  ];
}

export const calls: Measure = { name: "calls", run };

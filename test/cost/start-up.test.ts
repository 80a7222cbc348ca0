/**
 * What starting costs where it costs most: many repositories in one installation, with open pull requests. They are as
 * many as no single request of any kind can ask about.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeRepositories } from "../../bench/many-repositories.ts";
import { type BotBetween, openBotBetween } from "./bot-between.ts";

const repositories = 27;
const pullsInEach = 2;
const pulls = repositories * pullsInEach;

let bot: BotBetween;
beforeAll(async () => {
  bot = await openBotBetween();
  const names = Array.from({ length: repositories }, (_, index) => `acme/service-${index}`);
  await makeRepositories(bot.github, names, pullsInEach);
}, 120_000);
afterAll(() => bot?.close());

const checks = () =>
  bot.github.repositories().flatMap((name) => bot.github.view(name).pullRequests.flatMap(({ checkRuns }) => checkRuns));
const counted = (calls: readonly string[]) => ({
  writes: calls.filter((call) => /^(POST|PATCH|PUT|DELETE) (?!\/graphql)/.test(call)).length,
  graphql: calls.filter((call) => call === "POST /graphql").length,
  reads: calls.filter((call) => call.startsWith("GET ") && !call.endsWith("/hook/deliveries")).length,
});

test("the first start asks little, and writes one check for each pull request", async () => {
  const calls = await bot.callsOf(() => bot.start());
  expect(checks().map(({ conclusion }) => conclusion)).toEqual(Array.from({ length: pulls }, () => "success"));
  // Two lists of what there is. Pipeline files for 25 repositories at once, with that of their owner's `.github`; pull
  // requests for ten repositories at once, and as often the facts that their rules need; heads of the branches that are
  // followed, for 25 repositories at once.
  expect(counted(calls)).toEqual({ reads: 2, graphql: 2 + 3 + 3 + 2, writes: pulls });
}, 120_000);

test("any later start asks for what is open, and writes nothing", async () => {
  await bot.stop();
  const calls = await bot.callsOf(() => bot.start());
  // Two lists of what there is; pull requests for ten repositories at once, and pipeline files and heads of branches for
  // 25 each. The log of deliveries is the App's own.
  expect(counted(calls)).toEqual({ reads: 2, graphql: 3 + 2 + 2, writes: 0 });
}, 120_000);

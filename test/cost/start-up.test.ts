/**
 * What starting costs where it costs most: many repositories in one installation, with open pull requests. They are as
 * many as no single request of any kind can ask about.
 */
import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BotBetween, openBotBetween } from "./bot-between.ts";

const repositories = 27;
const pullsInEach = 2;
const pulls = repositories * pullsInEach;

const pipeline = `
environments:
  staging:
    branch: main
    deploy: "true"
`;

let bot: BotBetween;
/** Takes what GitHub sends before the bot is there, so that it is not sent once more at a start. */
const sink = createServer((request, response) => {
  request.resume();
  response.writeHead(202).end();
});
const named = (index: number) => `acme/service-${index}`;

async function makeRepository(repository: string): Promise<void> {
  await bot.github.createRepository(repository, { files: { ".github/signalbox.yml": pipeline } });
  const changes = [{ path: "basket", content: "basket" }];
  const sha = await bot.github.commit(repository, "alice", { branch: "change-0", message: "Add it", changes });
  for (let pull = 0; pull < pullsInEach; pull += 1) {
    const head = `change-${pull}`;
    if (pull > 0) await bot.github.createRef(repository, "alice", `refs/heads/${head}`, sha);
    const issue = await bot.github.createIssue(repository, "olaf", head);
    await bot.github.openPullRequest(repository, "alice", { title: head, body: `close #${issue}`, head });
  }
}

/** A few at once: while one waits for its git, another goes on. */
beforeAll(async () => {
  bot = await openBotBetween();
  await new Promise<void>((resolve) => sink.listen(0, "127.0.0.1", resolve));
  const address = sink.address();
  if (address === null || typeof address === "string") throw new Error("the sink has no port");
  bot.github.deliverTo(`http://127.0.0.1:${address.port}/`);
  const left = Array.from({ length: repositories }, (_, index) => named(index));
  const makeSome = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await makeRepository(next);
  };
  await Promise.all(Array.from({ length: 4 }, makeSome));
  // What is still on its way would come to the bot.
  await bot.github.settled();
}, 120_000);
afterAll(async () => {
  await bot?.close();
  sink.close();
  sink.closeAllConnections();
});

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
  // Two lists of what there is; pull requests for ten repositories at once, and heads of branches for 25. The log of
  // deliveries is the App's own.
  expect(counted(calls)).toEqual({ reads: 2, graphql: 3 + 2, writes: 0 });
}, 120_000);

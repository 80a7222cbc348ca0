/** When little is left of the hour's calls: checks are written, comments and news wait for the next hour, none is lost. */
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createContext } from "../../src/context.ts";
import { createGitHub } from "../../src/github/client.ts";
import { listInstallations } from "../../src/github/installations.ts";
import { type BotBetween, openBotBetween } from "./bot-between.ts";

const callsPerHour = 200;
const hourMs = 3_600_000;
const shop = "acme/shop";
const pipeline = `
environments:
  staging:
    branch: main
    deploy: "true"
`;

let bot: BotBetween;

beforeAll(async () => {
  bot = await openBotBetween({ callsPerHour });
  await bot.github.createRepository(shop, { files: { ".github/signalbox.yml": pipeline } });
  await bot.start();
});
afterAll(async () => {
  await bot?.close();
});

/** Somebody else, such as another replica, uses the installation's calls up but for so many. */
async function leave(left: number): Promise<void> {
  const other = createGitHub({
    context: createContext(),
    log: pino({ level: "silent" }),
    settings: {
      appId: bot.github.appId,
      privateKey: bot.github.privateKey,
      webhookSecret: bot.github.webhookSecret,
      githubApiUrl: bot.github.apiUrl,
      githubUrl: bot.github.url,
    },
  });
  const [installation = 0] = await listInstallations(other);
  const octokit = await other.installation(installation);
  for (;;) {
    const { headers } = await octokit.request("GET /installation/repositories");
    if (Number(headers["x-ratelimit-remaining"]) <= left) return;
  }
}

async function open(head: string, body: string): Promise<number> {
  const changes = [{ path: head, content: head }];
  await bot.github.commit(shop, "alice", { branch: head, message: head, changes });
  await bot.rest();
  const number = await bot.github.openPullRequest(shop, "alice", { title: head, body, head });
  await bot.rest();
  bot.pass(2_000);
  return number;
}

const pull = (number: number) => bot.github.view(shop).pullRequests.find((one) => one.number === number);
const issue = (number: number) => bot.github.view(shop).issues.find((one) => one.number === number);
const waiting = async () =>
  (
    await bot.database.db
      .selectFrom("projection")
      .select("surface")
      .whereRef("wanted", ">", "shown")
      .orderBy("surface")
      .execute()
  ).map(({ surface }) => surface);

test("with less than a tenth left, news waits, and checks and comments do not", async () => {
  const wish = await bot.github.createIssue(shop, "olaf", "The basket");
  const ready = await open("basket", `close #${wish}`);
  await leave(19);
  const unready = await open("till", "");
  expect(pull(unready)?.checkRuns).toHaveLength(1);
  expect(pull(unready)?.comments).toHaveLength(1);
  await bot.github.mergePullRequest(shop, "alice", ready);
  await bot.rest();
  expect(bot.github.view(shop).deployments[0]?.statuses.map(({ state }) => state)).toContain("success");
  expect(issue(wish)?.comments).toEqual([]);
  expect(await waiting()).toEqual(["github.news"]);

  // With less than a twentieth left, comments wait too, and a check is written all the same.
  await leave(6);
  const late = await open("door", "");
  expect(pull(late)?.checkRuns).toHaveLength(1);
  expect(pull(late)?.comments).toEqual([]);
  expect(await waiting()).toEqual(["github.comment", "github.news"]);

  // In the next hour all is said, once, also by a bot that was started anew meanwhile.
  bot.pass(hourMs);
  await bot.stop();
  await bot.start();
  expect(await waiting()).toEqual([]);
  expect(issue(wish)?.comments).toHaveLength(1);
  expect(pull(late)?.comments).toHaveLength(1);
  expect(pull(late)?.comments[0]?.edits).toBe(0);
});

/**
 * What GitHub is asked for each thing that happens, counted: its rate limit is what a bot for many repositories really
 * lives on. Signing in (once an hour for each installation) is not among the calls.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BotBetween, openBotBetween } from "./bot-between.ts";

const pipeline = `
environments:
  staging:
    branch: main
    deploy: "true"
`;
const shop = "acme/shop";

let bot: BotBetween;
let issues = 0;

beforeAll(async () => {
  bot = await openBotBetween();
  await bot.github.createRepository(shop, { files: { ".github/signalbox.yml": pipeline, "a.txt": "a" } });
  await bot.start();
});
afterAll(async () => {
  await bot?.close();
});

/** A branch with a change, and an issue to close: pushed and told before anything is counted. */
async function aBranch(): Promise<{ readonly head: string; readonly issue: number }> {
  issues += 1;
  const head = `change-${issues}`;
  const issue = await bot.github.createIssue(shop, "olaf", `Wish ${issues}`);
  await bot.github.commit(shop, "alice", {
    branch: head,
    message: "Change it",
    changes: [{ path: `${head}.txt`, content: head }],
  });
  await bot.rest();
  return { head, issue };
}

async function open(title: string, body: (issue: number) => string): Promise<{ number: number; issue: number }> {
  const { head, issue } = await aBranch();
  const number = await bot.github.openPullRequest(shop, "alice", { title, body: body(issue), head });
  await bot.rest();
  // GitHub's times have whole seconds: what people do next, they do later than that.
  bot.pass(2_000);
  return { number, issue };
}

const reads = (calls: readonly string[]) => calls.filter((call) => call.startsWith("GET "));
const writes = (calls: readonly string[]) => calls.filter((call) => !call.startsWith("GET "));

/** The second and third only when the push, or the issue that it closes, is told before the merge. */
const mergeNeeds: readonly string[] = [
  `GET /repos/${shop}/branches/main`,
  `GET /repos/${shop}/commits/SHA/pulls`,
  `GET /repos/${shop}/pulls/1`,
  `POST /repos/${shop}/deployments`,
  `POST /repos/${shop}/deployments/1/statuses`,
  `POST /repos/${shop}/issues/1/comments`,
];

describe("a pull request", () => {
  test("opened and in order: at most 2 calls", async () => {
    const { head, issue } = await aBranch();
    const calls = await bot.callsOf(() =>
      bot.github.openPullRequest(shop, "alice", { title: "Add the basket", body: `close #${issue}`, head }),
    );
    expect(calls).toEqual([`GET /repos/${shop}/issues/${issue}`, `POST /repos/${shop}/check-runs`]);
  });

  test("edited so that nothing that we show changes: no write, and at most 1 read", async () => {
    const { number, issue } = await open("Add the till", (one) => `close #${one}`);
    const calls = await bot.callsOf(() =>
      bot.github.editPullRequest(shop, "alice", number, { body: `It does this and that.\n\nclose #${issue}` }),
    );
    expect(writes(calls)).toEqual([]);
    expect(reads(calls).length).toBeLessThanOrEqual(1);
  });

  test("assigned, commented on, labelled by a CI: nothing at all", async () => {
    const { number } = await open("Add the door", (one) => `close #${one}`);
    const pull = bot.github.view(shop).pullRequests.find((one) => one.number === number);
    const calls = await bot.callsOf(async () => {
      await bot.github.comment(shop, "olaf", number, "Nice.");
      await bot.github.setCheckRun(shop, pull?.head.sha ?? "", "ci/test", "success");
      await bot.github.setStatus(shop, pull?.head.sha ?? "", "ci/lint", "success");
    });
    expect(calls).toEqual([]);
  });

  test("a delivery that GitHub sends again: nothing at all", async () => {
    await open("Add the bell", (one) => `close #${one}`);
    const delivery = bot.github.deliveries().find(({ event }) => event === "pull_request");
    const calls = await bot.callsOf(() => Promise.resolve(bot.github.redeliver(delivery?.guid ?? "")));
    expect(calls).toEqual([]);
  });

  test("whose description is mended: at most 3 calls, and it is green", async () => {
    const { number, issue } = await open("Add the lamp", () => "");
    const calls = await bot.callsOf(() =>
      bot.github.editPullRequest(shop, "alice", number, { body: `close #${issue}` }),
    );
    expect(calls.length).toBeLessThanOrEqual(3);
    const pull = bot.github.view(shop).pullRequests.find((one) => one.number === number);
    expect(pull?.checkRuns.map(({ conclusion }) => conclusion)).toEqual(["success"]);
    expect(pull?.comments).toHaveLength(1);
  });

  test("whose title says WIP no more: at most 3 calls", async () => {
    const { number } = await open("WIP: add the roof", (one) => `close #${one}`);
    const calls = await bot.callsOf(() => bot.github.editPullRequest(shop, "alice", number, { title: "Add the roof" }));
    expect(calls.length).toBeLessThanOrEqual(3);
  });

  test("merged, deployed to staging, and its issue told of it", async () => {
    const { number, issue } = await open("Add the stairs", (one) => `close #${one}`);
    const calls = await bot.callsOf(() => bot.github.mergePullRequest(shop, "alice", number));
    const news = bot.github.view(shop).issues.find((one) => one.number === issue)?.comments ?? [];
    expect(news.map(({ body }) => body)).toEqual([expect.stringContaining("Live in `staging`")]);
    // Six, and two more where the news come in the other order.
    expect(calls.length).toBeLessThanOrEqual(8);
    const kinds = new Set(calls.map((call) => call.replace(/[0-9a-f]{40}/, "SHA").replace(/\/\d+/, "/1")));
    expect([...kinds].filter((kind) => !mergeNeeds.includes(kind))).toEqual([]);
  });
});

/**
 * The bot is killed with -9 in the middle of a deployment and started again. It runs its private PostgreSQL here, which
 * is left running by the kill and found again. It says what became of the deployment, and nothing has run or been said
 * twice.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BotProcess } from "../../sandbox/bot-process.ts";
import { catalogueChange } from "../../sandbox/sample/catalogue.ts";
import { sampleRepository } from "../../sandbox/sample/scene.ts";
import { isLive, openPlayOfProcess, type Play } from "./play.ts";

let play: Play<BotProcess>;
beforeAll(async () => {
  // Each step of a stage takes a quarter of a second, so that there is a middle to be killed in.
  play = await openPlayOfProcess({ privateServer: true, pace: 0.25 });
});
afterAll(async () => {
  await play?.close();
});

const begun = async () => (await play.world()).runs.filter((run) => run.what === "begun").map((run) => run.sha);

async function merge(): Promise<string> {
  const number = await play.github.openPullRequest(sampleRepository, "alice", {
    title: "Add the basket",
    body: "close #1",
    head: "add-basket",
  });
  await play.until("the pull request to be ready", () => play.pull(number).mergeable || undefined);
  return await play.github.mergePullRequest(sampleRepository, "alice", number);
}

let sha: string;

test("killed while make deploy runs, the command runs on and is found again", async () => {
  sha = await merge();
  await play.until("make deploy to begin", async () => (await begun()).length === 1 || undefined);
  await play.bot.kill();
  await play.bot.start();
  await play.until("the deployment to end", () => isLive(play, "staging", sha));
  expect(await begun()).toEqual([sha]);
  const [message] = play.messages();
  const thread = await play.until("the end in the thread", () => {
    const said = play.thread(message?.ts ?? "");
    return said.some(({ text }) => /succeeded. It is live/.test(text)) ? said : undefined;
  });
  expect(thread.map(({ text }) => text)).toContainEqual(expect.stringMatching(/restart/));
  expect(play.messages()).toHaveLength(1);
});

test("killed again at other moments, each command still runs once", async () => {
  for (const afterMs of [50, 400, 900]) {
    const before = (await begun()).length;
    const next = await play.github.commit(sampleRepository, "alice", {
      branch: "main",
      message: `Change after ${afterMs} ms`,
      changes: [{ path: `catalogue/at-${afterMs}.json`, content: `{"name":"At ${afterMs}","detail":"","order":12}\n` }],
    });
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await play.bot.kill();
    await play.bot.start();
    await play.until(`${next} on staging`, () => isLive(play, "staging", next));
    expect((await begun()).slice(before)).toEqual([next]);
  }
});

test("what was merged while the bot was down is deployed when it is back", async () => {
  await play.bot.kill();
  const missed = await play.github.commit(sampleRepository, "alice", {
    branch: "main",
    message: "Change while nobody looks",
    changes: [{ path: "catalogue/missed.json", content: '{"name":"Missed","detail":"","order":13}\n' }],
  });
  await play.github.settled();
  await play.bot.start();
  await play.until("staging to have it", () => isLive(play, "staging", missed));
});

test("killed before it could remember a comment, it edits that one", async () => {
  const changes = catalogueChange("Another", "More to buy");
  await play.github.commit(sampleRepository, "alice", { branch: "another", message: "Add another", changes });
  play.github.fail({ method: "POST", path: /\/issues\/\d+\/comments/ }, [{ status: 0, afterDoing: true }]);
  const number = await play.github.openPullRequest(sampleRepository, "alice", {
    title: "Add another",
    body: "",
    head: "another",
  });
  const comments = () => play.pull(number).comments.filter(({ author }) => author.endsWith("[bot]"));
  await play.until("the comment", () => comments()[0]);
  await play.bot.kill();
  await play.github.editPullRequest(sampleRepository, "alice", number, { body: "close #2" });
  await play.bot.start();
  await play.until("all set", () => /All set/.test(comments()[0]?.body ?? "") || undefined);
  await play.until("green", () =>
    play.pull(number).checkRuns.some(({ conclusion, headSha }) => {
      return conclusion === "success" && headSha === play.pull(number).head.sha;
    }),
  );
  expect(comments()).toHaveLength(1);
});

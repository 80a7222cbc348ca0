/**
 * The bot is killed with -9 in the middle of a deployment and started again. It runs its private PostgreSQL here, which
 * is left running by the kill and found again. It says what became of the deployment, makes up for what happened
 * meanwhile, and nothing has run or been said twice. Every other moment of being killed is told by
 * `test/operations/crashes.test.ts`.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BotProcess } from "../../sandbox/bot-process.ts";
import { catalogueChange } from "../../sandbox/sample/catalogue.ts";
import { sampleRepository } from "../../sandbox/sample/scene.ts";
import { isLive, openPlayOfProcess, type Play } from "./play.ts";

let play: Play<BotProcess>;
let sha: string;
let missed: string;
/** The pull request whose comment the bot could not remember. */
let pull: number;

const begun = async () => (await play.world()).runs.filter((run) => run.what === "begun").map((run) => run.sha);
const comments = () => play.pull(pull).comments.filter(({ author }) => author.endsWith("[bot]"));

/** The sample's script, which waits in its middle until this test lets it go on. */
async function heldScript(): Promise<string> {
  const script = await readFile("sandbox/sample/shop/bin/deploy.sh", "utf8");
  const held = script.replace(/^note begun$/m, '$&\nuntil [ -e "$SITE_DIR/go-on" ]; do sleep 0.05; done');
  expect(held).not.toBe(script);
  return held;
}

beforeAll(async () => {
  play = await openPlayOfProcess({ privateServer: true });
  const number = await play.propose({
    branch: "wait",
    changes: [{ path: "bin/deploy.sh", content: await heldScript() }],
    title: "Wait in the middle",
    body: "close #1",
  });
  sha = await play.merge(number);
  await play.until("make deploy to begin", async () => (await begun()).length === 1 || undefined);

  const changes = catalogueChange("Another", "More to buy");
  play.github.fail({ method: "POST", path: /\/issues\/\d+\/comments/ }, [{ status: 0, afterDoing: true }]);
  pull = await play.propose({ branch: "another", changes, title: "Add another", body: "" });
  await play.until("the comment", () => comments()[0]);

  await play.bot.kill();
  missed = await play.github.commit(sampleRepository, "alice", {
    branch: "main",
    message: "Change while nobody looks",
    changes: [{ path: "catalogue/missed.json", content: '{"name":"Missed","detail":"","order":13}\n' }],
  });
  await play.github.editPullRequest(sampleRepository, "alice", pull, { body: "close #2" });
  await play.github.settled();
  await play.bot.start();
});
afterAll(async () => {
  await play?.close();
});

const threadOf = (nth: number) => play.thread(play.messages()[nth]?.ts ?? "").map(({ text }) => text);

test("killed while make deploy runs, the command runs on and is found again", async () => {
  await play.until("the restart in the thread", () => threadOf(0).some((text) => /restart/.test(text)));
  expect(await begun()).toEqual([sha]);
  await writeFile(join(play.siteDir, "go-on"), "");
  await play.until("the deployment to end", () => isLive(play, "staging", sha));
  await play.until("the end in the thread", () => threadOf(0).some((text) => /succeeded. It is live/.test(text)));
});

test("what was merged while the bot was down is deployed when it is back", async () => {
  await play.until("staging to have it", () => isLive(play, "staging", missed));
  expect(await begun()).toEqual([sha, missed]);
  expect(play.messages()).toHaveLength(2);
});

test("killed before it could remember a comment, it edits that one", async () => {
  await play.until("all set", () => /All set/.test(comments()[0]?.body ?? "") || undefined);
  await play.until("green", () =>
    play.pull(pull).checkRuns.some(({ conclusion, headSha }) => {
      return conclusion === "success" && headSha === play.pull(pull).head.sha;
    }),
  );
  expect(comments()).toHaveLength(1);
});

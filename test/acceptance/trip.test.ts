/** The trip: from a pull request to production and back, over signed HTTP, with the messages that people see. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleRepository } from "../../sandbox/sample/scene.ts";
import type { SandboxMessage } from "../../sandbox/slack-contract.ts";
import { alice, isLive, openPlay, type Play, rosa } from "./play.ts";
import { reading } from "./story.ts";

let play: Play;
beforeAll(async () => {
  play = await openPlay();
});
afterAll(async () => {
  await play?.close();
});

const ready = (number: number) => play.pull(number).checkRuns.findLast((check) => check.name === "signalbox/ready");
let pull: number;
let first: string;

test("a pull request that says WIP and names no issue is held, and one comment says what to do", async () => {
  pull = await play.github.openPullRequest(sampleRepository, "alice", {
    title: "WIP: add the basket",
    body: "",
    head: "add-basket",
  });
  const check = await play.until("the check", () => ready(pull));
  expect(check.status).toBe("in_progress");
  const comment = await play.until("the comment", () => play.pull(pull).comments[0]);
  expect(comment.body).toMatchInlineSnapshot(`
    "<!-- signalbox:ready -->
    Not ready to be merged yet:

    - The title begins with \`WIP\`. Take that away when the work is ready to be merged.
    - The description names no issue that this closes. Write a line such as \`Closes #123\` into it."
  `);
  expect(play.pull(pull).mergeable).toBe(false);
  await expect(play.github.mergePullRequest(sampleRepository, "alice", pull)).rejects.toThrow(/signalbox\/ready/);
});

test("retitled and with close #1 it turns green, and the same comment is edited", async () => {
  await play.github.editPullRequest(sampleRepository, "alice", pull, { title: "Add the basket", body: "close #1" });
  await play.until("the green check", () => ready(pull)?.conclusion === "success" || undefined);
  const [comment, ...others] = await play.until("the edited comment", () => {
    const { comments } = play.pull(pull);
    return comments[0]?.edits ? comments : undefined;
  });
  expect(others).toEqual([]);
  expect(comment?.body).toMatchInlineSnapshot(`
    "<!-- signalbox:ready -->
    All set: nothing holds this pull request any more."
  `);
});

test("merged, it is really deployed to staging and issue 1 is closed", async () => {
  first = await play.github.mergePullRequest(sampleRepository, "alice", pull);
  await play.until("staging to serve it", async () => (await play.serving("staging")) === first || undefined);
  await play.until("GitHub to show it", () => isLive(play, "staging", first));
  const issue = play.github.view(sampleRepository).issues.find(({ number }) => number === 1);
  expect(issue?.state).toBe("closed");
  const message = await play.until("the message", () => play.messages().find(({ text }) => /staging/.test(text)));
  expect(message.text).toMatch(/staging/);
});

async function requestFor(environment: string, sha: string): Promise<SandboxMessage> {
  return await play.until(`the request for ${environment}`, () =>
    play.messages().findLast((one) => reading(one).includes(environment) && reading(one).includes(sha.slice(0, 7))),
  );
}

const runs = async (environment: string) =>
  (await play.world()).runs
    .filter((run) => run.environment === environment && run.what === "begun")
    .map((run) => run.sha);

test("asked for by the developer, production waits; her own yes is refused, and the thread says why", async () => {
  const before = play.messages().length;
  const answer = await play.ask(alice, "/deploy production");
  expect(answer).toMatch(/production/);
  const request = await play.until("one request message", () => play.messages()[before]);
  await play.slack.react(alice, play.channel, request.ts, "white_check_mark");
  const why = await play.until("the reason in the thread", () => play.thread(request.ts)[0]);
  expect(why.text).toMatchInlineSnapshot(
    `"alice: Your answer does not count: you are not among those who may approve here. “approvals” in the pipeline file names them."`,
  );
  expect(await runs("production")).toEqual([]);
  expect(play.messages()).toHaveLength(before + 1);
});

test("the release manager's yes deploys it, once", async () => {
  const request = await requestFor("production", first);
  await play.slack.react(rosa, play.channel, request.ts, "+1::skin-tone-3");
  await play.slack.react(rosa, play.channel, request.ts, "ship");
  await play.until("production to serve it", async () => (await play.serving("production")) === first || undefined);
  await play.until("GitHub to show it", () => isLive(play, "production", first));
  expect(await runs("production")).toEqual([first]);
});

let second: string;
test("a second pull request goes the same way", async () => {
  second = await play.ship(
    "delivery-costs",
    "catalogue/delivery.json",
    '{"name":"Delivery","detail":"£2","order":9}\n',
    2,
  );
  await play.ask(alice, "/deploy production");
  const request = await requestFor("production", second);
  await play.slack.react(rosa, play.channel, request.ts, "white_check_mark");
  await play.until("production to serve it", () => isLive(play, "production", second));
  expect(await runs("production")).toEqual([first, second]);
});

test("a revision that never was on staging is stopped, and the answer names the gate", async () => {
  await play.github.commit(sampleRepository, "alice", {
    branch: "gift-wrapping",
    message: "Wrap gifts",
    changes: [{ path: "catalogue/gift.json", content: '{"name":"Gift","detail":"Wrapped","order":11}\n' }],
  });
  const answer = await play.ask(alice, "/deploy production gift-wrapping");
  expect(answer).toMatch(/order/i);
  expect(answer).toMatch(/staging/);
});

test("rolled back, the earlier revision runs again, the bad one is in quarantine and a hold stands", async () => {
  await play.ask(alice, "/rollback production delivery costs are wrong");
  await play.until("the earlier revision", async () => (await play.serving("production")) === first || undefined);
  await play.until("GitHub to show it", async () => (await runs("production")).length === 3 || undefined);
  const status = await play.until("the hold in the status", async () => {
    const board = await play.ask(alice, "/deploy status");
    return /Held since rollback/.test(board) && !/running/.test(board) ? board : undefined;
  });
  expect(status).toContain(first.slice(0, 7));
});

test("promoting the bad one again is stopped, and the answer says by what", async () => {
  const answer = await play.ask(alice, "/promote production");
  expect(answer).toMatch(/quarantine/i);
  expect(await runs("production")).toEqual([first, second, first]);
});

let fix: string;
test("a fix goes through staging and, confirmed, through the hold, and ends it", async () => {
  fix = await play.ship("delivery-fix", "catalogue/delivery.json", '{"name":"Delivery","detail":"£3","order":9}\n', 3);
  await play.ask(alice, "/deploy production");
  const request = await requestFor("production", fix);
  await play.slack.react(rosa, play.channel, request.ts, "white_check_mark");
  await play.until("the approval to be counted", () => play.thread(request.ts).find(({ text }) => /rosa/i.test(text)));
  expect(await runs("production")).toHaveLength(3);
  await play.slack.click(alice, play.channel, request.ts, "confirm-fix");
  await play.until("production to serve the fix", () => isLive(play, "production", fix));
  const ended = await play.until("the status without a hold", async () => {
    const board = await play.ask(alice, "/deploy status");
    return /Held/.test(board) ? undefined : board;
  });
  expect(ended).toContain(fix.slice(0, 7));
});

test("one person's lock stops another", async () => {
  await play.ask(rosa, "/deploy lock production we are counting the stock");
  const answer = await play.ask(alice, "/deploy production");
  expect(answer).toMatch(/counting the stock/);
  await play.ask(rosa, "/deploy unlock production");
});

test("every message in the channel has come to rest and says how its deployment ended", async () => {
  await play.until("the last edits", () => {
    const running = play.messages().filter(({ text }) => /, deployment \d+\. (Running|Waits)/.test(text));
    return running.length === 0 || undefined;
  });
});

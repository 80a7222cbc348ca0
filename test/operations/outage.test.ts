/**
 * Slack answers 429, 500, an error, or nothing at all for a minute, whatever is called: nothing that people are to see is
 * lost, said twice or said out of order.
 */
import { beforeEach, expect, test } from "vitest";
import { reply } from "../../src/operations/reply.ts";
import { takeAction } from "../../src/operations/take-action.ts";
import { wordNote } from "../../src/wording/note.ts";
import { failures, type Shown, show } from "./slack-shown.ts";
import { ask, slowly } from "./steps.ts";
import { push, type World } from "./world.ts";

let shown: Shown;
let world: World;
beforeEach(async () => {
  shown = await show();
  world = shown.world;
});

/** Rosa's click, which counts on the stored message alone, in its channel and team. */
async function approve({ slack, channel }: Shown, deployment: number): Promise<void> {
  const { ask } = await world.deployment(deployment);
  const from = { team: slack.team, slackUser: "U0000ROSA", channel, key: "click", at: world.clock.now() };
  await takeAction(world.bot, { action: "approve", deployment, ask, ...from });
  await world.settle();
}

const cases = failures.flatMap(([what, failure]) =>
  // What was posted before is found, edited and followed up; one kind of outage each tells enough of that.
  (what === "500" || what === "nothing after it was done" ? [false, true] : [false]).map((isPosted) => ({
    when: isPosted ? "when the request is posted" : "before anything is posted",
    ...{ what, failure, isPosted, lost: failure.afterDoing === true },
  })),
);

test.each(cases)("Slack answers $what for a minute, from $when", async ({ isPosted, failure, lost }) => {
  const { slack, channel } = shown;
  const production = slowly(world, "production");
  if (!isPosted) slack.outage(failure);
  await push(world, "a");
  const request = await ask(world, "production");
  await shown.pass(1_000);
  await shown.pass(1_000);
  slack.outage(failure);

  // A minute in which everything that is shown somewhere happens.
  const [first, second] = shown.responseUrls.map((url, at) => {
    return { key: `command-${at}`, responseUrl: url, slackUser: "U0000ALICE", channel };
  });
  for (let at = 0; at < 60; at += 2) {
    if (at === 4 && first !== undefined)
      await reply(world.bot, first, { code: "already-requested", deployment: request });
    if (at === 10) await approve(shown, request);
    if (at === 24) await production.end(request, { state: "success", proven: true }, "test");
    if (at === 40) await production.end(request, { state: "failure", proven: true, outputTail: "no space" });
    if (at === 44 && second !== undefined) await reply(world.bot, second, { code: "cancelled", deployment: request });
    await shown.pass(2_000);
  }
  slack.outage(undefined);
  await shown.untilShown();

  const all = slack.messages(channel);
  const ofBot = all.filter(({ ephemeralFor }) => ephemeralFor === undefined);
  // One message for each deployment, and each shows how it ended.
  const messages = ofBot.filter(({ threadTs }) => threadTs === undefined);
  expect(messages.map(({ text }) => text.replace(/ (?:alice|merged).*$/u, ""))).toEqual([
    "shop to staging, deployment 1. Succeeded. It is live.",
    "shop to production, deployment 2. Failed. The stage migrate failed.",
  ]);
  // Every note once, in its order, in the thread of its deployment.
  const notes = await world.db.selectFrom("note").select(["content", "deployment_id"]).orderBy("id").execute();
  for (const [at, message] of messages.entries()) {
    const thread = ofBot.filter(({ threadTs }) => threadTs === message.ts).map(({ text }) => text);
    const said = notes.filter((note) => note.deployment_id === at + 1).map((note) => wordNote(note.content));
    expect(thread.map((text) => text.replace(/^<@U0000ALICE>: /u, ""))).toEqual(said);
  }
  // Every answer; once where Slack has not taken one without saying so.
  const answers = all.filter(({ ephemeralFor }) => ephemeralFor !== undefined).map(({ text }) => text);
  expect([...new Set(answers)].toSorted()).toEqual([
    "Deployment 2 asks for the same already; I did not make another.",
    "Deployment 2 is cancelled.",
  ]);
  if (!lost) expect(answers).toHaveLength(2);
  // Nothing was edited twice within a second.
  for (const times of shown.edits.values()) {
    for (const [at, time] of times.slice(1).entries()) expect(time - (times[at] ?? 0)).toBeGreaterThanOrEqual(1_000);
  }
});

/**
 * Slack answers 429, 500, an error, or nothing at all for a minute, whatever is called: nothing that people are to see is
 * lost, said twice or said out of order. The real operations, engine and surfaces before the sandbox's Slack, by a clock
 * that only the test moves.
 */
import { createServer } from "node:http";
import { sql } from "kysely";
import { pino } from "pino";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { createSandboxSlack, type SandboxSlackServer } from "../../sandbox/slack/sandbox-slack.ts";
import type { SandboxSlackFailure } from "../../sandbox/slack-contract.ts";
import { createChannelNews } from "../../src/operations/channels.ts";
import { loadDeploymentView } from "../../src/operations/load-view.ts";
import { reply } from "../../src/operations/reply.ts";
import { takeAction } from "../../src/operations/take-action.ts";
import { createProjections } from "../../src/projections/engine.ts";
import { createSlackChannels } from "../../src/slack/channels.ts";
import { createSlackClient } from "../../src/slack/client.ts";
import { createSlackSurfaces } from "../../src/slack/surfaces.ts";
import { wordNote } from "../../src/wording/note.ts";
import { ask, slowly } from "./steps.ts";
import { openWorld, push, type World } from "./world.ts";

const log = pino({ level: "silent" });
const people = ["alice", "rosa"].map((login) => ({
  login,
  slackUser: `U0000${login.toUpperCase()}`,
  name: login,
  permission: "write" as const,
  role: "developer",
}));

let world: World;
afterEach(async () => {
  await world.close();
});

type Shown = {
  readonly slack: SandboxSlackServer;
  readonly channel: string;
  /** Of two commands. */
  readonly responseUrls: readonly string[];
  /** When each message was edited, by its ts. */
  readonly edits: ReadonlyMap<string, readonly number[]>;
  /** Lets time pass, and everything that is due be looked at. */
  pass(ms: number): Promise<void>;
  /** Lets time pass until everything is shown. */
  untilShown(): Promise<void>;
};

async function show(): Promise<Shown> {
  world = await openWorld();
  const { bot, clock, db } = world;
  const slack = await createSandboxSlack({ context: bot.context, people, channels: ["shop-deploys"] });
  onTestFinished(() => slack.close());
  const [channel] = slack.channels();
  if (channel === undefined) throw new Error("there is a channel");
  const responseUrls = [await responseUrlOf(slack, channel.id), await responseUrlOf(slack, channel.id)];
  // The calls of the ones above do not count.
  const before = slack.calls().length;
  let asked = 0;
  let waiting = 0;
  const context = {
    ...bot.context,
    fetch: async (...call: Parameters<typeof fetch>) => {
      asked += 1;
      waiting += 1;
      return await bot.context.fetch(...call).finally(() => {
        waiting -= 1;
      });
    },
  };
  const client = createSlackClient({ context, log, settings: { botToken: slack.botToken, apiUrl: slack.apiUrl } });
  const surfaces = createSlackSurfaces({
    db,
    client,
    channels: createSlackChannels({ client, context }),
    news: createChannelNews(bot),
    context,
    log,
    loadDeploymentView,
    githubUrl: bot.githubUrl,
    apiUrl: slack.apiUrl,
    loadHomeView: async () => undefined,
    signInAddress: undefined,
  });
  // As when no timer outlives the bot: what is due is found by looking alone.
  const withoutTimers = { ...context, clock: { ...clock, after: () => ({ cancel: () => undefined }) } };
  const engine = createProjections({ context: withoutTimers, log, db, surfaces });
  const looks = new Set<Promise<void>>();

  /** Every look has ended, or hangs at Slack, which has got its call. */
  async function settled(): Promise<void> {
    let still = 0;
    for (let last = ""; looks.size > 0 && still < 4; ) {
      // As long as the database takes, so that whoever waits for it as well has gone on.
      await sql`select 1`.execute(db);
      const now = `${looks.size} ${waiting} ${asked} ${slack.calls().length}`;
      still = waiting > 0 && asked === slack.calls().length - before && now === last ? still + 1 : 0;
      last = now;
    }
  }
  async function due(): Promise<readonly string[]> {
    const rows = await db
      .selectFrom("projection")
      .select("key")
      .where("surface", "like", "slack.%")
      .whereRef("wanted", ">", "shown")
      .execute();
    return rows.map(({ key }) => key);
  }
  async function pass(ms: number): Promise<void> {
    await clock.advance(ms);
    for (const key of await due()) {
      const look = engine.project(key).finally(() => looks.delete(look));
      looks.add(look);
    }
    await settled();
  }
  const edits = new Map<string, number[]>();
  const seen = new Map<string, number>();
  slack.onChange(() => {
    for (const message of slack.messages(channel.id)) {
      if (message.edits > (seen.get(message.ts) ?? 0)) {
        edits.set(message.ts, [...(edits.get(message.ts) ?? []), clock.now()]);
      }
      seen.set(message.ts, message.edits);
    }
  });
  return {
    slack,
    channel: channel.id,
    responseUrls,
    edits,
    pass,
    async untilShown() {
      for (let waited = 0; (await due()).length > 0; waited += 1) {
        if (waited > 100) throw new Error(`never shown: ${(await due()).join(", ")}`);
        await pass(5_000);
      }
    },
  };
}

/** Rosa's click, which counts on the stored message alone, in its channel and team. */
async function approve({ slack, channel }: Shown, deployment: number): Promise<void> {
  const { ask } = await world.deployment(deployment);
  const from = { team: slack.team, slackUser: "U0000ROSA", channel, key: "click", at: world.clock.now() };
  await takeAction(world.bot, { action: "approve", deployment, ask, ...from });
  await world.settle();
}

/** As the sandbox makes it for a command: taken from the request that it sends. */
async function responseUrlOf(slack: SandboxSlackServer, channel: string): Promise<string> {
  let body = "";
  const server = createServer((request, response) => {
    request.on("data", (part) => {
      body += String(part);
    });
    request.on("end", () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has an address");
  slack.deliverTo(`http://127.0.0.1:${address.port}/slack/events`);
  await slack.command("U0000ALICE", channel, "/deploy status");
  slack.deliverTo(undefined);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return new URLSearchParams(body).get("response_url") ?? "";
}

const failures: readonly [string, SandboxSlackFailure][] = [
  ["429 with Retry-After", { status: 429, retryAfter: 20 }],
  ["500", { status: 500 }],
  ["500 after it was done", { status: 500, afterDoing: true }],
  ["an error of its own", { status: 200, error: "fatal_error" }],
  ["nothing", { status: 0 }],
  ["nothing after it was done", { status: 0, afterDoing: true }],
];
const cases = failures.flatMap(([what, failure]) =>
  // What was posted before is found, edited and followed up; one kind of outage each tells enough of that.
  (what === "500" || what === "nothing after it was done" ? [false, true] : [false]).map((isPosted) => ({
    when: isPosted ? "when the request is posted" : "before anything is posted",
    ...{ what, failure, isPosted, lost: failure.afterDoing === true },
  })),
);

test.each(cases)("Slack answers $what for a minute, from $when", async ({ isPosted, failure, lost }) => {
  const shown = await show();
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

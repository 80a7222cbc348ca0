/**
 * The real operations, engine and surfaces before the sandbox's Slack, by a clock that only the test moves: for drills in
 * which Slack breaks.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { createSandboxSlack, type SandboxSlackServer } from "../../sandbox/slack/sandbox-slack.ts";
import type { SandboxSlackFailure } from "../../sandbox/slack-contract.ts";
import { createChannelNews } from "../../src/operations/channels.ts";
import { loadHomeView } from "../../src/operations/home.ts";
import { loadDeploymentView } from "../../src/operations/load-view.ts";
import { foldReactionsOf } from "../../src/operations/note-reaction.ts";
import { tellIfNotOpened } from "../../src/operations/prepare.ts";
import { createProjections } from "../../src/projections/engine.ts";
import { createSlackChannels } from "../../src/slack/channels.ts";
import { createSlackClient, type SlackClient } from "../../src/slack/client.ts";
import { answerOf } from "../../src/slack/emoji.ts";
import { createSlackSurfaces } from "../../src/slack/surfaces.ts";
import { retryAfterMs } from "../../src/store/inbox.ts";
import { openWorld, type World } from "./world.ts";

const log = pino({ level: "silent" });
/** What goes on without the database and without Slack does so within a turn of the event loop, or at its end. */
const stillTurns = 4;
const people = ["alice", "rosa", "bob"].map((login) => ({
  login,
  slackUser: `U0000${login.toUpperCase()}`,
  name: login,
  permission: "write" as const,
  role: "developer",
}));

export type Shown = {
  readonly world: World;
  readonly client: SlackClient;
  readonly slack: SandboxSlackServer;
  readonly channel: string;
  /** Of two commands. */
  readonly responseUrls: readonly string[];
  /** When each message was edited, by its ts. */
  readonly edits: ReadonlyMap<string, readonly number[]>;
  /** Types a command for which the bot has to look at its trigger. */
  type(slackUser: string, text: string): Promise<Typed>;
  /** Handles a delivery, again and again as the inbox would. Resolves at once. */
  deliver(handle: (lastTry: boolean) => Promise<void>): void;
  /** Lets time pass, and everything that is due be looked at. */
  pass(ms: number): Promise<void>;
  /** Lets time pass until everything is shown. */
  untilShown(): Promise<void>;
};

/** A Slack with one channel, and the bot before it. */
export async function show(): Promise<Shown> {
  const world = await openWorld();
  onTestFinished(() => world.close());
  const { bot, clock, db, pool } = world;
  const slack = await createSandboxSlack({ context: bot.context, people, channels: ["shop-deploys"] });
  onTestFinished(() => slack.close());
  const [channel] = slack.channels();
  if (channel === undefined) throw new Error("there is a channel");
  const alice = "U0000ALICE";
  const typed = [await typedBy(slack, alice, channel.id, ""), await typedBy(slack, alice, channel.id, "")];
  // The calls of the ones above do not count.
  let before = slack.calls().length;
  /** Slack takes calls and says nothing. Tests change this only when everything is settled, so that none is under way. */
  let silent = false;
  let asked = 0;
  /** Calls that Slack has still to answer, since it was answering when they were made. */
  let answering = 0;
  const context = {
    ...bot.context,
    fetch: async (...call: Parameters<typeof fetch>) => {
      asked += 1;
      if (silent) return await bot.context.fetch(...call);
      answering += 1;
      try {
        const answer = await bot.context.fetch(...call);
        return new Response(await answer.text(), answer);
      } finally {
        answering -= 1;
      }
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
    loadHomeView: (home) => loadHomeView(bot, home),
    signInAddress: undefined,
  });
  // As when no timer outlives the bot: what is due is found by looking alone.
  const withoutTimers = { ...context, clock: { ...clock, after: () => ({ cancel: () => undefined }) } };
  const engine = createProjections({
    context: withoutTimers,
    log,
    db,
    surfaces,
    onCreated: async (surface, subject) => {
      if (surface === "slack.message") await foldReactionsOf(bot, answerOf, subject);
      if (surface === "slack.form") await tellIfNotOpened(bot, subject);
    },
  });
  let undelivered = 0;
  const looks = new Set<Promise<void>>();

  function deliver(handle: (lastTry: boolean) => Promise<void>): void {
    let tries = 0;
    undelivered += 1;
    const attempt = () => {
      const taken = handle(tries === retryAfterMs.length)
        .then(() => {
          undelivered -= 1;
        })
        .catch((error: unknown) => {
          const wait = retryAfterMs[tries];
          if (wait === undefined) throw error;
          tries += 1;
          clock.after(wait, attempt);
        })
        .finally(() => looks.delete(taken));
      looks.add(taken);
    };
    attempt();
  }

  /** Every look has ended, or hangs at a Slack that has got its call and says nothing to it. */
  async function settled(): Promise<void> {
    for (let still = 0; looks.size > 0 && still < stillTurns; ) {
      const asksDatabase = pool.idleCount < pool.totalCount || pool.waitingCount > 0;
      if (asksDatabase) await once(pool, "release");
      await new Promise((resolve) => setImmediate(resolve));
      const goesOn = asksDatabase || answering > 0 || asked > slack.calls().length - before;
      still = goesOn ? 0 : still + 1;
    }
  }
  async function behind() {
    return await db
      .selectFrom("projection")
      .select(["key", "look_at", "lease_until"])
      .where("surface", "like", "slack.%")
      .whereRef("wanted", ">", "shown")
      .execute();
  }
  async function pass(ms: number): Promise<void> {
    await clock.advance(ms);
    const now = clock.now();
    for (const { key, look_at, lease_until } of await behind()) {
      if ([look_at, lease_until].some((at) => at !== null && at.getTime() > now)) continue;
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
    world,
    client,
    slack: {
      ...slack,
      outage(failure) {
        silent = failure?.status === 0;
        slack.outage(failure);
      },
    },
    channel: channel.id,
    responseUrls: typed.map(({ responseUrl }) => responseUrl),
    edits,
    async type(slackUser, text) {
      const had = slack.calls().length;
      const one = await typedBy(slack, slackUser, channel.id, text);
      before += slack.calls().length - had;
      return one;
    },
    deliver,
    pass,
    async untilShown() {
      for (let waited = 0; undelivered > 0 || (await behind()).length > 0; waited += 1) {
        if (waited > 100) throw new Error(`never shown: ${(await behind()).map(({ key }) => key).join(", ")}`);
        await pass(5_000);
      }
    },
  };
}

export type Typed = { readonly triggerId: string; readonly responseUrl: string };

/** What Slack sends along with a command, taken from the request that the sandbox makes. */
async function typedBy(slack: SandboxSlackServer, slackUser: string, channel: string, text: string): Promise<Typed> {
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
  await slack.command(slackUser, channel, `/deploy ${text}`.trim());
  slack.deliverTo(undefined);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  const sent = new URLSearchParams(body);
  return { triggerId: sent.get("trigger_id") ?? "", responseUrl: sent.get("response_url") ?? "" };
}

export const failures: readonly [string, SandboxSlackFailure][] = [
  ["429 with Retry-After", { status: 429, retryAfter: 20 }],
  ["500", { status: 500 }],
  ["500 after it was done", { status: 500, afterDoing: true }],
  ["an error of its own", { status: 200, error: "fatal_error" }],
  ["nothing", { status: 0 }],
  ["nothing after it was done", { status: 0, afterDoing: true }],
];

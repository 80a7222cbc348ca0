/**
 * Real deployments and the sandbox's Slack: what happens when a service's channel is archived, renamed, or without the
 * bot while something is to be said there.
 */
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createSandboxSlack, type SandboxSlackServer } from "../../sandbox/slack/sandbox-slack.ts";
import { createChannelNews, lookAtChannels } from "../../src/operations/channels.ts";
import { loadDeploymentView } from "../../src/operations/load-view.ts";
import { tellChannelProblems } from "../../src/operations/tell-channel-problems.ts";
import { createProjections } from "../../src/projections/engine.ts";
import { createSlackChannels } from "../../src/slack/channels.ts";
import { createSlackClient } from "../../src/slack/client.ts";
import { createSlackSurfaces } from "../../src/slack/surfaces.ts";
import { openWorld, push, type World } from "../operations/world.ts";
import { silent } from "./sandbox.ts";

let world: World;
let slack: SandboxSlackServer;
let show: () => Promise<void>;
let look: () => Promise<void>;
let id: string;

beforeEach(async () => {
  world = await openWorld();
  const { context, db } = world.bot;
  const people = ["ALICE", "ROSA"].map((name) => {
    const login = name.toLowerCase();
    return { login, slackUser: `U0000${name}`, name: login, permission: "write" as const, role: "developer" };
  });
  slack = await createSandboxSlack({ context, people, channels: ["shop-deploys"] });
  id = slack.channels()[0]?.id ?? "";
  const client = createSlackClient({
    ...{ context, log: silent },
    settings: { botToken: slack.botToken, apiUrl: slack.apiUrl },
  });
  const channels = createSlackChannels({ client, context });
  const bot = { ...world.bot, slack: { ...world.bot.slack, channels: channels.all } };
  const surfaces = createSlackSurfaces({
    ...{ db, client, channels, context, log: silent, loadDeploymentView },
    news: createChannelNews(bot),
    githubUrl: "https://github.example",
    apiUrl: slack.apiUrl,
    loadHomeView: async () => undefined,
    signInAddress: undefined,
  });
  const engine = createProjections({ context, log: silent, db, surfaces });
  /** Everything that is to be shown in Slack and due, the newest first, as wakes may come in any order. */
  show = async () => {
    let before: string | undefined;
    for (let round = 0; round < 1_000; round += 1) {
      const now = new Date(context.clock.now());
      const behind = await db
        .selectFrom("projection")
        .select(["key", (row) => row("lease_until", ">", now).as("is_leased")])
        .where("surface", "in", ["slack.message", "slack.note"])
        .whereRef("wanted", ">", "shown")
        .where((row) => row.or([row("look_at", "is", null), row("look_at", "<=", now)]))
        .orderBy("key", "desc")
        .execute();
      // The engine's own timers write too, and nobody else can tell when they have done so.
      if (behind.some(({ is_leased }) => is_leased)) {
        await setTimeout(2);
        continue;
      }
      // Looked at again, what has just waited for another of its lane would wait again.
      const left = JSON.stringify(behind);
      if (behind.length === 0 || left === before) return;
      before = left;
      for (const { key } of behind) await engine.project(key);
    }
    throw new Error("what is to be shown in Slack comes to no end");
  };
  look = async () => {
    await lookAtChannels(bot, { channel: id });
    await tellChannelProblems(bot);
  };
  await lookAtChannels(bot);
});
afterEach(async () => {
  await slack.close();
  await world.close();
});

const said = (channel: string) => slack.messages(channel).filter((one) => one.threadTs === undefined);
const toPeople = () =>
  slack.channels().flatMap((one) => (one.directWith === undefined ? [] : said(one.id).map((m) => m.text)));

/** Lets a few seconds pass, in which what waits for its turn gets it. */
async function fewSeconds(): Promise<void> {
  for (let second = 0; second < 5; second += 1) {
    await world.tick(1_000);
    await show();
  }
}

test("an archived channel stops no deployment, is told once, and gets in order what waited when it is back", async () => {
  slack.archiveChannel(id, "U0000ALICE");
  for (const letter of ["a", "b", "c"]) await push(world, letter);
  await show();
  expect(await world.environment("staging")).toMatchObject({ live_sha: "c".repeat(40) });
  expect(said(id)).toEqual([]);
  await look();
  await fewSeconds();
  await world.tick(15 * 60_000);
  await show();
  await look();
  await fewSeconds();
  expect(toPeople()).toEqual([
    expect.stringMatching(/^I cannot write to #shop-deploys, .* the channel is archived\./u),
  ]);

  slack.archiveChannel(id, "U0000ALICE", false);
  await look();
  await show();
  await fewSeconds();
  const shown = said(id).map(({ blocks }) => /deployment (\d+)/iu.exec(JSON.stringify(blocks))?.[1]);
  expect(shown).toEqual(["1", "2", "3"]);
  expect(
    await world.db
      .selectFrom("projection")
      .select("key")
      .whereRef("wanted", ">", "shown")
      .where("surface", "like", "slack.%")
      .execute(),
  ).toEqual([]);
  // Nothing is said twice, however often it is looked at afterwards.
  const before = slack.messages(id).length;
  await look();
  await fewSeconds();
  expect(slack.messages(id)).toHaveLength(before);
});

test("what is said in threads keeps its order too", async () => {
  slack.setJoined(id, "U0000ALICE", false);
  world.deployer.script = () => ({ state: "failure", proven: true, message: "it broke" });
  await push(world, "a");
  await show();
  await look();
  await world.tick(15 * 60_000);
  await show();
  expect(slack.messages(id)).toEqual([]);
  slack.setJoined(id, "U0000ALICE", true);
  await look();
  await fewSeconds();
  const notes = await world.db.selectFrom("note").select(["id", "slack_user"]).orderBy("id").execute();
  const inThread = slack.messages(id).filter((one) => one.threadTs !== undefined);
  expect(inThread.length).toBe(notes.filter((note) => note.slack_user === null).length);
  expect(inThread.length).toBeGreaterThan(1);
  expect(inThread.at(-1)?.text).toContain("This deployment failed");
});

test("an edit waits for its channel as well, and the message is not posted anew", async () => {
  world.deployer.script = () => ({ state: "running" });
  await push(world, "a");
  await show();
  expect(said(id)).toHaveLength(1);
  slack.archiveChannel(id, "U0000ALICE");
  world.deployer.script = () => ({ state: "success", proven: true });
  await world.tick(60_000);
  await world.sweep(true);
  await fewSeconds();
  slack.archiveChannel(id, "U0000ALICE", false);
  await look();
  await fewSeconds();
  expect(said(id)).toHaveLength(1);
  expect(said(id)[0]?.text).toContain("Succeeded.");
});

test("a renamed channel is the same one, also when another takes its name", async () => {
  await push(world, "a");
  await show();
  slack.renameChannel(id, "U0000ALICE", "shop-old");
  const other = slack.createChannel("shop-deploys");
  await look();
  await push(world, "b");
  await fewSeconds();
  expect(said(id)).toHaveLength(2);
  expect(said(other)).toEqual([]);
});

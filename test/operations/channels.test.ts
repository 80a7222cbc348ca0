import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createChannelNews, lookAgainMs, lookAtChannels } from "../../src/operations/channels.ts";
import { loadServices } from "../../src/operations/place.ts";
import { readPipeline } from "../../src/operations/read-pipeline.ts";
import { seeRepository } from "../../src/operations/see-repository.ts";
import { hasChannel, isChannelOf } from "../../src/operations/service-channel.ts";
import { takeCommand } from "../../src/operations/take-command.ts";
import { tellChannelProblems } from "../../src/operations/tell-channel-problems.ts";
import { renderReply } from "../../src/slack/blocks/said.ts";
import { wordReply } from "../../src/wording/reply.ts";
import { openWorld, push, repository, shopPipeline, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const channel = (id: string, name: string, more: object = {}) => {
  world.slackChannels.set(id, { id, name, team: "T1", archived: false, member: true, ...more });
};

async function service(name = "shop") {
  return await world.db.selectFrom("service").selectAll().where("name", "=", name).executeTakeFirstOrThrow();
}

/** Who was told what by direct message. */
async function told() {
  const rows = await world.db.selectFrom("note").select(["slack_user", "content"]).orderBy("id").execute();
  return rows.flatMap((row) => (row.slack_user === null ? [] : [[row.slack_user, row.content]]));
}

async function look() {
  await lookAtChannels(world.bot, { everything: true });
  await tellChannelProblems(world.bot);
}

describe("a channel's name", () => {
  test("is looked up once, and the id is kept when the channel is renamed and another takes its name", async () => {
    await lookAtChannels(world.bot);
    expect(await service()).toMatchObject({ channel: "#shop-deploys", channel_id: "C1", channel_team: "T1" });
    channel("C1", "shop-deploys-old");
    channel("C2", "shop-deploys");
    await look();
    expect(await service()).toMatchObject({ channel_id: "C1", channel_problem: null });
    expect((await loadServices(world.db)).map((one) => one.channel)).toEqual(["C1"]);
    await push(world, "a");
    expect(await world.db.selectFrom("deployment").select("channel").execute()).toEqual([{ channel: "C1" }]);
  });

  test("that is changed in the pipeline file is looked up anew", async () => {
    await look();
    channel("C7", "shop-releases");
    await world.pipeline(shopPipeline.replace("#shop-deploys", "#Shop-Releases"));
    expect(await service()).toMatchObject({ channel_id: null });
    await lookAtChannels(world.bot);
    expect(await service()).toMatchObject({ channel_id: "C7" });
  });

  test("that several workspaces have has to be said by id", async () => {
    channel("C8", "shop-deploys", { team: "T2" });
    await look();
    expect(await service()).toMatchObject({ channel_id: null, channel_problem: "ambiguous_name" });
    await world.pipeline(shopPipeline.replace("#shop-deploys", "C8AAAAAA"));
    channel("C8AAAAAA", "shop-deploys", { team: "T2" });
    await lookAtChannels(world.bot);
    expect(await service()).toMatchObject({ channel_id: "C8AAAAAA", channel_team: "T2", channel_problem: null });
  });

  test("means the one that a new channel has when the old one is archived", async () => {
    await look();
    channel("C1", "shop-deploys-2025", { archived: true });
    channel("C2", "shop-deploys");
    await look();
    expect(await service()).toMatchObject({ channel_id: "C2", channel_problem: null });
  });
});

describe("commands mean the service of their channel", () => {
  beforeEach(async () => {
    await look();
    world.github.file = shopPipeline.replace(`channel: "#shop-deploys"`, `service: web\nchannel: "#web"`);
    await seeRepository(world.bot, { ...repository, id: 2, fullName: "acme/web" });
    channel("C2", "web");
    await look();
  });
  const from = (id: string, name: string) => {
    const alice = { kind: "slack", team: "T1", slackUser: "U0000ALICE", at: world.clock.now() } as const;
    return { ...alice, channel: { id, name }, key: `${id}-${name}` } as const;
  };
  const lock = { kind: "lock", environment: "staging", reason: "x" } as const;
  const lockedServices = async () => {
    const rows = world.db.selectFrom("environment").innerJoin("service", "service.id", "environment.service_id");
    return (await rows.where("lock_by", "is not", null).select("service.name").execute()).map(({ name }) => name);
  };

  test.each([
    ["its name now", "C1", "shop-deploys"],
    ["another name since", "C1", "renamed"],
    ["no name that Slack tells, being private", "C1", "privategroup"],
  ])("which has %s", async (_, id, name) => {
    expect(await takeCommand(world.bot, lock, from(id, name))).toMatchObject({ code: "locked" });
    expect(await lockedServices()).toEqual(["shop"]);
  });

  test.each([
    ["a channel of none", "C9", "random"],
    ["one that has a service's former name", "C9", "shop-deploys"],
    ["direct messages", "D1", "directmessage"],
  ])("and in %s it has to be named", async (_, id, name) => {
    expect(await takeCommand(world.bot, lock, from(id, name))).toEqual({
      ...{ code: "which-service", choices: ["shop", "web"] },
    });
    expect(await takeCommand(world.bot, { ...lock, service: "web" }, from(id, name))).toMatchObject({ code: "locked" });
    expect(await lockedServices()).toEqual(["web"]);
  });
});

test("asked for in direct messages, a deployment of a service without a channel is shown to the person there", async () => {
  await world.pipeline(shopPipeline.replace(`channel: "#shop-deploys"`, ""));
  world.commit("a");
  const at = world.clock.now();
  const from = { kind: "slack", team: "T1", slackUser: "U0000ALICE", key: "k", at } as const;
  const direct = { ...from, channel: { id: "D0OTHER", name: "directmessage" } };
  const reply = await takeCommand(world.bot, { kind: "deploy", environment: "staging" }, direct);
  if (reply.code !== "requested") throw new Error(reply.code);
  expect(await world.deployment(reply.deployment)).toMatchObject({ channel: "U0000ALICE" });
});

test("a channel that was not found yet is meant in whatever letters it is written, by a command and by a menu", async () => {
  await world.pipeline(shopPipeline.replace("#shop-deploys", "#Shop-Deploys"));
  expect((await service()).channel_id).toBeNull();
  const channel = { id: "C1", name: "shop-deploys" };
  expect(isChannelOf((await loadServices(world.db))[0]?.channel, channel)).toBe(true);
  const found = await world.db.selectFrom("service").select("name").where(hasChannel(channel)).execute();
  expect(found).toEqual([{ name: "shop" }]);
  expect(
    await world.db
      .selectFrom("service")
      .select("name")
      .where(hasChannel({ id: "C2" }))
      .execute(),
  ).toEqual([]);
});

describe("a channel that cannot be used", () => {
  test.each([
    ["is archived", { archived: true }, "is_archived"],
    ["is without the bot", { member: false }, "not_in_channel"],
  ])("because it %s is told once, to an administrator", async (_, state, why) => {
    world.github.permissions.set("olaf", "admin");
    channel("C1", "shop-deploys", state);
    await look();
    await look();
    await world.tick(lookAgainMs);
    await look();
    const content = { code: "channel-problem", channel: "#shop-deploys", services: ["shop"], why };
    expect(await told()).toEqual([["U0000OLAF", content]]);
  });

  test("because it is gone is told to an approver where no administrator is known, and again the next time", async () => {
    world.slackChannels.delete("C1");
    await look();
    expect(await told()).toMatchObject([["U0000ROSA", { why: "channel_not_found" }]]);
    channel("C1", "shop-deploys");
    await look();
    expect(await service()).toMatchObject({ channel_problem: null, channel_told_at: null });
    await world.tick(lookAgainMs);
    channel("C1", "shop-deploys", { archived: true });
    await look();
    expect(await told()).toMatchObject([
      ["U0000ROSA", {}],
      ["U0000ROSA", { why: "is_archived" }],
    ]);
  });

  test("is told by the links before `people`", async () => {
    const link = { team: "T1", slack_user: "U0000NINA", login: "rosa", github_id: 4, at: new Date(0) };
    await world.db.insertInto("link").values(link).execute();
    world.slackChannels.clear();
    await look();
    expect((await told()).map(([who]) => who)).toEqual(["U0000NINA"]);
  });

  test("is only logged where no owner is known, once", async () => {
    await world.pipeline(shopPipeline.replace(/people: .*/u, ""));
    const lines: unknown[] = [];
    const log = Object.assign(Object.create(world.bot.log), { warn: (about: unknown) => void lines.push(about) });
    world.slackChannels.clear();
    await lookAtChannels(world.bot);
    await tellChannelProblems({ ...world.bot, log });
    await tellChannelProblems({ ...world.bot, log });
    expect(lines).toEqual([{ channel: "#shop-deploys", services: ["shop"], why: "channel_not_found" }]);
    expect(await told()).toEqual([]);
  });

  test("waits to be told while GitHub cannot say who may be told", async () => {
    world.slackChannels.clear();
    world.github.down = true;
    await expect(look()).rejects.toThrow("GitHub does not answer");
    world.github.down = false;
    await look();
    expect(await told()).toHaveLength(1);
  });

  test("stops no deployment, and the status says it", async () => {
    channel("C1", "shop-deploys", { archived: true });
    await look();
    await push(world, "a");
    expect(await world.environment("staging")).toMatchObject({ live_sha: "a".repeat(40) });
    const reply = await world.command("U0000ALICE", { kind: "status" });
    expect(reply).toMatchObject({ services: [{ away: { channel: "#shop-deploys", why: "is_archived" } }] });
    expect(wordReply(reply, { now: world.clock.now() }).split("\n").slice(0, 2)).toEqual([
      "shop (acme/shop)",
      "I cannot write to its channel #shop-deploys: the channel is archived.",
    ]);
    expect(JSON.stringify(renderReply(reply, world.clock.now()).blocks)).toContain("the channel is archived");
  });

  test("is noted when Slack refuses a message, and is well again when one is posted", async () => {
    const news = createChannelNews(world.bot);
    await news.refused("#Shop-Deploys", "not_in_channel");
    expect(await service()).toMatchObject({ channel_problem: "not_in_channel" });
    await news.refused("#random", "is_archived");
    await news.posted("#shop-deploys", { id: "C1", team: "T1" });
    expect(await service()).toMatchObject({ channel_id: "C1", channel_team: "T1", channel_problem: null });
  });

  test("is looked at again after ten minutes, and at once when Slack tells of it", async () => {
    channel("C1", "shop-deploys", { archived: true });
    await lookAtChannels(world.bot);
    channel("C1", "shop-deploys");
    await lookAtChannels(world.bot);
    expect(await service()).toMatchObject({ channel_problem: "is_archived" });
    await lookAtChannels(world.bot, { channel: "C1" });
    expect(await service()).toMatchObject({ channel_problem: null });
  });
});

test("a look that is older than what was found out meanwhile does not take its place", async () => {
  channel("C1", "shop-deploys", { archived: true });
  const { channels } = world.bot.slack;
  let meanwhile: (() => Promise<void>) | undefined = async () => {
    channel("C1", "shop-deploys");
    await createChannelNews(world.bot).posted("#shop-deploys", { id: "C1", team: "T1" });
  };
  world.bot.slack.channels = async () => {
    const told = await channels();
    await meanwhile?.();
    meanwhile = undefined;
    return told;
  };
  await lookAtChannels(world.bot);
  expect(await service()).toMatchObject({ channel_id: "C1", channel_problem: null });
});

test("a pipeline file that is read again changes nothing of its channel", async () => {
  await look();
  await readPipeline(world.bot, repository);
  await world.pipeline(shopPipeline.replace("make deploy", "make ship"));
  expect(await service()).toMatchObject({ channel_id: "C1" });
});

/** Channels, direct messages, user groups, scopes and organisations of the sandbox's Slack. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errorOf, openSlackWorld, type SlackWorld } from "./slack-world.ts";

const channelEvents = ["channel_rename", "channel_archive", "channel_deleted", "channel_left", "member_joined_channel"];
const messageEvents = ["message.channels", "message.groups", "message.im"];

let world: SlackWorld;
beforeEach(async () => {
  world = await openSlackWorld({ events: [...channelEvents, ...messageEvents, "reaction_added"] });
});
afterEach(() => world.close());

async function events(): Promise<readonly Record<string, unknown>[]> {
  await world.slack.settled();
  return world.received.filter(({ body }) => body.startsWith("{")).map(({ body }) => JSON.parse(body).event);
}

const post = (channel: string) => errorOf(world.client.chat.postMessage({ channel, text: "x" }));

describe("channels", () => {
  it("are refused by name when they are archived, not joined, private or gone", async () => {
    const { slack } = world;
    const [archived, other, hidden, gone] = [
      slack.createChannel("old"),
      slack.createChannel("#other", { joined: false }),
      slack.createChannel("hidden", { private: true, joined: false }),
      slack.createChannel("gone"),
    ];
    slack.archiveChannel(archived, "U0ROSA");
    slack.deleteChannel(gone, "U0ROSA");
    expect(await Promise.all([archived, other, hidden, gone].map(post))).toEqual([
      "is_archived",
      "not_in_channel",
      "channel_not_found",
      "channel_not_found",
    ]);
    slack.archiveChannel(archived, "U0ROSA", false);
    slack.setJoined(other, "U0ROSA", true);
    expect([await post(archived), await post(other)]).toEqual(["ok", "ok"]);
    slack.setJoined(other, "U0ROSA", false);
    expect(await post(other)).toBe("not_in_channel");
  });

  it("keep their id under a new name", async () => {
    const { slack, client, channel } = world;
    slack.renameChannel(channel, "U0ROSA", "shop-releases");
    expect(await events()).toMatchObject([
      { type: "channel_rename", channel: { id: channel, name: "shop-releases", created: expect.any(Number) } },
    ]);
    expect(await post("#shop-deploys")).toBe("channel_not_found");
    expect(await post("#shop-releases")).toBe("ok");
    const { channel: info } = await client.conversations.info({ channel });
    expect(info).toMatchObject({ name: "shop-releases", previous_names: ["shop-deploys"], is_archived: false });
  });

  it("are listed by kind, the archived ones only when wanted, page by page", async () => {
    const { slack, client } = world;
    slack.archiveChannel(slack.createChannel("old"), "U0ROSA");
    slack.createChannel("team", { private: true });
    slack.createChannel("secret", { private: true, joined: false });
    slack.createChannel("open", { joined: false });
    const names = async (types: string, exclude_archived = true) =>
      (await client.conversations.list({ types, exclude_archived })).channels?.map(({ name }) => name);
    expect(await names("public_channel")).toEqual(["shop-deploys", "open"]);
    expect(await names("public_channel", false)).toEqual(["shop-deploys", "old", "open"]);
    expect(await names("private_channel")).toEqual(["team"]);
    const first = await client.conversations.list({ types: "public_channel,private_channel", limit: 2 });
    const cursor = first.response_metadata?.next_cursor ?? "";
    const second = await client.conversations.list({ types: "public_channel,private_channel", limit: 2, cursor });
    expect([first.channels?.length, second.channels?.length]).toEqual([2, 2]);
  });

  it("tell of what is said in them, in threads as well, and of the bot's own words", async () => {
    const { slack, client, channel } = world;
    const ts = (await client.chat.postMessage({ channel, text: "Why?" })).ts ?? "";
    await slack.reply("U0ROSA", channel, ts, "It is Friday");
    await client.chat.update({ channel, ts, text: "Rejected" });
    await slack.say("U0ALICE", slack.createChannel("elsewhere", { joined: false }), "unheard");
    expect(await events()).toMatchObject([
      { type: "message", user: slack.botUser, bot_id: "B0SIGNALBOX", channel_type: "channel" },
      { type: "message", user: "U0ROSA", text: "It is Friday", thread_ts: ts },
      { type: "message", subtype: "message_changed", message: { text: "Rejected" } },
    ]);
  });
});

describe("direct messages", () => {
  it("are told of, and commands in them name no channel", async () => {
    const { slack } = world;
    const direct = slack.openDirect("U0ALICE");
    await slack.say("U0ALICE", direct, "hello");
    await slack.command("U0ALICE", direct, "/deploy status");
    expect(await events()).toMatchObject([{ type: "message", channel: direct, channel_type: "im" }]);
    const form = new URLSearchParams(world.received.at(-1)?.body);
    expect([form.get("channel_id"), form.get("channel_name")]).toEqual([direct, "directmessage"]);
    expect(await post("U0ALICE")).toBe("ok");
    expect(slack.messages(direct).map(({ text }) => text)).toEqual(["hello", "x"]);
  });
});

describe("user groups", () => {
  it("are there once there is one", async () => {
    const { slack, client } = world;
    const users = () => client.usergroups.users.list({ usergroup: "S0SRE" });
    expect(await errorOf(users())).toBe("plan_upgrade_required");
    slack.setUserGroup({ id: "S0SRE", handle: "sre", users: ["U0ROSA"] });
    expect((await users()).users).toEqual(["U0ROSA"]);
    expect((await client.usergroups.list({})).usergroups).toMatchObject([{ id: "S0SRE", handle: "sre" }]);
    expect(await errorOf(client.usergroups.users.list({ usergroup: "S0NONE" }))).toBe("no_such_subteam");
  });
});

describe("the manifest", () => {
  it("is what the app may do: a method without its scope is refused, an unknown command never sent", async () => {
    const other = await openSlackWorld({ scopes: ["commands", "chat:write"] });
    const info = await other.client.users.info({ user: "U0ALICE" }).catch((error) => error.data);
    expect(info).toMatchObject({ error: "missing_scope", needed: "users:read", provided: "commands,chat:write" });
    expect(await errorOf(other.client.conversations.history({ channel: other.channel }))).toBe("missing_scope");
    await other.slack.command("U0ALICE", other.channel, "/ship it");
    expect(other.received).toHaveLength(0);
    expect(other.slack.messages(other.channel).at(-1)?.text).toMatch(/^\/ship is not a valid command/);
    await other.close();
  });
});

describe("an organisation", () => {
  it("tells under which workspace somebody acted, and who is a stranger", async () => {
    const other = await openSlackWorld({ events: ["reaction_added"] }, { id: "E0ORG", teams: ["T0SANDBOX", "T0TWO"] });
    other.slack.addUser({ id: "U0TWO", name: "two", team: "T0TWO" });
    other.slack.addUser({ id: "U0FAR", name: "far", team: "T0FAR" });
    const ts = (await other.client.chat.postMessage({ channel: other.channel, text: "ship it?" })).ts ?? "";
    for (const user of ["U0TWO", "U0FAR"]) await other.slack.react(user, other.channel, ts, "ship");
    await other.slack.settled();
    expect(other.received.map(({ body }) => JSON.parse(body))).toMatchObject([
      { team_id: "T0TWO", enterprise_id: "E0ORG", context_team_id: "T0SANDBOX", is_ext_shared_channel: false },
      { team_id: "T0SANDBOX", is_ext_shared_channel: true },
    ]);
    const { user } = await other.client.users.info({ user: "U0TWO" });
    expect(user).toMatchObject({ enterprise_user: { teams: ["T0SANDBOX", "T0TWO"] } });
    expect(user).not.toHaveProperty("is_stranger");
    expect((await other.client.users.info({ user: "U0FAR" })).user).toMatchObject({ is_stranger: true });
    await other.close();
  });
});

describe("an outage", () => {
  it("answers every call so, until it is over", async () => {
    world.slack.outage({ status: 429, retryAfter: 30 });
    expect(await post(world.channel)).toMatch(/rate/i);
    expect(await errorOf(world.client.users.info({ user: "U0ALICE" }))).toMatch(/rate/i);
    world.slack.outage(undefined);
    expect(await post(world.channel)).toBe("ok");
  });

  it("can be silence", async () => {
    world.slack.fail("chat.postMessage", [{ status: 0, afterDoing: true }]);
    const late = AbortSignal.timeout(50);
    const call = fetch(`${world.slack.apiUrl}chat.postMessage`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${world.slack.botToken}` },
      body: JSON.stringify({ channel: world.channel, text: "done all the same" }),
      signal: late,
    });
    await expect(call).rejects.toThrow();
    expect(world.slack.messages(world.channel).map(({ text }) => text)).toEqual(["done all the same"]);
  });
});

/** The sandbox's Slack as the real client meets it. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errorOf, openSlackWorld, type SlackWorld, webClient } from "./slack-world.ts";

let world: SlackWorld;
beforeEach(async () => {
  world = await openSlackWorld();
});
afterEach(() => world.close());

const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });
const button = (text: string, id: string, value = "1") => ({
  type: "button",
  action_id: id,
  value,
  text: { type: "plain_text", text },
});
const letters = (count: number) => "x".repeat(count);

describe("signing in", () => {
  it("says who the bot is", async () => {
    expect(await world.client.auth.test()).toMatchObject({
      ok: true,
      user_id: world.slack.botUser,
      team_id: world.slack.team,
    });
  });

  it("refuses another token and none", async () => {
    expect(await errorOf(webClient(world.slack, "xoxb-forged").auth.test())).toBe("invalid_auth");
    const bare = await fetch(`${world.slack.apiUrl}auth.test`, { method: "POST" });
    expect(await bare.json()).toEqual({ ok: false, error: "not_authed" });
  });

  it("does not know every method", async () => {
    expect(await errorOf(world.client.apiCall("files.upload"))).toBe("unknown_method");
  });
});

describe("messages", () => {
  it("are posted by id and by name, edited in place, and found again by their metadata", async () => {
    const metadata = { event_type: "deployment", event_payload: { deployment: 7 } };
    const posted = await world.client.chat.postMessage({
      channel: "#shop-deploys",
      text: "first",
      blocks: [section("*first*")],
      metadata,
    });
    const ts = posted.ts ?? "";
    const edited = await world.client.chat.update({ channel: world.channel, ts, text: "second" });
    expect(edited.ts).toBe(ts);
    const plain = await world.client.conversations.history({ channel: world.channel });
    expect(plain.messages?.[0]).toMatchObject({ text: "second", user: world.slack.botUser });
    expect(plain.messages?.[0]?.metadata).toBeUndefined();
    const found = await world.client.conversations.history({ channel: world.channel, include_all_metadata: true });
    expect(found.messages?.[0]?.metadata).toEqual(metadata);
    // What an update leaves out is kept.
    expect(world.slack.messages(world.channel)).toMatchObject([
      { text: "second", edits: 1, blocks: [{ type: "section" }] },
    ]);
  });

  it("are accepted as JSON, too", async () => {
    const answer = await fetch(`${world.slack.apiUrl}chat.postMessage`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${world.slack.botToken}` },
      body: JSON.stringify({ channel: world.channel, text: "hello", blocks: [section("hello")] }),
    });
    expect(await answer.json()).toMatchObject({ ok: true, channel: world.channel });
  });

  it("are listed newest first, with threads apart and ephemeral ones left out", async () => {
    const channel = world.channel;
    const first = (await world.client.chat.postMessage({ channel, text: "one" })).ts ?? "";
    const reply = (await world.client.chat.postMessage({ channel, text: "reply", thread_ts: first })).ts ?? "";
    await world.client.chat.postMessage({ channel, text: "to the reply", thread_ts: reply });
    await world.client.chat.postEphemeral({ channel, user: "U0ALICE", text: "only you" });
    await world.client.chat.postMessage({ channel, text: "two" });
    const history = await world.client.conversations.history({ channel });
    expect(history.messages?.map((one) => [one.text, one.reply_count])).toEqual([
      ["two", undefined],
      ["one", 2],
    ]);
    const thread = await world.client.conversations.replies({ channel, ts: first });
    expect(thread.messages?.map((one) => one.text)).toEqual(["one", "reply", "to the reply"]);
    const since = await world.client.conversations.history({ channel, oldest: first });
    expect(since.messages?.map((one) => one.text)).toEqual(["two"]);
    const until = await world.client.conversations.history({ channel, latest: first, inclusive: true });
    expect(until.messages?.map((one) => one.text)).toEqual(["one"]);
  });

  it("are given page by page", async () => {
    const channel = world.channel;
    for (const text of ["a", "b", "c"]) await world.client.chat.postMessage({ channel, text });
    const first = await world.client.conversations.history({ channel, limit: 2 });
    expect(first.has_more).toBe(true);
    const cursor = first.response_metadata?.next_cursor ?? "";
    const second = await world.client.conversations.history({ channel, limit: 2, cursor });
    expect([...(first.messages ?? []), ...(second.messages ?? [])].map((one) => one.text)).toEqual(["c", "b", "a"]);
  });

  it("can be edited and deleted only by who posted them", async () => {
    const channel = world.channel;
    const ts = await world.slack.say("U0ALICE", channel, "hers");
    expect(await errorOf(world.client.chat.update({ channel, ts, text: "mine" }))).toBe("cant_update_message");
    expect(await errorOf(world.client.chat.delete({ channel, ts }))).toBe("cant_delete_message");
    const own = await world.client.chat.postEphemeral({ channel, user: "U0ALICE", text: "only you" });
    const message = { channel, ts: own.message_ts ?? "" };
    expect(await errorOf(world.client.chat.update({ ...message, text: "again" }))).toBe("message_not_found");
  });

  it("are refused with Slack's own names", async () => {
    const { chat } = world.client;
    const channel = world.channel;
    expect(await errorOf(chat.postMessage({ channel: "#nowhere", text: "x" }))).toBe("channel_not_found");
    expect(await errorOf(world.client.apiCall("chat.postMessage", { channel }))).toBe("no_text");
    expect(await errorOf(chat.postMessage({ channel, text: "x", thread_ts: "1.000001" }))).toBe("thread_not_found");
    expect(await errorOf(chat.postMessage({ channel, text: "x", thread_ts: "soon" }))).toBe("invalid_thread_ts");
    expect(await errorOf(chat.postEphemeral({ channel, user: "U0NOBODY", text: "x" }))).toBe("user_not_in_channel");
  });
});

describe("Block Kit's limits", () => {
  const actions = (elements: readonly unknown[]) => ({ type: "actions", elements });
  const header = (text: string) => ({ type: "header", text: { type: "plain_text", text } });
  const context = (count: number) => ({
    type: "context",
    elements: Array.from({ length: count }, () => ({ type: "mrkdwn", text: "x" })),
  });
  const buttons = (count: number) => Array.from({ length: count }, (_, index) => button("Go", `go-${index}`));
  const rows: readonly (readonly [string, readonly unknown[], readonly unknown[], string])[] = [
    ["50 blocks", Array(50).fill(section("x")), Array(51).fill(section("x")), "/blocks"],
    ["section text 3000", [section(letters(3000))], [section(letters(3001))], "/blocks/0/text/text"],
    ["header 150", [header(letters(150))], [header(letters(151))], "/blocks/0/text/text"],
    ["context 10 elements", [context(10)], [context(11)], "/blocks/0/elements"],
    ["actions 25 elements", [actions(buttons(25))], [actions(buttons(26))], "/blocks/0/elements"],
    [
      "button text 75",
      [actions([button(letters(75), "a")])],
      [actions([button(letters(76), "a")])],
      "/blocks/0/elements/0/text/text",
    ],
    [
      "button value 2000",
      [actions([button("Go", "a", letters(2000))])],
      [actions([button("Go", "a", letters(2001))])],
      "/blocks/0/elements/0/value",
    ],
    [
      "action ids once in a block",
      [actions([button("Go", "a"), button("No", "b")])],
      [actions([button("Go", "a"), button("No", "a")])],
      "/blocks/0/elements/1/action_id",
    ],
    [
      "10 fields",
      [{ type: "section", fields: Array(10).fill({ type: "mrkdwn", text: "x" }) }],
      [{ type: "section", fields: Array(11).fill({ type: "mrkdwn", text: "x" }) }],
      "/blocks/0/fields",
    ],
    ["no empty text", [section("x")], [section("")], "/blocks/0/text/text"],
  ];
  it.each(rows)("%s", async (_name, good, bad, pointer) => {
    const call = (blocks: readonly unknown[]) =>
      fetch(`${world.slack.apiUrl}chat.postMessage`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${world.slack.botToken}` },
        body: JSON.stringify({ channel: world.channel, text: "x", blocks }),
      }).then((answer) => answer.json());
    expect(await call(good)).toMatchObject({ ok: true });
    const refused = await call(bad);
    expect(refused).toMatchObject({ ok: false, error: "invalid_blocks" });
    expect(JSON.stringify(refused)).toContain(`[json-pointer:${pointer}]`);
    expect(world.slack.messages(world.channel)).toHaveLength(1);
  });
});

describe("reactions, people and views", () => {
  it("says who reacted", async () => {
    const posted = await world.client.chat.postMessage({ channel: world.channel, text: "ship it?" });
    const timestamp = posted.ts ?? "";
    await world.slack.react("U0ALICE", world.channel, timestamp, "thumbsup");
    await world.slack.react("U0ROSA", world.channel, timestamp, "+1");
    const item = { channel: world.channel, timestamp };
    await world.client.reactions.add({ ...item, name: "eyes" });
    expect(await errorOf(world.client.reactions.add({ ...item, name: "eyes" }))).toBe("already_reacted");
    expect(await world.client.reactions.get({ ...item, full: true })).toMatchObject({
      message: {
        reactions: [
          { name: "+1", users: ["U0ALICE", "U0ROSA"], count: 2 },
          { name: "eyes", users: [world.slack.botUser], count: 1 },
        ],
      },
    });
    await world.client.reactions.remove({ ...item, name: "eyes" });
    expect(await errorOf(world.client.reactions.remove({ ...item, name: "eyes" }))).toBe("no_reaction");
  });

  it("tells bots, guests, strangers and the departed apart", async () => {
    world.slack.addUser({ id: "U0BOT", name: "bot", bot: true });
    world.slack.addUser({ id: "U0GUEST", name: "guest", guest: true });
    world.slack.addUser({ id: "U0FAR", name: "far", team: "T0OTHER" });
    world.slack.addUser({ id: "U0GONE", name: "gone", deleted: true });
    const info = async (user: string) => (await world.client.users.info({ user })).user;
    expect(await info("U0ALICE")).toMatchObject({ is_bot: false, is_restricted: false, deleted: false });
    expect(await info("U0BOT")).toMatchObject({ is_bot: true });
    expect(await info("U0GUEST")).toMatchObject({ is_restricted: true });
    expect(await info("U0FAR")).toMatchObject({ is_stranger: true, team_id: "T0OTHER" });
    expect(await info("U0GONE")).toMatchObject({ deleted: true });
    expect(await errorOf(world.client.users.info({ user: "U0NOBODY" }))).toBe("user_not_found");
    expect((await world.client.users.list({})).members).toHaveLength(7);
  });

  it("opens a direct conversation that can be written to", async () => {
    const opened = await world.client.conversations.open({ users: "U0ROSA" });
    const channel = opened.channel?.id ?? "";
    await world.client.chat.postMessage({ channel, text: "for you" });
    expect(world.slack.messages(channel)).toMatchObject([{ text: "for you" }]);
  });

  it("keeps what is published as App Home", async () => {
    const view = { type: "home" as const, blocks: [{ type: "divider" as const }] };
    await world.client.views.publish({ user_id: "U0ALICE", view });
    expect(world.slack.home("U0ALICE")).toMatchObject({ type: "home", blocks: [{ type: "divider" }] });
  });

  it("gives permalinks", async () => {
    const posted = await world.client.chat.postMessage({ channel: world.channel, text: "here" });
    const link = await world.client.chat.getPermalink({ channel: world.channel, message_ts: posted.ts ?? "" });
    expect(link.permalink).toMatch(new RegExp(`/archives/${world.channel}/p${(posted.ts ?? "").replace(".", "")}$`));
  });
});

describe("failure drills", () => {
  it("answers 429 with Retry-After, 500 before doing and 500 after doing", async () => {
    const post = () => errorOf(world.client.chat.postMessage({ channel: world.channel, text: "x" }));
    world.slack.fail("chat.postMessage", [
      { status: 429, retryAfter: 7 },
      { status: 500 },
      { status: 500, afterDoing: true },
    ]);
    const limited = await world.client.chat.postMessage({ channel: world.channel, text: "x" }).catch((error) => error);
    expect(limited).toMatchObject({ code: "slack_webapi_rate_limited_error", retryAfter: 7 });
    await post();
    expect(world.slack.messages(world.channel)).toHaveLength(0);
    await post();
    expect(world.slack.messages(world.channel)).toHaveLength(1);
    expect(await post()).toBe("ok");
    expect(world.slack.calls().map((call) => call.status)).toEqual([429, 500, 500, 200]);
  });
});

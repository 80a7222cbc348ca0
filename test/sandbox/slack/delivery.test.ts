/** What the sandbox's Slack sends to the bot, checked with Bolt's own verification. */
import { verifySlackRequest } from "@slack/bolt/dist/receivers/verify-request.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSlackWorld, type Received, type SlackWorld } from "./slack-world.ts";

let world: SlackWorld;
beforeEach(async () => {
  world = await openSlackWorld();
});
afterEach(() => world.close());

function verify(request: Received | undefined, signingSecret = world.slack.signingSecret): void {
  if (!request) throw new Error("nothing was sent");
  verifySlackRequest({
    signingSecret,
    body: request.body,
    headers: {
      "x-slack-signature": String(request.headers["x-slack-signature"]),
      "x-slack-request-timestamp": Number(request.headers["x-slack-request-timestamp"]),
    },
    nowMilliseconds: world.clock.now(),
  });
}

const form = (request: Received | undefined) => Object.fromEntries(new URLSearchParams(request?.body ?? ""));
const shown = () => world.slack.messages(world.channel).map((one) => [one.user, one.text, one.ephemeralFor]);

describe("a slash command", () => {
  it("is signed and carries what Slack's do", async () => {
    await world.slack.command("U0ALICE", world.channel, "/deploy  production add basket & more");
    verify(world.received[0]);
    expect(() => verify(world.received[0], "another secret")).toThrow(/signature mismatch/);
    expect(form(world.received[0])).toMatchObject({
      command: "/deploy",
      text: "production add basket & more",
      user_id: "U0ALICE",
      channel_id: world.channel,
      channel_name: "shop-deploys",
      team_id: world.slack.team,
      is_enterprise_install: "false",
    });
    const { trigger_id: trigger, response_url: responseUrl } = form(world.received[0]);
    expect(trigger).toBeTruthy();
    expect(responseUrl).toContain("/response/");
  });

  it.each([
    ["nothing", "", []],
    ["text", "Looking", [["U0SIGNALBOX", "Looking", "U0ALICE"]]],
    ["JSON", JSON.stringify({ text: "Just you" }), [["U0SIGNALBOX", "Just you", "U0ALICE"]]],
    [
      "JSON for everyone",
      JSON.stringify({ text: "All of you", response_type: "in_channel" }),
      [["U0SIGNALBOX", "All of you", undefined]],
    ],
  ])("shows an answer that is %s", async (_name, body, expected) => {
    world.answers = [{ status: 200, body }];
    const answer = await world.slack.command("U0ALICE", world.channel, "/deploy status");
    expect(answer).toEqual({ status: 200, body });
    expect(shown()).toEqual(expected);
  });

  it("that is refused shows Slack's sentence to the person", async () => {
    world.answers = [{ status: 500 }];
    await world.slack.command("U0ALICE", world.channel, "/deploy status");
    world.slack.deliverTo("http://127.0.0.1:1/slack/events");
    await world.slack.command("U0ALICE", world.channel, "/promote production");
    expect(shown()).toEqual([
      ["USLACKBOT", '/deploy failed with the error "dispatch_failed"', "U0ALICE"],
      ["USLACKBOT", '/promote failed with the error "dispatch_failed"', "U0ALICE"],
    ]);
  });

  it("that is not answered within three seconds shows Slack's sentence to the person", async () => {
    world.answers = [undefined];
    const running = world.slack.command("U0ALICE", world.channel, "/deploy status");
    await world.arrived(1);
    await world.clock.advance(2_999);
    expect(shown()).toEqual([]);
    await world.clock.advance(1);
    await running;
    expect(shown()).toEqual([["USLACKBOT", '/deploy failed with the error "operation_timeout"', "U0ALICE"]]);
  });
});

describe("a response URL", () => {
  async function responseUrl(): Promise<string> {
    await world.slack.command("U0ALICE", world.channel, "/deploy status");
    return form(world.received.at(-1))["response_url"] ?? "";
  }
  const use = (url: string, body: unknown) =>
    fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

  it("can be used five times", async () => {
    const url = await responseUrl();
    for (let count = 1; count <= 5; count += 1) expect((await use(url, { text: `${count}` })).status).toBe(200);
    const sixth = await use(url, { text: "6" });
    expect([sixth.status, await sixth.json()]).toEqual([404, { ok: false, error: "used_url" }]);
    expect(shown().map(([, text]) => text)).toEqual(["1", "2", "3", "4", "5"]);
  });

  it("ends after thirty minutes", async () => {
    const url = await responseUrl();
    await world.clock.advance(30 * 60_000);
    expect((await use(url, { text: "in time" })).status).toBe(200);
    await world.clock.advance(1);
    expect(await (await use(url, { text: "late" })).json()).toEqual({ ok: false, error: "expired_url" });
  });

  it("of a click replaces and deletes the message that was clicked, an ephemeral one too", async () => {
    const posted = await world.client.chat.postEphemeral({
      channel: world.channel,
      user: "U0ALICE",
      text: "Sure?",
      blocks: [
        {
          type: "actions",
          elements: [{ type: "button", action_id: "yes", text: { type: "plain_text", text: "Yes" } }],
        },
      ],
    });
    await world.slack.click("U0ALICE", world.channel, posted.message_ts ?? "", "yes");
    const payload = JSON.parse(form(world.received[0])["payload"] ?? "{}");
    await use(payload.response_url, { text: "Done", replace_original: true });
    expect(shown()).toEqual([["U0SIGNALBOX", "Done", "U0ALICE"]]);
    await use(payload.response_url, { delete_original: true });
    expect(shown()).toEqual([]);
  });
});

describe("a click", () => {
  it("is signed and names the button, its value and its message", async () => {
    const blocks = [
      {
        type: "actions",
        block_id: "answers",
        elements: [
          { type: "button", action_id: "approve", value: "ask-3", text: { type: "plain_text", text: "Approve" } },
        ],
      },
    ];
    const posted = await world.client.chat.postMessage({ channel: world.channel, text: "Deploy?", blocks });
    const clicked = await world.slack.click("U0ROSA", world.channel, posted.ts ?? "", "approve");
    expect(clicked.status).toBe(200);
    verify(world.received[0]);
    expect(JSON.parse(form(world.received[0])["payload"] ?? "{}")).toMatchObject({
      type: "block_actions",
      user: { id: "U0ROSA" },
      container: { message_ts: posted.ts, channel_id: world.channel, is_ephemeral: false },
      message: { ts: posted.ts, text: "Deploy?" },
      actions: [{ action_id: "approve", block_id: "answers", value: "ask-3", type: "button" }],
    });
  });
});

describe("an event", () => {
  async function react(): Promise<void> {
    const posted = await world.client.chat.postMessage({ channel: world.channel, text: "ship it?" });
    await world.slack.react("U0ROSA", world.channel, posted.ts ?? "", "white_check_mark");
    await world.slack.settled();
  }

  it("is signed, once for each change of a reaction", async () => {
    const posted = await world.client.chat.postMessage({ channel: world.channel, text: "ship it?" });
    const ts = posted.ts ?? "";
    await world.slack.react("U0ROSA", world.channel, ts, "ship");
    await world.slack.react("U0ROSA", world.channel, ts, "ship");
    await world.slack.settled();
    await world.slack.unreact("U0ROSA", world.channel, ts, "ship");
    await world.slack.settled();
    for (const request of world.received) verify(request);
    const events = world.received.map((request) => JSON.parse(request.body));
    expect(events.map((envelope) => envelope.event)).toMatchObject([
      {
        type: "reaction_added",
        user: "U0ROSA",
        reaction: "ship",
        item: { type: "message", channel: world.channel, ts },
      },
      { type: "reaction_removed", user: "U0ROSA", reaction: "ship" },
    ]);
    expect(new Set(events.map((envelope) => envelope.event_id)).size).toBe(2);
  });

  it("that is not answered is repeated at once, after one minute and after five, under one id", async () => {
    world.answers = [{ status: 503 }];
    await react();
    expect(world.received).toHaveLength(2);
    await world.clock.advance(59_999);
    await world.slack.settled();
    expect(world.received).toHaveLength(2);
    await world.clock.advance(1);
    await world.slack.settled();
    expect(world.received).toHaveLength(3);
    await world.clock.advance(300_000);
    await world.slack.settled();
    await world.clock.advance(3_600_000);
    await world.slack.settled();
    expect(world.received.map((one) => one.headers["x-slack-retry-num"])).toEqual([undefined, "1", "2", "3"]);
    expect(world.received.at(-1)?.headers["x-slack-retry-reason"]).toBe("http_error");
    expect(new Set(world.received.map((one) => JSON.parse(one.body).event_id)).size).toBe(1);
    for (const request of world.received.slice(-1)) {
      expect(Number(request.headers["x-slack-request-timestamp"])).toBeGreaterThan(1_800_000_000 + 300);
    }
  });

  it("that is answered late is repeated", async () => {
    world.answers = [undefined, { status: 200 }];
    const reacting = react();
    await world.arrived(1);
    await world.clock.advance(3_000);
    await reacting;
    expect(world.received.map((one) => one.headers["x-slack-retry-reason"])).toEqual([undefined, "http_timeout"]);
  });

  it("that finds nobody reaches the bot once it is there again", async () => {
    world.slack.deliverTo(undefined);
    await react();
    world.slack.deliverTo(world.url);
    await world.clock.advance(60_000);
    await world.slack.settled();
    expect(world.received.map((one) => one.headers["x-slack-retry-num"])).toEqual(["2"]);
    expect(world.received[0]?.headers["x-slack-retry-reason"]).toBe("connection_failed");
  });

  it("is not repeated when the bot asks for that", async () => {
    world.answers = [{ status: 400, headers: { "x-slack-no-retry": "1" } }];
    await react();
    await world.clock.advance(3_600_000);
    await world.slack.settled();
    expect(world.received).toHaveLength(1);
  });

  it("is sent only when the app is subscribed to it", async () => {
    await world.slack.say("U0ALICE", world.channel, "hello");
    await world.slack.openHome("U0ALICE");
    await world.slack.settled();
    expect(world.received.map((one) => JSON.parse(one.body).event.type)).toEqual(["app_home_opened"]);
  });

  it("can be a message", async () => {
    const other = await openSlackWorld({ events: ["message.channels"] });
    await other.slack.say("U0ALICE", other.channel, "hello");
    await other.slack.settled();
    expect(JSON.parse(other.received[0]?.body ?? "{}").event).toMatchObject({ type: "message", text: "hello" });
    await other.close();
  });
});

describe("the address", () => {
  it("is verified by a challenge", async () => {
    expect(await world.slack.verifyUrl()).toBe(false);
    const body = JSON.parse(world.received[0]?.body ?? "{}");
    expect(body).toMatchObject({ type: "url_verification" });
    verify(world.received[0]);
  });
});

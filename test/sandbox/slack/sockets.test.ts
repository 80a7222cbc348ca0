/** The sandbox's Socket Mode with Slack's own client at the other end of a real WebSocket. */
import { SocketModeClient } from "@slack/socket-mode";
import { LogLevel } from "@slack/web-api";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSlackWorld, type SlackWorld } from "./slack-world.ts";

let world: SlackWorld;
const clients: SocketModeClient[] = [];
beforeEach(async () => {
  world = await openSlackWorld();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.disconnect();
  await world.close();
});

type Envelope = { readonly type: string; readonly body: never; ack(answer?: object): Promise<void> };

async function connect(take: (envelope: Envelope) => void, token = world.slack.appToken): Promise<SocketModeClient> {
  const client = new SocketModeClient({
    appToken: token,
    autoReconnectEnabled: false,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: world.slack.apiUrl, retryConfig: { retries: 0 } },
  });
  client.on("slack_event", take);
  await client.start();
  clients.push(client);
  return client;
}

it("brings commands, interactions and events over the socket, and nothing by HTTP", async () => {
  const seen: string[] = [];
  await connect((envelope) => {
    seen.push(envelope.type);
    void envelope.ack(envelope.type === "slash_commands" ? { text: "Looking" } : undefined);
  });
  expect(world.slack.sockets()).toBe(1);
  const answered = await world.slack.command("U0ALICE", world.channel, "/deploy status");
  expect(answered.status).toBe(200);
  expect(world.slack.messages(world.channel)).toMatchObject([{ text: "Looking", ephemeralFor: "U0ALICE" }]);
  const button = { type: "button", action_id: "go", text: { type: "plain_text", text: "Go" } };
  const blocks = [{ type: "actions", elements: [button] }];
  const posted = await world.client.chat.postMessage({ channel: world.channel, text: "x", blocks });
  expect((await world.slack.click("U0ALICE", world.channel, posted.ts ?? "", "go")).status).toBe(200);
  await world.slack.react("U0ALICE", world.channel, posted.ts ?? "", "ship");
  await world.slack.settled();
  expect(seen).toEqual(["slash_commands", "interactive", "events_api"]);
  expect(world.received).toHaveLength(0);
});

it("carries more than one frame's worth of text both ways", async () => {
  const long = "x".repeat(70_000);
  let length = 0;
  await connect((envelope) => {
    length = JSON.stringify(envelope.body).length;
    void envelope.ack({ text: long.slice(0, 66_000) });
  });
  const answered = await world.slack.command("U0ALICE", world.channel, `/deploy ${long}`);
  expect(length).toBeGreaterThan(70_000);
  expect(answered.body.length).toBeGreaterThan(66_000);
});

it("sends an event again that was not acknowledged, and a command fails as it does by HTTP", async () => {
  const tries: unknown[] = [];
  await connect((envelope) => {
    tries.push(Reflect.get(envelope, "retry_num"));
    if (tries.length > 1) void envelope.ack();
  });
  const posted = await world.client.chat.postMessage({ channel: world.channel, text: "x" });
  await world.slack.react("U0ALICE", world.channel, posted.ts ?? "", "ship");
  await expect.poll(() => tries).toEqual([0]);
  await world.clock.advance(3_000);
  await world.slack.settled();
  expect(tries).toEqual([0, 1]);
  world.slack.dropSockets();
  world.slack.deliverTo(undefined);
  await expect.poll(() => world.slack.sockets()).toBe(0);
  await world.slack.command("U0ALICE", world.channel, "/deploy status");
  expect(world.slack.messages(world.channel).at(-1)?.text).toBe('/deploy failed with the error "dispatch_failed"');
});

it("is opened with the app's token only, and asked to be opened anew", async () => {
  await expect(connect(() => undefined, world.slack.botToken)).rejects.toThrow("not_allowed_token_type");
  const client = await connect(() => undefined);
  const { promise, resolve } = Promise.withResolvers<void>();
  client.on("disconnected", resolve);
  world.slack.refreshSockets();
  await promise;
  await expect.poll(() => world.slack.sockets()).toBe(0);
});

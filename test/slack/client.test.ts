import { expect, test } from "vitest";
import { z } from "zod";
import { NotSent, OutsideError } from "../../src/operations/ports.ts";
import { writingAs } from "../../src/projections/writer.ts";
import { createSlackChannels } from "../../src/slack/channels.ts";
import { createSlackClient, SlackRefusal } from "../../src/slack/client.ts";
import { createSlackPeople } from "../../src/slack/people.ts";
import { callsOf, silent, testSlack } from "./sandbox.ts";

const anything = z.object({});

async function failure(promise: Promise<unknown>): Promise<OutsideError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof OutsideError) return error;
  throw new Error("it should have failed with an OutsideError", { cause: error });
}

test("a call that Slack answers with an error is made once, never again by itself", async () => {
  const { slack, client } = await testSlack();
  slack.fail("chat.postMessage", [{ status: 500, afterDoing: true }]);
  const error = await failure(client.call("chat.postMessage", { channel: "C", text: "x" }, anything));
  expect(error.message).toBe("Slack answered chat.postMessage with HTTP 500");
  expect(error.retryAt).toBeUndefined();
  expect(callsOf(slack, "chat.postMessage")).toBe(1);
});

test("whoever writes a surface that another has taken over sends nothing more", async () => {
  const { slack, client } = await testSlack();
  const stillMine = () => Promise.reject(new NotSent("another took over"));
  const body = { text: "x" };
  const [called, responded] = await writingAs(stillMine, async () => [
    await failure(client.call("chat.postMessage", { channel: "C", ...body }, anything)),
    await failure(client.respond(`${slack.apiUrl}/nowhere`, body)),
  ]);
  expect([called, responded]).toEqual([expect.any(NotSent), expect.any(NotSent)]);
  expect(callsOf(slack, "chat.postMessage")).toBe(0);
});

test("when Slack asks to wait, the error says until when", async () => {
  const { slack, client, clock } = await testSlack();
  slack.fail("chat.postMessage", [{ status: 429, retryAfter: 30 }]);
  const error = await failure(client.call("chat.postMessage", { channel: "C", text: "x" }, anything));
  expect(error.retryAt).toBe(clock.now() + 30_000);
  expect(callsOf(slack, "chat.postMessage")).toBe(1);
});

test("a refusal carries Slack's code, and neither the token nor what was sent", async () => {
  const { slack, client } = await testSlack();
  const error = await failure(client.call("chat.postMessage", { channel: "#nowhere", text: "hunter2" }, anything));
  expect(error).toBeInstanceOf(SlackRefusal);
  expect(error.message).toBe("Slack refused chat.postMessage: channel_not_found");
  expect(JSON.stringify([error.message, error.cause, error])).not.toContain("hunter2");
  expect(JSON.stringify([error.message, error.cause, error])).not.toContain(slack.botToken);
});

test("a Slack that is not there, and one that answers something else", async () => {
  const { context, client } = await testSlack();
  const settings = { botToken: "xoxb-secret", apiUrl: "http://127.0.0.1:9/api/" };
  const nobody = createSlackClient({ context, log: silent, settings });
  expect((await failure(nobody.identity())).message).toBe("Slack did not answer auth.test");
  const other = await failure(client.call("auth.test", {}, z.object({ nonsense: z.string() })));
  expect(other.message).toBe("Slack's answer to auth.test has not the expected shape");
});

test("who the bot is is asked once, and a failure is not remembered", async () => {
  const { slack, client } = await testSlack();
  slack.fail("auth.test", [{ status: 503 }]);
  await failure(client.identity());
  const identities = await Promise.all([client.identity(), client.identity()]);
  expect(identities[0]).toMatchObject({ team: slack.team, user: slack.botUser });
  expect(callsOf(slack, "auth.test")).toBe(2);
});

test("people are members, guests, bots or strangers, as Slack says", async () => {
  const { slack, client, context } = await testSlack();
  slack.addUser({ id: "U0GUEST", name: "guest", guest: true });
  slack.addUser({ id: "U0ROBOT", name: "robot", bot: true });
  slack.addUser({ id: "U0OTHER", name: "other", team: "T0OTHER" });
  slack.addUser({ id: "U0GONE", name: "gone", deleted: true });
  const people = createSlackPeople({ client, context });
  const member = { bot: false, guest: false, stranger: false, deleted: false };
  expect(await people.person(slack.team, "U0ALICE")).toEqual({ id: "U0ALICE", name: "alice", ...member });
  expect(await people.person(slack.team, "U0GUEST")).toMatchObject({ ...member, guest: true });
  expect(await people.person(slack.team, "U0ROBOT")).toMatchObject({ ...member, bot: true });
  expect(await people.person(slack.team, "U0OTHER")).toMatchObject({ ...member, stranger: true });
  expect(await people.person(slack.team, "U0GONE")).toMatchObject({ ...member, deleted: true });
  expect(await people.person(slack.team, "U0NOBODY")).toMatchObject({ ...member, stranger: true });
});

test("what Slack said of a person counts for a minute; what it did not say counts for nothing", async () => {
  const { slack, client, context, clock } = await testSlack();
  const people = createSlackPeople({ client, context });
  slack.fail("users.info", [{ status: 500 }]);
  await failure(people.person(slack.team, "U0ALICE"));
  await Promise.all([people.person(slack.team, "U0ALICE"), people.person(slack.team, "U0ALICE")]);
  expect(callsOf(slack, "users.info")).toBe(2);
  slack.addUser({ id: "U0ALICE", name: "alice", guest: true });
  expect(await people.person(slack.team, "U0ALICE")).toMatchObject({ guest: false });
  await clock.advance(60_000);
  expect(await people.person(slack.team, "U0ALICE")).toMatchObject({ guest: true });
});

test("a channel's id is found by its name, and a name that is not known is asked for again", async () => {
  const { slack, client, context } = await testSlack();
  const channels = createSlackChannels({ client, context });
  const [shop] = slack.channels();
  expect(await channels.id("#shop-deploys")).toBe(shop?.id);
  expect(await channels.id("shop-deploys")).toBe(shop?.id);
  expect(callsOf(slack, "conversations.list")).toBe(1);
  expect(await channels.id("#nowhere")).toBeUndefined();
  expect(callsOf(slack, "conversations.list")).toBe(2);
  expect(await channels.id("C0123ABCD")).toBe("C0123ABCD");
});

test("who is in a user group is asked for once in a minute, or as it is now, and one that is not there is no empty group", async () => {
  const { client, context, slack } = await testSlack();
  slack.setUserGroup({ id: "S0SRE", handle: "sre", users: ["U0ALICE", "U0GUEST"] });
  const people = createSlackPeople({ client, context });
  const { team } = slack;
  expect(await people.usergroupMembers("S0SRE", false)).toEqual({ team, slackUsers: ["U0ALICE", "U0GUEST"] });
  slack.setUserGroup({ id: "S0SRE", handle: "sre", users: ["U0GUEST"] });
  expect(await people.usergroupMembers("S0SRE", false)).toEqual({ team, slackUsers: ["U0ALICE", "U0GUEST"] });
  expect(await people.usergroupMembers("S0SRE", true)).toEqual({ team, slackUsers: ["U0GUEST"] });
  expect(callsOf(slack, "usergroups.users.list")).toBe(2);
  expect((await failure(people.usergroupMembers("S0NONE", false))).message).toContain("usergroups.users.list");
});

test("a response URL that answers with a page or half of some JSON is judged by its status", async () => {
  const { context } = await testSlack();
  let answer = new Response('{"ok": fal', { status: 502 });
  const client = createSlackClient({
    context: { ...context, fetch: async () => answer },
    log: silent,
    settings: { botToken: "xoxb-secret", apiUrl: "http://127.0.0.1:9/api/" },
  });
  expect(await client.respond("https://hooks.slack.example/1", {})).toBe(502);
  answer = new Response("{not JSON}", { status: 200 });
  expect(await client.respond("https://hooks.slack.example/1", {})).toBe(200);
  answer = new Response('{"ok":false,"error":"internal_error"}', { status: 200 });
  expect(await client.respond("https://hooks.slack.example/1", {})).toBe(503);
});

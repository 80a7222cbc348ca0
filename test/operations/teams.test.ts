/**
 * One bot may serve every workspace of an organisation, so whatever comes in is of a team. The same person id in another
 * team is somebody else: nothing that they do counts for what stands in this one.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { noteReaction } from "../../src/operations/note-reaction.ts";
import { noteReply } from "../../src/operations/note-reply.ts";
import { takeAction } from "../../src/operations/take-action.ts";
import { takeCommand } from "../../src/operations/take-command.ts";
import { answerOf } from "../../src/slack/emoji.ts";
import { slackHands } from "./slack-hands.ts";
import { ask, statusOf } from "./steps.ts";
import { openWorld, push, shopPipeline, type World } from "./world.ts";

const [alice, rosa] = ["U0000ALICE", "U0000ROSA"] as const;

let world: World;
let hands: ReturnType<typeof slackHands>;
let request: number;
beforeEach(async () => {
  world = await openWorld();
  hands = slackHands(world);
  await push(world, "a");
  request = await ask(world, "production");
  // From here on a login is known by its link alone.
  await world.pipeline(shopPipeline.replace(/^people:.*\n/mu, ""));
  const at = new Date(0);
  for (const [index, login] of ["alice", "rosa"].entries()) {
    const person = { team: "T1", slack_user: `U0000${login.toUpperCase()}`, login, github_id: index + 1, at };
    await world.db.insertInto("link").values(person).execute();
  }
});
afterEach(() => world.close());

const inTeam = (team: string) => ({
  command: (slackUser: string) =>
    takeCommand(
      world.bot,
      { kind: "lock", environment: "staging", reason: "a demo" },
      {
        ...{ kind: "slack", team, slackUser, key: `command-${team}`, at: world.clock.now() },
        channel: { id: "C1", name: "shop-deploys" },
      },
    ),
  async react(slackUser: string, emoji: string) {
    const { channel, ts } = await world.post(request);
    const eventTs = (world.clock.now() / 1_000).toFixed(6);
    await noteReaction(world.bot, answerOf, { team, channel, ts, slackUser, emoji, present: true, eventTs });
    await world.settle();
  },
  async click(slackUser: string) {
    const { ask: now } = await world.deployment(request);
    const where = { deployment: request, ask: now, team, slackUser, channel: "C1", key: `click-${team}` };
    const reply = await takeAction(world.bot, { action: "reject", ...where, at: world.clock.now() });
    await world.settle();
    return reply.code;
  },
  async replyInThread(slackUser: string, text: string) {
    const { channel, ts } = await world.post(request);
    await noteReply(world.bot, { team, channel, threadTs: ts, slackUser, text });
  },
});
const [here, elsewhere] = [inTeam("T1"), inTeam("T2")];

test("a command", async () => {
  expect((await elsewhere.command(alice)).code).toBe("not-linked");
  expect((await here.command(alice)).code).toBe("locked");
});

test("a reaction and a button", async () => {
  await elsewhere.react(rosa, "x");
  expect([await elsewhere.click(rosa), await statusOf(world, request)]).toEqual(["message-outdated", "waiting"]);
  expect(await world.db.selectFrom("approval").select("login").execute()).toEqual([]);
  await here.react(rosa, "ship");
  expect(await statusOf(world, request)).toBe("success");
});

test("a reason in the thread", async () => {
  await here.click(rosa);
  await elsewhere.replyInThread(rosa, "because I am somebody else");
  expect((await world.deployment(request)).outcome).not.toHaveProperty("reason");
  await here.replyInThread(rosa, "not today");
  expect((await world.deployment(request)).outcome).toMatchObject({ code: "rejected", reason: "not today" });
});

test("a form and App Home", async () => {
  await hands.type(alice, "/deploy");
  const { id, environments } = await hands.choosing();
  expect(environments.length).toBeGreaterThan(0);
  const handed = { key: "sent", lastTry: false, receivedAt: world.clock.now() };
  const told = { ...handed, team: "T2", user: alice, form: id, fields: await hands.fields() };
  await hands.events.formSent(told);
  const form = await world.db.selectFrom("form").select("sent_by_key").where("id", "=", id).executeTakeFirstOrThrow();
  expect(form.sent_by_key).toBeNull();

  const home = async (team: string) => {
    await hands.events.homeOpened({ team, user: rosa });
    const row = await world.db.selectFrom("home").select("id").where("team", "=", team).executeTakeFirstOrThrow();
    return await hands.home(row.id);
  };
  expect(await home("T2")).toMatchObject({ logins: [], approvals: [], services: [] });
  expect((await home("T1")).approvals).toHaveLength(1);
});

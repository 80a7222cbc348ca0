/** Whose reaction is an answer, what becomes of it in whatever order Slack tells, and who is told why it does not count. */
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { foldReactionsOf, noteReaction, type Reaction } from "../../src/operations/note-reaction.ts";
import { OutsideError } from "../../src/operations/ports.ts";
import { readReactions } from "../../src/operations/read-reactions.ts";
import { answerOf } from "../../src/slack/emoji.ts";
import { ask, closed, statusOf } from "./steps.ts";
import { openWorld, push, sha, shopPipeline, type World } from "./world.ts";

let world: World;
let waiting: number;
async function begin(begun: World): Promise<void> {
  await push(begun, "a");
  await ask(begun, "production");
}
beforeEach(async () => {
  world = await openWorld({ begin });
  const rows = world.db.selectFrom("deployment").select("id").where("status", "=", "waiting");
  ({ id: waiting } = await rows.executeTakeFirstOrThrow());
});
afterEach(async () => {
  await world.close();
});

const refusals = async () =>
  (await world.said()).flatMap((note) => (note.code === "approval-refused" ? [note.why.code] : []));

async function tell(reaction: Partial<Reaction> & Pick<Reaction, "eventTs">): Promise<void> {
  const at = { team: "T1", channel: "C1", ts: `${waiting}.1` };
  const whole = { ...at, slackUser: "U0000ROSA", emoji: "ship", present: true, ...reaction };
  await noteReaction(world.bot, answerOf, whole);
  await world.settle();
}

async function answers() {
  const rows = await world.db.selectFrom("approval").select(["login", "answer"]).orderBy("login").execute();
  return rows.flatMap(({ login, answer }) => (answer === "withdrawn" ? [] : [`${login} ${answer}`]));
}

describe("whose does not count is told why, once", () => {
  test.each([
    ["a bot", "U0000ROSA", { bot: true }, "bot"],
    ["somebody from another workspace", "U0000ROSA", { stranger: true }, "stranger"],
    ["somebody whose account is closed", "U0000ROSA", { deleted: true }, "stranger"],
    ["a guest", "U0000ROSA", { guest: true }, "guest"],
    ["somebody who is linked to nobody", "U0000NOBODY", {}, "not-linked"],
    ["one who may not approve", "U0000OLAF", {}, "not-an-approver"],
  ])("%s", async (_who, slackUser, person, why) => {
    world.slackPeople.set(slackUser, person);
    await world.react(slackUser, waiting);
    await world.react(slackUser, waiting, "white_check_mark", false);
    await world.react(slackUser, waiting, "ship");
    expect([await statusOf(world, waiting), await refusals()]).toEqual(["waiting", [why]]);
    // By the button it is the same, and the answer says so too.
    const clicked = await world.click(slackUser, "approve", waiting);
    expect(clicked.code).toBe(why === "not-an-approver" ? "approval-noted" : "approval-refused");
    expect(await statusOf(world, waiting)).toBe("waiting");
  });

  test("the asker", async () => {
    await world.command("U0000ALICE", { kind: "cancel", deployment: waiting });
    const own = await ask(world, "production", undefined, "U0000ROSA");
    await world.react("U0000ROSA", own);
    expect([await statusOf(world, own), await refusals()]).toEqual(["waiting", ["requester"]]);
    await world.react("U0000BOB", own);
    expect(await statusOf(world, own)).toBe("success");
  });

  test("an author of what ships", async () => {
    await world.react("U0000ROSA", waiting);
    await push(world, "b", { author: "bob" });
    const next = await ask(world, "production");
    await world.react("U0000BOB", next);
    expect([await statusOf(world, next), await refusals()]).toEqual(["waiting", ["author"]]);
    await world.react("U0000ROSA", next);
    expect(await statusOf(world, next)).toBe("success");
  });

  test("whoever merged it", async () => {
    const merges = shopPipeline.replace("    approvals:", "    branch: release\n    approvals:");
    await world.pipeline(merges);
    world.commit("a2", { branch: "release", content: "a" });
    const { tellPush, nothing } = await import("./world.ts");
    await tellPush(world, "release", nothing, { pusher: "rosa" });
    await world.settle();
    const row = await world.db
      .selectFrom("deployment")
      .selectAll()
      .where("sha", "=", sha("a2"))
      .executeTakeFirstOrThrow();
    await world.react("U0000ROSA", row.id);
    expect(await refusals()).toEqual(["merger"]);
  });
});

describe("which reaction", () => {
  test("any other emoji says nothing", async () => {
    await world.react("U0000ROSA", waiting, "eyes");
    expect(await answers()).toEqual([]);
  });

  test("one person's two yeses are one, and it stands while one of them remains", async () => {
    await world.pipeline(shopPipeline.replace("count: 1", "count: 2"));
    await world.react("U0000ROSA", waiting, "ship");
    await world.react("U0000ROSA", waiting, "+1::skin-tone-5");
    expect(closed((await world.deployment(waiting)).verdict)).toEqual(["approvals.missing"]);
    await world.react("U0000ROSA", waiting, "ship", false);
    await world.react("U0000BOB", waiting);
    expect(await statusOf(world, waiting)).toBe("success");
  });

  test("on another team's message in a channel of the same name it says nothing", async () => {
    await world.post(waiting);
    await tell({ eventTs: "2000.000000", team: "T2" });
    expect(await answers()).toEqual([]);
  });

  test("on a message that is not known yet it is kept until it is", async () => {
    await tell({ eventTs: "2000.000000" });
    await tell({ eventTs: "2001.000000", slackUser: "U0000OLAF", emoji: "x" });
    expect(await answers()).toEqual([]);
    await world.post(waiting);
    await foldReactionsOf(world.bot, answerOf, `${waiting}/1`);
    await world.settle();
    expect(await answers()).toEqual(["olaf reject", "rosa approve"]);
    expect(await statusOf(world, waiting)).toBe("success");
  });

  test("Slack does not say who it is: nothing is decided, and told again it counts", async () => {
    const { person } = world.bot.slack;
    await world.post(waiting);
    world.bot.slack.person = async () => {
      throw new OutsideError("Slack does not answer");
    };
    await expect(tell({ eventTs: "2000.000000" })).rejects.toThrow("Slack does not answer");
    world.bot.slack.person = person;
    await tell({ eventTs: "2000.000000" });
    expect(await statusOf(world, waiting)).toBe("success");
  });

  test("after the start it changes nothing", async () => {
    await world.react("U0000ROSA", waiting);
    await world.react("U0000BOB", waiting, "x");
    expect([await statusOf(world, waiting), await answers()]).toEqual(["success", ["rosa approve"]]);
  });
});

test("reactions that came and went while the bot was down are read back", async () => {
  await world.pipeline(shopPipeline.replace("count: 1", "count: 2"));
  await world.react("U0000ROSA", waiting);
  const { ts } = await world.post(waiting);
  world.restart();
  world.standing.set(ts, [
    { emoji: "ship", users: ["U0000BOB"] },
    { emoji: "eyes", users: ["U0000ROSA"] },
  ]);
  await readReactions(world.bot, answerOf);
  await world.settle();
  const { ask: now } = await world.deployment(waiting);
  const rows = await world.db
    .selectFrom("approval")
    .select(["login", "answer"])
    .where("ask", "=", now)
    .orderBy("login")
    .execute();
  expect(rows).toEqual([
    { login: "bob", answer: "approve" },
    { login: "rosa", answer: "withdrawn" },
  ]);
  expect(await statusOf(world, waiting)).toBe("waiting");
});

test("an emoji that was given before another was taken away, and told after that, still stands", async () => {
  await world.pipeline(shopPipeline.replace("count: 1", "count: 3"));
  await world.post(waiting);
  const { ask: now } = await world.deployment(waiting);
  const at = { team: "T1", channel: "C1", ts: `${waiting}.${now}`, slackUser: "U0000ROSA" };
  for (const [emoji, present, second] of [
    ["+1", true, 1],
    ["+1", false, 3],
    ["ship", true, 2],
  ] as const) {
    await noteReaction(world.bot, answerOf, { ...at, emoji, present, eventTs: `300${second}.000000` });
  }
  await world.settle();
  expect(await answers()).toEqual(["rosa approve"]);
});

/** What is told, each click a second after the one before, while Slack is still being asked whose the first one is. */
async function whileAsked(ts: string, clicks: readonly string[]) {
  const { person } = world.bot.slack;
  const asked = Promise.withResolvers<void>();
  const known = Promise.withResolvers<void>();
  world.bot.slack.person = async (...who) => {
    world.bot.slack.person = person;
    asked.resolve();
    await known.promise;
    return await person(...who);
  };
  const [first, ...then] = clicks.map((click, at) => {
    const [emoji = "", away] = click.split(" ");
    return () => tell({ ts, emoji, present: away === undefined, eventTs: `${3_002 + at}.000000` });
  });
  const slow = first?.();
  await Promise.race([asked.promise, slow]);
  for (const click of then) await click();
  known.resolve();
  await slow;
}

describe("once it is known who somebody is, what they say by then is their answer", () => {
  let ts: string;
  beforeEach(async () => {
    await world.pipeline(shopPipeline.replace("count: 1", "count: 2"));
    ({ ts } = await world.post(waiting));
    await tell({ ts, emoji: "+1", eventTs: "3001.000000" });
  });

  test.each([
    ["two yeses, both taken away meanwhile", ["ship", "+1 away", "ship away"], []],
    ["a yes taken away, and another given meanwhile", ["+1 away", "ship"], ["rosa approve"]],
    ["a no that was taken away for a yes", ["x", "x away", "ship"], ["rosa approve"]],
  ])("%s", async (_what, clicks, stands) => {
    await whileAsked(ts, clicks);
    expect(await answers()).toEqual(stands);
  });

  test("under the login that they are linked to by then", async () => {
    const at = new Date(world.clock.now());
    const link = { team: "T1", slack_user: "U0000ROSA", login: "rosanna", github_id: 5, at };
    const { person } = world.bot.slack;
    world.bot.slack.person = async (...who) => {
      world.bot.slack.person = person;
      await world.db.insertInto("link").values(link).execute();
      return await person(...who);
    };
    await tell({ ts, emoji: "ship", eventTs: "3002.000000" });
    expect(await answers()).toContain("rosanna approve");
  });
});

test("whatever order Slack tells in, and however often, what stands is what was clicked last", async () => {
  await world.pipeline(shopPipeline.replace("count: 1", "count: 3"));
  await world.post(waiting);
  const { ask: now } = await world.deployment(waiting);
  const ts = `${waiting}.${now}`;
  const click = fc.record({
    slackUser: fc.constantFrom("U0000ROSA", "U0000BOB", "U0000OLAF"),
    emoji: fc.constantFrom("ship", "+1"),
    present: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(click, { minLength: 1, maxLength: 8 }).chain((clicks) => {
        const events = clicks.map((one, at) => ({ ...one, ts, eventTs: `${3_000 + at}.000000` }));
        const again = fc.subarray(events).chain((repeated) => {
          const all = [...events, ...repeated];
          return fc.shuffledSubarray(all, { minLength: all.length });
        });
        return fc.tuple(fc.constant(events), again);
      }),
      async ([events, toldSo]) => {
        await world.db.deleteFrom("approval").execute();
        await world.db.deleteFrom("reaction").execute();
        for (const event of toldSo) {
          await noteReaction(world.bot, answerOf, { team: "T1", channel: "C1", ...event });
        }
        const last = new Map(events.map((event) => [`${event.slackUser}/${event.emoji}`, event]));
        const standing = [...last.values()].filter((event) => event.present).map((event) => event.slackUser);
        const logins = [...new Set(standing)].map((user) => user.slice("U0000".length).toLowerCase());
        expect(await answers()).toEqual(logins.toSorted().map((login) => `${login} approve`));
      },
    ),
    { numRuns: 40 },
  );
  await world.settle();
});

test.each([
  ["stands goes over to a retry", true, "failure"],
  ["is taken back once it has begun does not go over to a retry", false, "waiting"],
] as const)("a yes that %s", async (_, present, status) => {
  world.deployer.script = () => ({ state: "failure", proven: true, message: "it broke" });
  await world.react("U0000ROSA", waiting);
  expect(await statusOf(world, waiting)).toBe("failure");
  if (!present) await world.react("U0000ROSA", waiting, "white_check_mark", false);
  const again = await world.command("U0000ALICE", { kind: "retry", deployment: waiting });
  if (!("deployment" in again)) throw new Error(again.code);
  expect(await statusOf(world, again.deployment)).toBe(status);
});

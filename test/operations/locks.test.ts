/** Locks that another holds, that were forgotten, and that end: who may take them over, who is asked and who is told. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LockAction } from "../../src/operations/actions.ts";
import { takeLockAction } from "../../src/operations/lock-actions.ts";
import { OutsideError } from "../../src/operations/ports.ts";
import { reply } from "../../src/operations/reply.ts";
import type { NoteContent, ReplyContent } from "../../src/operations/said.ts";
import { closed, deploymentsOf, hour, rollBack, statusOf, toProduction } from "./steps.ts";
import { openWorld, push, type World } from "./world.ts";

const day = 24 * hour;
const inProduction = { environment: "production" } as const;

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

describe("a command that is delivered again", () => {
  const production = { environment: "production" } as const;
  const holder = async () => (await world.environment("production")).lock_by;

  test("locks once: nobody is locked out again after an unlock", async () => {
    const lockIt = () => world.command("U0000ALICE", { kind: "lock", ...production, reason: "counting" }, "again");
    const first = await lockIt();
    await world.command("U0000ALICE", { kind: "unlock", ...production });
    expect(await lockIt()).toEqual(first);
    expect(await holder()).toBeNull();
  });

  test("unlocks once: the lock of whoever came after stays", async () => {
    await world.command("U0000BOB", { kind: "lock", environment: "staging", reason: "counting" });
    await push(world, "a");
    world.github.permissions.set("rosa", "admin");
    const unlockIt = () => world.command("U0000ROSA", { kind: "unlock", environment: "staging" }, "again");
    const first = await unlockIt();
    expect(first).toMatchObject({ code: "unlocked", offers: expect.any(Number) });
    await world.command("U0000ALICE", { kind: "lock", environment: "staging", reason: "once more" });
    expect(await unlockIt()).toEqual(first);
    expect((await world.environment("staging")).lock_by).toBe("alice");
  });
});

test.each([
  ["lock", () => ({ kind: "lock", ...inProduction, reason: "counting", until: world.clock.now() + 60_000 }) as const],
  [
    "freeze",
    () => ({ kind: "freeze", ...inProduction, reason: "counting", until: world.clock.now() + 60_000 }) as const,
  ],
])("a %s that is taken up again after its end is none, and is not told as one", async (_what, command) => {
  await world.command("U0000ALICE", { kind: "lock", ...inProduction, reason: "the audit" });
  const [typed, at] = [command(), world.clock.now()];
  world.github.down = true;
  const again = () => world.command("U0000ALICE", typed, "again", at);
  await expect(again()).rejects.toThrow(OutsideError);
  world.github.down = false;
  await world.tick(120_000);
  expect(await again()).toEqual({ code: "asked-long-ago", at });
  expect(await world.environment("production")).toMatchObject({ lock_by: "alice", lock_reason: "the audit" });
  expect(await world.notes()).toEqual(["locked"]);
});

test.each([
  ["another's lock", () => world.command("U0000BOB", { kind: "lock", ...inProduction, reason: "an incident" })],
  ["a hold", () => rollBack(world, "production")],
])("an unlock that is taken up again leaves %s that came after it was typed", async (_what, meanwhile) => {
  await toProduction(world, "a");
  await toProduction(world, "b");
  await lock("U0000ROSA", "production", "mine");
  const at = world.clock.now();
  const unlockIt = () => world.command("U0000ROSA", { kind: "unlock", ...inProduction }, "again", at);
  world.github.down = true;
  await expect(unlockIt()).rejects.toThrow(OutsideError);
  world.github.down = false;
  await world.tick(1);
  await world.db.updateTable("environment").set({ lock_by: null }).where("name", "=", "production").execute();
  await meanwhile();
  const before = await world.environment("production");
  expect([before.lock_by, before.hold_bad_sha]).not.toEqual([null, null]);
  expect(await unlockIt()).toEqual({ code: "lock-moved" });
  expect(await world.environment("production")).toMatchObject({
    ...{ lock_by: before.lock_by, hold_bad_sha: before.hold_bad_sha },
  });
});

test("whoever holds a lock hears of it as the Slack person that they are linked with by now", async () => {
  await lock("U0000ALICE", "production", "counting");
  const at = new Date(world.clock.now());
  const link = { team: "T1", slack_user: "U0000ALICIA", login: "alice", github_id: 1, at };
  await world.db.insertInto("link").values(link).execute();
  await world.tick(day);
  expect(await told("lock-forgotten")).toEqual(["U0000ALICIA"]);
});

let keys = 0;
/** Answered as in Slack: what a button of the answer offers stands in its row. */
async function lock(who: string, environment: string, reason: string, until?: number): Promise<ReplyContent> {
  keys += 1;
  const key = `lock-${keys}`;
  const command = { kind: "lock", environment, reason, ...(until === undefined ? {} : { until }) } as const;
  const content = await world.command(who, command, key);
  await reply(world.bot, { key, responseUrl: "https://hooks.slack.com/x", slackUser: who, channel: "C1" }, content);
  return content;
}

async function press(who: string, action: LockAction, value: string, key?: string): Promise<ReplyContent> {
  keys += 1;
  const from = { team: "T1", slackUser: who, channel: "C1", key: key ?? `press-${keys}`, at: world.clock.now() };
  const content = await takeLockAction(world.bot, { action, value, ...from });
  await world.settle();
  return content;
}

function offerOf(content: ReplyContent) {
  if (content.code !== "already-locked" || content.offer === undefined) throw new Error(JSON.stringify(content));
  return content.offer.token;
}

/** Each note with the lane it is told in: a channel, or a person for direct messages. */
async function told(code: NoteContent["code"]) {
  const rows = await world.db
    .selectFrom("note")
    .innerJoin("projection", (join) =>
      join
        .on("projection.surface", "=", "slack.note")
        .on((eb) => eb("projection.subject", "=", eb.cast<string>("note.id", "text"))),
    )
    .select(["note.content", "projection.lane"])
    .orderBy("note.id")
    .execute();
  return rows.filter(({ content }) => content.code === code).map(({ lane }) => lane);
}

describe("taking a lock over", () => {
  test("is offered to those who approve, and told to its former holder and in the channel", async () => {
    await lock("U0000ALICE", "production", "mine");
    const token = offerOf(await lock("U0000ROSA", "production", "the sale"));
    expect((await world.environment("production")).lock_by).toBe("alice");
    expect(await press("U0000ROSA", "take-lock", token)).toEqual({
      code: "locked",
      environment: "production",
      reason: "the sale",
    });
    expect(await world.environment("production")).toMatchObject({
      lock_by: "rosa",
      lock_by_slack: "U0000ROSA",
      lock_reason: "the sale",
    });
    expect(await told("lock-taken")).toEqual(["#shop-deploys", "U0000ALICE"]);
    expect((await world.said()).at(-1)).toEqual({
      code: "lock-taken",
      service: "shop",
      environment: "production",
      by: "rosa",
      from: "alice",
      reason: "the sale",
    });
  });

  test("is not offered to whoever may only ask, and a button that is not theirs does nothing", async () => {
    await lock("U0000ROSA", "production", "mine");
    const refused = await lock("U0000ALICE", "production", "me too");
    expect(refused).toEqual({
      code: "already-locked",
      environment: "production",
      by: "rosa",
      settledBy: "approvers",
      reason: "mine",
    });
    const token = offerOf(await lock("U0000BOB", "production", "the sale"));
    expect(await press("U0000ALICE", "take-lock", token)).toEqual({ code: "lock-moved" });
    expect((await world.environment("production")).lock_by).toBe("rosa");
  });

  test("asks for the right again when the button is pressed", async () => {
    await lock("U0000ALICE", "staging", "mine");
    world.github.permissions.set("rosa", "admin");
    const token = offerOf(await lock("U0000ROSA", "staging", "the sale"));
    world.github.permissions.set("rosa", "write");
    expect(await press("U0000ROSA", "take-lock", token)).toMatchObject({ code: "may-not", needs: "approve" });
  });

  test("takes nothing once the end is over that was typed with it", async () => {
    await lock("U0000ALICE", "production", "counting");
    const typedAt = world.clock.now();
    const token = offerOf(await lock("U0000BOB", "production", "the sale", typedAt + hour));
    await world.tick(2 * hour);
    expect(await press("U0000BOB", "take-lock", token)).toEqual({ code: "asked-long-ago", at: typedAt });
    expect((await world.environment("production")).lock_by).toBe("alice");
  });

  test("does nothing once the lock is another than the one that was shown", async () => {
    await lock("U0000ALICE", "production", "mine");
    const token = offerOf(await lock("U0000ROSA", "production", "the sale"));
    await world.command("U0000ALICE", { kind: "unlock", environment: "production" });
    expect(await press("U0000ROSA", "take-lock", token)).toEqual({ code: "lock-moved" });
    await world.tick(1_000);
    await lock("U0000ALICE", "production", "mine again");
    expect(await press("U0000ROSA", "take-lock", token)).toEqual({ code: "lock-moved" });
    expect((await world.environment("production")).lock_by).toBe("alice");
  });

  test("is done once, however often the click is delivered, and of two who press one has it", async () => {
    await lock("U0000ALICE", "production", "mine");
    const rosas = offerOf(await lock("U0000ROSA", "production", "the sale"));
    const bobs = offerOf(await lock("U0000BOB", "production", "the fair"));
    expect((await press("U0000ROSA", "take-lock", rosas, "click")).code).toBe("locked");
    expect((await press("U0000ROSA", "take-lock", rosas, "click")).code).toBe("locked");
    expect(await press("U0000BOB", "take-lock", bobs)).toEqual({ code: "lock-moved" });
    expect(await told("lock-taken")).toHaveLength(2);
  });

  test("giving back another's lock tells its holder", async () => {
    await lock("U0000ALICE", "production", "mine");
    await world.command("U0000ROSA", { kind: "unlock", environment: "production" });
    expect(await told("unlocked")).toEqual(["#shop-deploys", "U0000ALICE"]);
    await lock("U0000ALICE", "production", "mine");
    await world.command("U0000ALICE", { kind: "unlock", environment: "production" });
    expect(await told("unlocked")).toEqual(["#shop-deploys", "U0000ALICE", "#shop-deploys"]);
  });
});

describe("a lock without an end", () => {
  const asked = async () => (await world.said()).filter((note) => note.code === "lock-forgotten");

  test("is asked about after a day and then once a day, in a direct message", async () => {
    await lock("U0000ALICE", "staging", "looking");
    await world.tick(day - 1);
    expect(await asked()).toEqual([]);
    await world.tick(1);
    expect(await asked()).toHaveLength(1);
    expect(await told("lock-forgotten")).toEqual(["U0000ALICE"]);
    await world.sweep();
    await world.tick(day - 1_000);
    expect(await asked()).toHaveLength(1);
    await world.tick(1_000);
    expect(await asked()).toHaveLength(2);
  });

  test("is kept, and asked about a day from then", async () => {
    await lock("U0000ALICE", "staging", "looking");
    await world.tick(day);
    const [note] = await asked();
    if (note?.code !== "lock-forgotten") throw new Error("not asked");
    const value = `${note.environmentId}/${note.lockedAt}`;
    await world.tick(hour);
    expect(await press("U0000ROSA", "keep-lock", value)).toEqual({ code: "lock-moved" });
    expect(await press("U0000ALICE", "keep-lock", value)).toEqual({ code: "lock-kept", environment: "staging" });
    await world.tick(day - 1_000);
    expect(await asked()).toHaveLength(1);
    await world.tick(1_000);
    expect(await asked()).toHaveLength(2);
  });

  test("is given back, which starts nothing", async () => {
    await lock("U0000ROSA", "staging", "looking");
    await push(world, "a");
    await world.tick(day);
    const [note] = await asked();
    if (note?.code !== "lock-forgotten") throw new Error("not asked");
    const value = `${note.environmentId}/${note.lockedAt}`;
    expect(await press("U0000ROSA", "give-back-lock", value)).toMatchObject({ code: "unlocked" });
    const [merge] = await deploymentsOf(world, "staging");
    expect(closed(merge?.verdict ?? null)).toEqual(["ready.offered"]);
    expect(await press("U0000ROSA", "give-back-lock", value)).toEqual({ code: "lock-moved" });
    await world.tick(2 * day);
    expect(await asked()).toHaveLength(1);
  });

  test("is asked about in the channel when its holder is not known in Slack", async () => {
    await lock("U0000ALICE", "staging", "looking");
    const unknown = { lock_by: "zoe", lock_by_slack: null };
    await world.db.updateTable("environment").set(unknown).where("name", "=", "staging").execute();
    await world.tick(day);
    expect(await told("lock-forgotten")).toEqual(["#shop-deploys"]);
  });

  test.each(["x", "1/2", "NaN/3", "99999999/1", "-1/0", ""])("a button that says `%s` does nothing", async (value) => {
    await lock("U0000ALICE", "staging", "looking");
    for (const action of ["take-lock", "keep-lock", "give-back-lock"] as const) {
      expect(await press("U0000ALICE", action, value)).toEqual({ code: "lock-moved" });
    }
  });
});

test("the end of a lock is told to its holder and in the channel, and what waits goes on", async () => {
  await lock("U0000ROSA", "staging", "looking", world.clock.now() + hour);
  await push(world, "a");
  const [merge] = await deploymentsOf(world, "staging");
  await world.tick(hour);
  expect(await statusOf(world, merge?.id ?? 0)).toBe("success");
  expect(await told("lock-ended")).toEqual(["#shop-deploys", "U0000ROSA"]);
  expect(await world.environment("staging")).toMatchObject({ lock_by: null, lock_until: null, look_at: null });
});

import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { burstAtMostMs } from "../../src/store/burst.ts";
import {
  awayAtMostMs,
  createInbox,
  type Inbox,
  keepHandledMs,
  leaseMs,
  retryAfterMs,
  triesAtMost,
} from "../../src/store/inbox.ts";
import { type TestDatabase, testDatabase } from "../harness/database.ts";
import { InjectedCrash } from "../harness/fault-points.ts";
import { type RecordedWake, recordedWake } from "../harness/recorded-wake.ts";
import { type TestContext, testContext } from "../harness/test-context.ts";

let database: TestDatabase;
let wake: RecordedWake;
let tested: TestContext;
let inbox: Inbox;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await sql`truncate inbox`.execute(database.db);
  tested = testContext();
  wake = recordedWake();
  inbox = createInbox({ context: tested.context, db: database.db, pool: database.pool, wake });
});

const delivery = (key: string) => ({ source: "github" as const, key, name: "pull_request.edited", payload: { key } });
const rows = () => database.db.selectFrom("inbox").selectAll().orderBy("id").execute();
const claimOne = async () => {
  const [claimed] = await inbox.claim(1);
  if (claimed === undefined) throw new Error("there was nothing to claim");
  return claimed;
};
/** Fails a delivery until it is given up. */
async function giveUp(): Promise<void> {
  for (const wait of [...retryAfterMs, 0]) {
    await inbox.failed(await claimOne(), new Error("no"));
    await tested.clock.advance(wait);
  }
}

test("what arrives together is written together, with one wake", async () => {
  const stored = await Promise.all(Array.from({ length: 40 }, (_, index) => inbox.store(delivery(`d${index}`))));
  expect(new Set(stored)).toEqual(new Set(["stored"]));
  expect(await rows()).toHaveLength(40);
  expect(tested.faults.reached.filter((name) => name === "inbox.stored")).toHaveLength(1);
  expect(wake.woken).toEqual([{ queue: "inbox", key: "inbox" }]);
});

test("what arrives while a write is under way goes into the next one", async () => {
  let release = () => {};
  tested.faults.arm(
    "inbox.writing",
    () =>
      new Promise<void>((resolve) => {
        release = resolve;
      }),
  );
  const first = inbox.store(delivery("first"));
  await tested.faults.passed("inbox.writing");
  const rest = Promise.all(["a", "b", "c"].map((key) => inbox.store(delivery(key))));
  release();
  await Promise.all([first, rest]);
  expect(wake.woken).toHaveLength(2);
});

test("the same delivery is stored once, within one write, later, and through two replicas at once", async () => {
  const other = createInbox({ context: tested.context, db: database.db, pool: database.pool, wake });
  expect(await Promise.all([inbox.store(delivery("a")), inbox.store(delivery("a"))])).toEqual(["stored", "known"]);
  expect(await inbox.store(delivery("a"))).toBe("known");
  const keys = Array.from({ length: 50 }, (_, index) => `k${index}`);
  const results = await Promise.all([
    ...keys.map((key) => inbox.store(delivery(key))),
    ...keys.toReversed().map((key) => other.store(delivery(key))),
  ]);
  expect(results.filter((result) => result === "stored")).toHaveLength(50);
  expect(results.filter((result) => result === "known")).toHaveLength(50);
  expect(await rows()).toHaveLength(51);
});

test("the same key of another source is another delivery", async () => {
  expect(await inbox.store(delivery("a"))).toBe("stored");
  expect(await inbox.store({ ...delivery("a"), source: "slack" })).toBe("stored");
});

test("what is known already wakes nobody", async () => {
  await inbox.store(delivery("a"));
  wake.take();
  await inbox.store(delivery("a"));
  expect(wake.take()).toEqual([]);
});

test.each(["inbox.writing", "inbox.stored"])(
  "a crash at %s is told to the sender, and a repetition loses nothing",
  async (point) => {
    tested.faults.arm(point);
    await expect(inbox.store(delivery("a"))).rejects.toThrow(InjectedCrash);
    // Sent again after the answer failed: stored if it had been rolled back, known if it had been committed.
    expect(await inbox.store(delivery("a"))).toBe(point === "inbox.writing" ? "stored" : "known");
    expect(await rows()).toHaveLength(1);
  },
);

test("one that the database refuses does not take with it what arrived at the same moment", async () => {
  const results = await Promise.allSettled([
    inbox.store(delivery("before")),
    inbox.store(delivery("with a \0 in its key")),
    inbox.store(delivery("after")),
  ]);
  expect(results).toMatchObject([{ value: "stored" }, { status: "rejected" }, { value: "stored" }]);
});

test("what jsonb cannot hold is taken out of a payload, wherever it stands", async () => {
  const payload = { title: "a\0b \ud800c \\u0000", list: ["\udc00", "😀", 1, null], "na\0me": { deep: "\0" } };
  await inbox.store({ ...delivery("a"), payload });
  const stored = { title: "ab \uFFFDc \\u0000", list: ["\uFFFD", "😀", 1, null], name: { deep: "" } };
  expect((await claimOne()).payload).toEqual(stored);
});

test("claims come oldest first, each to one only, until the lease ends", async () => {
  await inbox.store(delivery("a"));
  await tested.clock.advance(1);
  await inbox.store(delivery("b"));
  const [first, second, none] = await Promise.all([inbox.claim(1), inbox.claim(1), inbox.claim(1)]);
  expect([first, second, none].map((claimed) => claimed?.length).toSorted()).toEqual([0, 1, 1]);
  expect(await inbox.claim(5)).toEqual([]);
  await tested.clock.advance(leaseMs);
  expect((await inbox.claim(5)).map((claimed) => claimed.key)).toEqual(["a", "b"]);
});

test("whoever lost the lease changes nothing any more", async () => {
  await inbox.store(delivery("a"));
  const slow = await claimOne();
  await tested.clock.advance(leaseMs);
  const quick = await claimOne();
  expect(await inbox.done(slow)).toBe(false);
  expect(await inbox.failed(slow, new Error("late"))).toBe("lost");
  expect(await inbox.done(quick)).toBe(true);
  expect((await rows())[0]).toMatchObject({
    status: "done",
    error: null,
    handled_at: new Date(tested.context.clock.now()),
  });
});

test("a crash right after the claim delays a delivery by the lease, no more", async () => {
  await inbox.store(delivery("a"));
  tested.faults.arm("inbox.claimed");
  await expect(inbox.claim(1)).rejects.toThrow(InjectedCrash);
  await tested.clock.advance(leaseMs - 1);
  expect(await inbox.claim(1)).toEqual([]);
  await tested.clock.advance(1);
  expect(await claimOne()).toMatchObject({ key: "a", attempts: 2, payload: { key: "a" } });
});

test("a failure is tried again after each wait, and given up after the last try", async () => {
  await inbox.store(delivery("a"));
  wake.take();
  for (const wait of retryAfterMs) {
    expect(await inbox.failed(await claimOne(), new Error("GitHub did not answer"))).toBe("again");
    expect(wake.take()).toEqual([{ queue: "inbox", key: "inbox", at: tested.context.clock.now() + wait }]);
    await tested.clock.advance(wait - 1);
    expect(await inbox.claim(1)).toEqual([]);
    await tested.clock.advance(1);
  }
  expect(await inbox.failed(await claimOne(), new Error("GitHub did not answer"))).toBe("given-up");
  expect((await rows())[0]).toMatchObject({
    status: "failed",
    attempts: triesAtMost,
    error: "Error: GitHub did not answer",
  });
  await tested.clock.advance(leaseMs * 10);
  expect(await inbox.claim(1)).toEqual([]);
});

test("what fails because somebody is away is tried until it is three days old", async () => {
  await inbox.store(delivery("a"));
  const away = async () => await inbox.failed(await claimOne(), new Error("GitHub did not answer"), true);
  for (const wait of [...retryAfterMs, 300_000, 300_000, 300_000]) {
    expect(await away()).toBe("again");
    await tested.clock.advance(wait - 1);
    expect(await inbox.claim(1)).toEqual([]);
    await tested.clock.advance(1);
  }
  expect(await inbox.tidy()).toEqual({ givenUp: 0, pruned: 0 });
  await tested.clock.advance(awayAtMostMs);
  expect(await away()).toBe("given-up");
});

test("what was given up is taken up again when it is redelivered; what was done is not", async () => {
  await inbox.store(delivery("a"));
  await giveUp();
  expect(await inbox.store({ ...delivery("a"), payload: { newer: true } })).toBe("again");
  const again = await claimOne();
  expect(again).toMatchObject({ attempts: 1, payload: { newer: true } });
  await inbox.done(again);
  expect(await inbox.store(delivery("a"))).toBe("known");
  expect(await inbox.claim(1)).toEqual([]);
});

test("a delivery that ends the bot in each try is given up by the sweep", async () => {
  await inbox.store(delivery("a"));
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    expect(await inbox.tidy()).toEqual({ givenUp: 0, pruned: 0 });
    await claimOne();
    await tested.clock.advance(leaseMs);
  }
  expect(await inbox.claim(1)).toEqual([]);
  expect(await inbox.tidy()).toEqual({ givenUp: 1, pruned: 0 });
  expect((await rows())[0]).toMatchObject({ status: "failed", error: "no try came to its end" });
});

test("handled rows are forgotten after thirty days, unhandled ones never", async () => {
  for (const key of ["done", "unhandled"]) {
    await inbox.store(delivery(key));
    if (key === "done") await inbox.done(await claimOne());
  }
  await tested.clock.advance(keepHandledMs);
  expect(await inbox.tidy()).toEqual({ givenUp: 0, pruned: 0 });
  await tested.clock.advance(1);
  expect(await inbox.tidy()).toEqual({ givenUp: 0, pruned: 1 });
  expect((await rows()).map((row) => row.key)).toEqual(["unhandled"]);
});

test("whoever waits to be answered goes first, and what is stored waits a moment for them at most", async () => {
  let release = () => {};
  tested.faults.arm(
    "inbox.writing",
    () =>
      new Promise<void>((resolve) => {
        release = resolve;
      }),
  );
  await inbox.quiet();
  const storing = inbox.store(delivery("first"));
  await tested.faults.passed("inbox.writing");
  const told: string[] = [];
  const looking = inbox.quiet().then(() => told.push("quiet"));
  const impatient = inbox.quiet().then(() => told.push("quiet"));
  await tested.clock.advance(burstAtMostMs - 1);
  expect(told).toEqual([]);
  await tested.clock.advance(1);
  await Promise.all([looking, impatient]);
  const afterwards = inbox.quiet().then(() => told.push("stored"));
  release();
  await Promise.all([storing, afterwards]);
  expect(told).toEqual(["quiet", "quiet", "stored"]);
});

test("what ends together is written together, and each is told whether its lease still held", async () => {
  await Promise.all(["a", "b", "c"].map((key) => inbox.store(delivery(key))));
  const first = await inbox.claim(3);
  await tested.clock.advance(leaseMs);
  const [again] = await inbox.claim(1);
  const ended = await Promise.all(first.map((one) => inbox.done(one)));
  expect(ended.filter((held) => !held)).toHaveLength(1);
  expect(ended[first.findIndex((one) => one.id === again?.id)]).toBe(false);
  expect((await rows()).filter((row) => row.status === "done")).toHaveLength(2);
  expect(tested.faults.reached.filter((name) => name === "inbox.done")).toHaveLength(1);
});

import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createInboxDrain, deliveriesAtOnce } from "../../src/jobs/drain-inbox.ts";
import { createJobs, type JobHandlers, type Jobs } from "../../src/jobs/jobs.ts";
import { sweepEveryMs } from "../../src/jobs/sweep.ts";
import type { Status } from "../../src/policy/model.ts";
import { createInbox } from "../../src/store/inbox.ts";
import { type TestDatabase, testDatabase } from "../harness/database.ts";
import { realTimeContext, testContext } from "../harness/test-context.ts";

let database: TestDatabase;
let jobs: Jobs | undefined;
const lines: string[] = [];
const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });

beforeEach(async () => {
  database = await testDatabase();
  lines.length = 0;
});
afterEach(async () => {
  await jobs?.stop();
  jobs = undefined;
  await database.drop();
});

/** Handlers that remember, and promises for what is to come. */
function recording(overrides: Partial<JobHandlers> = {}) {
  const seen: string[] = [];
  const waiting = new Set<() => void>();
  const note = (what: string) => {
    seen.push(what);
    for (const check of waiting) check();
  };
  const until = (what: string, times = 1) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (seen.filter((one) => one === what).length < times) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const handlers: JobHandlers = {
    advance: async (id) => note(`advance ${id}`),
    judge: async (environment) => note(`judge ${environment}`),
    advanceVersion: async (step) => note(`version ${step}`),
    lookAtBackMerge: async (pair) => note(`back-merge ${pair}`),
    lookAtEnvironment: async (environment) => note(`environment ${environment}`),
    project: async (key) => note(`project ${key}`),
    drainInbox: async () => note("inbox"),
    ...overrides,
  };
  return { seen, note, until, handlers };
}

async function start(handlers: JobHandlers): Promise<Jobs> {
  const { context } = realTimeContext();
  jobs = await createJobs({ context, log, db: database.db, connection: database.connection });
  await jobs.start(handlers);
  return jobs;
}

test("a wake reaches its handler when its transaction commits, and never when it rolls back", async () => {
  const { seen, until, handlers } = recording();
  const { wake } = await start(handlers);
  await expect(
    database.db.transaction().execute(async (trx) => {
      await wake.advance(trx, 1);
      await wake.project(trx, "slack.message/1");
      throw new Error("rolled back");
    }),
  ).rejects.toThrow("rolled back");
  await database.db.transaction().execute(async (trx) => {
    await wake.advance(trx, 2);
    await wake.project(trx, "slack.message/2");
    await wake.inbox(trx, 0);
  });
  // The first inbox is the sweep's at the start.
  await Promise.all([until("advance 2"), until("project slack.message/2"), until("inbox", 2)]);
  expect(seen).not.toContain("advance 1");
  expect(seen).not.toContain("project slack.message/1");
});

test("a wake that comes while its handler runs is followed by another look", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { seen, note, until, handlers } = recording({
    advance: async (id) => {
      note(`advance ${id}`);
      await held;
    },
  });
  const { wake } = await start(handlers);
  await database.db.transaction().execute((trx) => wake.advance(trx, 7));
  await until("advance 7");
  await database.db.transaction().execute((trx) => wake.advance(trx, 7));
  expect(seen.filter((what) => what === "advance 7")).toHaveLength(1);
  release();
  await until("advance 7", 2);
});

test("a wake sent before another one is taken, and committed after, is not lost", async () => {
  const { until, handlers } = recording();
  const { wake } = await start(handlers);
  let committing = () => {};
  const commit = new Promise<void>((resolve) => {
    committing = resolve;
  });
  // The slow transaction sends its wake while the quick one's may still wait, and commits when that has been handled.
  let sent = () => {};
  const sending = new Promise<void>((resolve) => {
    sent = resolve;
  });
  const slow = database.db.transaction().execute(async (trx) => {
    await wake.advance(trx, 3);
    sent();
    await commit;
  });
  await sending;
  await database.db.transaction().execute((trx) => wake.advance(trx, 3));
  await until("advance 3", 1);
  committing();
  await slow;
  await until("advance 3", 2);
});

test("a wake for later does not swallow one for now", async () => {
  const { until, handlers } = recording();
  const { wake } = await start(handlers);
  const inAnHour = realTimeContext().context.clock.now() + 3_600_000;
  await database.db.transaction().execute((trx) => wake.advance(trx, 4, inAnHour));
  await database.db.transaction().execute((trx) => wake.advance(trx, 4));
  await until("advance 4");
});

test("a wake for later comes when its time has come", async () => {
  const { seen, until, handlers } = recording();
  const { wake } = await start(handlers);
  const { clock } = realTimeContext().context;
  const due = clock.now() + 150;
  await database.db.transaction().execute((trx) => wake.advance(trx, 4, due));
  expect(seen).not.toContain("advance 4");
  await until("advance 4");
  expect(clock.now()).toBeGreaterThanOrEqual(due);
});

test("a burst is worked off at once, and a slow look holds up nobody else", async () => {
  const slow = Promise.withResolvers<void>();
  const { note, until, handlers } = recording({
    advance: async (id) => {
      note(`advance ${id}`);
      if (id === 1) await slow.promise;
    },
  });
  const { wake } = await start(handlers);
  await database.db.transaction().execute(async (trx) => {
    for (let id = 1; id <= 60; id += 1) await wake.advance(trx, id);
  });
  await Promise.all(Array.from({ length: 60 }, (_, index) => until(`advance ${index + 1}`)));
  await database.db.transaction().execute((trx) => wake.advance(trx, 61));
  await until("advance 61");
  slow.resolve();
});

test("a look that fails is logged with its id, stops no other, and is repeated by the sweep", async () => {
  const { context, clock, faults } = testContext();
  const { seen, note, until, handlers } = recording({
    advance: async (id) => {
      note(`advance ${id}`);
      if (id === 1 && seen.filter((what) => what === "advance 1").length === 1) throw new Error("GitHub is away");
    },
  });
  jobs = await createJobs({ context, log, db: database.db, connection: database.connection });
  await jobs.start(handlers);
  const { wake } = jobs;
  await database.db.transaction().execute(async (trx) => {
    await wake.advance(trx, 1);
    await wake.advance(trx, 2);
  });
  await Promise.all([until("advance 1"), until("advance 2"), faults.passed("jobs.swept")]);
  await clock.advance(sweepEveryMs);
  await until("advance 1", 2);
  expect(lines.join("")).toMatch(/"queue":"advance","key":"1".*a look failed/);
});

async function seed(): Promise<Record<string, number>> {
  const { db } = database;
  const at = new Date(testContext().context.clock.now());
  await db
    .insertInto("repository")
    .values({ id: 1, full_name: "acme/shop", installation_id: 2, default_branch: "main", private: false })
    .execute();
  await db.insertInto("service").values({ repository_id: 1, name: "shop" }).execute();
  await db.insertInto("environment").values({ service_id: 1, name: "staging", position: 0 }).execute();
  const deployment = async (status: Status, lookInMs: number | undefined) => {
    const row = await db
      .insertInto("deployment")
      .values({
        environment_id: 1,
        kind: "deploy",
        typed: true,
        status,
        sha: "a".repeat(40),
        tree: "b".repeat(40),
        requested_by: "alice",
        requested_at: at,
        look_at: lookInMs === undefined ? null : new Date(at.getTime() + lookInMs),
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    return row.id;
  };
  return {
    due: await deployment("in_progress", 10_000),
    notDue: await deployment("queued", 3_600_000),
    neverDue: await deployment("waiting", undefined),
    ended: await deployment("success", 10_000),
  };
}

test("at the start everything unfinished is looked at, later only what is due", async () => {
  const ids = await seed();
  const { context, clock, faults } = testContext();
  const { seen, handlers } = recording();
  jobs = await createJobs({ context, log, db: database.db, connection: database.connection });
  await jobs.start(handlers);
  await faults.passed("jobs.swept", 1);
  const named = (...names: string[]) => names.map((name) => `advance ${ids[name]}`);
  expect(seen.filter((what) => what.startsWith("advance")).toSorted()).toEqual(
    named("due", "notDue", "neverDue").toSorted(),
  );
  seen.length = 0;
  await clock.advance(sweepEveryMs);
  await faults.passed("jobs.swept", 2);
  // A sweep in between, for what became due then, looks at the same.
  expect([...new Set(seen)].toSorted()).toEqual([...named("due"), "inbox"].toSorted());
});

test("the sweep takes up projections that are behind, unless someone holds them or they wait", async () => {
  const { context, faults } = testContext();
  const now = context.clock.now();
  const before = new Date(now - 1);
  const after = new Date(now + 1);
  const row = (key: string, more: object) => ({ key, surface: "slack.message", subject: key, lane: "C1", ...more });
  await database.db
    .insertInto("projection")
    .values([
      row("behind", {}),
      row("behind and due", { look_at: before }),
      row("lease ran out", { lease_until: before }),
      row("held", { lease_until: after }),
      row("paced", { look_at: after }),
      row("shown", { wanted: 3, shown: 3 }),
    ])
    .execute();
  const { seen, handlers } = recording();
  jobs = await createJobs({ context, log, db: database.db, connection: database.connection });
  await jobs.start(handlers);
  await faults.passed("jobs.swept", 1);
  expect(seen.filter((what) => what.startsWith("project")).toSorted()).toEqual([
    "project behind",
    "project behind and due",
    "project lease ran out",
  ]);
});

test("what becomes due between two sweeps is looked at then, though whoever had set a timer for it is gone", async () => {
  const { context, clock, faults } = testContext();
  const soon = new Date(clock.now() + 4_000);
  const row = (key: string, more: object) => ({ key, surface: "slack.message", subject: key, lane: "C1", ...more });
  await database.db
    .insertInto("projection")
    .values([row("paced", { look_at: soon }), row("held by the dead", { lease_until: soon })])
    .execute();
  const { seen, until, handlers } = recording();
  jobs = await createJobs({ context, log, db: database.db, connection: database.connection });
  await jobs.start(handlers);
  await faults.passed("jobs.early-sweep-set", 1);
  expect(seen.filter((what) => what.startsWith("project"))).toEqual([]);
  await clock.advance(4_001);
  await Promise.all([until("project paced"), until("project held by the dead")]);
});

test("the sweep has pull requests judged whose verdict is behind or whose time has come, and no others", async () => {
  await seed();
  const { db } = database;
  const { context, clock, faults } = testContext();
  const pull = async (number: number, gate: { wanted: number; judged: number; look_at: Date | null }) => {
    const lists = { assignees: "[]", requested_reviewers: "[]", reviewed_by: "[]", issues: "[]" };
    const none = { readiness: null, versions: null, file_mistakes: null, merged_at: null, merged_by: null };
    const environment = await db
      .insertInto("environment")
      .values({ service_id: 1, name: `environment-${number}`, position: number })
      .returning("id")
      .executeTakeFirstOrThrow();
    await db
      .insertInto("pull_request")
      .values({
        ...{ repository_id: 1, number, title: "Basket", body: "", author: "alice", draft: false, state: "open" },
        ...{ head_sha: "a".repeat(40), head_ref: "basket", base_ref: "main", from_fork: false },
        ...{ ...lists, ...none, merge_sha: null, ready_when_merged: null, updated_at: new Date(clock.now()) },
      })
      .execute();
    const row = { repository_id: 1, number, environment_id: environment.id, refused: "[]", ...gate };
    await db.insertInto("pull_request_gate").values(row).execute();
    return environment.id;
  };
  const soon = new Date(clock.now() + sweepEveryMs);
  const behind = await pull(1, { wanted: 2, judged: 1, look_at: null });
  const timed = await pull(2, { wanted: 1, judged: 1, look_at: soon });
  const rests = await pull(3, { wanted: 1, judged: 1, look_at: null });
  const { seen, until, handlers } = recording();
  jobs = await createJobs({ context, log, db, connection: database.connection });
  await jobs.start(handlers);
  await Promise.all([until(`judge ${behind}`), faults.passed("jobs.swept")]);
  expect(seen).not.toContain(`judge ${timed}`);
  await clock.advance(sweepEveryMs);
  await until(`judge ${timed}`);
  expect(seen).not.toContain(`judge ${rests}`);
});

test("a sweep that fails is logged, and the next one comes", async () => {
  const { context, clock, faults } = testContext();
  const { handlers } = recording();
  let tidied = 0;
  jobs = await createJobs({ context, log, db: database.db, connection: database.connection });
  await jobs.start({
    ...handlers,
    tidy: async () => {
      tidied += 1;
      if (tidied === 1) throw new Error("the database went away");
    },
  });
  await clock.advance(sweepEveryMs);
  // The first round may still have been under way when the second was due.
  while (!faults.reached.includes("jobs.swept")) await clock.advance(sweepEveryMs);
  expect(lines.join("")).toContain("a sweep failed");
});

test("stopping lets what runs end, and takes nothing up any more", async () => {
  let release = () => {};
  const { seen, note, until, handlers } = recording({
    advance: async (id) => {
      note(`begun ${id}`);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      note(`ended ${id}`);
    },
  });
  const { wake, stop } = await start(handlers);
  await database.db.transaction().execute((trx) => wake.advance(trx, 1));
  await until("begun 1");
  const stopped = stop();
  release();
  await stopped;
  expect(seen).toContain("ended 1");
});

test("from the store of a delivery to its handler, with a failure on the way", async () => {
  const { context } = realTimeContext();
  jobs = await createJobs({ context, log, db: database.db, connection: database.connection });
  const inbox = createInbox({ context, db: database.db, pool: database.pool, wake: jobs.wake });
  const { seen, note, until, handlers } = recording();
  const drain = createInboxDrain({
    inbox,
    log,
    handle: async (delivery) => {
      note(delivery.key);
      if (delivery.key === "bad") throw new Error("no such repository");
    },
  });
  await jobs.start({ ...handlers, drainInbox: drain.drain, tidy: inbox.tidy });
  const keys = ["bad", ...Array.from({ length: 30 }, (_, index) => `good ${index}`)];
  await Promise.all(keys.map((key) => inbox.store({ source: "github", key, name: "push", payload: {} })));
  await Promise.all(keys.map((key) => until(key)));
  await drain.stop();
  expect(seen.toSorted()).toEqual(keys.toSorted());
  const rows = await database.db.selectFrom("inbox").select(["key", "status"]).where("status", "<>", "done").execute();
  expect(rows).toEqual([{ key: "bad", status: "stored" }]);
  expect(lines.join("")).toMatch(/"delivery":"bad".*no such repository/);
});

test("a handler that hangs holds up no delivery that comes later", async () => {
  const { context } = realTimeContext();
  jobs = await createJobs({ context, log, db: database.db, connection: database.connection });
  const inbox = createInbox({ context, db: database.db, pool: database.pool, wake: jobs.wake });
  const { note, until, handlers } = recording();
  let release = () => {};
  const drain = createInboxDrain({
    inbox,
    log,
    handle: async (delivery) => {
      note(delivery.key);
      if (delivery.key === "slow")
        await new Promise<void>((resolve) => {
          release = resolve;
        });
    },
  });
  await jobs.start({ ...handlers, drainInbox: drain.drain });
  await inbox.store({ source: "github", key: "slow", name: "push", payload: {} });
  await until("slow");
  await inbox.store({ source: "github", key: "later", name: "push", payload: {} });
  await until("later");
  release();
  await drain.stop();
});

test("a drain that is stopped ends what it has begun and takes nothing more up", async () => {
  const { context } = realTimeContext();
  jobs = await createJobs({ context, log, db: database.db, connection: database.connection });
  const inbox = createInbox({ context, db: database.db, pool: database.pool, wake: jobs.wake });
  const keys = Array.from({ length: 3 * deliveriesAtOnce }, (_, index) => `delivery ${index}`);
  await Promise.all(keys.map((key) => inbox.store({ source: "github", key, name: "push", payload: {} })));
  const begun = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const handled: string[] = [];
  const drain = createInboxDrain({
    inbox,
    log,
    handle: async ({ key }) => {
      handled.push(key);
      if (handled.length === deliveriesAtOnce) begun.resolve();
      await mayEnd.promise;
    },
  });
  const draining = drain.drain();
  await begun.promise;
  const stopped = drain.stop();
  mayEnd.resolve();
  await Promise.all([stopped, draining]);
  expect(handled).toHaveLength(deliveriesAtOnce);
  const left = await database.db.selectFrom("inbox").select("key").where("status", "=", "stored").execute();
  expect(left).toHaveLength(2 * deliveriesAtOnce);
});

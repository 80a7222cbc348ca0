/**
 * Looks for what no job has told of: deliveries that are due, unfinished deployments, verdicts on pull requests,
 * environments that are held, and projections that are behind. It calls what the jobs call, so being late, early or doubled does no harm; never a
 * handler of its own.
 */
import { type Kysely, sql } from "kysely";
import { pendingStatuses, runningStatuses } from "../policy/model.ts";
import type { Database } from "../store/schema.ts";

/** How often a running bot sweeps; the longest that a lost wake can go unnoticed. */
export const sweepEveryMs = 30_000;
/** Sweeps for what becomes due between two rounds are at least so far apart. */
export const sweepAtLeastMs = 1_000;
/** Rows read at once, so that a long list is not held in memory. */
const pageOf = 500;

export type Sweeping = {
  readonly db: Kysely<Database>;
  readonly advance: (deployment: number) => Promise<void>;
  readonly judge: (environment: number) => Promise<void>;
  /** Looks at an environment that is held, when what holds it ends. */
  readonly lookAtEnvironment: (environment: number) => Promise<void>;
  /** Steps of versions, and branches of which one may lack what the other has. */
  readonly advanceVersion: (step: number) => Promise<void>;
  readonly lookAtBackMerge: (pair: number) => Promise<void>;
  readonly project: (key: string) => Promise<void>;
  readonly drainInbox: () => Promise<void>;
};

/**
 * One round. With `everything`, every unfinished deployment is looked at, since a crash may have lost a wake for a row
 * that is not due by itself; otherwise only what is due.
 */
export async function sweep(parts: Sweeping, now: number, everything: boolean): Promise<void> {
  await Promise.all([
    parts.drainInbox(),
    pages((after) => dueDeployments(parts.db, now, everything, after), parts.advance),
    pages((after) => dueGates(parts.db, now, after), parts.judge),
    pages((after) => dueIn(parts.db, "environment", now, after), parts.lookAtEnvironment),
    pages((after) => dueVersions(parts.db, now, everything, after), parts.advanceVersion),
    pages((after) => dueIn(parts.db, "back_merge", now, after), parts.lookAtBackMerge),
    pages((after) => dueProjections(parts.db, now, after), parts.project),
  ]);
}

/**
 * When the next row becomes due after `now` and at most at `until` (epoch ms): a lease that runs out, a retry, a pause
 * between two writes. Whoever set a timer for it may have been killed, and its wake may have been taken up too early.
 */
export async function nextDue(db: Kysely<Database>, now: number, until: number): Promise<number | undefined> {
  const [after, last] = [new Date(now), new Date(until)];
  const found = await sql<{ at: Date | null }>`
    select min(at) as at from (
      select look_at as at from inbox where status in ('stored', 'handling')
      union all
      select look_at from deployment where status in (${sql.join([...pendingStatuses, ...runningStatuses])})
      union all
      select look_at from pull_request_gate where look_at is not null
      union all
      select look_at from environment where look_at is not null
      union all
      select look_at from candidate where ended_at is null
      union all
      select look_at from back_merge where look_at is not null
      union all
      select greatest(look_at, lease_until) from projection where wanted > shown
    ) as due
    where at > ${after} and at <= ${last}`.execute(db);
  return found.rows[0]?.at?.getTime();
}

async function pages<Key>(
  read: (after: Key | undefined) => Promise<readonly Key[]>,
  look: (key: Key) => Promise<void>,
): Promise<void> {
  for (let after: Key | undefined; ; ) {
    const page = await read(after);
    await Promise.all(page.map(look));
    after = page.at(-1);
    if (after === undefined || page.length < pageOf) return;
  }
}

async function dueDeployments(db: Kysely<Database>, now: number, everything: boolean, after = 0): Promise<number[]> {
  const rows = await db
    .selectFrom("deployment")
    .select("id")
    .where((row) =>
      row.or([row("status", "in", [...pendingStatuses, ...runningStatuses]), row("on_failure", "=", "wanted")]),
    )
    .$if(!everything, (query) => query.where("look_at", "<=", new Date(now)))
    .where("id", ">", after)
    .orderBy("id")
    .limit(pageOf)
    .execute();
  return rows.map((row) => row.id);
}

async function dueVersions(db: Kysely<Database>, now: number, everything: boolean, after = 0): Promise<number[]> {
  const rows = await db
    .selectFrom("candidate")
    .select("id")
    .where("ended_at", "is", null)
    .$if(!everything, (query) => query.where("look_at", "<=", new Date(now)))
    .where("id", ">", after)
    .orderBy("id")
    .limit(pageOf)
    .execute();
  return rows.map((row) => row.id);
}

/** What is looked at when its time has come, and only then. */
async function dueIn(
  db: Kysely<Database>,
  table: "back_merge" | "environment",
  now: number,
  after = 0,
): Promise<number[]> {
  const rows = await db
    .selectFrom(table)
    .select("id")
    .where("look_at", "<=", new Date(now))
    .where("id", ">", after)
    .orderBy("id")
    .limit(pageOf)
    .execute();
  return rows.map((row) => row.id);
}

async function dueProjections(db: Kysely<Database>, now: number, after = ""): Promise<string[]> {
  const rows = await db
    .selectFrom("projection")
    .select("key")
    .whereRef("wanted", ">", "shown")
    .where((row) => row.or([row("lease_until", "is", null), row("lease_until", "<=", new Date(now))]))
    // With `everything` too, one that waits out a rate limit is left waiting.
    .where((row) => row.or([row("look_at", "is", null), row("look_at", "<=", new Date(now))]))
    .where("key", ">", after)
    .orderBy("key")
    .limit(pageOf)
    .execute();
  return rows.map((row) => row.key);
}

/** Environments with verdicts on open pull requests that something, or the time alone, may have changed. */
async function dueGates(db: Kysely<Database>, now: number, after = 0): Promise<number[]> {
  const rows = await db
    .selectFrom("pull_request_gate")
    .select("environment_id")
    .distinct()
    .where((row) => row.or([row("wanted", ">", row.ref("judged")), row("look_at", "<=", new Date(now))]))
    .where("environment_id", ">", after)
    .orderBy("environment_id")
    .limit(pageOf)
    .execute();
  return rows.map((row) => row.environment_id);
}

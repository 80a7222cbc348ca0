/**
 * "Look again", carried by pg-boss and backed by the sweep. A wake is sent in the transaction that made it needful, so
 * it exists exactly if that was committed; what it wakes reads from the tables what there is to do.
 *
 * Nothing here knows what a deployment or a surface is, and no error of one key stops another.
 */
import type { Kysely, Transaction } from "kysely";
import { fromKysely, type PgBoss } from "pg-boss";
import type { Logger } from "pino";
import { z } from "zod";
import type { Context, Timer } from "../context.ts";
import type { Connection } from "../store/pool.ts";
import type { Database } from "../store/schema.ts";
import { startBoss } from "./boss.ts";
import { createLookQueue, type LookQueue } from "./look-queue.ts";
import { nextDue, sweep, sweepAtLeastMs, sweepEveryMs } from "./sweep.ts";
import { type QueueName, queues, type Wake } from "./wake.ts";

export type JobHandlers = {
  advance(deployment: number): Promise<unknown>;
  /** Judges open pull requests into the environment's branch. */
  judge(environment: number): Promise<unknown>;
  /** Moves a step of a version on. */
  advanceVersion(step: number): Promise<unknown>;
  /** Looks whether a branch lacks what another has. Only the sweep calls it, when something has changed or time has passed. */
  lookAtBackMerge(pair: number): Promise<unknown>;
  /** Looks at an environment whose lock or freeze ends. Only the sweep calls it: nothing but telling waits for it. */
  lookAtEnvironment(environment: number): Promise<unknown>;
  project(key: string): Promise<unknown>;
  drainInbox(): Promise<unknown>;
  /** Called in each sweep, for what is cleaned up rather than looked at, as `inbox.tidy`. */
  tidy?(): Promise<unknown>;
};

export type Jobs = {
  readonly wake: Wake;
  /** Begins to take wakes up, and sweeps at once. Resolves when the workers listen; the first sweep runs on. */
  start(handlers: JobHandlers): Promise<void>;
  /** Takes no more wakes up, and resolves when what runs has ended or `stopWithinMs` have passed. */
  stop(): Promise<void>;
};

/**
 * Looks at once, for each queue. A look at a deployment holds one of the pool's connections while it decides; one
 * at a surface waits mostly for GitHub or Slack. The inbox is drained by one, which handles several (`drain-inbox.ts`).
 */
const looksAtOnce: Readonly<Record<QueueName, number>> = { inbox: 1, advance: 6, judge: 4, project: 6, version: 2 };
/** Wakes taken at once. With the default of one, a burst is worked off at one for each poll. */
const batchSize = 20;
/** Catches wakes whose time has come, and those of which no notification arrived. */
const pollSeconds = 2;
/**
 * A batch is settled after this even if a look in it still runs, so that a slow one does not hold up the next batch.
 * A crash then loses no more than a wake, which the sweeps that look at everything make good.
 */
const settleWithinMs = 100;
/** One sweep of so many looks at everything unfinished: what another replica had begun when it ended for good. */
const everythingEvery = 10;
/** A wake for later also sets a timer when it is nearer than this; the poll would find it up to two seconds late. */
const timedWithinMs = 60_000;
const timersAtMost = 1_000;
export const stopWithinMs = 10_000;

const wakeData = z.object({ key: z.string() });

export async function createJobs(parts: {
  readonly context: Context;
  readonly log: Logger;
  readonly db: Kysely<Database>;
  readonly connection: Connection;
}): Promise<Jobs> {
  const { context, log, db } = parts;
  const boss = await startBoss(parts);
  const workers = new Map<QueueName, string>();
  const timers = new Set<Timer>();
  let sweeper: Timer | undefined;
  let earlySweep: Timer | undefined;
  let looks: Readonly<Record<QueueName, LookQueue>> | undefined;
  let sweeping: Promise<void> | undefined;
  let stopping = false;
  /** Looks that failed: the sweep repeats them even if their rows are not due. */
  const missed = new Map<string, QueueName>();

  async function send(
    trx: Transaction<Database>,
    queue: QueueName,
    keys: readonly string[],
    at: number | undefined,
  ): Promise<void> {
    if (keys.length === 0) return;
    const inMs = at === undefined ? 0 : Math.max(0, at - context.clock.now());
    // A distance, not a moment: the bot's clock and the database's may differ.
    const startAfter = inMs > 0 ? { startAfter: `${inMs / 1000} seconds` } : {};
    const wakes = keys.map((key) => ({ data: { key }, ...startAfter }));
    await boss.insert(queue, wakes, { db: fromKysely(trx) });
    await context.faults.at("jobs.sent");
    if (inMs > 0) nudgeAfter(queue, inMs);
  }

  /** Lets the worker look for itself when a wake's time has come. If the wake was rolled back it finds nothing. */
  function nudgeAfter(queue: QueueName, inMs: number): void {
    if (inMs > timedWithinMs || timers.size >= timersAtMost) return;
    const timer = context.clock.after(inMs + 5, () => {
      timers.delete(timer);
      const worker = workers.get(queue);
      if (worker !== undefined && !stopping) boss.notifyWorker(worker);
    });
    timers.add(timer);
  }

  function lookQueue(queue: QueueName, look: (key: string) => Promise<unknown>): LookQueue {
    return createLookQueue({
      concurrency: looksAtOnce[queue],
      look: async (key) => {
        if (stopping) return;
        await look(key);
        missed.delete(`${queue} ${key}`);
      },
      onError: (key, error) => {
        missed.set(`${queue} ${key}`, queue);
        log.error({ err: error, queue, key }, "a look failed; the next sweep repeats it");
      },
    });
  }

  async function sweepOnce(handlers: JobHandlers, on: Readonly<Record<QueueName, LookQueue>>, everything: boolean) {
    try {
      const again = [...missed].map(([name, queue]) => on[queue].look(name.slice(queue.length + 1)));
      await sweep(
        {
          db,
          advance: (deployment) => on.advance.look(String(deployment)),
          judge: (environment) => on.judge.look(String(environment)),
          lookAtEnvironment: async (environment) => {
            await handlers.lookAtEnvironment(environment).catch((error: unknown) => {
              log.error(
                { err: error, environment },
                "an environment could not be looked at; the next sweep repeats it",
              );
            });
          },
          advanceVersion: (step) => on.version.look(String(step)),
          lookAtBackMerge: async (pair) => {
            await handlers.lookAtBackMerge(pair).catch((error: unknown) => {
              log.error({ err: error, pair }, "two branches could not be compared; the next sweep repeats it");
            });
          },
          project: (key) => on.project.look(key),
          drainInbox: () => on.inbox.look(inboxKey),
        },
        context.clock.now(),
        everything,
      );
      await Promise.all(again);
      await handlers.tidy?.();
      await context.faults.at("jobs.swept");
    } catch (error) {
      log.error({ err: error }, "a sweep failed; the next one comes by itself");
    }
  }

  /** Between two rounds there is another when a row becomes due: nobody may be left who had set a timer for it. */
  async function sweepWhenDue(round: (everything: boolean) => void, swept: number): Promise<void> {
    earlySweep?.cancel();
    const at = await nextDue(db, swept, swept + sweepEveryMs).catch(() => undefined);
    if (at === undefined || stopping) return;
    earlySweep = context.clock.after(Math.max(at - context.clock.now() + 1, sweepAtLeastMs), () => round(false));
    await context.faults.at("jobs.early-sweep-set");
  }

  return {
    wake: {
      advance: (trx, deployments, at) => send(trx, "advance", [deployments].flat().map(String), at),
      soon: (deployment) => void looks?.advance.look(String(deployment)),
      judge: (trx, environment, at) => send(trx, "judge", [String(environment)], at),
      version: (trx, step, at) => send(trx, "version", [String(step)], at),
      project: (trx, keys, at) => send(trx, "project", [keys].flat(), at),
      inbox: (trx, at) => send(trx, "inbox", [inboxKey], at),
      stored: () => void looks?.inbox.look(inboxKey),
    },

    async start(handlers) {
      const on = {
        inbox: lookQueue("inbox", () => handlers.drainInbox()),
        advance: lookQueue("advance", (key) => handlers.advance(Number(key))),
        judge: lookQueue("judge", (key) => handlers.judge(Number(key))),
        version: lookQueue("version", (key) => handlers.advanceVersion(Number(key))),
        project: lookQueue("project", (key) => handlers.project(key)),
      };
      looks = on;
      for (const queue of queues) workers.set(queue, await work(boss, context, queue, on[queue]));
      let again: { readonly everything: boolean } | undefined;
      const round = (everything: boolean): void => {
        if (sweeping !== undefined) {
          // What has become due behind the one that is under way would not be seen by it.
          again = { everything: everything || again?.everything === true };
          return;
        }
        const began = context.clock.now();
        sweeping = sweepOnce(handlers, on, everything).finally(() => {
          sweeping = undefined;
          const next = again;
          again = undefined;
          if (next === undefined) void sweepWhenDue(round, began);
          else if (!stopping) round(next.everything);
        });
      };
      let rounds = 0;
      round(true);
      sweeper = context.clock.every(sweepEveryMs, () => {
        rounds += 1;
        round(rounds % everythingEvery === 0);
      });
    },

    async stop() {
      stopping = true;
      sweeper?.cancel();
      earlySweep?.cancel();
      for (const timer of timers) timer.cancel();
      timers.clear();
      const ended = Promise.all([
        boss.stop({ graceful: true, timeout: stopWithinMs }),
        ...Object.values(looks ?? {}).map((queue) => queue.idle()),
        sweeping,
      ]);
      const late = new AbortController();
      await Promise.race([ended, context.clock.sleep(stopWithinMs, late.signal).catch(() => undefined)]);
      late.abort();
    },
  };
}

/** There is one inbox, so every wake of it has the same key. */
const inboxKey = "inbox";

function work(boss: PgBoss, context: Context, queue: QueueName, looks: LookQueue): Promise<string> {
  return boss.work(
    queue,
    {
      batchSize,
      burstWhenBatchFull: true,
      pollingIntervalSeconds: pollSeconds,
      notifyPollingIntervalSeconds: pollSeconds,
    },
    async (jobs) => {
      const keys = new Set<string>();
      for (const job of jobs) {
        const data = wakeData.safeParse(job.data);
        if (data.success) keys.add(data.data.key);
      }
      const settle = new AbortController();
      await Promise.race([
        Promise.all([...keys].map((key) => looks.look(key))),
        context.clock.sleep(settleWithinMs, settle.signal).catch(() => undefined),
      ]);
      settle.abort();
    },
  );
}

/**
 * pg-boss as the jobs need it: on our database in a schema of its own, with our clock, and small. Only wakes go through
 * it; a delivery is stored in the inbox, which is many times faster.
 *
 * The queues have the policy `standard` on purpose. A policy that keeps one waiting job for each key (`stately`,
 * `short`) drops a wake when one waits already, although a worker may take that one and look before the transaction
 * that sent the other has committed: what it changed would then go unseen until the sweep. And a wake for later would
 * swallow one for now. Wakes of the same key are made one by whoever takes them (`look-queue.ts`).
 */
import type { PoolConfig } from "pg";
import { type ClockTimer, PgBoss } from "pg-boss";
import type { Logger } from "pino";
import type { Clock, Context, Timer } from "../context.ts";
import { type Connection, patience, tcpKeepAlive } from "../store/pool.ts";
import { type Patience, PreparingClient } from "../store/preparing-client.ts";
import { queues } from "./wake.ts";

/**
 * Fetching and settling are short, and a transaction's wake is sent over its own connection. One more listens. Both stay
 * open in the quietest hour, and each is a process of the server, so that a third would only cost memory.
 */
const connectionsAtMost = 1;
/** A wake is taken up again when its taker has not settled it by then; takers settle in seconds. */
const expireInSeconds = 60;
/** Settled wakes are of no use, and pg-boss keeps them in the same table as the waiting ones. */
const deleteAfterSeconds = 60;
const maintenanceIntervalSeconds = 300;
/** A wake that nobody has taken so long after its time is dropped: the table says by itself that it is due. */
const retentionSeconds = 24 * 3600;
/** Handed on to its pool by pg-boss, whose own options do not name it. */
const preparing = { Client: PreparingClient, ...patience } satisfies PoolConfig & Patience;

export async function startBoss(parts: {
  readonly context: Context;
  readonly log: Logger;
  readonly connection: Connection;
}): Promise<PgBoss> {
  const { context, log, connection } = parts;
  const boss = new PgBoss({
    ...connection,
    ...tcpKeepAlive,
    ...preparing,
    schema: "pgboss",
    application_name: "signalbox jobs",
    max: connectionsAtMost,
    clock: bossClock(context.clock),
    useListenNotify: true,
    // Schedules are the policy's own (see `schedule`); pg-boss would poll for them.
    schedule: false,
    supervise: true,
    maintenanceIntervalSeconds,
    persistQueueStats: false,
  });
  boss.on("error", (error) =>
    log.error({ err: error }, "the job queue had an error; the sweep looks for what it missed"),
  );
  boss.on("warning", (warning) => log.warn({ data: warning.data }, `the job queue warns: ${warning.message}`));
  await boss.start();
  for (const name of queues) {
    await boss.createQueue(name, {
      policy: "standard",
      notify: true,
      retryLimit: 1,
      expireInSeconds,
      deleteAfterSeconds,
      retentionSeconds,
    });
  }
  return boss;
}

/** pg-boss names its timers by values of our own that it hands back. */
function bossClock(clock: Clock) {
  const running = new WeakSet<object>();
  const keep = (timer: Timer): ClockTimer => {
    running.add(timer);
    return timer;
  };
  const isTimer = (handle: ClockTimer): handle is Timer =>
    typeof handle === "object" && handle !== null && running.has(handle);
  const cancel = (handle: ClockTimer) => {
    if (isTimer(handle)) handle.cancel();
  };
  return {
    now: () => clock.now(),
    setTimeout: (run: () => void, ms: number) => keep(clock.after(ms, run)),
    setInterval: (run: () => void, ms: number) => keep(clock.every(ms, run)),
    clearTimeout: cancel,
    clearInterval: cancel,
  };
}

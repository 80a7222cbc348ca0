/** `/deploy queue`: what runs and what waits, in its order, and when its turn is expected where the past tells it. */
import { type Kysely, sql } from "kysely";
import { optional } from "../optional.ts";
import { type ExpectedTurn, expectedTurn, type Holder, mostSuccesses, usualDuration } from "../policy/expected-turn.ts";
import type { Instant } from "../policy/model.ts";
import type { Database } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import type { Place } from "./place.ts";
import type { Running, Waiting } from "./standing.ts";
import { standingsOfPlaces } from "./status.ts";

export type QueuedEntry = Waiting & {
  /** From 1, among those that wait. */
  readonly position: number;
  /** Absent when it cannot be told: then another gate is closed, or `usual` or `unsettled` says why. */
  readonly turn?: ExpectedTurn;
};

export type EnvironmentQueue = {
  readonly service: string;
  readonly environment: string;
  readonly running?: Running;
  readonly unsettled?: number;
  readonly waiting: readonly QueuedEntry[];
  /** The median of the latest successes; absent when there are too few. */
  readonly usual?: { readonly ms: number; readonly successes: number };
};

export type QueueReply = {
  readonly code: "queue";
  /** Environments in which something runs or waits. */
  readonly queues: readonly EnvironmentQueue[];
  /** How many environments were looked at. */
  readonly environments: number;
  /** Environments that the person may not ask for, so that they are not told of what waits there. */
  readonly hidden: readonly string[];
};

export async function queue(bot: Bot, places: readonly Place[], hidden: readonly string[]): Promise<QueueReply> {
  const standings = await standingsOfPlaces(bot, places);
  const durations = await loadDurations(
    bot.db,
    places.map(({ environment }) => environment.id),
  );
  const queues = places.map((place, index): EnvironmentQueue => {
    const { running, unsettled, waiting = [] } = standings[index] ?? {};
    const successes = durations.get(place.environment.id) ?? [];
    const usual = usualDuration(successes);
    const holder: Holder =
      unsettled !== undefined
        ? { kind: "unsettled" }
        : running === undefined
          ? { kind: "free" }
          : { kind: "running", since: running.since };
    return {
      service: place.service.name,
      environment: place.policy.name,
      ...optional("running", running),
      ...optional("unsettled", unsettled),
      waiting: waiting.map((entry, ahead) => queuedEntry(entry, ahead, bot.context.clock.now(), holder, usual)),
      ...(usual === undefined ? {} : { usual: { ms: usual, successes: successes.length } }),
    };
  });
  return {
    code: "queue",
    queues: queues.filter((one) => one.running !== undefined || one.unsettled !== undefined || one.waiting.length > 0),
    environments: places.length,
    hidden,
  };
}

/** Only of what waits for its turn alone can the turn be told; those that are ready stand before all others. */
function queuedEntry(
  entry: Waiting,
  ahead: number,
  now: Instant,
  holder: Holder,
  usual: number | undefined,
): QueuedEntry {
  const ready = entry.status === "queued" && entry.waitsFor.every(({ gate }) => gate === "queue");
  const turn = ready ? expectedTurn(now, holder, ahead, usual) : undefined;
  return { ...entry, position: ahead + 1, ...optional("turn", turn) };
}

/** How long the latest successes of each environment took, in ms, by the index `deployment_durations`. */
async function loadDurations(
  db: Kysely<Database>,
  environments: readonly number[],
): Promise<ReadonlyMap<number, readonly number[]>> {
  if (environments.length === 0) return new Map();
  const { rows } = await sql<{ environment_id: number; started_at: Date; ended_at: Date }>`
    select latest.* from unnest(${[...environments]}::bigint[]) as one (id), lateral (
      select environment_id, started_at, ended_at from deployment
      where environment_id = one.id and status = 'success' and started_at is not null
      order by ended_at desc limit ${mostSuccesses}
    ) as latest
  `.execute(db);
  const found = Map.groupBy(rows, (row) => row.environment_id);
  return new Map(
    [...found].map(([id, list]) => [id, list.map((row) => row.ended_at.getTime() - row.started_at.getTime())]),
  );
}

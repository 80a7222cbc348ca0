/**
 * What Prometheus reads under `/metrics`. Labels have few values, known beforehand: never a repository, a person or a
 * branch. Nothing here looks at a whole table to answer.
 */
import { type Kysely, sql } from "kysely";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Context } from "../context.ts";
import type { Status } from "../policy/model.ts";
import type { Stored } from "../store/inbox.ts";
import type { Database, InboxSource } from "../store/schema.ts";
import { inTime } from "./health.ts";

export type Metrics = {
  readonly contentType: string;
  text(): Promise<string>;
  stored(source: InboxSource, stored: Stored): void;
  /** A request was turned away with this status. */
  refused(route: string, status: number): void;
  handled(source: InboxSource, outcome: "done" | "again" | "given-up" | "lost"): void;
  /** A deployment came into this status. */
  deployment(status: Status): void;
  projection(surface: string, outcome: "written" | "unchanged" | "failed"): void;
};

/** The gauge stops counting here: more only says "many", and counting them all would cost more the worse it is. */
const waitingAtMost = 10_000;

/** What is measured of the process. Nothing can end it, so it is begun once, by whoever owns the process. */
export function measureProcess(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

export function createMetrics(parts: {
  readonly clock: Context["clock"];
  readonly db: Kysely<Database>;
  readonly version: string;
  /** Shown as well; undefined where the process is somebody else's. */
  readonly ofProcess?: Registry | undefined;
}): Metrics {
  const registry = new Registry();
  const registers = [registry];

  new Gauge({ name: "signalbox_info", help: "The version that runs.", labelNames: ["version"], registers })
    .labels(parts.version)
    .set(1);
  const stored = new Counter({
    name: "signalbox_deliveries_stored_total",
    help: "Deliveries by source: stored, known before, or taken up again.",
    labelNames: ["source", "result"],
    registers,
  });
  const refused = new Counter({
    name: "signalbox_requests_refused_total",
    help: "Requests that were turned away, by route and status.",
    labelNames: ["route", "status"],
    registers,
  });
  const handled = new Counter({
    name: "signalbox_deliveries_handled_total",
    help: "Deliveries by source and by what became of a try to handle them.",
    labelNames: ["source", "outcome"],
    registers,
  });
  const deployments = new Counter({
    name: "signalbox_deployments_total",
    help: "Deployments that came into a status.",
    labelNames: ["status"],
    registers,
  });
  const projections = new Counter({
    name: "signalbox_projection_writes_total",
    help: "Looks at what people see, by surface: written, unchanged or failed.",
    labelNames: ["surface", "outcome"],
    registers,
  });
  new Gauge({
    name: "signalbox_inbox_waiting",
    help: `Deliveries that wait to be handled; counted up to ${waitingAtMost}.`,
    registers,
    async collect() {
      // Reads the partial index `inbox_unhandled` only, and no further than the limit.
      const counted = sql<{ waiting: number }>`
        select count(*)::int as waiting
        from (select 1 from inbox where status in ('stored', 'handling') limit ${waitingAtMost}) as waiting_rows
      `;
      const waiting = async () => (await counted.execute(parts.db)).rows[0]?.waiting ?? 0;
      // Nobody knows how many wait while the database is away; all the others are told then too.
      this.set(await inTime(parts.clock, waiting, Number.NaN));
    },
  });

  const shown = Registry.merge([...(parts.ofProcess === undefined ? [] : [parts.ofProcess]), registry]);
  return {
    contentType: shown.contentType,
    text: () => shown.metrics(),
    stored: (source, result) => stored.labels(source, result).inc(),
    refused: (route, status) => refused.labels(route, String(status)).inc(),
    handled: (source, outcome) => handled.labels(source, outcome).inc(),
    deployment: (status) => deployments.labels(status).inc(),
    projection: (surface, outcome) => projections.labels(surface, outcome).inc(),
  };
}

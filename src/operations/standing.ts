/**
 * Where environments stand: what is live, how healthy, what runs and what waits for what. For `status` and `queue`. Reads
 * stored rows only, each by an index and for all environments together, so that much history or many services cost little.
 */
import { type Kysely, sql } from "kysely";
import { optional } from "../optional.ts";
import {
  type GateResult,
  type Instant,
  pendingStatuses,
  type RequestKind,
  type Revision,
  type Status,
} from "../policy/model.ts";
import type { Database, EnvironmentRow } from "../store/schema.ts";
import { liveOf } from "./before-facts.ts";
import { lockHolder } from "./environment.ts";
import { standingFreezes } from "./freezes.ts";

/** A deployment that has not ended. */
export type Unended = {
  readonly deployment: number;
  readonly kind: RequestKind;
  readonly status: Status;
  readonly revision: Revision;
  readonly by: string;
  /** When it was asked for; when it started, for one that runs. */
  readonly since: Instant;
};

export type Running = Unended & { readonly stage?: string };
export type Waiting = Unended & {
  /** The gates that did not pass when it was judged last. */
  readonly waitsFor: readonly GateResult[];
};

export type EnvironmentStanding = {
  readonly name: string;
  readonly url?: string;
  readonly live?: {
    readonly revision: Revision;
    readonly since: Instant;
    readonly by: string;
    readonly deployment: number;
  };
  readonly uncertain?: { readonly deployment: number; readonly since: Instant };
  /** What was tried after what is live and did not succeed, the latest of it. */
  readonly failed?: {
    readonly deployment: number;
    readonly status: "failure" | "error";
    readonly revision: Revision;
    readonly at: Instant;
  };
  readonly lock?: { readonly by: string; readonly reason: string; readonly until?: Instant };
  readonly freeze?: { readonly by: string; readonly reason: string; readonly until: Instant };
  readonly hold?: { readonly bad: Revision; readonly rollback: number };
  /** When its schedule promotes next. */
  readonly scheduled?: Instant;
  readonly running?: Running;
  /** A deployment of which nobody can tell how it ended keeps the environment busy. */
  readonly unsettled?: number;
  /** In the order in which they go: what is ready before what waits, rollbacks first, then by age. */
  readonly waiting: readonly Waiting[];
};

type Named = {
  /** As the pipeline file writes it. */
  readonly name: string;
  readonly url?: string;
  readonly row: EnvironmentRow;
};

export async function standingsOf(
  db: Kysely<Database>,
  environments: readonly Named[],
  now: Instant,
): Promise<readonly EnvironmentStanding[]> {
  const rows = environments.map(({ row }) => row);
  const [named, waiting, failed, freezes] = await Promise.all([
    loadNamed(db, rows),
    loadWaiting(db, rows),
    loadFailed(db, rows),
    standingFreezes(db, idsOf(rows), now),
  ]);
  return environments.map(({ name, url, row }) => {
    const live = liveOf(row);
    const slot = named.get(row.slot_deployment_id ?? 0);
    const frozen = freezes.get(row.id);
    const lately = failed.get(row.id);
    const by = lockHolder(row, now);
    return {
      name,
      ...optional("url", url),
      ...(live === undefined ? {} : { live: { ...live, by: named.get(live.deployment)?.by ?? "" } }),
      ...(row.uncertain_deployment_id === null
        ? {}
        : { uncertain: { deployment: row.uncertain_deployment_id, since: row.uncertain_since?.getTime() ?? 0 } }),
      ...(lately === undefined || lately.at <= (live?.since ?? 0) ? {} : { failed: lately }),
      ...(by === undefined
        ? {}
        : { lock: { by, reason: row.lock_reason ?? "", ...optional("until", row.lock_until?.getTime()) } }),
      ...optional("freeze", frozen && { by: frozen.by, reason: frozen.reason, until: frozen.until }),
      ...(row.hold_deployment_id === null || row.hold_bad_sha === null || row.hold_bad_tree === null
        ? {}
        : { hold: { rollback: row.hold_deployment_id, bad: { sha: row.hold_bad_sha, tree: row.hold_bad_tree } } }),
      ...optional("scheduled", row.schedule_at?.getTime()),
      ...(slot === undefined ? {} : slot.ended ? { unsettled: slot.running.deployment } : { running: slot.running }),
      waiting: (waiting.get(row.id) ?? []).toSorted(inOrder),
    };
  });
}

/** The order of the gate `queue`. */
function inOrder(a: Waiting, b: Waiting): number {
  const last = (one: Waiting) => (one.status === "queued" ? 0 : 2) + (one.kind === "rollback" ? 0 : 1);
  return last(a) - last(b) || a.since - b.since || a.deployment - b.deployment;
}

/** Deployments that the environments' rows name: what is live, what holds the slot. */
async function loadNamed(db: Kysely<Database>, rows: readonly EnvironmentRow[]) {
  const ids = rows.flatMap((row) => [row.live_deployment_id, row.slot_deployment_id]).filter((id) => id !== null);
  if (ids.length === 0) return new Map<number, never>();
  const slots = rows.map((row) => row.slot_deployment_id).filter((id) => id !== null);
  const [deployments, attempts] = await Promise.all([
    db
      .selectFrom("deployment")
      .select([
        "id",
        "kind",
        "status",
        "sha",
        "tree",
        "version",
        "requested_by",
        "requested_at",
        "started_at",
        "ended_at",
      ])
      .where("id", "in", ids)
      .execute(),
    slots.length === 0
      ? []
      : db
          .selectFrom("attempt")
          .select(["deployment_id", "stage"])
          .where("deployment_id", "in", slots)
          .where("state", "<>", "ended")
          .execute(),
  ]);
  return new Map(
    deployments.map((row) => [
      row.id,
      {
        by: row.requested_by,
        ended: row.ended_at !== null,
        running: {
          deployment: row.id,
          kind: row.kind,
          status: row.status,
          revision: { sha: row.sha, tree: row.tree, ...optional("version", row.version) },
          by: row.requested_by,
          since: (row.started_at ?? row.requested_at).getTime(),
          ...optional("stage", attempts.find((attempt) => attempt.deployment_id === row.id)?.stage),
        },
      },
    ]),
  );
}

async function loadWaiting(
  db: Kysely<Database>,
  environments: readonly EnvironmentRow[],
): Promise<ReadonlyMap<number, readonly Waiting[]>> {
  if (environments.length === 0) return new Map();
  const rows = await db
    .selectFrom("deployment")
    .select([
      "id",
      "environment_id",
      "kind",
      "status",
      "sha",
      "tree",
      "version",
      "requested_by",
      "requested_at",
      "verdict",
    ])
    .where("environment_id", "in", idsOf(environments))
    .where("status", "in", [...pendingStatuses])
    .orderBy("id")
    .execute();
  const found = Map.groupBy(rows, (row) => row.environment_id);
  return new Map(
    [...found].map(([environment, pending]) => [
      environment,
      pending.map((row) => ({
        deployment: row.id,
        kind: row.kind,
        status: row.status,
        revision: { sha: row.sha, tree: row.tree, ...optional("version", row.version) },
        by: row.requested_by,
        since: row.requested_at.getTime(),
        waitsFor: row.verdict?.gates.filter((gate) => gate.result !== "pass") ?? [],
      })),
    ]),
  );
}

/** The latest of each environment that did not succeed, by the index `deployment_failures`. */
async function loadFailed(db: Kysely<Database>, environments: readonly EnvironmentRow[]) {
  if (environments.length === 0) return new Map<number, NonNullable<EnvironmentStanding["failed"]>>();
  const { rows } = await sql<{
    environment_id: number;
    id: number;
    status: "failure" | "error";
    sha: string;
    tree: string;
    version: string | null;
    ended_at: Date;
  }>`
    select latest.* from unnest(${idsOf(environments)}::bigint[]) as one (id), lateral (
      select environment_id, id, status, sha, tree, version, ended_at from deployment
      where environment_id = one.id and status in ('failure', 'error')
      order by ended_at desc limit 1
    ) as latest
  `.execute(db);
  return new Map(
    rows.map((row) => [
      row.environment_id,
      {
        deployment: row.id,
        status: row.status,
        revision: { sha: row.sha, tree: row.tree, ...optional("version", row.version) },
        at: row.ended_at.getTime(),
      },
    ]),
  );
}

function idsOf(environments: readonly EnvironmentRow[]): number[] {
  return environments.map(({ id }) => id);
}

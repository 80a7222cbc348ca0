/** `/deploy history`: the latest deployments. Reads a few rows of each environment by an index, however many there are. */
import { sql } from "kysely";
import { optional } from "../optional.ts";
import type { Instant, RequestKind, Revision, Status } from "../policy/model.ts";
import type { Bot } from "./bot.ts";
import type { Place, ServicePlace } from "./place.ts";

export type PastDeployment = {
  readonly deployment: number;
  readonly environment: string;
  readonly kind: RequestKind;
  readonly status: Status;
  readonly revision: Revision;
  readonly ref?: string;
  readonly by: string;
  readonly at: Instant;
  /** From its start to its end; absent when it has not both. */
  readonly tookMs?: number;
  readonly reason?: string;
};

export type HistoryReply = {
  readonly code: "history";
  readonly service: string;
  /** The repository's page on GitHub. */
  readonly repositoryUrl: string;
  /** Absent when all of the service's environments were asked for. */
  readonly environment?: string;
  /** The newest first. */
  readonly deployments: readonly PastDeployment[];
  /** There are older ones. */
  readonly more: boolean;
};

/** As many as a person reads; GitHub's page of deployments has them all. */
const mostShown = 15;

type Row = {
  readonly id: number;
  readonly environment: string;
  readonly kind: RequestKind;
  readonly status: Status;
  readonly sha: string;
  readonly tree: string;
  readonly version: string | null;
  readonly ref: string | null;
  readonly requested_by: string;
  readonly requested_at: Date;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly reason: string | null;
};

/** `places` are the environments of the service that were asked for; `all` when none was named. */
export async function history(
  bot: Bot,
  service: ServicePlace,
  places: readonly Place[],
  all: boolean,
): Promise<HistoryReply> {
  const ids = places.map(({ environment }) => environment.id);
  const { rows } = await sql<Row>`
    select latest.* from environment as one, lateral (
      select deployment.id, one.name as environment, kind, status, sha, tree, deployment.version, ref, requested_by,
        requested_at, started_at, ended_at, reason
      from deployment where environment_id = one.id order by deployment.id desc limit ${mostShown + 1}
    ) as latest
    where one.id = any(${ids}::bigint[]) order by latest.id desc limit ${mostShown + 1}
  `.execute(bot.db);
  return {
    code: "history",
    service: service.name,
    repositoryUrl: `${bot.githubUrl}/${service.repository.fullName}`,
    ...optional("environment", all ? undefined : places[0]?.policy.name),
    deployments: rows.slice(0, mostShown).map(past),
    more: rows.length > mostShown,
  };
}

function past(row: Row): PastDeployment {
  return {
    deployment: row.id,
    environment: row.environment,
    kind: row.kind,
    status: row.status,
    revision: { sha: row.sha, tree: row.tree, ...optional("version", row.version) },
    ...optional("ref", row.ref),
    by: row.requested_by,
    at: row.requested_at.getTime(),
    ...(row.started_at === null || row.ended_at === null
      ? {}
      : { tookMs: row.ended_at.getTime() - row.started_at.getTime() }),
    ...optional("reason", row.reason),
  };
}

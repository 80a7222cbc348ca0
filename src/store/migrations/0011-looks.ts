/**
 * What the reading commands look at: the latest failures and successes of an environment, without reading its history.
 */
import { type Kysely, sql } from "kysely";

const statements = [
  // The latest failure of an environment, for `status`.
  `create index deployment_failures on deployment (environment_id, ended_at desc) where status in ('failure', 'error')`,
  // How long the latest successes took, for `queue`.
  `create index deployment_durations on deployment (environment_id, ended_at desc)
     where status = 'success' and started_at is not null`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/**
 * One answer for each person and ask, whatever letters their login is written in; readings of pipeline files in their
 * order; what followed branches held when the bot last heard of them.
 */
import { type Kysely, sql } from "kysely";

const statements = [
  // Of what was stored under the same login in different letters, the latest act stands.
  `delete from approval one using approval other
     where other.deployment_id = one.deployment_id and other.ask = one.ask
       and lower(other.login) = lower(one.login)
       and (other.acted_at, other.login) > (one.acted_at, one.login)`,
  `create unique index approval_once on approval (deployment_id, ask, lower(login))`,
  // Whoever fetched a file before another stored its reading looks again.
  `alter table repository add column pipeline_readings bigint not null default 0`,
  // From here a branch is known to have moved while the bot was down.
  `alter table environment add column heard_branch text, add column heard_sha text`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

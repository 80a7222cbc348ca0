/**
 * What follows a failure by itself, what a rollback takes back, and who confirmed that migrations lie in between. Also
 * the revert that a rollback offers.
 */
import { type Kysely, sql } from "kysely";

const statements = [
  `alter table deployment
     add column by_itself boolean not null default false,
     add column undoes_sha text,
     add column migrations_confirmed_by text,
     add column migrations_confirmed_at timestamptz,
     add column on_failure text check (on_failure in ('wanted', 'asked', 'left'))`,
  // The sweep looks for failures that nobody has followed up yet.
  `create index deployment_failure_to_follow on deployment (id) where on_failure = 'wanted'`,
  // How often an environment was rolled back by itself of late is asked before it is done again.
  `create index deployment_by_itself on deployment (environment_id, requested_at) where by_itself`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

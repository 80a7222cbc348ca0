/**
 * Promotion by pull request, labels for release notes, and schedules. Comments beside an index name the invariant that
 * it keeps.
 */
import { type Kysely, sql } from "kysely";

const statements = [
  `create table promotion (
     id bigint generated always as identity primary key,
     environment_id bigint not null references environment,
     request_key text not null,
     -- What is promoted: it was live in the environment before when it was asked for last.
     sha text not null,
     tree text not null,
     before text not null,
     snapshot boolean not null,
     branch text not null,
     base text not null,
     notes jsonb not null,
     -- Null where a schedule asked.
     requested_by text,
     requested_by_slack text,
     channel text,
     requested_at timestamptz not null,
     -- The one that took its place, because it could not be brought up to date.
     replaced_by bigint references promotion
   )`,
  // One command asks once, however often it is delivered.
  `create unique index promotion_once on promotion (environment_id, request_key)`,
  `create index promotion_latest on promotion (environment_id, id desc)`,
  // A merge looks for the promotion that it came from, by its branch.
  `create index promotion_branch on promotion (branch)`,

  `alter table pull_request add column labels jsonb not null default '[]'`,

  // When the schedule asks next, and the hash of the schedule that this was read from.
  `alter table environment add column schedule_at timestamptz`,
  `alter table environment add column schedule_hash text`,
  `create index environment_scheduled on environment (schedule_at) where schedule_at is not null`,
  `alter table deployment add column scheduled boolean not null default false`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

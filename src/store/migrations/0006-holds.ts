/**
 * Freezes, forgotten locks, hotfixes and retries. Comments beside an index name the invariant that it keeps.
 */
import { type Kysely, sql } from "kysely";

const statements = [
  // An environment that is held until a time. Several may stand: nobody shortens another's by beginning one.
  `create table environment_freeze (
     id bigint generated always as identity primary key,
     environment_id bigint not null references environment,
     by text not null,
     reason text not null,
     since timestamptz not null,
     until timestamptz not null,
     -- When it was over or taken away; without ended_by its time had come.
     ended_at timestamptz,
     ended_by text,
     request_key text not null
   )`,
  // One command freezes an environment once, however often it is delivered.
  `create unique index freeze_once on environment_freeze (environment_id, request_key)`,
  `create index freeze_standing on environment_freeze (environment_id) where ended_at is null`,

  // Whom to ask about a lock, when that was done last, and when to look at what holds the environment.
  `alter table environment add column lock_by_slack text`,
  `alter table environment add column lock_asked_at timestamptz`,
  `alter table environment add column look_at timestamptz`,
  `create index environment_due on environment (look_at) where look_at is not null`,
  // Locks from before are looked at as well.
  `update environment set look_at = coalesce(lock_until, lock_at + interval '1 day') where lock_by is not null`,

  `alter table deployment add column hotfix boolean not null default false`,
  // A retry is a deployment of its own that keeps the stages which had succeeded.
  `alter table deployment add column retry_of bigint references deployment`,
  `alter table deployment add column retry_from text`,
  `alter table deployment add column checkout_of bigint references deployment`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

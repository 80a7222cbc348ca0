/** Demos: environments that are made of a branch on push and destroyed when it has served. */
import { type Kysely, sql } from "kysely";

const statements = [
  // Null in all columns of demos for an environment that a pipeline file names.
  `alter table environment
     add column demo_branch text,
     add column demo_policy jsonb,
     add column demo_by text,
     add column demo_since timestamptz,
     add column demo_ends_at timestamptz,
     add column demo_pushes integer not null default 0,
     add constraint environment_demo_whole check ((demo_branch is null) = (demo_policy is null))`,
  // One demo for each branch of a service; its slug stays its own.
  `create unique index environment_demo_branch on environment (service_id, demo_branch)`,

  `alter table deployment drop constraint deployment_kind_check`,
  `alter table deployment add constraint deployment_kind_check
     check (kind in ('deploy', 'promotion', 'merge', 'rollback', 'external', 'destroy'))`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

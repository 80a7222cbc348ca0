/** Where the work of each pull request is, or was, live; and finding the pull requests that name an issue. */
import { type Kysely, sql } from "kysely";

const statements = [
  // Where a pull request's work is in an environment: one row, so that there is one answer. `until` says since when it
  // is not there any more, and `ended_by` which deployment took it away.
  `create table work_live (
     repository_id bigint not null,
     number int not null,
     environment_id bigint not null references environment,
     deployment_id bigint not null references deployment,
     since timestamptz not null,
     until timestamptz,
     ended_by bigint references deployment,
     primary key (repository_id, number, environment_id),
     foreign key (repository_id, number) references pull_request,
     check ((until is null) = (ended_by is null))
   )`,
  // What a rollback takes away is looked up by when it came.
  `create index work_live_now on work_live (environment_id, since) where until is null`,

  // GitHub compares the names of repositories without regard to case.
  `create index repository_by_name on repository (lower(full_name)) where removed_at is null`,
  `create function issues_named(issues jsonb) returns text[] language sql immutable parallel safe as $$
     select coalesce(array_agg(lower(issue ->> 'repository') || '#' || (issue ->> 'number')), '{}')
     from jsonb_array_elements(issues) issue
   $$`,
  `create index pull_request_by_issue on pull_request using gin (issues_named(issues))`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/**
 * Steps by which a version comes about (`/rc cut`, `next`, `finish`), and pull requests that bring back what only one
 * branch has. Comments beside an index name the invariant that it keeps.
 */
import { type Kysely, sql } from "kysely";

const statements = [
  `create table candidate (
     id bigint generated always as identity primary key,
     service_id bigint not null references service,
     step text not null check (step in ('cut', 'next', 'finish')),
     version text not null,
     tag text not null,
     asked_by text not null,
     asked_by_slack text,
     channel text,
     asked_at timestamptz not null,
     request_key text not null,
     -- What was made for it and not yet put on a branch: see policy/versions/candidate.ts.
     plan jsonb not null,
     -- The candidate or release itself, once there is one.
     sha text,
     problem jsonb,
     tries int not null default 0,
     epoch bigint not null default 0,
     look_at timestamptz,
     ended_at timestamptz
   )`,
  // One step of a service is under way at a time: two would take the same number, or mix what they merge.
  `create unique index candidate_one_at_a_time on candidate (service_id) where ended_at is null`,
  // One command begins one step, however often it is delivered.
  `create unique index candidate_one_per_request on candidate (service_id, request_key)`,
  `create index candidate_due on candidate (look_at) where ended_at is null`,

  `create table back_merge (
     id bigint generated always as identity primary key,
     repository_id bigint not null references repository,
     source text not null,
     target text not null,
     -- What is lacking, as it was last seen; null when nothing is.
     lacking jsonb,
     -- Raised each time the pull request was found closed though something is still lacking.
     opening int not null default 0,
     look_at timestamptz,
     removed_at timestamptz
   )`,
  // One pull request for each pair of branches stays open.
  `create unique index back_merge_once on back_merge (repository_id, source, target)`,
  `create index back_merge_due on back_merge (look_at) where look_at is not null`,

  // Pipelines that were read before there were these keys have their defaults.
  `update pipeline_file set pipeline = jsonb_set(pipeline, '{services}',
     (select coalesce(jsonb_agg(service || jsonb_build_object('versions',
        '{"tag": "v{version}", "scheme": "semver", "files": []}'::jsonb || (service -> 'versions'))), '[]')
      from jsonb_array_elements(pipeline -> 'services') as service))
   where pipeline is not null`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/**
 * Commands as comments and their answers, GitHub's own environments that ask before a run goes on, and what others
 * deploy. Comments beside an index name the invariant that it keeps.
 */
import { type Kysely, sql } from "kysely";

const statements = [
  // What a workflow or somebody else carries out, and the bot only judges or sees.
  `alter table deployment drop constraint deployment_kind_check`,
  `alter table deployment add constraint deployment_kind_check
     check (kind in ('deploy', 'promotion', 'merge', 'rollback', 'external'))`,

  // The answer to one command that was written as a comment on an issue or pull request.
  `create table comment_reply (
     id bigint generated always as identity primary key,
     repository_id bigint not null references repository,
     issue int not null,
     comment_id bigint not null,
     login text not null,
     command text not null,
     content jsonb not null,
     deployment_id bigint references deployment,
     at timestamptz not null
   )`,
  // One answer to each comment, however often its delivery is handled.
  `create unique index comment_reply_once on comment_reply (repository_id, comment_id)`,
  `create index comment_reply_of_deployment on comment_reply (deployment_id) where deployment_id is not null`,

  // A workflow run that GitHub holds before an environment until the bot has answered.
  `create table protection_request (
     id bigint generated always as identity primary key,
     repository_id bigint not null references repository,
     run_id bigint not null,
     github_deployment_id bigint not null,
     environment text not null,
     sha text not null,
     requested_by text not null,
     requested_at timestamptz not null,
     -- Ours: the one that is judged for the run, or the one that started the run.
     deployment_id bigint references deployment,
     started_by_us boolean not null default false,
     refusal jsonb,
     -- How the run ended there, as GitHub told; null until it has.
     ended text check (ended in ('success', 'failure', 'error', 'cancelled')),
     ended_by text
   )`,
  // GitHub makes one Deployment for each time that a run comes to an environment: each is judged once.
  `create unique index protection_request_once on protection_request (repository_id, github_deployment_id)`,
  `create index protection_request_of_run on protection_request (repository_id, run_id)`,
  `create index protection_request_of_deployment on protection_request (deployment_id) where deployment_id is not null`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/**
 * What the pull-request rules are judged from, besides what every payload says: who was asked to review and who did,
 * the versions and the pipeline file at the head, the groups of merge queues, and what branches require.
 */
import { type Kysely, sql } from "kysely";

const statements = [
  `alter table pull_request
     add column own boolean not null default false,
     add column assignees jsonb not null default '[]',
     add column requested_reviewers jsonb not null default '[]',
     add column reviewed_by jsonb not null default '[]',
     -- Null until somebody looked, and again when the head or the base moved.
     add column versions jsonb,
     add column file_mistakes jsonb,
     -- Raised by every writer: who gathered facts for an older one looks again, so that the last state wins.
     add column revision int not null default 0`,

  // Readings and judgements that are kept from before know nothing of these rules yet.
  `update pull_request set readiness = '{"bumps": []}'::jsonb || readiness where readiness is not null`,
  `update pipeline_file set pipeline = jsonb_set(
     jsonb_set(pipeline, '{pullRequests}',
       '{"assignee": "suggested", "reviewer": "suggested", "versionBump": "off"}'::jsonb || (pipeline -> 'pullRequests')),
     '{services}',
     (select coalesce(jsonb_agg('{"versions": {"from": {"kind": "tags"}}}'::jsonb || service), '[]')
        from jsonb_array_elements(pipeline -> 'services') service))
   where pipeline is not null`,

  // One row for each group that a merge queue asks about; its check says what its pull request is worth.
  `create table merge_group (
     repository_id bigint not null references repository,
     head_sha text not null,
     -- Null when the group's name did not say.
     pull_request int,
     asked_at timestamptz not null,
     gone_at timestamptz,
     primary key (repository_id, head_sha)
   )`,
  `create index merge_group_of_pull_request on merge_group (repository_id, pull_request) where gone_at is null`,

  // Whether a branch requires \`signalbox/ready\`; null when GitHub would not tell.
  `create table branch_guard (
     repository_id bigint not null references repository,
     branch text not null,
     required boolean,
     looked_at timestamptz not null,
     primary key (repository_id, branch)
   )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

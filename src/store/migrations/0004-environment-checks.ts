/**
 * What `signalbox/<environment>` shows on pull requests into an environment's branch, reviews that count as approvals,
 * and why something is only offered. Comments beside an index name what it is for.
 */
import { type Kysely, sql } from "kysely";

const statements = [
  // One verdict for each pull request and environment whose branch it goes into.
  `create table pull_request_gate (
     repository_id bigint not null,
     number int not null,
     environment_id bigint not null references environment,
     -- Raised whenever something may have changed the verdict; behind it, \`judged\` says what was looked at.
     wanted bigint not null default 1,
     judged bigint not null default 0,
     -- When time alone may change the verdict.
     look_at timestamptz,
     -- What GitHub said, with what it was asked about: asked again only when that changed.
     outside jsonb,
     head_sha text,
     verdict jsonb,
     -- Reviews that do not count, with the reason.
     refused jsonb not null default '[]',
     -- Merged, closed, or no longer into the environment's branch: nothing wakes it any more.
     ended text check (ended in ('merged', 'closed', 'elsewhere')),
     primary key (repository_id, number, environment_id),
     foreign key (repository_id, number) references pull_request (repository_id, number)
   )`,
  // Whatever wakes what waits in an environment also wakes these.
  `create index pull_request_gate_of_environment on pull_request_gate (environment_id) where ended is null`,
  `create index pull_request_gate_behind on pull_request_gate (environment_id) where wanted > judged`,
  `create index pull_request_gate_look on pull_request_gate (look_at) where look_at is not null`,

  // Each reviewer's last word on a pull request.
  `create table review (
     repository_id bigint not null,
     number int not null,
     login text not null,
     review_id bigint not null,
     answer text not null check (answer in ('approve', 'reject', 'dismissed')),
     commit_sha text not null,
     tree text,
     at timestamptz not null,
     primary key (repository_id, number, login),
     foreign key (repository_id, number) references pull_request (repository_id, number)
   )`,
  // What an answer was given to, for each environment that the check on the pull request spoke of.
  `create table review_ask (
     repository_id bigint not null,
     number int not null,
     login text not null,
     environment_id bigint not null references environment,
     from_sha text,
     policy text not null,
     primary key (repository_id, number, login, environment_id),
     foreign key (repository_id, number, login) references review on delete cascade
   )`,

  // A review was given to what it saw, not to the ask that it was carried to; with \`tree\`, these say what that was.
  `alter table approval add column from_sha text, add column tree text, add column policy text`,

  // Why something is only offered; rows from before were offered by an unlock.
  `alter table deployment add column offered_because text check (offered_because in ('unlock', 'auto', 'branch'))`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

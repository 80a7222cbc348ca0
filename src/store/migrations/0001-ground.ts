/**
 * The first schema. Times come from the bot's clock, never from the database's, so no column defaults to `now()`.
 * Comments beside an index or a trigger name the invariant that it keeps.
 */
import { type Kysely, sql } from "kysely";

const statements = [
  `create table inbox (
     id bigint generated always as identity primary key,
     source text not null check (source in ('github', 'slack', 'deployer')),
     key text not null,
     name text not null,
     payload jsonb not null,
     status text not null default 'stored' check (status in ('stored', 'handling', 'done', 'failed')),
     received_at timestamptz not null,
     look_at timestamptz not null,
     attempts int not null default 0,
     epoch int not null default 0,
     handled_at timestamptz,
     error text
   )`,
  // One row per delivery: what GitHub or Slack repeats is handled once.
  `create unique index inbox_one_row_per_delivery on inbox (source, key)`,
  `create index inbox_unhandled on inbox (look_at) where status in ('stored', 'handling')`,

  `create table repository (
     id bigint primary key,
     full_name text not null,
     installation_id bigint not null,
     default_branch text not null,
     private boolean not null,
     pipeline_file_id bigint,
     latest_pipeline_file_id bigint,
     removed_at timestamptz
   )`,
  `create unique index repository_full_name on repository (full_name) where removed_at is null`,

  `create table pipeline_file (
     id bigint generated always as identity primary key,
     repository_id bigint not null references repository,
     hash text not null,
     sources jsonb not null,
     pipeline jsonb,
     mistakes jsonb,
     read_at timestamptz not null,
     check ((pipeline is null) <> (mistakes is null))
   )`,
  `create unique index pipeline_file_once on pipeline_file (repository_id, hash)`,

  `create table service (
     id bigint generated always as identity primary key,
     repository_id bigint not null references repository,
     name text not null,
     channel text,
     removed_at timestamptz
   )`,
  `create unique index service_name on service (repository_id, name)`,

  `create table environment (
     id bigint generated always as identity primary key,
     service_id bigint not null references service,
     name text not null,
     position int not null,
     version bigint not null default 0,
     live_deployment_id bigint,
     live_sha text,
     live_tree text,
     live_version text,
     live_since timestamptz,
     uncertain_deployment_id bigint,
     uncertain_since timestamptz,
     slot_deployment_id bigint,
     lock_by text,
     lock_reason text,
     lock_at timestamptz,
     lock_until timestamptz,
     hold_deployment_id bigint,
     hold_bad_sha text,
     hold_bad_tree text,
     hold_since timestamptz,
     removed_at timestamptz
   )`,
  `create unique index environment_name on environment (service_id, name)`,

  `create table deployment (
     id bigint generated always as identity primary key,
     environment_id bigint not null references environment,
     kind text not null check (kind in ('deploy', 'promotion', 'merge', 'rollback')),
     typed boolean not null,
     status text not null,
     sha text not null,
     tree text not null,
     ref text,
     version text,
     previous_sha text,
     previous_tree text,
     previous_version text,
     requested_by text not null,
     requested_by_slack text,
     channel text,
     requested_at timestamptz not null,
     reason text,
     merged_by text,
     pull_request int,
     ready_when_merged boolean,
     rollback_target text check (rollback_target in ('previous', 'older')),
     rolls_back_deployment_id bigint,
     fix_confirmed_by text,
     fix_confirmed_at timestamptz,
     offered_at timestamptz,
     ships jsonb,
     ask int not null default 0,
     asked_at timestamptz,
     ask_from text,
     ask_policy text,
     verdict jsonb,
     outcome jsonb,
     policy jsonb,
     stages jsonb,
     changing_since timestamptz,
     cancel_by text,
     cancel_at timestamptz,
     superseded_by bigint,
     started_at timestamptz,
     ended_at timestamptz,
     settled boolean not null default true,
     look_at timestamptz,
     request_key text
   )`,
  // One deployment in progress for each environment, whatever two replicas decide at once.
  `create unique index deployment_one_in_progress on deployment (environment_id)
     where status in ('in_progress', 'verifying')`,
  // One request from one command or merge, however often its delivery is handled.
  `create unique index deployment_one_per_request on deployment (environment_id, request_key)
     where request_key is not null`,
  `create index deployment_unfinished on deployment (environment_id, id)
     where status in ('requested', 'waiting', 'queued', 'in_progress', 'verifying')`,
  `create index deployment_look on deployment (look_at)
     where status in ('requested', 'waiting', 'queued', 'in_progress', 'verifying')`,
  `create index deployment_successes on deployment (environment_id, tree, ended_at desc) where status = 'success'`,
  `create index deployment_latest on deployment (environment_id, id desc)`,
  `create index deployment_sha on deployment (sha)
     where status in ('requested', 'waiting', 'queued')`,

  `create table attempt (
     token text primary key,
     deployment_id bigint not null references deployment,
     phase text not null check (phase in ('deploy', 'verify')),
     position int not null,
     stage text not null,
     number int not null,
     state text not null check (state in ('claimed', 'calling', 'started', 'ended')),
     epoch int not null default 0,
     call_until timestamptz,
     handle jsonb,
     outcome text check (outcome in ('success', 'failure', 'error', 'cancelled')),
     proven boolean not null default true,
     message text,
     output_tail text,
     output_bytes bigint not null default 0,
     log_url text,
     claimed_at timestamptz not null,
     started_at timestamptz,
     deadline_at timestamptz,
     ended_at timestamptz
   )`,
  // A stage starts once: two replicas cannot both claim the same attempt of it.
  `create unique index attempt_once on attempt (deployment_id, phase, position, number)`,

  `create table approval (
     deployment_id bigint not null references deployment,
     ask int not null,
     login text not null,
     answer text not null check (answer in ('approve', 'reject')),
     via text not null check (via in ('reaction', 'button', 'review')),
     slack_user text,
     bot boolean not null default false,
     guest boolean not null default false,
     stranger boolean not null default false,
     at timestamptz not null,
     -- One approval per person and request.
     primary key (deployment_id, ask, login)
   )`,

  // Reactions as Slack told them, also on messages not yet known; the newest telling of each wins.
  `create table reaction (
     team text not null,
     channel text not null,
     ts text not null,
     slack_user text not null,
     emoji text not null,
     present boolean not null,
     event_ts text not null,
     primary key (team, channel, ts, slack_user, emoji)
   )`,

  `create table quarantine (
     id bigint generated always as identity primary key,
     service_id bigint not null references service,
     sha text not null,
     tree text not null,
     environment_id bigint not null references environment,
     deployment_id bigint not null references deployment,
     by text not null,
     reason text not null,
     since timestamptz not null,
     cleared_at timestamptz,
     cleared_by text,
     cleared_reason text
   )`,
  `create index quarantine_standing on quarantine (service_id, tree) where cleared_at is null`,

  `create table pull_request (
     repository_id bigint not null references repository,
     number int not null,
     title text not null,
     body text not null,
     author text not null,
     draft boolean not null,
     state text not null check (state in ('open', 'closed')),
     head_sha text not null,
     head_ref text not null,
     base_ref text not null,
     from_fork boolean not null,
     updated_at timestamptz not null,
     issues jsonb not null default '[]',
     readiness jsonb,
     merged_at timestamptz,
     merged_by text,
     merge_sha text,
     -- The readiness at the moment of the merge; fixed from then on.
     ready_when_merged boolean,
     primary key (repository_id, number)
   )`,
  `create index pull_request_by_merge on pull_request (repository_id, merge_sha) where merge_sha is not null`,
  `create index pull_request_by_head on pull_request (repository_id, head_sha) where state = 'open'`,

  // What is said once: a line in a deployment's thread, or in a channel. Rendered by its projection.
  `create table note (
     id bigint generated always as identity primary key,
     deployment_id bigint references deployment,
     service_id bigint references service,
     key text not null,
     content jsonb not null,
     at timestamptz not null
   )`,
  // Each thing is said once, however often the step that says it is repeated.
  `create unique index note_once on note (key)`,

  // The answer to one command, until it has reached the person.
  `create table reply (
     id bigint generated always as identity primary key,
     key text not null unique,
     response_url text not null,
     slack_user text not null,
     channel text not null,
     content jsonb not null,
     at timestamptz not null
   )`,

  `create table projection (
     key text primary key,
     surface text not null,
     subject text not null,
     lane text not null,
     wanted bigint not null default 1,
     shown bigint not null default 0,
     shown_hash text,
     external jsonb,
     state text not null default 'idle' check (state in ('idle', 'posting')),
     epoch int not null default 0,
     lease_until timestamptz,
     attempts int not null default 0,
     look_at timestamptz,
     error text
   )`,
  `create index projection_behind on projection (look_at) where wanted > shown`,
  // Finds a message by where it stands, for reactions.
  `create index projection_slack_message on projection ((external->>'channel'), (external->>'ts'))
     where surface = 'slack.message'`,

  // Every verdict that differed from the one before, with the facts it was made from: shown by why, replayed later.
  `create table decision (
     id bigint generated always as identity primary key,
     deployment_id bigint references deployment,
     at timestamptz not null,
     facts jsonb not null,
     verdict jsonb not null
   )`,
  `create index decision_of_deployment on decision (deployment_id, id desc)`,

  `create table audit (
     id bigint generated always as identity primary key,
     at timestamptz not null,
     actor text not null,
     action text not null,
     service_id bigint,
     environment_id bigint,
     deployment_id bigint,
     detail jsonb not null
   )`,
  // Audit rows are only ever added.
  `create function audit_is_append_only() returns trigger language plpgsql as $$
     begin
       raise exception 'audit rows are only ever added' using errcode = 'restrict_violation';
     end $$`,
  `create trigger audit_append_only before update or delete on audit
     for each row execute function audit_is_append_only()`,
  `create trigger audit_no_truncate before truncate on audit
     for each statement execute function audit_is_append_only()`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

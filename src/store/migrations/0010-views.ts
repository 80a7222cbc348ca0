/**
 * Forms and menus that people choose from, and App Home. What a form shows is kept on its row, so that its projection
 * renders it from state alone.
 */
import { type Kysely, sql } from "kysely";

const statements = [
  // A menu stands under the answer that it belongs to. It is used once, by whichever click came first.
  `alter table reply add column menu jsonb`,
  `alter table reply add column chosen_by_key text`,
  // The answer to a choice takes the place of the menu.
  `alter table reply add column replaces boolean not null default false`,

  `create table form (
     id bigint generated always as identity primary key,
     -- The command's trigger: one form for each, however often it is delivered.
     key text not null unique,
     team text not null,
     slack_user text not null,
     channel text not null,
     channel_name text not null,
     response_url text not null,
     choices jsonb not null,
     -- The newest choice that was told; an older one that comes late changes nothing.
     changed_ts text not null default '0',
     shown jsonb not null,
     -- Invariant: a form is sent once. The first delivery to claim it is the only one to act.
     sent_by_key text,
     at timestamptz not null
   )`,
  `create index form_at on form (at)`,

  `create table home (
     id bigint generated always as identity primary key,
     team text not null,
     slack_user text not null,
     opened_at timestamptz not null,
     -- When GitHub was last asked what the person can read, and when the view was last looked at without a change.
     looked_at timestamptz not null,
     refreshed_at timestamptz not null,
     -- The answer to the last click, which has no other place to be told.
     said jsonb,
     said_at timestamptz
   )`,
  // One App Home for each person of a team.
  `create unique index home_once on home (team, slack_user)`,
  `create index home_looked_at on home (looked_at)`,
  `create index home_refreshed_at on home (refreshed_at)`,
  `create index home_opened_at on home (opened_at)`,

  // What the person could read when it was last looked at, and under which login: nothing else is shown.
  `create table home_service (
     home_id bigint not null references home on delete cascade,
     service_id bigint not null references service,
     login text not null,
     primary key (home_id, service_id)
   )`,
  `create index home_service_of_service on home_service (service_id)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

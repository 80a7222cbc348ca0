/**
 * Who has linked which GitHub login, and what stands between a service and its Slack channel. Comments beside an index
 * name the invariant that it keeps.
 */
import { type Kysely, sql } from "kysely";

const statements = [
  // One login for each person of a Slack team: linking anew replaces.
  `create table link (
     team text not null,
     slack_user text not null,
     login text not null,
     github_id bigint not null,
     at timestamptz not null,
     primary key (team, slack_user)
   )`,
  // One person of a team for each login, however the login is written and whatever its account is called by now.
  `create unique index link_one_person on link (team, lower(login))`,
  `create unique index link_one_account on link (team, github_id)`,
  `create index link_of_login on link (lower(login))`,

  // A sign-in that was offered. Neither of its secrets is kept: what comes back is known by its hash.
  `create table link_ask (
     id text primary key,
     key text not null,
     state_hash text not null,
     team text not null,
     slack_user text not null,
     asked_at timestamptz not null,
     expires_at timestamptz not null,
     -- When the person came back from GitHub: from then on the state is used up.
     returned_at timestamptz,
     login text,
     github_id bigint,
     -- Of what the page's button sends, which nobody has but the browser that came back.
     confirm_hash text,
     linked_at timestamptz
   )`,
  // A command that is delivered twice offers one sign-in.
  `create unique index link_ask_once on link_ask (key)`,
  // One state and one click mean one sign-in.
  `create unique index link_ask_state on link_ask (state_hash)`,
  `create unique index link_ask_confirm on link_ask (confirm_hash)`,
  `create index link_ask_of_person on link_ask (team, slack_user)`,

  // Whose login has changed, so that what they answered under another has to be looked at again.
  `create table link_change (
     id bigint generated always as identity primary key,
     team text not null,
     slack_user text not null,
     at timestamptz not null,
     done_at timestamptz
   )`,
  `create index link_change_open on link_change (id) where done_at is null`,

  // A note to one person by direct message.
  `alter table note add column slack_user text`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

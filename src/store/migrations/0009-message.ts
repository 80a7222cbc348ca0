/** How often a surface was refused, and what each person in Slack wants to be told. */
import { type Kysely, sql } from "kysely";

const statements = [
  // Besides `attempts`: only what the far side refuses, or what cannot be rendered, lets others go before it.
  `alter table projection add column refused int not null default 0`,

  // What a person in Slack has chosen; without a row, the default holds.
  `create table person_setting (
     team text not null,
     slack_user text not null,
     -- Whether they are told when a change of theirs is live.
     live_news boolean not null,
     at timestamptz not null,
     primary key (team, slack_user)
   )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

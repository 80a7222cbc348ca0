/** When the bot last listened to GitHub and to Slack, and since when it has yet to look up what it did not hear. */
import { type Kysely, sql } from "kysely";

const statements = [
  `create table listening (
    source text primary key,
    heard_at timestamptz not null,
    -- Where the oldest gap begins that was not looked up yet; null when nothing was missed.
    missed_since timestamptz,
    -- Raised by each start and each gap; a look that has succeeded writes down which of them it answered.
    wanted integer not null,
    looked_up integer not null,
    attempts integer not null,
    look_at timestamptz not null
  )`,
  // Until now the last delivery stood for it.
  `insert into listening (source, heard_at, wanted, looked_up, attempts, look_at)
    select 'github', received_at, 0, 0, 0, received_at from inbox where source = 'github' order by id desc limit 1`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

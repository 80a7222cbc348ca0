/** What a running stage says, told now and then in its deployment's message, whichever replica looks at it. */
import { type Kysely, sql } from "kysely";

const statements = [
  // Whether something was kept since people were told, and when they were told.
  `alter table attempt add column output_untold boolean not null default false`,
  `alter table attempt add column output_told_at timestamptz`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

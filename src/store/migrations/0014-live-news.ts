/** Authors hear once that a change of theirs is live in a production environment, however often it comes there. */
import { type Kysely, sql } from "kysely";

const statements = [`alter table work_live add column told_at timestamptz`];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

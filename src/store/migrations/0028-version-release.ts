/** What a finished version brings since the one before it, for the notes of its release. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw("alter table candidate add column ships jsonb").execute(db);
}

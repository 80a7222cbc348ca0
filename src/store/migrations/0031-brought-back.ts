/** The last pull request that brought a branch back: what a squash brought shares no commit with the branch it came from. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw("alter table back_merge add column brought jsonb").execute(db);
}

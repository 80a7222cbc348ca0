/** When pipeline files came into force, found without reading all that was ever done: it is asked after each gap. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw("create index audit_in_force on audit (at) where action = 'pipeline.in-force'").execute(db);
}

/** How long something was live without a break. */
import { type Kysely, sql } from "kysely";

const statements = [
  // Finds what first changed an environment after a moment, however long its history is.
  `create index deployment_changes on deployment (environment_id, (coalesce(changing_since, ended_at)))
     where changing_since is not null or status = 'success'`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

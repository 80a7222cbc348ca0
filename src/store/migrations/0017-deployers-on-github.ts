/** What runs elsewhere is looked at as soon as there is news of it. */
import { type Kysely, sql } from "kysely";

const statements = [
  `alter table attempt add column woken_by text`,
  // Deliveries come by the thousand, and few of them are about what runs.
  `create index attempt_woken_by on attempt (woken_by) where state = 'started'`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

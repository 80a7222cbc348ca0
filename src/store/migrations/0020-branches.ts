/**
 * Several services in one repository: which files a pull request changed says whose it is, and a review was given to the
 * content that each service has in the reviewed commit.
 */
import { type Kysely, sql } from "kysely";

const statements = [
  `alter table pull_request add column changed_files jsonb`,
  `alter table review_ask add column tree text`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** Which Slack channel a service's is, whatever it is called by now, and what keeps the bot out of it. */
import { type Kysely, sql } from "kysely";

const statements = [
  // `channel` stays as the pipeline file names it. With the id, a renamed channel is still the same one.
  `alter table service add column channel_id text`,
  `alter table service add column channel_team text`,
  `alter table service add column channel_looked_at timestamptz`,
  // Slack's own word for why nothing can be posted there; null when all is well.
  `alter table service add column channel_problem text`,
  `alter table service add column channel_problem_at timestamptz`,
  // When an owner was told, or it was logged that none is known.
  `alter table service add column channel_told_at timestamptz`,
  `create index service_channel_problem on service (id) where channel_problem is not null`,
  `create index service_of_channel on service (channel_id) where channel_id is not null`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

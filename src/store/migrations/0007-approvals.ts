/**
 * Approvals whole: the policy that what is live was deployed under, answers that were taken back, and the order of what
 * one person did by several faces.
 */
import { type Kysely, sql } from "kysely";

const statements = [
  // A change of the policy cannot approve itself: what is live was let in by this one, and the next has to pass it too.
  `alter table environment add column live_policy jsonb`,
  // The groups beside the environment's policy, as both were at the start.
  `alter table deployment add column policy_groups jsonb`,
  `alter table deployment add column rejected_by_slack text`,

  // An answer that was taken back by its button stays taken back while the reaction that gave it still stands.
  `alter table approval drop constraint approval_answer_check`,
  `alter table approval add constraint approval_answer_check check (answer in ('approve', 'reject', 'withdrawn'))`,

  // Whose Slack id it is: people and their links are looked up again at the start.
  `alter table approval add column slack_team text`,
  // When the person did it, by the clock of the face that told it.
  `alter table approval add column acted_at timestamptz`,
  `update approval set acted_at = at`,
  `alter table approval alter column acted_at set not null`,

  // Since when the reaction stands or is gone. Reading reactions back finds that, not since when: then this is kept.
  `alter table reaction add column changed_ts text`,
  `update reaction set changed_ts = event_ts`,
  `alter table reaction alter column changed_ts set not null`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

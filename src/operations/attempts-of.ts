/** The attempts of a deployment, as a column of the statement that reads it: a running one is looked at again and again. */
import type { Kysely, ShallowDehydrateObject } from "kysely";
import { jsonArrayFrom } from "kysely/helpers/postgres";
import type { AttemptRow, Database } from "../store/schema.ts";

export function attemptsOf(db: Kysely<Database>, deployment: number) {
  return jsonArrayFrom(db.selectFrom("attempt").selectAll().where("deployment_id", "=", deployment)).as("attempts");
}

/** The row as a statement of its own would give it: JSON has its times as text. */
export function attemptFromJson(row: ShallowDehydrateObject<AttemptRow>): AttemptRow {
  return {
    ...row,
    call_until: time(row.call_until),
    output_told_at: time(row.output_told_at),
    claimed_at: new Date(row.claimed_at),
    started_at: time(row.started_at),
    deadline_at: time(row.deadline_at),
    ended_at: time(row.ended_at),
  };
}

function time(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

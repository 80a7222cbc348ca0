/** Whether content was taken out of service, and the migrations that a rollback goes back over. Reads only. */
import type { Transaction } from "kysely";
import type { MigrationFacts, QuarantineFacts } from "../policy/model.ts";
import type { EnvironmentPolicy } from "../policy/pipeline.ts";
import type { Database, EnvironmentRow } from "../store/schema.ts";
import type { Subject } from "./subject.ts";

/** A rollback's quarantine holds in its own environment and in every later one. */
export async function quarantineFacts(
  trx: Transaction<Database>,
  environment: EnvironmentRow,
  subject: Subject,
): Promise<QuarantineFacts | undefined> {
  const row = await trx
    .selectFrom("quarantine")
    .innerJoin("environment", "environment.id", "quarantine.environment_id")
    .where("quarantine.service_id", "=", environment.service_id)
    .where("quarantine.tree", "=", subject.revision.tree)
    .where("quarantine.cleared_at", "is", null)
    .where("environment.position", "<=", environment.position)
    // Demos are in no order with others.
    .$if(environment.demo_branch !== null, (query) => query.where("environment.id", "=", environment.id))
    .select(["environment.name", "quarantine.by", "quarantine.reason", "quarantine.since"])
    .orderBy("quarantine.id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row && { environment: row.name, by: row.by, reason: row.reason, since: row.since.getTime() };
}

/** What a rollback goes back over and does not undo; undefined when there is nothing to confirm. */
export function migrationsTakenBack(policy: EnvironmentPolicy, subject: Subject): MigrationFacts | undefined {
  if (subject.kind !== "rollback" || policy.migrations === undefined || subject.ships === undefined) return undefined;
  const { migrations, commits } = subject.ships;
  if (migrations === undefined) return commits === 0 ? undefined : "unknown";
  return migrations.files === 0 && !migrations.atLeast ? undefined : migrations;
}

/** Who did what, when. Rows are only ever added; the database refuses anything else. */
import type { Transaction } from "kysely";
import type { Database } from "../store/schema.ts";

export type AuditEntry = {
  readonly at: number;
  /** GitHub login, or `signalbox` for what the bot did of itself. */
  readonly actor: string;
  /** For example `deployment.requested`. */
  readonly action: string;
  readonly service?: number;
  readonly environment?: number;
  readonly deployment?: number;
  readonly detail?: Readonly<Record<string, unknown>>;
};

export async function audit(trx: Transaction<Database>, entry: AuditEntry): Promise<void> {
  await trx
    .insertInto("audit")
    .values({
      at: new Date(entry.at),
      actor: entry.actor,
      action: entry.action,
      service_id: entry.service ?? null,
      environment_id: entry.environment ?? null,
      deployment_id: entry.deployment ?? null,
      detail: JSON.stringify(entry.detail ?? {}),
    })
    .execute();
}

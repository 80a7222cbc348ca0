/** The freezes that stand. Reads only; a freeze whose time is over is none, whether or not that was noticed yet. */
import type { Kysely } from "kysely";
import type { FreezeFacts } from "../policy/model.ts";
import type { Database } from "../store/schema.ts";

/** Of those that stand on an environment, the one that ends last. */
export async function standingFreeze(
  db: Kysely<Database>,
  environment: number,
  now: number,
): Promise<FreezeFacts | undefined> {
  const row = await db
    .selectFrom("environment_freeze")
    .select(["by", "reason", "since", "until"])
    .where("environment_id", "=", environment)
    .where("ended_at", "is", null)
    .where("until", ">", new Date(now))
    .orderBy("until", "desc")
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  return row && { by: row.by, reason: row.reason, at: row.since.getTime(), until: row.until.getTime() };
}

/**
 * Gives back what the last run of the bot had leased when it was killed. Only for the private database: there one bot at
 * a time holds the data folder, so whoever held a lease is known to be dead. With several replicas a lease runs out.
 */
import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

export async function releaseLeases(db: Kysely<Database>, now: number): Promise<void> {
  const at = new Date(now);
  await db.updateTable("inbox").set({ status: "stored", look_at: at }).where("status", "=", "handling").execute();
  await db.updateTable("projection").set({ lease_until: null }).where("lease_until", "is not", null).execute();
  // Whoever called is gone since now at the latest. What it had sent may not have arrived: the deployer says for how long.
  await db
    .updateTable("attempt")
    .set({ call_until: at })
    .where("state", "=", "calling")
    .where("call_until", ">", at)
    .execute();
}

/** Who merged what ships: they have said yes to it already, and somebody else has to approve. Reads only. */
import { type Kysely, sql } from "kysely";
import type { Database } from "../store/schema.ts";

/** Logins, each once, of those who merged the pull requests whose merges made these commits. */
export async function mergersOf(
  db: Kysely<Database>,
  repository: number,
  shas: readonly string[],
): Promise<readonly string[]> {
  if (shas.length === 0) return [];
  const rows = await db
    .selectFrom("pull_request")
    .select("merged_by")
    .distinct()
    .where("repository_id", "=", repository)
    // One parameter, however many commits there are.
    .where(sql<boolean>`merge_sha = any(${[...shas]})`)
    .where("merged_by", "is not", null)
    .orderBy("merged_by")
    .execute();
  return rows.flatMap(({ merged_by }) => merged_by ?? []);
}

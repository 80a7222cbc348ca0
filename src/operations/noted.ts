/** What ships, with all that release notes are made from. Reads only. */
import type { Kysely } from "kysely";
import { type ReleaseNotes, releaseNotes } from "../policy/release-notes.ts";
import type { Database } from "../store/schema.ts";
import type { Ships } from "./ships.ts";

/** The bot's own pull requests only carry what others changed, and are left out. */
export async function notesOf(db: Kysely<Database>, repository: number, ships: Ships): Promise<ReleaseNotes> {
  const numbers = ships.pullRequests.map(({ number }) => number);
  const rows =
    numbers.length === 0
      ? []
      : await db
          .selectFrom("pull_request")
          .select(["number", "title", "body", "author", "labels", "issues"])
          .where("repository_id", "=", repository)
          .where("number", "in", numbers)
          .where("own", "=", false)
          .orderBy("number")
          .execute();
  const noted = rows.map(({ issues, ...row }) => ({
    ...row,
    issues: issues.map(({ repository: name, number }) => ({ repository: name, number })),
  }));
  return releaseNotes(noted, ships.compareUrl);
}

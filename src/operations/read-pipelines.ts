/**
 * The pipeline files of repositories that are known already, read again after a gap: of a push that changed one in the
 * meantime nobody may ever tell, and what is found on a branch must not start under rules that hold no more.
 */
import { sql } from "kysely";
import { withPipelineFiles } from "./ask-in-bulk.ts";
import type { Bot } from "./bot.ts";
import type { RepositoryRef } from "./ports.ts";
import { readPipeline } from "./read-pipeline.ts";
import { seeOpenPullRequests } from "./see-open-pull-requests.ts";
import { judgeOpenPullRequests } from "./see-pull-request.ts";
import { unlessRefused } from "./unless-refused.ts";

/** So many at once keep what was read of them small and young. */
const repositoriesAtOnce = 100;

/** `since`: when the gap began (epoch ms). Open pull requests are judged by whatever came into force from then on. */
export async function readPipelines(bot: Bot, repositories: readonly RepositoryRef[], since: number): Promise<void> {
  // A look that failed after it had put a file in force is found out by this: the file itself is no other any more.
  const changed = new Set(await inForceSince(bot, since));
  for (let from = 0; from < repositories.length; from += repositoriesAtOnce) {
    const some = repositories.slice(from, from + repositoriesAtOnce);
    const knowing = await withPipelineFiles(bot, some);
    for (const one of some) await unlessRefused(bot, one, () => readAgain(bot, knowing, one, changed.has(one.id)));
  }
}

async function readAgain(bot: Bot, knowing: Bot, repository: RepositoryRef, changed: boolean): Promise<void> {
  const before = await fileInForce(bot, repository.id);
  await readPipeline(knowing, repository);
  const after = await fileInForce(bot, repository.id);
  if (after === null || (!changed && after === before)) return;
  await (before === null ? seeOpenPullRequests : judgeOpenPullRequests)(bot, repository);
}

async function fileInForce(bot: Bot, repository: number): Promise<number | null> {
  const row = await bot.db
    .selectFrom("repository")
    .select("pipeline_file_id")
    .where("id", "=", repository)
    .executeTakeFirst();
  return row?.pipeline_file_id ?? null;
}

async function inForceSince(bot: Bot, since: number): Promise<readonly number[]> {
  const rows = await bot.db
    .selectFrom("audit")
    .select(sql<number>`(detail->>'repository')::bigint`.as("repository"))
    .distinct()
    // A literal, as it is in the index that finds it.
    .where("action", "=", sql.lit("pipeline.in-force"))
    .where("at", ">=", new Date(since))
    .execute();
  return rows.map(({ repository }) => repository);
}

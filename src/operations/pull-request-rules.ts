/** The pull-request rules in force in a repository. Writes nothing. */
import type { Kysely, Transaction } from "kysely";
import type { PullRequestPolicy } from "../policy/pipeline.ts";
import type { VersionFile } from "../policy/versions/source.ts";
import type { Database } from "../store/schema.ts";

export type RulesInForce = {
  /** The pipeline file that they stand in, by its id: they are in force while it is. */
  readonly file: number;
  readonly policy: PullRequestPolicy;
  /** The files in which services keep their versions, each once. */
  readonly versionFiles: readonly VersionFile[];
  /** The pipeline file on the default branch as it was read last, good or not. */
  readonly fileText: string | undefined;
};

/** Undefined when the repository has no pipeline file: the bot then leaves it alone. */
export async function rulesInForce(db: Kysely<Database>, repository: number): Promise<RulesInForce | undefined> {
  const row = await db
    .selectFrom("repository")
    .innerJoin("pipeline_file as good", "good.id", "repository.pipeline_file_id")
    .leftJoin("pipeline_file as latest", "latest.id", "repository.latest_pipeline_file_id")
    .select(["good.id", "good.pipeline", "latest.sources"])
    .where("repository.id", "=", repository)
    .executeTakeFirst();
  const pipeline = row?.pipeline ?? undefined;
  if (row === undefined || pipeline === undefined) return undefined;
  const files = new Map<string, VersionFile>();
  for (const { versions } of pipeline.services)
    if (versions.from.kind === "file") files.set(versions.from.path, versions.from);
  const fileText = row.sources?.[0]?.text;
  return { file: row.id, policy: pipeline.pullRequests, versionFiles: [...files.values()], fileText };
}

/**
 * Invariant: no verdict is stored by rules that were replaced. Whoever replaces them waits until this one can be seen, and
 * then judges it too. It is asked after the pull request was locked; whoever replaces them only shares that lock.
 */
export async function areInForce(
  trx: Transaction<Database>,
  repository: number,
  { file }: RulesInForce,
): Promise<boolean> {
  const row = await trx
    .selectFrom("repository")
    .select("pipeline_file_id")
    .where("id", "=", repository)
    .forShare()
    .executeTakeFirst();
  return row?.pipeline_file_id === file;
}

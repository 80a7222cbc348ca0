/**
 * Reads a repository's pipeline file and puts it in force when it is good. One with a mistake never half-applies: the
 * last good one stays in force, and the channel is told every mistake.
 */
import { createHash } from "node:crypto";
import { type Kysely, sql, type Transaction } from "kysely";
import type { Pipeline, PipelineReading, PipelineSource } from "../policy/pipeline.ts";
import { readPipelineFile } from "../policy/pipeline-file/read.ts";
import type { Workflows } from "../policy/workflow-problems.ts";
import type { Database } from "../store/schema.ts";
import { audit } from "./audit.ts";
import { backMergesOf, planBackMerges } from "./back-merge.ts";
import type { Bot } from "./bot.ts";
import { judgeRepositories, lockEnvironmentsOf } from "./judge-repository.ts";
import type { RepositoryRef } from "./ports.ts";
import { planSchedules } from "./schedule.ts";
import { tellServices } from "./tell-services.ts";
import { tellWorkflowProblems, workflowsBeside } from "./workflow-problems.ts";

/** Of a reading that two others overtook, the second was fetched after this one was asked for: it will do. */
const overtakenBy = 2;

/** Reads it as it is now, or leaves it at a reading of others that was fetched after this one was asked for. */
export async function readPipeline(bot: Bot, repository: RepositoryRef): Promise<void> {
  let first: number | undefined;
  // Whoever does not come to keep a reading was overtaken by one more.
  for (let attempt = 0; attempt <= overtakenBy; attempt += 1) {
    const readings = (await pipelineReadings(bot.db, [repository.id])).get(repository.id) ?? 0;
    first ??= readings;
    if (readings - first >= overtakenBy) return;
    const found = await bot.github.pipelineSources(repository);
    await bot.context.faults.at("pipeline.fetched");
    const reading = readingOf(repository, found);
    const sources = found?.sources ?? [];
    const workflows =
      reading.kind === "good" ? await workflowsBeside(bot, repository, hashOf(JSON.stringify(sources))) : undefined;
    const isNewest = await bot.db.transaction().execute(async (trx) => {
      // Somebody stored another reading since: what was fetched may be older than that.
      if (!(await noteReading(trx, repository.id, readings))) return false;
      await take(trx, bot, repository, sources, reading, workflows);
      return true;
    });
    if (!isNewest) continue;
    await bot.context.faults.at("pipeline.committed");
    log(bot, repository, reading);
    return;
  }
  throw new Error(`${repository.fullName} is read and not known`);
}

/** How often the pipeline files of these repositories were read and the reading was kept. */
export async function pipelineReadings(
  db: Kysely<Database>,
  repositories: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await db
    .selectFrom("repository")
    .select(["id", "pipeline_readings"])
    .where("id", "in", [...repositories])
    .execute();
  return new Map(rows.map((row) => [row.id, row.pipeline_readings]));
}

/** Invariant: of two readings the one that was fetched later stands. Locks the repository's row. */
async function noteReading(trx: Transaction<Database>, repository: number, readings: number): Promise<boolean> {
  const noted = await trx
    .updateTable("repository")
    .set({ pipeline_readings: readings + 1 })
    .where("id", "=", repository)
    .where("pipeline_readings", "=", readings)
    .executeTakeFirst();
  return noted.numUpdatedRows > 0n;
}

function readingOf(
  repository: RepositoryRef,
  found: Awaited<ReturnType<Bot["github"]["pipelineSources"]>>,
): PipelineReading {
  return found === undefined ? { kind: "absent" } : readPipelineFile({ ...found, repository: repository.fullName });
}

async function take(
  trx: Transaction<Database>,
  bot: Bot,
  repository: RepositoryRef,
  sources: readonly PipelineSource[],
  reading: PipelineReading,
  workflows: Workflows | undefined,
): Promise<void> {
  if (reading.kind === "absent") return await takeOutOfForce(trx, bot, repository.id);
  const row = await trx.selectFrom("repository").selectAll().where("id", "=", repository.id).executeTakeFirstOrThrow();
  const file = await storeFile(trx, bot, repository.id, sources, reading);
  // A newer bot may find mistakes in what is in force: that is told too, once.
  const isKnown = (reading.kind === "mistakes") !== (file === row.pipeline_file_id);
  if (file === row.latest_pipeline_file_id && isKnown) return;
  const before = row.latest_pipeline_file_id;
  await trx.updateTable("repository").set({ latest_pipeline_file_id: file }).where("id", "=", repository.id).execute();
  if (reading.kind === "mistakes") {
    const { mistakes } = reading;
    const lastGood = row.pipeline_file_id !== null;
    const content = { code: "pipeline-mistakes", repository: repository.fullName, mistakes, lastGood } as const;
    await tellServices(trx, bot, repository.id, `pipeline-mistakes/${file}/${before ?? 0}`, content);
    return;
  }
  await putInForce(trx, bot, repository.id, file, reading.pipeline);
  if (workflows !== undefined) await tellWorkflowProblems(trx, bot, repository, file, reading.pipeline, workflows);
  if (before !== null && before !== row.pipeline_file_id) {
    const content = { code: "pipeline-mended", repository: repository.fullName } as const;
    await tellServices(trx, bot, repository.id, `pipeline-mended/${file}/${before}`, content);
  }
}

function log(bot: Bot, repository: RepositoryRef, reading: PipelineReading): void {
  const about = { repository: repository.fullName };
  if (reading.kind === "good") bot.log.info(about, "the pipeline file is in force");
  if (reading.kind === "mistakes")
    bot.log.warn({ ...about, mistakes: reading.mistakes.length }, "the pipeline file has mistakes and is not in force");
}

function hashOf(sources: string): string {
  return createHash("sha256").update(sources).digest("hex");
}

async function storeFile(
  trx: Transaction<Database>,
  bot: Bot,
  repository: number,
  sources: readonly PipelineSource[],
  reading: Extract<PipelineReading, { kind: "good" | "mistakes" }>,
): Promise<number> {
  const text = JSON.stringify(sources);
  const isGood = reading.kind === "good";
  const meaning = {
    pipeline: isGood ? JSON.stringify(reading.pipeline) : null,
    mistakes: isGood ? null : JSON.stringify(reading.mistakes),
  };
  // It may be in force, and what is in force has to mean something.
  const ifNeverGood = sql<string | null>`case when pipeline_file.pipeline is null then excluded.mistakes end`;
  const stored = await trx
    .insertInto("pipeline_file")
    .values({
      repository_id: repository,
      hash: hashOf(text),
      sources: text,
      ...meaning,
      read_at: new Date(bot.context.clock.now()),
    })
    // A newer bot may read the same text differently: what it means now is kept.
    .onConflict((conflict) =>
      conflict.columns(["repository_id", "hash"]).doUpdateSet(isGood ? meaning : { mistakes: ifNeverGood }),
    )
    .returning("id")
    .executeTakeFirstOrThrow();
  return stored.id;
}

async function putInForce(
  trx: Transaction<Database>,
  bot: Bot,
  repository: number,
  file: number,
  pipeline: Pipeline,
): Promise<void> {
  const now = bot.context.clock.now();
  await trx.updateTable("repository").set({ pipeline_file_id: file }).where("id", "=", repository).execute();
  await lockEnvironmentsOf(trx, [repository]);
  const kept: number[] = [];
  for (const service of pipeline.services) {
    // Another name may mean another channel: it is looked for anew.
    await trx
      .updateTable("service")
      .set({ channel_id: null, channel_team: null, channel_looked_at: null })
      .set({ channel_problem: null, channel_problem_at: null, channel_told_at: null })
      .where("repository_id", "=", repository)
      .where("name", "=", service.name)
      .where(sql<boolean>`channel is distinct from ${service.channel ?? null}`)
      .execute();
    const { id } = await trx
      .insertInto("service")
      .values({ repository_id: repository, name: service.name, channel: service.channel ?? null })
      .onConflict((conflict) =>
        conflict.columns(["repository_id", "name"]).doUpdateSet({ channel: service.channel ?? null, removed_at: null }),
      )
      .returning("id")
      .executeTakeFirstOrThrow();
    kept.push(id);
    const names = service.environments.map((environment) => environment.name);
    for (const [position, name] of names.entries()) {
      await trx
        .insertInto("environment")
        .values({ service_id: id, name, position })
        .onConflict((conflict) => conflict.columns(["service_id", "name"]).doUpdateSet({ position, removed_at: null }))
        .execute();
    }
    await trx
      .updateTable("environment")
      .set({ removed_at: new Date(now) })
      .where("service_id", "=", id)
      .where("name", "not in", names)
      // A demo ends with its branch or its time, under the policy that it was pushed under.
      .where("demo_branch", "is", null)
      .where("removed_at", "is", null)
      .execute();
  }
  await trx
    .updateTable("service")
    .set({ removed_at: new Date(now) })
    .where("repository_id", "=", repository)
    .where("id", "not in", kept)
    .where("removed_at", "is", null)
    .execute();
  await planBackMerges(trx, bot, repository, backMergesOf(pipeline));
  await planSchedules(trx, bot, repository, pipeline);
  await audit(trx, { at: now, actor: "signalbox", action: "pipeline.in-force", detail: { repository, file } });
  // A changed policy may open or close gates.
  await judgeRepositories(trx, bot, [repository]);
}

async function takeOutOfForce(trx: Transaction<Database>, bot: Bot, repository: number): Promise<void> {
  const was = await trx
    .updateTable("repository")
    .set({ pipeline_file_id: null, latest_pipeline_file_id: null })
    .where("id", "=", repository)
    .where("latest_pipeline_file_id", "is not", null)
    .returning("id")
    .executeTakeFirst();
  if (was === undefined) return;
  await trx
    .updateTable("service")
    .set({ removed_at: new Date(bot.context.clock.now()) })
    .where("repository_id", "=", repository)
    .where("removed_at", "is", null)
    .execute();
  await planBackMerges(trx, bot, repository, []);
  await judgeRepositories(trx, bot, [repository]);
}

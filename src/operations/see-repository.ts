/** Repositories as GitHub tells of them: added, renamed, removed. Reads the pipeline file of a new one. */
import type { UpdateQueryBuilder, UpdateResult } from "kysely";
import type { Database } from "../store/schema.ts";
import { withPipelineFiles } from "./ask-in-bulk.ts";
import type { Bot } from "./bot.ts";
import { judgeRepositories } from "./judge-repository.ts";
import { missed } from "./missed.ts";
import { loadServicesOf } from "./place.ts";
import type { RepositoryRef } from "./ports.ts";
import { readPipeline } from "./read-pipeline.ts";
import { refOf } from "./repository-ref.ts";
import { planSchedules } from "./schedule.ts";
import { unlessRefused } from "./unless-refused.ts";
import { lookAtDueBackMerges } from "./version-news.ts";

export type SeenRepository = RepositoryRef & { readonly private: boolean };

/**
 * An event may come from a repository that nobody told of yet: its pipeline file is read at once. True when it was new.
 * It counts as known only once its file was read, so that whoever is told again after a failure reads it then.
 */
export async function seeRepository(bot: Bot, seen: SeenRepository): Promise<boolean> {
  const known = await bot.db.selectFrom("repository").selectAll().where("id", "=", seen.id).executeTakeFirst();
  if (known !== undefined && isSame(known, seen)) return false;
  if (known !== undefined && wasRead(known, seen)) {
    await store(bot, seen);
    return false;
  }
  if (known === undefined) await meet(bot, seen);
  await readPipeline(bot, seen);
  await store(bot, seen, known);
  await bot.context.faults.at("repository.stored");
  await lookAtDueBackMerges(bot, seen);
  return true;
}

/**
 * What an event tells of a repository may be old: it waited, or GitHub sent it once more, and the name is another's by
 * now. So GitHub is asked about what is told otherwise than it is known; undefined where it does not reach it so, and what
 * is known stands. Calls: none where it is as it is known, or new; else 1.
 */
export async function asItIsNow(bot: Bot, told: SeenRepository): Promise<SeenRepository | undefined> {
  const rows = await bot.db
    .selectFrom("repository")
    .selectAll()
    .where((eb) =>
      eb.or([eb("id", "=", told.id), eb.and([eb("full_name", "=", told.fullName), eb("removed_at", "is", null)])]),
    )
    .execute();
  if (rows.every((row) => row.id === told.id && isSame(row, told))) return told;
  return await bot.github.repository(told);
}

/** As it is known; undefined where it is not, or is out of reach. */
export async function asKnown(bot: Bot, { id: wanted }: Pick<RepositoryRef, "id">): Promise<RepositoryRef | undefined> {
  const known = bot.db.selectFrom("repository").selectAll().where("id", "=", wanted);
  const row = await known.where("removed_at", "is", null).executeTakeFirst();
  return row && refOf(row);
}

/** So many at once keep what was read of them small and young. */
const repositoriesAtOnce = 100;

/** As at start: the pipeline files of those that are new are asked for together. */
export async function seeRepositories(bot: Bot, seen: readonly SeenRepository[]): Promise<void> {
  for (let from = 0; from < seen.length; from += repositoriesAtOnce) {
    const some = seen.slice(from, from + repositoriesAtOnce);
    const ids = some.map(({ id }) => id);
    const rows = await bot.db.selectFrom("repository").selectAll().where("id", "in", ids).execute();
    const unread = some.filter((one) => !rows.some((row) => row.id === one.id && wasRead(row, one)));
    const knowing = await withPipelineFiles(bot, unread);
    for (const one of some) await unlessRefused(bot, one, () => seeRepository(knowing, one));
  }
}

type Known = {
  readonly removed_at: Date | null;
  readonly default_branch: string;
  readonly pipeline_file_id: number | null;
};

function wasRead(row: Known, seen: SeenRepository): boolean {
  return row.removed_at === null && row.default_branch === seen.defaultBranch;
}

function isSame(
  row: Known & { readonly full_name: string; readonly installation_id: number; readonly private: boolean },
  seen: SeenRepository,
): boolean {
  return (
    wasRead(row, seen) &&
    row.full_name === seen.fullName &&
    row.installation_id === seen.installationId &&
    row.private === seen.private
  );
}

function columnsOf(seen: SeenRepository) {
  return {
    full_name: seen.fullName,
    installation_id: seen.installationId,
    default_branch: seen.defaultBranch,
    private: seen.private,
  };
}

/** Until its pipeline file was read it stands there as one that is out of reach. */
async function meet(bot: Bot, seen: SeenRepository): Promise<void> {
  await bot.db
    .insertInto("repository")
    .values({ id: seen.id, ...columnsOf(seen), removed_at: new Date(bot.context.clock.now()) })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
  await bot.context.faults.at("repository.met");
}

async function store(bot: Bot, seen: SeenRepository, before?: Known): Promise<void> {
  await bot.db.transaction().execute(async (trx) => {
    // GitHub told nothing of it while it was out of reach: its branches may have moved, as in any gap.
    const isBack = before !== undefined && before.removed_at !== null && before.pipeline_file_id !== null;
    if (isBack) await missed({ ...bot, db: trx }, "github");
    // A name belongs to one repository at a time: whoever had it before was renamed or deleted.
    const displaced = await trx
      .updateTable("repository")
      .set({ removed_at: new Date(bot.context.clock.now()) })
      .where("full_name", "=", seen.fullName)
      .where("id", "!=", seen.id)
      .where("removed_at", "is", null)
      .returning("id")
      .execute();
    await trx
      .updateTable("repository")
      .set({ ...columnsOf(seen), removed_at: null })
      .where("id", "=", seen.id)
      .execute();
    await judgeRepositories(trx, bot, [...displaced.map((row) => row.id), seen.id]);
    // What came due out of reach was planned no further, and the file, being the same, plans nothing anew.
    const [service] = await loadServicesOf(trx, seen.id);
    if (service !== undefined) await planSchedules(trx, bot, seen.id, service.pipeline);
  });
}

export async function loseRepository(bot: Bot, id: number): Promise<void> {
  await lose(bot, (query) => query.where("id", "=", id));
}

export async function loseInstallation(bot: Bot, installationId: number): Promise<void> {
  await lose(bot, (query) => query.where("installation_id", "=", installationId));
}

/** At start GitHub lists the repositories that the App can reach: these are the others that are taken to be. */
export async function storedBeyond(bot: Bot, ids: readonly number[]) {
  const standing = bot.db.selectFrom("repository").select(["id", "installation_id"]).where("removed_at", "is", null);
  const listed = new Set(ids);
  return (await standing.execute())
    .filter(({ id }) => !listed.has(id))
    .map(({ id, installation_id }) => ({ id, installationId: installation_id }));
}

/** What waits in a repository that is out of reach ends. What runs there comes to its own end. */
async function lose(bot: Bot, which: (query: RepositoryUpdate) => RepositoryUpdate): Promise<void> {
  await bot.db.transaction().execute(async (trx) => {
    const removed_at = new Date(bot.context.clock.now());
    const standing = trx.updateTable("repository").set({ removed_at }).where("removed_at", "is", null);
    const lost = await which(standing).returning("id").execute();
    await judgeRepositories(
      trx,
      bot,
      lost.map((row) => row.id),
    );
  });
}

type RepositoryUpdate = UpdateQueryBuilder<Database, "repository", "repository", UpdateResult>;

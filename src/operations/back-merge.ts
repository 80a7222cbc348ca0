/**
 * What one branch has and another lacks is brought back by a pull request that stays open as long as there is something
 * to bring: from the release branch (`versions.back_merge`), or from the branch of an environment (`back_merge`). A row for each pair
 * holds what is lacking; the pull request is its projection. Merges that bring no content are nothing to bring.
 */
import { isDeepStrictEqual } from "node:util";
import type { Transaction } from "kysely";
import * as z from "zod";
import type { Sha } from "../policy/model.ts";
import type { Pipeline } from "../policy/pipeline.ts";
import { standingSurface } from "../projections/standing.ts";
import { touch } from "../projections/touch.ts";
import type { Database } from "../store/schema.ts";
import type { BackMergeRow } from "../store/version-tables.ts";
import type { Bot } from "./bot.ts";
import type { RepositoryRef } from "./ports.ts";
import { tellServices } from "./tell-services.ts";
import { type Brought, unshared } from "./unshared.ts";

export type LackingCommits = {
  readonly head: Sha;
  readonly commits: number;
  readonly authors: readonly string[];
  readonly conflict: boolean;
  /** GitHub refuses the pull request, and people were told. */
  readonly refused?: true;
};

export type BranchPair = { readonly from: string; readonly into: string };

/** News of either branch comes at once; this finds what was missed. */
const lookAgainMs = 3_600_000;
/** The pull request is made within seconds, and GitHub finds out in the background whether it conflicts. */
const unknownYetMs = 10_000;

/** The pairs that a pipeline names, each once. */
export function backMergesOf(pipeline: Pipeline): readonly BranchPair[] {
  const named = pipeline.services.flatMap(({ versions: { releaseBranch, backMerge }, environments }) => [
    { from: releaseBranch, into: backMerge },
    ...environments.map((environment) => ({ from: environment.branch, into: environment.backMerge })),
  ]);
  const pairs = named.flatMap(({ from, into }) => (from === undefined || into === undefined ? [] : [{ from, into }]));
  return [...new Map(pairs.map((pair) => [JSON.stringify(pair), pair])).values()];
}

/** Keeps a row for each pair, in the transaction that puts the pipeline in force. */
export async function planBackMerges(
  trx: Transaction<Database>,
  bot: Bot,
  repository: number,
  pairs: readonly BranchPair[],
): Promise<void> {
  const now = new Date(bot.context.clock.now());
  const kept: number[] = [];
  for (const { from, into } of pairs) {
    const row = await trx
      .insertInto("back_merge")
      .values({
        repository_id: repository,
        source: from,
        target: into,
        lacking: null,
        brought: null,
        look_at: now,
        removed_at: null,
      })
      .onConflict((conflict) =>
        conflict.columns(["repository_id", "source", "target"]).doUpdateSet({ look_at: now, removed_at: null }),
      )
      .returning("id")
      .executeTakeFirstOrThrow();
    kept.push(row.id);
  }
  await trx
    .updateTable("back_merge")
    .set({ look_at: null, removed_at: now })
    .where("repository_id", "=", repository)
    .where("removed_at", "is", null)
    .$if(kept.length > 0, (query) => query.where("id", "not in", kept))
    .execute();
}

/**
 * A branch moved, or a pull request was closed: the pairs of the repository that it is part of are looked at again. Without
 * a branch it is those that are due, as with a new pipeline file.
 */
export async function lookAtBackMergesOf(bot: Bot, repository: RepositoryRef, branch?: string): Promise<void> {
  const rows = await bot.db
    .selectFrom("back_merge")
    .select("id")
    .where("repository_id", "=", repository.id)
    .where("removed_at", "is", null)
    .where((row) =>
      branch === undefined
        ? row("look_at", "<=", new Date(bot.context.clock.now()))
        : row.or([row("source", "=", branch), row("target", "=", branch)]),
    )
    .execute();
  for (const { id } of rows) await lookAtBackMerge(bot, id);
}

export async function lookAtBackMerge(bot: Bot, id: number): Promise<void> {
  const pair = await load(bot, id);
  if (pair === undefined) return;
  const { row, repository } = pair;
  const surface = await standingSurface(bot.db, "github.back-merge", `${id}`);
  const pull = numberIn(surface?.external);
  const found = pull === undefined ? undefined : await stateOf(bot, row, repository, pull);
  const brought = found?.brought ?? row.brought;
  const lacking = await lackingOf(bot, row, repository, brought);
  const mergeable =
    lacking && found?.open === true && pull !== undefined ? await bot.versions.mergeable(repository, pull) : undefined;
  await bot.context.faults.at("back-merge.gathered");
  await bot.db.transaction().execute(async (trx) => {
    const before = await trx.selectFrom("back_merge").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
    if (before === undefined || before.removed_at !== null) return;
    // Read now, since it may have been made while GitHub was asked.
    const refused =
      found?.open === true ? undefined : (await standingSurface(trx, "github.back-merge", `${id}`))?.refused;
    const seen: LackingCommits | undefined = lacking && {
      ...lacking,
      conflict: mergeable === false,
      ...(refused === undefined ? {} : { refused: true }),
    };
    // One that GitHub refuses has no news to wait for.
    const unknownYet = found?.open === true ? mergeable === undefined : refused === undefined;
    const inMs = seen !== undefined && unknownYet ? unknownYetMs : lookAgainMs;
    const reopen = seen !== undefined && found?.open === false;
    if (before.look_at?.getTime() !== row.look_at?.getTime()) {
      const read = { lacking: seen ?? null, brought, opening: row.opening + (reopen ? 1 : 0) };
      return await lookAgain(trx, bot, before, read);
    }
    await trx
      .updateTable("back_merge")
      .set({
        lacking: seen === undefined ? null : JSON.stringify(seen),
        ...(found?.brought === undefined ? {} : { brought: JSON.stringify(found.brought) }),
        opening: before.opening + (reopen ? 1 : 0),
        look_at: new Date(bot.context.clock.now() + inMs),
      })
      .where("id", "=", id)
      .execute();
    const lane = `github/${repository.installationId}`;
    await touch(trx, bot.wake, { surface: "github.back-merge", subject: `${id}`, lane });
    if (seen !== undefined && refused !== undefined && before.lacking?.refused !== true) {
      await tellRefusal(trx, bot, row, repository, refused);
    }
    if (seen?.conflict === true && pull !== undefined) await tellConflict(trx, bot, row, repository, seen, pull);
  });
  await bot.context.faults.at("back-merge.kept");
}

/**
 * Somebody else has looked meanwhile, and nobody can tell whose reading is newer. Where both have read the same it is kept
 * already; looking again all the same, two bots whose sweeps keep step would call each other back for ever.
 */
async function lookAgain(
  trx: Transaction<Database>,
  bot: Bot,
  { id, lacking, brought, opening }: BackMergeRow,
  read: Pick<BackMergeRow, "lacking" | "brought" | "opening">,
): Promise<void> {
  if (isDeepStrictEqual({ lacking, brought, opening }, read)) return;
  const now = new Date(bot.context.clock.now());
  await trx.updateTable("back_merge").set({ look_at: now }).where("id", "=", id).execute();
}

async function tellConflict(
  trx: Transaction<Database>,
  bot: Bot,
  row: BackMergeRow,
  repository: RepositoryRef,
  { authors, head }: LackingCommits,
  number: number,
): Promise<void> {
  const url = `${bot.githubUrl}/${repository.fullName}/pull/${number}`;
  const named = { repository: repository.fullName, from: row.source, into: row.target };
  const content = { code: "back-merge-conflict", ...named, number, url, authors } as const;
  await tellServices(trx, bot, repository.id, `back-merge/${row.id}/conflict/${head}`, content);
}

/** Once until it is made or nothing is lacking any more, which the row knows: a push or a retry tells nothing new. */
async function tellRefusal(
  trx: Transaction<Database>,
  bot: Bot,
  row: BackMergeRow,
  repository: RepositoryRef,
  said: string,
): Promise<void> {
  const named = { repository: repository.fullName, from: row.source, into: row.target };
  const key = `back-merge/${row.id}/refused/${bot.context.clock.now()}`;
  await tellServices(trx, bot, repository.id, key, { code: "back-merge-refused", ...named, said });
}

async function lackingOf(bot: Bot, row: BackMergeRow, repository: RepositoryRef, brought: Brought | null) {
  const [from, into] = await Promise.all([
    bot.github.branchHead(repository, row.source),
    bot.github.branchHead(repository, row.target),
  ]);
  if (from === undefined || into === undefined || from.sha === into.sha) return undefined;
  const { commits, authors, files } = await unshared(bot, repository, from.sha, into.sha, brought);
  return files.length === 0 ? undefined : { head: from.sha, commits, authors };
}

type PullState = { readonly open: boolean; readonly brought?: Brought };

/** Calls: 1, and none for one that is known to be merged. */
async function stateOf(bot: Bot, row: BackMergeRow, repository: RepositoryRef, pull: number): Promise<PullState> {
  if (row.brought?.pull === pull) return { open: false };
  const found = await bot.github.pullRequest(repository, pull);
  if (found?.mergedAt === undefined) return { open: found?.state === "open" };
  return { open: false, brought: { pull, head: found.headSha, merged: found.mergeSha ?? found.headSha } };
}

const remembered = z.object({ number: z.int() });

/** What the surface remembers. */
function numberIn(external: unknown): number | undefined {
  return remembered.safeParse(external).data?.number;
}

async function load(bot: Bot, id: number) {
  const row = await bot.db
    .selectFrom("back_merge")
    .selectAll()
    .where("id", "=", id)
    .where("removed_at", "is", null)
    .executeTakeFirst();
  const at = await bot.db
    .selectFrom("repository")
    .select(["id", "full_name", "installation_id", "default_branch"])
    .where("id", "=", row?.repository_id ?? 0)
    .where("removed_at", "is", null)
    .executeTakeFirst();
  if (row === undefined || at === undefined) return undefined;
  const repository: RepositoryRef = {
    id: at.id,
    fullName: at.full_name,
    installationId: at.installation_id,
    defaultBranch: at.default_branch,
  };
  return { row, repository };
}

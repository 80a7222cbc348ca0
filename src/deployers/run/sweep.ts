/**
 * Takes away what ended attempts and deployments leave on disk, by age and by number.
 *
 * It must never touch what the caller names as unsettled: without its folder an attempt would look as if it had never
 * been started, and could be started again.
 */
import { join, resolve } from "node:path";
import type { Context } from "../../context.ts";
import { attemptsRoot, folderAt } from "./attempt-folder.ts";

export type Sweep = {
  readonly context: Context;
  readonly dataDir: string;
  /** What ended longer ago than this, in ms, goes. */
  readonly olderThanMs: number;
  /** Of what is younger, so many are kept, the newest; of attempts and of working trees each. */
  readonly keep: number;
  /** Of these deployments, those that ended without having started: their trees, made ahead, go at once. */
  readonly unstarted: (deployments: readonly number[]) => Promise<ReadonlySet<number>>;
  /** Tokens whose attempt, and deployments whose end, is not yet recorded for good. */
  readonly unsettled: { readonly tokens: ReadonlySet<string>; readonly deployments: ReadonlySet<number> };
};

const leftOverAfterMs = 24 * 3_600_000;

type Old = {
  readonly name: string;
  readonly path: string;
  /** Epoch ms. */
  readonly at: number;
  /** Whether it left a mark of its end. What was interrupted has none, and goes by its age alone. */
  readonly ended: boolean;
};

async function list(context: Context, root: string, mark: (path: string) => string): Promise<readonly Old[]> {
  const names = await context.files.readdir(root).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(root, name);
      const [marked, itself] = await Promise.all(
        [mark(path), path].map((at) => context.files.stat(at).catch(() => undefined)),
      );
      const at = marked?.mtimeMs ?? itself?.mtimeMs;
      return at === undefined ? [] : [{ name, path, at, ended: marked !== undefined }];
    }),
  );
  return found.flat().toSorted((a, b) => b.at - a.at);
}

/** Renamed first, so that what is half gone is never taken for something. */
async function remove(context: Context, dataDir: string, old: Old): Promise<void> {
  const trash = join(dataDir, "trash");
  await context.files.mkdir(trash, { recursive: true, mode: 0o700 });
  await context.files.rename(old.path, join(trash, context.ids.uuid()));
}

/** A checkout that somebody was killed over; none takes so long. */
function isLeftOver(context: Context, { name, at }: Old): boolean {
  return name.startsWith(".") && at < context.clock.now() - leftOverAfterMs;
}

/** Returns how many attempts and working trees were taken away. */
export async function sweepAttempts(sweep: Sweep): Promise<{ readonly attempts: number; readonly trees: number }> {
  const { context, unsettled } = sweep;
  const dataDir = resolve(sweep.dataDir);
  const goes = (old: Old, at: number) =>
    (old.ended && at >= sweep.keep) || old.at < context.clock.now() - sweep.olderThanMs;

  const ended = await list(context, attemptsRoot(dataDir), (path) => folderAt(path).exit);
  const attempts = ended.filter((old) => !unsettled.tokens.has(old.name)).filter(goes);
  const worked = await list(context, join(dataDir, "work"), (path) => path);
  const unstarted = await sweep.unstarted(worked.map((old) => Number(old.name)).filter(Number.isSafeInteger));
  const trees = worked
    .filter((old) => !unsettled.deployments.has(Number(old.name)))
    .filter((old, at) => goes(old, at) || unstarted.has(Number(old.name)) || isLeftOver(context, old));

  for (const old of [...attempts, ...trees]) await remove(context, dataDir, old);
  // With what an earlier sweep was interrupted over.
  await context.files.rm(join(dataDir, "trash"), { recursive: true, force: true });
  return { attempts: attempts.length, trees: trees.length };
}

/**
 * The bare copy of a repository from which revisions are checked out.
 *
 * It holds what the repository's own branches and tags reach and nothing else: no `refs/pull/*`, so no fork's commit.
 * A commit that was once checked out is kept under `refs/signalbox/<repository id>/`, because a rollback must still
 * find it when its branch is gone. Everything here happens under the repository's lock.
 */
import { join } from "node:path";
import { exists } from "./attempt-folder.ts";
import { type Git, git, gitOrThrow, whatFailed } from "./git.ts";
import type { Order } from "./order.ts";

export type Wanted = Pick<Order, "repository" | "sha" | "git">;

export type Mirror = { readonly folder: string; readonly lock: string };

/** Throws on a name that is not `owner/name` as GitHub has them, before it becomes a path. */
export function mirrorOf(dataDir: string, fullName: string): Mirror {
  const parts = fullName.split("/");
  const [owner, name] = parts;
  const good = (part: string | undefined) => part !== undefined && /^[\w.-]{1,100}$/.test(part) && !/^\.+$/.test(part);
  if (parts.length !== 2 || !good(owner) || !good(name)) {
    throw new Error(`A repository is named owner/name, not ${JSON.stringify(fullName)}.`);
  }
  const base = join(dataDir, "git", String(owner), String(name));
  return { folder: `${base}.git`, lock: `${base}.lock` };
}

/** What a git that was killed leaves behind. Nobody else writes while we hold the lock, so all of it is stale. */
async function removeLeftOvers(how: Git, folder: string): Promise<void> {
  const { files } = how.context;
  const remove = async (from: string, recursive: boolean, isLeftOver: (name: string) => boolean) => {
    const entries = await files.readdir(from, { recursive, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (entry.isFile() && isLeftOver(entry.name)) await files.rm(join(entry.parentPath, entry.name), { force: true });
    }
  };
  // No ref's name ends so. The folders of loose objects are left out: what is half written there has another name.
  const isLock = (name: string) => name.endsWith(".lock");
  await remove(folder, false, isLock);
  await remove(join(folder, "refs"), true, isLock);
  await remove(join(folder, "objects", "pack"), false, (name) => /^\.?tmp[-_]|\.(?:lock|keep)$/u.test(name));
}

/** What git ends with when it is asked what contains a commit that it has not. */
const noSuchCommit = 129;

/** Whether a branch, a tag or an earlier checkout of this repository reaches the commit. */
async function reaches(how: Git, mirror: Mirror, order: Wanted): Promise<boolean> {
  const own = ["refs/heads", "refs/tags", `refs/signalbox/${order.repository.id}`];
  const args = [`--git-dir=${mirror.folder}`, "for-each-ref", "--count=1", `--contains=${order.sha}`, ...own];
  const found = await git(how, args);
  if (found.code === noSuchCommit) return false;
  if (found.code !== 0) throw new Error(whatFailed("Looking for the revision", found));
  return found.stdout.trim() !== "";
}

async function fetchAll(how: Git, mirror: Mirror, order: Wanted): Promise<void> {
  await gitOrThrow({ ...how, extraHeader: order.git.extraHeader }, `Fetching ${order.repository.fullName}`, [
    `--git-dir=${mirror.folder}`,
    "fetch",
    "--quiet",
    "--force",
    "--prune",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    "--",
    order.git.url,
    "+refs/heads/*:refs/heads/*",
    "+refs/tags/*:refs/tags/*",
  ]);
  await packWhenMany(how, mirror);
}

/** As git's own `gc --auto` reckons: one folder of 256 tells of all loose objects, of which there may be 6,700. */
const mostLooseInOne = 27;
const mostPacks = 50;

/**
 * Small fetches leave loose objects, and large ones a pack each: many of either make every later git slower. What nothing
 * reaches any more is packed as well and never dropped, since trees borrow their objects from here.
 */
async function packWhenMany(how: Git, mirror: Mirror): Promise<void> {
  const names = (of: string) => how.context.files.readdir(join(mirror.folder, "objects", of)).catch(() => []);
  const [loose, packed] = await Promise.all([names("17"), names("pack")]);
  const packs = packed.filter((name) => name.endsWith(".pack"));
  if (loose.length <= mostLooseInOne && packs.length <= mostPacks) return;
  // Each pack holds at least twice the objects of the next smaller, so that the large ones are seldom written anew. Where
  // it fails, as on a full disk or with a git older than 2.32, all stays as it was.
  await git(how, [`--git-dir=${mirror.folder}`, "repack", "--quiet", "-d", "--geometric=2"]);
}

/**
 * Whether the commit was brought before: then its pin is there, and holds it. Nothing packs the mirror's refs away, and
 * should the file be gone all the same, the long way finds the commit.
 */
export async function isBrought(how: Git, mirror: Mirror, order: Wanted): Promise<boolean> {
  if (!isSha(order.sha)) return false;
  const text = await how.context.files.readFile(join(mirror.folder, pinOf(order)), "utf8").catch(() => "");
  return text.trim() === order.sha;
}

function isSha(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

function pinOf(order: Wanted): string {
  return `refs/signalbox/${order.repository.id}/${order.sha}`;
}

/**
 * Brings the order's commit into the mirror. Rejects, with a message fit to be read by people, when the repository's
 * own branches and tags do not reach it.
 */
export async function bring(how: Git, mirror: Mirror, order: Wanted): Promise<void> {
  if (!isSha(order.sha)) {
    throw new Error(`A revision is a full SHA of 40 lower-case hex digits, not ${JSON.stringify(order.sha)}.`);
  }
  if (await isBrought(how, mirror, order)) return;
  await removeLeftOvers(how, mirror.folder);
  const made = await exists(how.context, join(mirror.folder, "HEAD"));
  // A copy that cannot even be asked is mended by what makes one.
  if (!made || !(await reaches(how, mirror, order).catch(() => false))) {
    const init = ["init", "--quiet", "--bare", "--template=", mirror.folder];
    await gitOrThrow(how, "Making the copy of the repository", init);
    await fetchAll(how, mirror, order);
    if (!(await reaches(how, mirror, order))) {
      throw new Error(
        `${order.sha} was not found: no branch and no tag of ${order.repository.fullName} reaches it. It may have been taken back since it was asked for.`,
      );
    }
  }
  await gitOrThrow(how, "Keeping the revision", [`--git-dir=${mirror.folder}`, "update-ref", pinOf(order), order.sha]);
}

/**
 * Makes the folder that a deployment's stages work in: the exact revision, checked out once and then shared, because
 * `deploy` expects what `build` has built.
 *
 * The tree is a clone that borrows the mirror's objects. Submodules are not fetched and no hook or filter runs. It is
 * made under another name and renamed into place whole, so that of two who make it at once one wins and nobody ever
 * works in half a tree.
 */
import { dirname, join } from "node:path";
import type { Context } from "../../context.ts";
import { exists, newFolder, workFolder, writeRecord } from "./attempt-folder.ts";
import { lockFile } from "./file-lock.ts";
import { type Git, gitOrThrow } from "./git.ts";
import { thisMachine } from "./machine.ts";
import { bring, isBrought, type Mirror, mirrorOf } from "./mirror.ts";
import type { Order } from "./order.ts";

export type CheckoutOrder = Pick<Order, "checkout" | "repository" | "sha" | "git">;

/**
 * What `ready.json` holds; a tree is used again only when this is the same to the letter. One that was made ready ahead
 * holds for the present boot alone: it was not written out to the disk, and nobody would notice what a power failure took.
 */
function readyFor(order: CheckoutOrder, bootId?: string): object {
  const ready = { repository: order.repository.id, sha: order.sha };
  return bootId === undefined ? ready : { ...ready, madeAhead: bootId };
}

/** Whether the tree can be worked in. One that was made ahead is from here on like any other. */
async function isReady(context: Context, work: string, order: CheckoutOrder): Promise<boolean> {
  const record = join(work, "ready.json");
  const [text, there] = await Promise.all([
    context.files.readFile(record, "utf8").catch(() => ""),
    exists(context, join(work, "tree")),
  ]);
  if (!there || text === "") return false;
  if (text.trim() === JSON.stringify(readyFor(order))) return true;
  const { bootId } = await thisMachine(context);
  if (bootId === undefined || text.trim() !== JSON.stringify(readyFor(order, bootId))) return false;
  await writeRecord(context, record, readyFor(order));
  return true;
}

/** Checks out under `folder`, which is empty; the mirror's lock is held no longer than it is read. */
async function make(how: Git, mirror: Mirror, order: CheckoutOrder, folder: string): Promise<void> {
  const { context } = how;
  const tree = join(folder, "tree");
  const lock = await lockFile(context, mirror.lock, { path: how.path, signal: how.signal });
  try {
    const held = { ...how, lock: lock.fd };
    await bring(held, mirror, order);
    await context.faults.at("supervisor.fetched");
    await gitOrThrow(held, "Checking out", [
      "clone",
      "--quiet",
      "--shared",
      "--no-checkout",
      "--template=",
      "--",
      mirror.folder,
      tree,
    ]);
  } finally {
    await lock.release();
  }
  // The one writes files and the index, the other the settings: neither waits for the other.
  await Promise.all([
    gitOrThrow(how, "Checking out", ["-C", tree, "checkout", "--quiet", "--detach", order.sha, "--"]),
    gitOrThrow(how, "Checking out", ["-C", tree, "remote", "set-url", "origin", order.git.url]),
  ]);
}

/** False when something is there already: a folder that holds anything is never renamed onto. */
async function renamed(context: Context, from: string, to: string): Promise<boolean> {
  try {
    await context.files.rename(from, to);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOTEMPTY" || code === "EEXIST") return false;
    throw error;
  }
}

async function forget(context: Context, folder: string): Promise<void> {
  await context.files.rm(folder, { recursive: true, force: true });
}

/** Returns the tree. Rejects with a message fit to be read by people, or with the signal's reason. */
export async function checkOut(how: Git, dataDir: string, order: CheckoutOrder): Promise<string> {
  const { context } = how;
  const work = workFolder(dataDir, order.checkout);
  const tree = join(work, "tree");
  if (await isReady(context, work, order)) return tree;

  const mirror = mirrorOf(dataDir, order.repository.fullName);
  await context.files.mkdir(dirname(mirror.folder), { recursive: true, mode: 0o700 });
  const made = await newFolder(context, dirname(work));
  try {
    await make(how, mirror, order, made);
    await writeRecord(context, join(made, "ready.json"), readyFor(order));
    while (!(await renamed(context, made, work))) {
      // It was made ahead in the meantime; else what is there broke off, or belongs to another revision.
      if (await isReady(context, work, order)) break;
      await forget(context, work);
    }
  } finally {
    await forget(context, made);
  }
  return tree;
}

/**
 * Makes the tree while the deployment still waits, if the revision was brought before, so that nothing has to be fetched
 * and whether a branch still reaches it is asked at the start as ever. It never touches a tree that is there.
 */
export async function checkOutAhead(how: Git, dataDir: string, order: CheckoutOrder): Promise<boolean> {
  const { context } = how;
  const work = workFolder(dataDir, order.checkout);
  const mirror = mirrorOf(dataDir, order.repository.fullName);
  const { bootId } = await thisMachine(context);
  if (bootId === undefined || (await exists(context, work)) || !(await isBrought(how, mirror, order))) return false;
  const made = await newFolder(context, dirname(work));
  try {
    await make(how, mirror, order, made);
    await writeRecord(context, join(made, "ready.json"), readyFor(order, bootId));
    await context.faults.at("run.made-ahead");
    return await renamed(context, made, work);
  } finally {
    await forget(context, made);
  }
}

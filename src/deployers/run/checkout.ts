/**
 * Makes the folder that a deployment's stages work in: the exact revision, checked out once and then shared, because
 * `deploy` expects what `build` has built.
 *
 * The tree is a clone that borrows the mirror's objects. Submodules are not fetched and no hook or filter runs.
 */
import { dirname, join } from "node:path";
import { exists, workFolder, writeRecord } from "./attempt-folder.ts";
import { lockFile } from "./file-lock.ts";
import { type Git, gitOrThrow } from "./git.ts";
import { bring, mirrorOf } from "./mirror.ts";
import type { Order } from "./records.ts";

/** What `ready.json` holds; a tree is used again only when this is the same to the letter. */
function readyFor(order: Order): object {
  return { repository: order.repository.id, sha: order.sha };
}

async function isReady(how: Git, work: string, order: Order): Promise<boolean> {
  const text = await how.context.files.readFile(join(work, "ready.json"), "utf8").catch(() => "");
  return text.trim() === JSON.stringify(readyFor(order)) && (await exists(how.context, join(work, "tree")));
}

/** Returns the tree. Rejects with a message fit to be read by people, or with the signal's reason. */
export async function checkOut(how: Git, dataDir: string, order: Order): Promise<string> {
  const { context } = how;
  const { files } = context;
  const work = workFolder(dataDir, order.checkout);
  const tree = join(work, "tree");
  if (await isReady(how, work, order)) return tree;

  const mirror = mirrorOf(dataDir, order.repository.fullName);
  await files.mkdir(dirname(mirror.folder), { recursive: true, mode: 0o700 });
  await files.rm(work, { recursive: true, force: true });
  await files.mkdir(work, { recursive: true, mode: 0o700 });
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
  await writeRecord(context, join(work, "ready.json"), readyFor(order));
  return tree;
}

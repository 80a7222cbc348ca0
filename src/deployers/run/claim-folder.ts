/**
 * The start itself: the one moment in which an attempt comes to be, at most once for a token.
 *
 * The folder is prepared under another name, which nothing of the order is needed for, and then renamed into place with
 * its record inside. A rename onto a folder that holds something fails, so one of several racing supervisors wins, and
 * nobody ever sees what was begun without a record of who supervises it.
 *
 * The bot takes part in that race where it has to know that nothing begins any more: it puts a folder into the place
 * that says `withdrawn`, and whoever still has an order comes too late.
 */
import type { Context } from "../../context.ts";
import { type AttemptFolder, attemptsRoot, exists, folderAt, newFolder } from "./attempt-folder.ts";
import { thisMachine } from "./machine.ts";
import { runningProcess } from "./process-table.ts";

export type Claim = "claimed" | "taken" | "late";

export async function prepareFolder(
  context: Context,
  { dataDir, pid }: { readonly dataDir: string; readonly pid: number },
): Promise<AttemptFolder> {
  const [self, machine, root] = await Promise.all([
    runningProcess(context, pid),
    thisMachine(context),
    newFolder(context, attemptsRoot(dataDir)),
  ]);
  if (self === undefined) throw new Error("The supervisor could not read its own start time.");
  const prepared = folderAt(root);
  const record = { pid, start: self.start, machine };
  await Promise.all([
    context.files.writeFile(prepared.supervisor, `${JSON.stringify(record)}\n`, { mode: 0o600, flush: true }),
    ...[prepared.home, prepared.tmp].map((name) => context.files.mkdir(name, { mode: 0o700 })),
  ]);
  return prepared;
}

export async function claimFolder(
  context: Context,
  options: {
    readonly prepared: AttemptFolder;
    readonly folder: AttemptFolder;
    /** In ms since this process began. */
    readonly startWithin: number;
  },
): Promise<Claim> {
  const { prepared, folder } = options;
  await context.faults.at("supervisor.folder-prepared");
  // Whoever ordered this has given up by then and may have told people that nothing runs.
  const late = context.clock.monotonic() >= options.startWithin;
  const claim = late ? "late" : await rename(context, prepared.root, folder.root);
  if (claim !== "claimed") await forgetFolder(context, prepared);
  return claim;
}

/** Takes away what was prepared and is not wanted. */
export async function forgetFolder(context: Context, prepared: AttemptFolder): Promise<void> {
  await context.files.rm(prepared.root, { recursive: true, force: true });
}

/** Whether nobody begins the attempt from now on, until it is permitted again; false where somebody has begun it. */
export async function withdraw(
  context: Context,
  { dataDir, folder }: { readonly dataDir: string; readonly folder: AttemptFolder },
): Promise<boolean> {
  if (await exists(context, folder.supervisor)) return false;
  const stand = folderAt(await newFolder(context, attemptsRoot(dataDir)));
  await context.files.writeFile(stand.withdrawn, "", { mode: 0o600 });
  if ((await rename(context, stand.root, folder.root)) === "claimed") return true;
  await forgetFolder(context, stand);
  return await exists(context, folder.withdrawn);
}

/** Lets the attempt be begun: an empty folder is in nobody's way. What somebody has begun stays as it is. */
export async function permit(context: Context, folder: AttemptFolder): Promise<void> {
  await context.files.rm(folder.withdrawn, { force: true });
}

async function rename(context: Context, from: string, to: string): Promise<Claim> {
  try {
    await context.files.rename(from, to);
    return "claimed";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOTEMPTY" || code === "EEXIST") return "taken";
    throw error;
  }
}

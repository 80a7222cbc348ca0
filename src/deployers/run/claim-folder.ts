/**
 * The start itself: the one moment in which an attempt comes to be, at most once for a token.
 *
 * The folder is prepared under another name and renamed into place with its record inside. A rename onto a folder that
 * holds something fails, so one of several racing supervisors wins, and nobody ever sees the folder without a record
 * of who supervises it.
 */
import type { Context } from "../../context.ts";
import { type AttemptFolder, attemptsRoot, exists, folderAt } from "./attempt-folder.ts";
import { thisMachine } from "./machine.ts";
import { runningProcess } from "./process-table.ts";

export type Claim = "claimed" | "taken" | "late";

export async function claimFolder(
  context: Context,
  options: {
    readonly dataDir: string;
    readonly folder: AttemptFolder;
    readonly pid: number;
    /** In ms since this process began. */
    readonly startWithin: number;
  },
): Promise<Claim> {
  const { folder, pid } = options;
  if (await exists(context, folder.root)) return "taken";
  const self = await runningProcess(context, pid);
  if (self === undefined) throw new Error("The supervisor could not read its own start time.");
  const prepared = folderAt(`${attemptsRoot(options.dataDir)}/.new-${context.ids.uuid()}`);
  await context.files.mkdir(prepared.root, { mode: 0o700 });
  const startedAt = context.clock.now();
  const record = { pid, start: self.start, machine: await thisMachine(context), startedAt };
  await context.files.writeFile(prepared.supervisor, `${JSON.stringify(record)}\n`, { mode: 0o600, flush: true });
  await context.faults.at("supervisor.folder-prepared");
  // Whoever ordered this has given up by then and may have told people that nothing runs.
  const late = context.clock.monotonic() >= options.startWithin;
  const claim = late ? "late" : await rename(context, prepared.root, folder.root);
  if (claim !== "claimed") await context.files.rm(prepared.root, { recursive: true, force: true });
  return claim;
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

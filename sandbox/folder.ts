/**
 * The sandbox's own folder, made afresh at every start. What an earlier sandbox left running in it (a bot whose
 * sandbox was killed) is stopped first; a sandbox that still runs is never disturbed.
 */
import { join } from "node:path";
import { z } from "zod";
import type { Context } from "../src/context.ts";

export type SandboxFolder = {
  readonly root: string;
  readonly git: string;
  readonly site: string;
  readonly bot: string;
  /** Not written yet. */
  readonly operatorFile: string;
  /** Notes the bot's process, for a later start that finds it left over. */
  noteBot(pid: number | undefined): Promise<void>;
};

const runningShape = z.object({ sandbox: z.number().int().positive(), bot: z.number().int().positive().optional() });
const endWithinMs = 10_000;

function alive(context: Context, pid: number): boolean {
  try {
    return context.processes.kill(pid, 0);
  } catch {
    // Another user's process has this number: it is none of ours.
    return false;
  }
}

/** Process ids are used again; where the system can tell what a process is, only a bot's is taken for one. */
async function isBot(context: Context, pid: number): Promise<boolean> {
  if (!alive(context, pid)) return false;
  try {
    return (await context.files.readFile(`/proc/${pid}/cmdline`, "utf8")).includes("signalbox.js");
  } catch {
    return process.platform !== "linux";
  }
}

/** The note of an earlier sandbox; one that a crash cut short says nothing. */
async function readRunning(context: Context, path: string): Promise<z.infer<typeof runningShape> | undefined> {
  try {
    return runningShape.parse(JSON.parse(await context.files.readFile(path, "utf8")));
  } catch {
    return undefined;
  }
}

async function clear(context: Context, root: string): Promise<void> {
  const running = await readRunning(context, join(root, "running.json"));
  if (running && running.sandbox !== process.pid && (await isBot(context, running.sandbox))) {
    throw new Error(
      `Another sandbox (process ${running.sandbox}) is using ${root}. Stop it, or choose another folder in DATA_DIR.`,
    );
  }
  if (running?.bot !== undefined && (await isBot(context, running.bot))) {
    context.processes.kill(running.bot, "SIGTERM");
    const began = context.clock.monotonic();
    while (alive(context, running.bot) && context.clock.monotonic() - began < endWithinMs) {
      await context.clock.sleep(50);
    }
  }
  await context.files.rm(root, { recursive: true, force: true, maxRetries: 5 });
}

export async function makeFolder(context: Context, dataDir: string): Promise<SandboxFolder> {
  const root = join(dataDir, "sandbox");
  await clear(context, root);
  const folder = { root, git: join(root, "github"), site: join(root, "site"), bot: join(root, "bot") };
  for (const path of Object.values(folder)) await context.files.mkdir(path, { recursive: true });
  const operatorFile = join(root, "operator.yml");
  const noteBot = (pid: number | undefined) =>
    context.files.writeFile(
      join(root, "running.json"),
      JSON.stringify({ sandbox: process.pid, ...(pid === undefined ? {} : { bot: pid }) }),
    );
  await noteBot(undefined);
  return { ...folder, operatorFile, noteBot };
}

/** What a supervisor leaves behind, parsed where the bot reads it. A supervisor itself takes only the types from here. */
import { z } from "zod";
import type { Context } from "../../context.ts";
import type { AttemptFolder } from "./attempt-folder.ts";

const machine = z.object({ host: z.string(), bootId: z.string().optional(), pidNamespace: z.string().optional() });
const processName = z.object({ pid: z.number().int().positive(), start: z.string() });

const supervisorRecord = processName.extend({ machine });
export type SupervisorRecord = z.infer<typeof supervisorRecord>;

const commandRecord = processName;

const phases = ["checkout", "command", "confirm"] as const;
const end = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("exited"), code: z.number().int() }),
  z.object({ kind: z.literal("signalled"), signal: z.string() }),
  /** Stopped by the supervisor at the deadline. */
  z.object({ kind: z.literal("timed-out") }),
  z.object({ kind: z.literal("cancelled") }),
  /** The supervisor itself was told to end by somebody else, for example because the machine went down. */
  z.object({ kind: z.literal("stopped"), signal: z.string() }),
  /** It could not be carried out. The message is fit to be read by people. */
  z.object({ kind: z.literal("broken"), message: z.string() }),
]);
export type End = z.infer<typeof end>;

const exitRecord = z.object({
  phase: z.enum(phases),
  end,
  /** Epoch ms. */
  at: z.number(),
  /** False when processes of the command outlived even SIGKILL. */
  proven: z.boolean(),
});
export type ExitRecord = z.infer<typeof exitRecord>;

async function read<T>(context: Context, path: string, shape: z.ZodType<T>): Promise<T | undefined> {
  const text = await context.files.readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return shape.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${path} does not hold what a supervisor writes.`, { cause });
  }
}

export const readSupervisor = (context: Context, folder: AttemptFolder) =>
  read(context, folder.supervisor, supervisorRecord);
export const readCommand = (context: Context, folder: AttemptFolder) => read(context, folder.command, commandRecord);
export const readExit = (context: Context, folder: AttemptFolder) => read(context, folder.exit, exitRecord);

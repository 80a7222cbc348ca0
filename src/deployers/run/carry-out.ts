/**
 * Carries an order out, once its folder is made: checkout, command, confirmation, and the record of how it ended.
 *
 * It is the only one to stop the command: at the deadline, when `cancel` appears, or when it is itself told to end. It
 * must always leave an exit record, whatever broke.
 */
import type { Context } from "../../context.ts";
import { type AttemptFolder, exists, writeRecord } from "./attempt-folder.ts";
import { checkOut } from "./checkout.ts";
import { closePipe, holdCommand, openPipe, type Pipe } from "./command.ts";
import { endGroup } from "./end-group.ts";
import { type Order, readOrder } from "./order.ts";
import { type Output, openOutput } from "./output.ts";
import { plainLine } from "./plain-text.ts";
import type { ProcessName } from "./process-table.ts";
import type { End, ExitRecord } from "./records.ts";

type Work = {
  readonly context: Context;
  readonly dataDir: string;
  readonly folder: AttemptFolder;
  /** Where git and the other tools are found; the command has the PATH of its own environment. */
  readonly path: string;
  readonly order: Order;
  /** Aborts with the end that is to be recorded. */
  readonly stop: AbortSignal;
};

/** The first of: the deadline, a `cancel` in the folder, a signal to the supervisor. */
function watchForStop(
  context: Context,
  options: { readonly folder: AttemptFolder; readonly timeLeft: number; readonly asked: AbortSignal },
): { readonly signal: AbortSignal; end(): void } {
  const stop = new AbortController();
  const deadline = context.clock.monotonic() + options.timeLeft;
  const look = async (signal?: string) => {
    if (await exists(context, options.folder.cancel)) stop.abort({ kind: "cancelled" } satisfies End);
    else if (signal !== undefined) stop.abort({ kind: "stopped", signal } satisfies End);
    else if (context.clock.monotonic() >= deadline) stop.abort({ kind: "timed-out" } satisfies End);
  };
  const asked = () => void look(String(options.asked.reason));
  options.asked.addEventListener("abort", asked, { once: true });
  if (options.asked.aborted) asked();
  // The signal is quicker; looking also works where the bot may not or cannot send one.
  const every = context.clock.every(1_000, () => void look());
  const timer = context.clock.after(Math.max(options.timeLeft, 0), () => void look());
  return {
    signal: stop.signal,
    end() {
      every.cancel();
      timer.cancel();
    },
  };
}

/**
 * On a full disk the output gives way, since it may have taken the last blocks itself: without these records nobody could
 * tell how the attempt ended.
 */
async function record(
  { context, folder }: Pick<Work, "context" | "folder">,
  path: string,
  what: object,
): Promise<void> {
  await writeRecord(context, path, what).catch(async () => {
    await context.files.truncate(folder.output);
    await writeRecord(context, path, what);
  });
}

async function runOne(work: Work, run: string, tree: string, pipe: Pipe): Promise<Omit<ExitRecord, "at" | "phase">> {
  const { context, folder, stop } = work;
  const env = { ...work.order.env, HOME: folder.home, TMPDIR: folder.tmp };
  const command = await holdCommand(context, { run, cwd: tree, env, pipe });
  await context.faults.at("supervisor.command-held");
  await record(work, folder.command, command.process);
  await context.faults.at("supervisor.command-recorded");
  command.letGo();
  await context.faults.at("supervisor.command-let-go");
  const stopping = stopWhenAsked(context, command.process, stop);
  const end = await command.ended;
  const proven = await stopping.settle();
  await command.drain();
  await context.faults.at("supervisor.command-ended");
  return proven === undefined ? { end, proven: true } : { end: stop.reason, proven };
}

/** Ends the command when told to; `settle` says whether it did, and with what proof. */
function stopWhenAsked(
  context: Context,
  process: ProcessName,
  stop: AbortSignal,
): { settle(): Promise<boolean | undefined> } {
  let ending: Promise<boolean> | undefined;
  const begin = () => {
    ending = endGroup(context, process);
  };
  stop.addEventListener("abort", begin, { once: true });
  if (stop.aborted) begin();
  return {
    async settle() {
      stop.removeEventListener("abort", begin);
      return ending;
    },
  };
}

async function checkedOut(work: Work): Promise<string> {
  const { context, path, folder, order, stop } = work;
  const tree = await checkOut({ context, path, home: folder.home, signal: stop }, work.dataDir, order);
  stop.throwIfAborted();
  return tree;
}

async function runBoth(work: Work, pipe: Pipe, output: Output): Promise<Omit<ExitRecord, "at">> {
  const { context, path, folder, order, stop } = work;
  pipe.into(output);
  const tree = await checkedOut(work).catch(async (error: unknown) => {
    await closePipe(pipe);
    throw error;
  });
  await context.faults.at("supervisor.checked-out");
  const command = await runOne(work, order.run, tree, pipe);
  const succeeded = command.end.kind === "exited" && command.end.code === 0;
  if (!succeeded || order.confirm === undefined) return { phase: "command", ...command };
  stop.throwIfAborted();
  const next = await openPipe(context, { at: folder.pipe, path });
  next.into(output);
  return { phase: "confirm", ...(await runOne(work, order.confirm, tree, next)) };
}

/** The phase in which something broke: before the command was recorded nothing of it has run. */
async function broken(
  work: Pick<Work, "context" | "folder" | "stop">,
  error: unknown,
): Promise<Omit<ExitRecord, "at">> {
  const began = await exists(work.context, work.folder.command);
  const phase = began ? "command" : "checkout";
  if (work.stop.aborted) return { phase, end: work.stop.reason, proven: true };
  const message = plainLine(error instanceof Error ? error.message : String(error), 600);
  return { phase, end: { kind: "broken", message }, proven: !began };
}

export async function carryOut(
  context: Context,
  options: {
    readonly dataDir: string;
    readonly path: string;
    readonly folder: AttemptFolder;
    /** For the output of the first command. */
    readonly pipe: Pipe;
    readonly received: unknown;
    readonly asked: AbortSignal;
  },
): Promise<void> {
  const { dataDir, path, folder } = options;
  const order = readOrder(options.received);
  const { extraHeader } = order.git;
  const hidden = extraHeader === undefined ? order.hidden : [...order.hidden, extraHeader];
  const watch = watchForStop(context, { folder, timeLeft: order.timeLeft, asked: options.asked });
  const work = { context, dataDir, path, folder, order, stop: watch.signal };
  const output = await openOutput(context, folder.output, hidden);
  const ended = await runBoth(work, options.pipe, output).catch((error: unknown) => broken(work, error));
  watch.end();
  await output.close();
  await record(work, folder.exit, { ...ended, at: context.clock.now() } satisfies ExitRecord);
  await context.faults.at("supervisor.exit-written");
}

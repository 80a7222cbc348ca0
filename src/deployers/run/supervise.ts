/**
 * A supervisor's life: take the order, make the attempt's folder, say so, carry the order out, write how it ended.
 *
 * It runs in a session of its own and outlives the bot. It must never carry an order out unless it made the folder
 * itself, and never write the order, which holds secrets, to disk. What stands before the word "claimed" is in
 * somebody's way: the rest is made and loaded while it waits for its order, or after that word.
 *
 * The protocol with the bot: the arguments are the data folder and the PATH of its tools. On standard input comes, whole
 * and as JSON, the order with its token and how many ms after this process began the folder may still be made; times are
 * told as what is left of them, so that the two need not agree on the clock. The answer is one word on standard output,
 * `claimed`, `taken` (another supervisor has this token, or the bot has withdrawn it) or `late`. After that only the
 * folder speaks.
 */
import type { Readable, Writable } from "node:stream";
import type { Context } from "../../context.ts";
import { type AttemptFolder, attemptFolder, attemptsRoot, syncFolder } from "./attempt-folder.ts";
import { claimFolder, forgetFolder, prepareFolder } from "./claim-folder.ts";
import { openPipe, type Pipe } from "./command.ts";

/** An order that was sent with the launch is read within this, in ms. */
const idleMs = 2;

export type SupervisorProcess = {
  readonly pid: number;
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** `listener` is called with the name of each signal that asks for the end. */
  onSignal(listener: (signal: NodeJS.Signals) => void): void;
};

type Received = { readonly token: string; readonly startWithin: number; readonly order: unknown };

/** Undefined when the bot ended before it had handed over the whole order: then nothing was ordered. */
async function readOrder(stdin: Readable): Promise<Received | undefined> {
  let text = "";
  for await (const chunk of stdin.setEncoding("utf8")) text += String(chunk);
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  // Of the order itself nothing is wanted before the answer.
  if (typeof read === "object" && read !== null && "token" in read && "startWithin" in read && "order" in read) {
    const { token, startWithin, order } = read;
    if (typeof token === "string" && typeof startWithin === "number") return { token, startWithin, order };
  }
  throw new Error("What came is no order for a supervisor.");
}

/** What every start needs, made while the order is still waited for. */
type Ready = { readonly prepared: AttemptFolder; readonly pipe: Pipe };

async function getReady(context: Context, self: SupervisorProcess, dataDir: string, path: string): Promise<Ready> {
  const prepared = await prepareFolder(context, { dataDir, pid: self.pid });
  const pipe = await openPipe(context, { at: prepared.pipe, path });
  return { prepared, pipe };
}

export async function supervise(context: Context, self: SupervisorProcess, args: readonly string[]): Promise<void> {
  const [dataDir, path] = args;
  if (dataDir === undefined || path === undefined) throw new Error("A supervisor takes the data folder and a PATH.");
  const asked = new AbortController();
  self.onSignal((signal) => asked.abort(signal));
  const gettingReady = getReady(context, self, dataDir, path);
  // Told by whoever needs it; without an order nobody does.
  gettingReady.catch(() => undefined);
  const reading = readOrder(self.stdin);
  // Only once nothing is there to be read at once: an order that waits already is answered first.
  const early = context.clock.after(idleMs, () => void import("./carry-out.ts"));
  const received = await reading;
  early.cancel();
  const { prepared, pipe } = await gettingReady;
  if (received === undefined) return await forgetFolder(context, prepared);
  const { token, startWithin, order } = received;

  const folder = attemptFolder(dataDir, token);
  const claim = await claimFolder(context, { prepared, folder, startWithin });
  await context.faults.at("supervisor.claimed");
  self.stdout.write(`${claim}\n`);
  if (claim !== "claimed") return;
  await context.faults.at("supervisor.answered");

  // Before the command may run, its start must outlast a power failure: else it could be started a second time.
  await Promise.all([syncFolder(context, folder.root), syncFolder(context, attemptsRoot(dataDir))]);
  const { carryOut } = await import("./carry-out.ts");
  await carryOut(context, { dataDir, path, folder, pipe, received: order, asked: asked.signal });
}

/**
 * Launches a supervisor, hands it its order and waits for its one word. `supervise.ts` says what the two tell each other.
 *
 * A supervisor may be launched before there is an order, so that it is there when the order comes; it then does nothing
 * but wait, and ends with the bot. It gets nothing of the bot's environment, and the order reaches it through a pipe.
 */
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Context } from "../../context.ts";
import type { Order } from "./order.ts";

export const supervisorProgram: string = fileURLToPath(new URL("./supervisor.ts", import.meta.url));

export type SupervisorAnswer =
  | { readonly kind: "claimed" | "taken" | "late" }
  /** It ended without a word, or said none in time. */
  | { readonly kind: "silent"; readonly message: string };

export type Launched = {
  readonly child: ChildProcess;
  /** On the clock that only goes forward, in ms. */
  readonly at: number;
  /** Its end, with what it complained of. */
  readonly ended: Promise<string>;
};

export type OrderOptions = {
  readonly order: Order;
  /** In ms; a supervisor that is not ready by then does not begin. */
  readonly startWithin: number;
  /** Called when the supervisor's process has ended, which is when its exit record is there. */
  readonly onEnd: () => void;
};

/** A supervisor looks at the clock before it begins; this is how much longer its word may take to get here. */
const lateMs = 1_000;

export function launchSupervisor(
  context: Context,
  options: { readonly dataDir: string; readonly path: string; readonly program: string },
): Launched {
  const { dataDir, path, program } = options;
  const at = context.clock.monotonic();
  const child = context.processes.spawn(process.execPath, ["--max-semi-space-size=1", program, dataDir, path], {
    cwd: dataDir,
    // Compiled code is kept, so that the next supervisor is there in a third of the time.
    env: { PATH: path, NODE_COMPILE_CACHE: join(dataDir, "compiled") },
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.unref();
  child.stdin?.on("error", () => undefined);
  let complaint = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    complaint = (complaint + chunk).slice(0, 4_096);
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", () => resolve(complaint.trim() || "it ended at once"));
  });
  return { child, at, ended };
}

/** Whether it still waits for its order. */
export function isWaiting({ child }: Launched): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** Lets go of what waits without an order: it finds its input at the end and goes. */
export function dismiss({ child }: Launched): void {
  child.stdin?.destroy();
  child.stdout?.destroy();
  child.stderr?.destroy();
}

export async function orderSupervisor(
  context: Context,
  launched: Launched,
  options: OrderOptions,
): Promise<SupervisorAnswer> {
  const { child, at, ended } = launched;
  const { order, onEnd } = options;
  const { stdin, stdout, stderr } = child;
  const left = Math.max(0, options.startWithin);
  let silence: string | undefined;
  const late = context.clock.after(left + lateMs, () => {
    // Killed, and only then given up: it must not begin after people were told that it did not.
    if (child.pid !== undefined) context.processes.kill(child.pid, "SIGKILL");
    silence = "it did not answer in time";
  });
  const answer = new Promise<SupervisorAnswer>((resolve) => {
    let word = "";
    stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      word += chunk;
      const kind = (["claimed", "taken", "late"] as const).find((known) => word === `${known}\n`);
      if (kind !== undefined) resolve({ kind });
    });
    void ended.then((complaint) => resolve({ kind: "silent", message: silence ?? complaint }));
  });
  child.once("exit", onEnd);
  try {
    await context.faults.at("run.spawned");
    // The supervisor counts from when its own process began, which was a moment after it was launched.
    const startWithin = Math.round(context.clock.monotonic() - at + left);
    stdin?.end(JSON.stringify({ token: order.token, startWithin, order }));
    await context.faults.at("run.ordered");
    return await answer;
  } finally {
    // Whoever has answered runs on for as long as the command takes.
    late.cancel();
    // None of the pipes is needed any more, and none may keep the bot from ending. Before the order was handed over,
    // this takes it back.
    if (stdin?.writableEnded !== true) stdin?.destroy();
    stdout?.destroy();
    stderr?.destroy();
  }
}

/**
 * Tells what became of an attempt from its folder alone, so that it works the same for a bot that was just started.
 *
 * It says `error` for an attempt whose supervisor died only when it is proven that nothing of it runs any more.
 */
import type { Context } from "../../context.ts";
import type { Attempt, Observation } from "../contract.ts";
import type { AttemptFolder } from "./attempt-folder.ts";
import { graceMs, signalGroup } from "./end-group.ts";
import { compareMachines, type Machine } from "./machine.ts";
import { mask } from "./masking.ts";
import { lastBytes, plainText } from "./plain-text.ts";
import { membersOf, runningProcess } from "./process-table.ts";
import { type ExitRecord, readCommand, readExit, readSupervisor, type SupervisorRecord } from "./records.ts";

const tailBytes = 16 * 1024;

/** What still runs of an attempt, as far as this machine can tell. */
export type Standing = "supervised" | "orphaned" | "ended" | "elsewhere";

export async function standing(
  context: Context,
  folder: AttemptFolder,
  supervisor: SupervisorRecord,
  machine: Machine,
): Promise<Standing> {
  const compared = compareMachines(supervisor.machine, machine);
  if (compared !== "same") return compared;
  const running = await runningProcess(context, supervisor.pid);
  if (running?.start === supervisor.start) return "supervised";
  // Git runs in the supervisor's own group, the command in one of its own.
  const command = await readCommand(context, folder);
  for (const leader of command === undefined ? [supervisor] : [supervisor, command]) {
    if ((await membersOf(context, leader)).length > 0) return "orphaned";
  }
  return "ended";
}

function said(exit: ExitRecord): string {
  const { end } = exit;
  if (end.kind === "exited") return `exited with code ${end.code}`;
  if (end.kind === "signalled") return `ended by ${end.signal}`;
  return "";
}

/** A record of an end, in the words of the contract. */
function ended(exit: ExitRecord, proven: boolean): Observation {
  const { end, phase } = exit;
  switch (end.kind) {
    case "exited":
    case "signalled": {
      if (end.kind === "exited" && end.code === 0) return { state: "success", message: said(exit), proven };
      const message =
        phase === "confirm"
          ? `the command exited with code 0, but it could not be confirmed: the command under \`confirm\` ${said(exit)}`
          : said(exit);
      return { state: "failure", message, proven };
    }
    case "cancelled":
      if (!proven) return { state: "unknown", message: "it was cancelled, but something of it still runs", proven };
      return { state: "cancelled", message: phase === "checkout" ? "it had not begun to run" : "it was ended", proven };
    case "timed-out":
      return { state: "error", message: `it was stopped at its deadline, during the ${phase}`, proven };
    case "stopped":
      return {
        state: "error",
        message: `it was stopped by ${end.signal} from outside during the ${phase}, as when the machine is shut down`,
        proven,
      };
    case "broken":
      return { state: "error", message: end.message, proven };
  }
}

/** The end of the output as text that people may read, and how long it is. */
async function outputOf(
  context: Context,
  folder: AttemptFolder,
  hidden: readonly string[],
): Promise<Pick<Observation, "outputTail" | "outputBytes">> {
  const file = await context.files.open(folder.output, "r").catch(() => undefined);
  if (file === undefined) return {};
  try {
    const { size } = await file.stat();
    // More than is shown, because escape sequences are taken out of it.
    const from = Math.max(0, size - 2 * tailBytes);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    const raw = buffer.subarray(0, bytesRead).toString("utf8");
    // A tail begins at a line, so that neither a character nor an escape sequence is cut.
    const whole = from === 0 ? raw : raw.slice(raw.indexOf("\n") + 1);
    // Masked again after the escape sequences are gone, which may have stood inside a secret.
    return { outputTail: lastBytes(mask(plainText(whole), hidden), tailBytes), outputBytes: size };
  } finally {
    await file.close();
  }
}

/**
 * The command outlived its supervisor. It is seen to run, so it runs, and once it is gone its end is proven, though not
 * how it ended. Nobody else ends it at its deadline any more, or when it is cancelled.
 */
async function orphan(context: Context, folder: AttemptFolder, attempt: Attempt): Promise<Observation> {
  const leaders = [await readSupervisor(context, folder), await readCommand(context, folder)];
  const asked = await context.files.stat(folder.cancel).catch(() => undefined);
  const now = context.clock.now();
  const killAt = Math.min(attempt.deadlineAt, asked === undefined ? Number.POSITIVE_INFINITY : asked.mtimeMs + graceMs);
  for (const leader of now >= killAt ? leaders : []) {
    if (leader !== undefined) await signalGroup(context, leader, "SIGKILL");
  }
  return {
    state: "running",
    message: "its supervisor has gone; what it started still runs, but how that ends cannot be known",
    lookAgainMs: 500,
  };
}

type Observing = {
  readonly attempt: Attempt;
  /** Epoch ms: when it was started, or found. */
  readonly since: number;
  readonly machine: Machine;
  readonly hidden: readonly string[];
};

async function withoutExit(
  context: Context,
  folder: AttemptFolder,
  { attempt, since, machine }: Pick<Observing, "attempt" | "since" | "machine">,
): Promise<Observation> {
  const supervisor = await readSupervisor(context, folder);
  if (supervisor === undefined) return { state: "unknown", message: "its folder is gone", proven: false };
  const now = await standing(context, folder, supervisor, machine);
  switch (now) {
    case "supervised": {
      // Short at first, because most commands that end soon are waited for by somebody.
      const ran = context.clock.now() - since;
      return { state: "running", lookAgainMs: Math.min(1_000, Math.max(100, Math.round(ran / 20))) };
    }
    case "orphaned":
      return orphan(context, folder, attempt);
    case "elsewhere":
      return { state: "unknown", message: `it was started on the host ${supervisor.machine.host}`, proven: false };
    case "ended": {
      // It may have written its end between the two looks.
      const exit = await readExit(context, folder);
      if (exit !== undefined) return ended(exit, true);
      const asked = await context.files.stat(folder.cancel).catch(() => undefined);
      if (asked !== undefined) return { state: "cancelled", message: "nothing of it runs any more", proven: true };
      const began = (await readCommand(context, folder)) !== undefined;
      const when = began ? "while the command ran" : "before the command began";
      return {
        state: "error",
        message: `it was interrupted ${when}, as when the machine is started anew; nothing of it runs any more`,
        proven: true,
      };
    }
  }
}

export async function observeFolder(context: Context, folder: AttemptFolder, options: Observing): Promise<Observation> {
  const { machine, hidden } = options;
  const exit = await readExit(context, folder);
  const supervisor = exit === undefined || exit.proven ? undefined : await readSupervisor(context, folder);
  // What outlived SIGKILL may have gone since.
  const proven =
    exit === undefined ||
    exit.proven ||
    (supervisor !== undefined && (await standing(context, folder, supervisor, machine)) === "ended");
  const seen = exit === undefined ? await withoutExit(context, folder, options) : ended(exit, proven);
  return { ...seen, ...(await outputOf(context, folder, hidden)) };
}

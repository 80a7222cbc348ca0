/**
 * Runs one shell command in a session of its own, in two steps: held, then let go.
 *
 * The shell waits at a pipe until its process id is on disk. Should the supervisor die in between, the pipe closes and
 * the command never runs; so there is no command that nobody could find again. The command's text is an argument and
 * all values are environment: nothing is ever pasted into shell text.
 */
import type { ChildProcess } from "node:child_process";
import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { Writable } from "node:stream";
import type { Context } from "../../context.ts";
import type { Output } from "./output.ts";
import { type ProcessName, runningProcess } from "./process-table.ts";
import type { End } from "./records.ts";

/** Descriptor 3 brings the word to go on. */
const gate = 'read -r go <&3 || exit 125; exec 3<&-; exec /bin/sh -ec "$1"';

/** How long after a command's end what it left running may still add to the output. */
const drainMs = 500;

export type HeldCommand = {
  readonly process: ProcessName;
  /** Settles when the shell itself has ended; what it left running may still write. */
  readonly ended: Promise<End>;
  letGo(): void;
  /** Takes the rest of the output; to be called once, after the end. */
  drain(): Promise<void>;
};

export type CommandOptions = {
  readonly run: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Open, and for this command alone; it is closed again when the shell cannot be started. */
  readonly pipe: Pipe;
};

function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ kind: "broken", message: `The shell did not start: ${error.message}` }));
    child.once("exit", (code, signal) =>
      resolve(code === null ? { kind: "signalled", signal: signal ?? "SIGKILL" } : { kind: "exited", code }),
    );
  });
}

export type Pipe = {
  /** The end that the command writes to. */
  readonly writer: FileHandle;
  /** Lets what comes through flow into the output; to be called before the command is let go. */
  into(output: Output): void;
  drain(): Promise<void>;
};

export type PipeOptions = {
  /** Where it may be made. */
  readonly at: string;
  /** Where its tools are found. */
  readonly path: string;
};

/**
 * A named pipe for the command's output. Node's own pipes are sockets on Unix, and a command that writes to
 * /dev/stdout or /dev/stderr by name cannot open those. It is read by `cat`: macOS tells those who wait for many things at
 * once, as Node does, nothing of a named pipe's end (https://github.com/libuv/libuv/pull/4513).
 */
export async function openPipe(context: Context, options: PipeOptions): Promise<Pipe> {
  const { at: pipe, path } = options;
  const { files } = context;
  const tools = { env: { PATH: path } };
  await files.rm(pipe, { force: true });
  const made = await endOf(context.processes.spawn("mkfifo", ["-m", "600", pipe], { ...tools, stdio: "ignore" }));
  if (made.kind !== "exited" || made.code !== 0) throw new Error("The pipe for the command's output was not made.");
  // Opening one end waits for somebody at the other. The first does not wait, so none does, and nobody can be left
  // waiting should the supervisor be killed here.
  await using first = await files.open(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = await files.open(pipe, constants.O_WRONLY);
  await using end = await files.open(pipe, constants.O_RDONLY);
  await Promise.all([first.close(), files.rm(pipe)]);
  const reader = context.processes.spawn("cat", [], { ...tools, stdio: [end.fd, "pipe", "ignore"] });
  const { pid, stdout } = reader;
  if (pid === undefined || stdout === null) throw new Error("The reader of the command's output did not start.");
  let taken = Promise.resolve();
  return {
    writer,
    into(output) {
      taken = output.take(stdout);
    },
    async drain() {
      await Promise.race([taken, context.clock.sleep(drainMs)]);
      context.processes.kill(pid, "SIGKILL");
      await taken;
    },
  };
}

/** Closes a pipe that no command was given. */
export async function closePipe({ writer, drain }: Pipe): Promise<void> {
  await writer.close();
  await drain();
}

/** Rejects, with a message fit to be read by people, when the shell cannot be started. */
export async function holdCommand(context: Context, options: CommandOptions): Promise<HeldCommand> {
  const { writer, drain } = options.pipe;
  try {
    const child = context.processes.spawn("/bin/sh", ["-c", gate, "sh", options.run], {
      cwd: options.cwd,
      env: { ...options.env },
      detached: true,
      // Both outputs go into one pipe, so that their order stays.
      stdio: ["ignore", writer.fd, writer.fd, "pipe"],
    });
    const ended = endOf(child);
    await writer.close();
    const hold = child.stdio[3];
    if (child.pid === undefined || !(hold instanceof Writable)) {
      const end = await ended;
      throw new Error(end.kind === "broken" ? end.message : "The shell did not start.");
    }
    hold.on("error", () => undefined);
    const running = await runningProcess(context, child.pid);
    if (running === undefined) throw new Error("The shell ended before it was let go.");
    const letGo = () => void hold.end("go\n");
    return { process: { pid: child.pid, start: running.start }, ended, letGo, drain };
  } catch (error) {
    await closePipe(options.pipe);
    throw error;
  }
}

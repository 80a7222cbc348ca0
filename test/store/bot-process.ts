/** A real process that holds a private server, to be killed for real; as root or as an ordinary user. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "pg";
import { pino } from "pino";
import { z } from "zod";
import { createContext } from "../../src/context.ts";
import { takeDataDir } from "../../src/store/data-dir/data-dir.ts";
import { startPrivateServer } from "../../src/store/private-server/private-server.ts";

const said = z.union([
  z.object({
    opened: z.object({
      pid: z.number(),
      folder: z.string(),
      connection: z.object({ host: z.string(), port: z.number(), user: z.string(), database: z.string() }),
    }),
  }),
  z.object({ refused: z.string() }),
]);
export type Opened = Extract<z.infer<typeof said>, { opened: unknown }>["opened"];

export type BotProcess = {
  readonly child: ChildProcess;
  /** What it said first: opened, or why not. */
  readonly said: z.infer<typeof said>;
  /** The log so far. */
  log(): string;
  kill(): Promise<void>;
  /** Lets it stop as it would at SIGTERM. */
  end(): Promise<void>;
};

export type As = { readonly uid: number; readonly gid: number };

export async function startBotProcess(dataDir: string, elsewhere: string, as?: As): Promise<BotProcess> {
  const child = spawn(process.execPath, [resolve("test/store/open-and-wait.ts"), dataDir, elsewhere], {
    ...as,
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] },
  });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, "line"),
    once(child, "close").then(() => Promise.reject(new Error(`the process ended without a word: ${log}`))),
  ]);
  return {
    child,
    said: said.parse(JSON.parse(String(line))),
    log: () => log,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    async end() {
      child.stdin.end();
      await exited;
    },
  };
}

export function opened(bot: BotProcess): Opened {
  if ("refused" in bot.said) throw new Error(`refused: ${bot.said.refused}\n${bot.log()}`);
  return bot.said.opened;
}

export function refused(bot: BotProcess): string {
  if ("opened" in bot.said) throw new Error("the server was opened");
  return bot.said.refused;
}

/** Why a bot in this very process could not open it. */
export async function refusal(dataDir: string, elsewhere: string): Promise<string> {
  const context = createContext();
  const log = pino({ level: "silent" });
  let taken: Awaited<ReturnType<typeof takeDataDir>> | undefined;
  try {
    taken = await takeDataDir({ context, log, path: dataDir });
    await startPrivateServer({ context, log, dataDir: taken.path, elsewhere });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await taken?.release();
  }
  throw new Error("the server was opened");
}

export async function query(server: Opened, statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client(server.connection);
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(statement);
    return result.rows;
  } finally {
    await client.end();
  }
}

/** Resolves when the process has ended; one that only waits to be noticed by its parent has. */
export async function untilEnded(pid: number): Promise<void> {
  while (lives(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
}

export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const state = readFileSync(`/proc/${pid}/stat`, "utf8");
    return state.slice(state.lastIndexOf(")") + 2, state.lastIndexOf(")") + 3) !== "Z";
  } catch {
    return false;
  }
}

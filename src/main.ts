/**
 * The bot's main module, which `signalbox.js` loads: reads the settings, starts everything, and drains on SIGTERM or
 * Ctrl-C. Without any credentials, and not in production, it opens the sandbox instead, which starts this same program
 * with settings of its own.
 */
import type { Logger } from "pino";
import { describeMistakes } from "./config/mistake.ts";
import { forgetSecrets, processEnvironment, type ReadSettings, readSettings } from "./config.ts";
import { type Context, createContext } from "./context.ts";
import { createLog, prettyDestination } from "./log.ts";
import { optional } from "./optional.ts";
import { stopOnSignals } from "./start/stop-on-signals.ts";
import { readArguments } from "./start-arguments.ts";
import type { RunningBot } from "./start-bot.ts";

/** A start may wait for minutes, as for a database that was not closed. Docker kills what has not ended in ten seconds. */
const startEndsWithinMs = 5_000;

const context = createContext();
const wanted = readArguments(process.argv.slice(2));
const environment = processEnvironment();
const read = await readSettings({ env: environment, files: context.files, cwd: process.cwd() });

if (wanted.kind === "answer") {
  (wanted.code === 0 ? process.stdout : process.stderr).write(`${wanted.text}\n`);
  process.exitCode = wanted.code;
} else {
  switch (read.kind) {
    case "mistakes":
      process.stderr.write(`${describeMistakes(read.mistakes)}\n`);
      process.exitCode = 1;
      break;
    case "sandbox":
      await openSandbox(context, read, wanted.example);
      break;
    case "settings":
      if (wanted.example === undefined) await run(context, read);
      else fail("--example opens a sandbox, and this bot has settings of its own. Start it where none are set.");
      break;
  }
}

function fail(why: string): void {
  process.stderr.write(`${why}\n`);
  process.exitCode = 1;
}

async function openSandbox(
  around: Context,
  { general }: Extract<ReadSettings, { kind: "sandbox" }>,
  example: string | undefined,
): Promise<void> {
  const { startSandbox } = await import("../sandbox/main.ts");
  try {
    const { port, host, dataDir } = general;
    const sandbox = await startSandbox({ port, host, dataDir, context: around, ...optional("example", example) });
    stopOnSignals({
      clock: around.clock,
      process,
      async stop() {
        process.stdout.write("Stopping the sandbox.\n");
        await sandbox.stop().catch((error: unknown) => {
          process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
          throw error;
        });
      },
    });
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

async function run(around: Context, given: Extract<ReadSettings, { kind: "settings" }>): Promise<void> {
  const { settings, secrets } = given;
  forgetSecrets(environment, secrets);
  const pretty = await prettyDestination(process.stdout.isTTY === true);
  const log = createLog({
    level: settings.logLevel,
    clock: around.clock,
    secrets,
    ...(pretty === undefined ? {} : { destination: pretty }),
  });
  // Nothing may run on in a state that nobody foresaw; what was under way is in the tables and is taken up again.
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "an error that nobody caught ends the bot");
    process.exit(1);
  });
  const asked = new AbortController();
  const starting = start(around, given, log, asked.signal);
  // Listened to from now on: process 1 of a container never gets a signal that nobody listens to.
  stopOnSignals({
    clock: around.clock,
    process,
    async stop(signal) {
      log.info({ signal }, "Signalbox stops: what is under way comes to its end first");
      asked.abort();
      const late = around.clock.after(startEndsWithinMs, () => {
        log.warn("the start does not come to its end, and is broken off; the next one takes up what it left");
        process.exit(1);
      });
      const bot = await starting.catch(() => undefined);
      late.cancel();
      await bot?.stop();
    },
  });
  try {
    const { address } = await starting;
    const database = settings.databaseUrl === undefined ? "private" : "given";
    if (!asked.signal.aborted) log.info({ ...address, database }, "Signalbox is ready");
  } catch (error) {
    if (asked.signal.aborted) return;
    log.fatal({ err: error }, "Signalbox could not start");
    process.exitCode = 1;
  }
}

async function start(
  around: Context,
  { settings, operator }: Extract<ReadSettings, { kind: "settings" }>,
  log: Logger,
  stopped: AbortSignal,
): Promise<RunningBot> {
  const { startBot } = await import("./start-bot.ts");
  const { measureProcess } = await import("./web/metrics.ts");
  const version = await versionOf(around);
  return await startBot({ context: around, log, settings, operator, version, ofProcess: measureProcess(), stopped });
}

async function versionOf(around: Context): Promise<string> {
  const text = await around.files.readFile(new URL("../package.json", import.meta.url), "utf8");
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === "object" && parsed !== null && "version" in parsed ? String(parsed.version) : "unknown";
}

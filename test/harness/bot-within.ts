/**
 * The whole bot within the test's own process: what `src/main.ts` starts, from the same settings, given as it is given
 * them. It spares each test a process that starts, compiles and warms up anew. It cannot be killed: what is about a
 * process that dies uses `sandbox/bot-process.ts`.
 */
import { type BotOptions, botEnvironment } from "../../sandbox/bot-process.ts";
import type { SceneBot } from "../../sandbox/open-scene.ts";
import { readSettings } from "../../src/config.ts";
import { createLog } from "../../src/log.ts";
import { optional } from "../../src/optional.ts";
import { type RunningBot, startBot } from "../../src/start-bot.ts";

/** Rejects where `main.ts` would say why the bot does not start. */
export async function startBotWithin(
  given: Pick<BotOptions, "context" | "settings" | "print"> & { readonly stopped?: AbortSignal },
): Promise<RunningBot> {
  const { context, print } = given;
  // No `.env` is here, as there may be one where the tests are started.
  const cwd = import.meta.dirname;
  const read = await readSettings({ env: botEnvironment(given.settings), files: context.files, cwd });
  if (read.kind !== "settings") throw new Error(`these are no settings of a bot: ${JSON.stringify(read)}`);
  const { settings, operator, secrets } = read;
  const log = createLog({
    level: settings.logLevel,
    clock: context.clock,
    secrets,
    destination: { write: (line) => print(line.trimEnd()) },
  });
  return await startBot({ context, log, settings, operator, version: "0.0.0", ...optional("stopped", given.stopped) });
}

/** The same, as a scene handles it. */
export function createBotWithin(given: BotOptions): SceneBot {
  let running: RunningBot | undefined;
  return {
    async start() {
      running ??= await startBotWithin(given);
    },
    async stop() {
      await running?.stop();
      running = undefined;
    },
  };
}

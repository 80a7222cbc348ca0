/**
 * Opens the sandbox: a GitHub, a Slack and a page, the sample service in them, and the ordinary bot beside them as a
 * process of its own. It gives the bot nothing but the settings that any bot is given.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Context, createContext } from "../src/context.ts";
import { type BotProcess, createBotProcess, freePort } from "./bot-process.ts";
import { botSettings, botUrl } from "./bot-settings.ts";
import { makeFolder } from "./folder.ts";
import { createSandboxGitHub } from "./github/sandbox-github.ts";
import { openPage } from "./page/page-server.ts";
import { samplePeople } from "./sample/people.ts";
import { sampleChannel, sampleChannels, sampleEnvironments, sampleRepository, seedSample } from "./sample/seed.ts";
import { createSandboxSlack } from "./slack/sandbox-slack.ts";
import { watchWorld } from "./world.ts";

export type SandboxOptions = {
  /** The page's port; 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly context: Context;
  /** The bot's main module; `src/main.ts` unless a test says otherwise. */
  readonly botScript?: string;
  /** Seconds that each step of the sample's stages takes. */
  readonly pace?: number;
  /** False leaves Ctrl-C and SIGTERM to the caller. */
  readonly handleSignals?: boolean;
  readonly print?: (line: string) => void;
};

export type Sandbox = { readonly url: string; readonly bot: BotProcess; stop(): Promise<void> };

const loopback = "127.0.0.1";
const botScript = fileURLToPath(new URL("../src/main.ts", import.meta.url));

function printToTerminal(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Ctrl-C once stops everything in order; twice ends the sandbox at once. */
function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = () => {
    if (stopping) process.exit(1);
    stopping = true;
    printToTerminal("Stopping the sandbox.");
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        printToTerminal(String(error));
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
}

/** Starts everything; resolves once the page answers. The bot may still be starting then, and the page says so. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { context } = options;
  const print = options.print ?? printToTerminal;
  // The page first: when its port is taken, an earlier sandbox keeps its folder.
  const page = await openPage({ host: options.host, port: options.port });
  const closers: (() => Promise<void> | void)[] = [() => page.close()];
  const close = async () => {
    for (const one of closers.reverse()) await one();
  };
  try {
    const folder = await makeFolder(context, resolve(options.dataDir), sampleRepository);
    const github = await createSandboxGitHub({ context, folder: folder.git, people: samplePeople });
    closers.push(() => github.close());
    const slack = await createSandboxSlack({
      context,
      people: samplePeople,
      channels: sampleChannels,
      webUrl: page.url,
    });
    closers.push(() => slack.close());
    const siteUrl = `${page.url}/site`;
    await seedSample(context, github, { siteDir: folder.site, siteUrl, pace: options.pace ?? 1 });
    const world = await watchWorld(context, folder.site, sampleEnvironments);
    closers.push(() => world.close());

    const port = await freePort(loopback);
    const logLevel = process.env["LOG_LEVEL"] ?? "info";
    const settings = botSettings({ github, slack, folder, host: loopback, port, logLevel });
    const script = options.botScript ?? botScript;
    const bot = createBotProcess({ context, script, host: loopback, port, settings, print });
    closers.push(() => bot.stop());
    bot.onChange(() => void folder.noteBot(bot.pid()).catch(() => undefined));
    const url = botUrl(loopback, port);
    github.setCallback(url);
    github.deliverTo(`${url}/api/github/webhooks`);
    slack.deliverTo(`${url}/slack/events`);
    page.show({
      context,
      people: samplePeople,
      slack,
      github,
      bot,
      world,
      repository: sampleRepository,
      channel: sampleChannel,
      siteDir: folder.site,
    });
    print(`The sandbox is open: ${page.url}`);
    void bot.start();
    if (options.handleSignals !== false) stopOnSignals(close);
    return { url: page.url, bot, stop: close };
  } catch (error) {
    await close();
    throw error;
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const port = Number(process.env["PORT"] ?? "3000");
  const dataDir = process.env["DATA_DIR"] ?? ".data";
  const host = process.env["HOST"] ?? loopback;
  startSandbox({ port, host, dataDir, context: createContext() }).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}

/**
 * Opens the sandbox: a GitHub, a Slack and a page, a scene in them, and the ordinary bot beside them as a process of
 * its own. It gives the bot nothing but the settings that any bot is given.
 */
import { resolve } from "node:path";
import type { Context } from "../src/context.ts";
import { type BotProcess, createBotProcess, freePort } from "./bot-process.ts";
import { botSettings, botUrl } from "./bot-settings.ts";
import { makeFolder } from "./folder.ts";
import { createSandboxGitHub } from "./github/sandbox-github.ts";
import { openMonitoring } from "./monitoring/monitoring.ts";
import { openExample } from "./open-example.ts";
import { openPage } from "./page/page-server.ts";
import { sample } from "./sample/scene.ts";
import { createSandboxSlack } from "./slack/sandbox-slack.ts";
import { watchWorld } from "./world.ts";

export type SandboxOptions = {
  /** The page's port; 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly context: Context;
  /** The name of an example; the sample unless said. */
  readonly example?: string;
  /** Where the bot begins; `src/signalbox.js` unless a test says otherwise. */
  readonly botScript?: string;
  /** Seconds that each step of the scene's stages takes. */
  readonly pace?: number;
  readonly print?: (line: string) => void;
};

export type Sandbox = { readonly url: string; readonly bot: BotProcess; stop(): Promise<void> };

const loopback = "127.0.0.1";

function printToTerminal(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Starts everything; resolves once the page answers. The bot may still be starting then, and the page says so. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { context } = options;
  const print = options.print ?? printToTerminal;
  const scene = options.example === undefined ? sample : await openExample(context, options.example);
  // The page first: when its port is taken, an earlier sandbox keeps its folder.
  const page = await openPage({ host: options.host, port: options.port });
  const closers: (() => Promise<void> | void)[] = [() => page.close()];
  const close = async () => {
    for (const one of closers.reverse()) await one();
  };
  try {
    const folder = await makeFolder(context, resolve(options.dataDir));
    const monitoring = await openMonitoring(context, folder.site, loopback);
    closers.push(() => monitoring.close());
    const at = { siteDir: folder.site, siteUrl: `${page.url}/site`, monitoringUrl: monitoring.url };
    await context.files.writeFile(folder.operatorFile, scene.operatorFile(at));
    const github = await createSandboxGitHub({ context, folder: folder.git, people: scene.people });
    closers.push(() => github.close());
    const { people, channels } = scene;
    const slack = await createSandboxSlack({ context, people, channels, webUrl: page.url });
    closers.push(() => slack.close());
    const seed = { context, github, ...at, pace: options.pace ?? 1 };
    await scene.seed(seed);
    const endOthers = scene.others?.(seed);
    if (endOthers !== undefined) closers.push(endOthers);
    const places = scene.places.map((place) => place.folder);
    const world = await watchWorld(context, folder.site, places);
    closers.push(() => world.close());

    const port = await freePort(loopback);
    const logLevel = process.env["LOG_LEVEL"] ?? "info";
    const usual = botSettings({ github, slack, folder, host: loopback, port, logLevel });
    const settings = { ...usual, ...scene.settings };
    const script = options.botScript === undefined ? {} : { script: options.botScript };
    const bot = createBotProcess({ context, ...script, host: loopback, port, settings, print });
    closers.push(() => bot.stop());
    bot.onChange(() => void folder.noteBot(bot.pid()).catch(() => undefined));
    const url = botUrl(loopback, port);
    github.setCallback(url);
    github.deliverTo(`${url}/api/github/webhooks`);
    slack.deliverTo(`${url}/slack/events`);
    page.show({ context, scene, slack, github, bot, world, monitoring, siteDir: folder.site });
    print(`The sandbox is open: ${page.url}`);
    void bot.start();
    return { url: page.url, bot, stop: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A scene in a GitHub and a Slack of its own, with the ordinary bot between them, on loopback: what tests and benches
 * play with. It waits for nothing and opens no page; the bot is started by whoever opened it, who also says how it runs.
 */
import { rm } from "node:fs/promises";
import type { Context } from "../src/context.ts";
import { type BotOptions, freePort } from "./bot-process.ts";
import { botSettings, botUrl } from "./bot-settings.ts";
import type { SandboxGitHub } from "./contract.ts";
import { makeFolder, type SandboxFolder } from "./folder.ts";
import { createSandboxGitHub } from "./github/sandbox-github.ts";
import { type Monitoring, openMonitoring } from "./monitoring/monitoring.ts";
import { sample } from "./sample/scene.ts";
import type { Scene } from "./scene.ts";
import { serveSite } from "./site.ts";
import { createSandboxSlack } from "./slack/sandbox-slack.ts";
import type { SandboxSlack } from "./slack-contract.ts";

const loopback = "127.0.0.1";

/** As much of a bot as a scene handles: what it is given says where requests are taken once `start` has ended. */
export type SceneBot = { start(): Promise<void>; stop(): Promise<void> };

export type OpenScene<Bot extends SceneBot> = {
  readonly github: SandboxGitHub;
  readonly slack: SandboxSlack;
  /** Not started yet; webhooks, commands and events are sent to it as soon as it takes them. */
  readonly bot: Bot;
  readonly botUrl: string;
  readonly folder: SandboxFolder;
  /** Where the site is, or is believed to be. */
  readonly siteUrl: string;
  readonly monitoring: Monitoring;
  /** The id of the scene's first channel. */
  readonly channel: string;
  /** What the bot printed, oldest line first. */
  readonly log: readonly string[];
  /** Stops the bot and both sides, and removes the folder. */
  close(): Promise<void>;
};

export async function openScene<Bot extends SceneBot>(options: {
  readonly context: Context;
  /** How the bot is run, such as `createBotProcess`. */
  readonly createBot: (given: BotOptions) => Bot;
  /** The sample unless said. */
  readonly scene?: Scene;
  /** A folder that belongs to this one alone; `close` removes it. */
  readonly folder: string;
  readonly logLevel?: string;
  /** Where the scene believes that its site is; without it the site is really served. */
  readonly siteUrl?: string;
  /** The bot opens a socket to Slack, which then sends it nothing by HTTP. */
  readonly socketMode?: boolean;
  /** Settings of the bot besides or instead of the usual ones. */
  readonly settings?: Readonly<Record<string, string>>;
}): Promise<OpenScene<Bot>> {
  const { context, scene = sample } = options;
  const folder = await makeFolder(context, options.folder);
  const site = options.siteUrl === undefined ? await serveSite(context, folder.site, loopback) : undefined;
  const monitoring = await openMonitoring(context, folder.site, loopback);
  const siteUrl = options.siteUrl ?? site?.url ?? "";
  const at = { siteDir: folder.site, siteUrl, monitoringUrl: monitoring.url };
  await context.files.writeFile(folder.operatorFile, scene.operatorFile(at));
  const github = await createSandboxGitHub({ context, folder: folder.git, people: scene.people });
  const slack = await createSandboxSlack({ context, people: scene.people, channels: scene.channels });
  const seed = { context, github, ...at, pace: 0 };
  await scene.seed(seed);
  const endOthers = scene.others?.(seed);
  const port = await freePort(loopback);
  const log: string[] = [];
  const usual = botSettings({ github, slack, folder, host: loopback, port, logLevel: options.logLevel ?? "info" });
  const bot = options.createBot({
    context,
    host: loopback,
    port,
    settings: {
      ...usual,
      ...scene.settings,
      ...(options.socketMode === true ? { SLACK_APP_TOKEN: slack.appToken } : {}),
      ...options.settings,
    },
    print: (line) => log.push(line),
  });
  const url = botUrl(loopback, port);
  github.setCallback(url);
  github.deliverTo(`${url}/api/github/webhooks`);
  slack.deliverTo(options.socketMode === true ? undefined : `${url}/slack/events`);
  const channel = slack.channels().find(({ name }) => name === scene.channels[0].slice(1))?.id ?? "";
  return {
    github,
    slack,
    bot,
    botUrl: url,
    folder,
    siteUrl,
    monitoring,
    channel,
    log,
    async close() {
      endOthers?.();
      await bot.stop();
      await github.close();
      await slack.close();
      await site?.close();
      await monitoring.close();
      await rm(options.folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

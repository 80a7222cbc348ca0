/**
 * The sample service in a GitHub and a Slack of its own, with the ordinary bot as a process between them, on loopback:
 * what tests and benches play with. It waits for nothing and opens no page; the bot is started by whoever opened it.
 */
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Context } from "../../src/context.ts";
import { type BotProcess, createBotProcess, freePort } from "../bot-process.ts";
import { botSettings, botUrl } from "../bot-settings.ts";
import type { SandboxGitHub } from "../contract.ts";
import { makeFolder, type SandboxFolder } from "../folder.ts";
import { createSandboxGitHub } from "../github/sandbox-github.ts";
import { createSandboxSlack } from "../slack/sandbox-slack.ts";
import type { SandboxSlack } from "../slack-contract.ts";
import { samplePeople } from "./people.ts";
import { sampleChannel, sampleChannels, sampleRepository, seedSample } from "./seed.ts";

const loopback = "127.0.0.1";
const botScript = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

export type Sample = {
  readonly github: SandboxGitHub;
  readonly slack: SandboxSlack;
  /** Not started yet; webhooks, commands and events are sent to it as soon as it takes them. */
  readonly bot: BotProcess;
  readonly botUrl: string;
  readonly folder: SandboxFolder;
  /** The id of the sample's channel. */
  readonly channel: string;
  /** What the bot printed, oldest line first. */
  readonly log: readonly string[];
  /** Stops the bot and both sides, and removes the folder. */
  close(): Promise<void>;
};

export async function openSample(options: {
  readonly context: Context;
  /** A folder that belongs to this sample alone; `close` removes it. */
  readonly folder: string;
  /** Seconds that each step of a stage takes; 0 unless said. */
  readonly pace?: number;
  readonly logLevel?: string;
  /** The bot opens a socket to Slack, which then sends it nothing by HTTP. */
  readonly socketMode?: boolean;
  /** Settings of the bot besides or instead of the usual ones. */
  readonly settings?: Readonly<Record<string, string>>;
}): Promise<Sample> {
  const { context } = options;
  const folder = await makeFolder(context, options.folder, sampleRepository);
  const github = await createSandboxGitHub({ context, folder: folder.git, people: samplePeople });
  const slack = await createSandboxSlack({ context, people: samplePeople, channels: sampleChannels });
  const siteUrl = "https://shop.example";
  await seedSample(context, github, { siteDir: folder.site, siteUrl, pace: options.pace ?? 0 });
  const port = await freePort(loopback);
  const log: string[] = [];
  const usual = botSettings({ github, slack, folder, host: loopback, port, logLevel: options.logLevel ?? "info" });
  const bot = createBotProcess({
    context,
    script: botScript,
    host: loopback,
    port,
    settings: {
      ...usual,
      ...(options.socketMode === true ? { SLACK_APP_TOKEN: slack.appToken } : {}),
      ...options.settings,
    },
    print: (line) => log.push(line),
  });
  const url = botUrl(loopback, port);
  github.setCallback(url);
  github.deliverTo(`${url}/api/github/webhooks`);
  slack.deliverTo(options.socketMode === true ? undefined : `${url}/slack/events`);
  const channel = slack.channels().find(({ name }) => name === sampleChannel.slice(1))?.id ?? "";
  return {
    github,
    slack,
    bot,
    botUrl: url,
    folder,
    channel,
    log,
    async close() {
      await bot.stop();
      await github.close();
      await slack.close();
      await rm(options.folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

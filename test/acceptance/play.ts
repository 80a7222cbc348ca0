/**
 * The whole bot as a process of its own, between the sandbox's GitHub and Slack: signed HTTP in, HTTP out, real git, a
 * real database, commands that really run. Tests act as people do and look at what people see.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { BotProcess } from "../../sandbox/bot-process.ts";
import type { SandboxGitHub, SandboxPullRequest } from "../../sandbox/contract.ts";
import { openScene } from "../../sandbox/open-scene.ts";
import { sampleRepository } from "../../sandbox/sample/scene.ts";
import type { SandboxMessage, SandboxSlack } from "../../sandbox/slack-contract.ts";
import { readWorld, type WorldView } from "../../sandbox/world.ts";
import { createContext } from "../../src/context.ts";
import { testDatabase } from "../harness/database.ts";

export const [alice, rosa, olaf] = ["U0ALICE", "U0ROSA", "U0OLAF"] as const;
/** Longer than anything takes on a busy machine; a test that meets it has failed. */
const patienceMs = 40_000;

export type Play = {
  readonly github: SandboxGitHub;
  readonly slack: SandboxSlack;
  readonly bot: BotProcess;
  readonly botUrl: string;
  readonly channel: string;
  readonly log: readonly string[];
  readonly siteDir: string;
  /** Undefined when the bot runs its private server. */
  readonly databaseUrl: string | undefined;
  /** Files of this name anywhere in what the bot and its commands could write. */
  filesNamed(name: string): Promise<readonly string[]>;
  world(): Promise<WorldView>;
  pull(number: number): SandboxPullRequest;
  /** Messages in the channel itself, oldest first. */
  messages(): readonly SandboxMessage[];
  thread(ts: string): readonly SandboxMessage[];
  /** What only this person was told. */
  told(user: string): readonly SandboxMessage[];
  /** Looks until it is so; fails saying what was awaited and what the bot logged last. */
  until<Seen>(
    what: string,
    look: () => Seen | undefined | Promise<Seen | undefined>,
  ): Promise<Exclude<Seen, undefined | false | null>>;
  /** Types a command and resolves with the text of the answer. */
  ask(user: string, text: string): Promise<string>;
  /** Commits, opens a pull request that closes the issue, waits until it is ready, merges; resolves with the merge. */
  ship(branch: string, path: string, content: string, issue: number): Promise<string>;
  serving(environment: string): Promise<string | undefined>;
  close(): Promise<void>;
};

export type PlayOptions = {
  readonly pace?: number;
  readonly privateServer?: boolean;
  readonly socketMode?: boolean;
  readonly operatorFile?: string;
};

export async function openPlay(options: PlayOptions = {}): Promise<Play> {
  const context = createContext();
  const folder = await mkdtemp(join(tmpdir(), "signalbox-play-"));
  const database = options.privateServer === true ? undefined : await testDatabase({ migrated: false });
  const sample = await openScene({
    context,
    folder,
    pace: options.pace ?? 0,
    logLevel: "debug",
    siteUrl: "https://shop.example",
    socketMode: options.socketMode ?? false,
    ...(database === undefined ? {} : { settings: { DATABASE_URL: database.url } }),
  });
  const { github, slack, bot, botUrl, channel, log } = sample;
  const places = sample.folder;
  if (options.operatorFile !== undefined) await context.files.writeFile(places.operatorFile, options.operatorFile);
  await bot.start();

  const play: Play = {
    github,
    slack,
    bot,
    botUrl,
    channel,
    log,
    siteDir: places.site,
    databaseUrl: database?.url,
    async filesNamed(name) {
      const entries = await context.files.readdir(folder, { recursive: true });
      return entries.filter((entry) => basename(entry) === name);
    },
    world: () => readWorld(context, places.site, ["staging", "production"]),
    pull(number) {
      const found = github.view(sampleRepository).pullRequests.find((pull) => pull.number === number);
      if (found === undefined) throw new Error(`there is no pull request ${number}`);
      return found;
    },
    messages: () =>
      slack.messages(channel).filter((one) => one.threadTs === undefined && one.ephemeralFor === undefined),
    thread: (ts) => slack.messages(channel).filter((one) => one.threadTs === ts),
    told: (user) => slack.messages(channel).filter((one) => one.ephemeralFor === user),
    async until(what, look) {
      const began = context.clock.monotonic();
      for (;;) {
        const seen = await look();
        if (seen !== undefined && seen !== false && seen !== null) {
          return seen as Exclude<typeof seen, undefined | false | null>;
        }
        if (context.clock.monotonic() - began > patienceMs) {
          throw new Error(`waited in vain for: ${what}\n${log.slice(-25).join("\n")}`);
        }
        await context.clock.sleep(20);
      }
    },
    async ask(user, text) {
      const before = play.told(user).length;
      const answer = await slack.command(user, channel, text);
      if (answer.status !== 200) throw new Error(`${text} was answered with ${answer.status}: ${answer.body}`);
      const told = await play.until(`an answer to ${text}`, () => play.told(user)[before]);
      return told.text;
    },
    async ship(branch, path, content, issue) {
      await github.commit(sampleRepository, "alice", {
        branch,
        message: `Change ${path}`,
        changes: [{ path, content }],
      });
      const number = await github.openPullRequest(sampleRepository, "alice", {
        title: `Change ${path}`,
        body: `close #${issue}`,
        head: branch,
      });
      await play.until(`pull request ${number} to be ready`, () => play.pull(number).mergeable || undefined);
      const sha = await github.mergePullRequest(sampleRepository, "alice", number);
      await play.until(`${sha} on staging`, async () => (await play.serving("staging")) === sha || undefined);
      await play.until(`staging to be free`, () => isLive(play, "staging", sha));
      return sha;
    },
    async serving(environment) {
      const { environments } = await play.world();
      return environments.find((one) => one.name === environment)?.serving?.sha;
    },
    async close() {
      await sample.close();
      await database?.drop();
    },
  };
  return play;
}

/** GitHub's own page of environments says that this revision is deployed there. */
export function isLive(play: Play, environment: string, sha: string): true | undefined {
  const deployments = play.github.view(sampleRepository).deployments;
  const found = deployments.some(
    (one) =>
      one.environment === environment && one.sha === sha && one.statuses.some((status) => status.state === "success"),
  );
  return found || undefined;
}

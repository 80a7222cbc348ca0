/**
 * A scene with the whole bot between the sandbox's GitHub and Slack: signed HTTP in, HTTP out, real git, a real database,
 * commands that really run. Tests act as people do and look at what people see.
 *
 * The bot runs within the test's process, unless the test is about what becomes of a process.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type BotOptions, type BotProcess, createBotProcess } from "../../sandbox/bot-process.ts";
import type { SandboxGitHub, SandboxPullRequest, SandboxRepositoryView } from "../../sandbox/contract.ts";
import type { Monitoring } from "../../sandbox/monitoring/monitoring.ts";
import { openScene, type SceneBot } from "../../sandbox/open-scene.ts";
import type { Scene } from "../../sandbox/scene.ts";
import type { SandboxMessage, SandboxSlack } from "../../sandbox/slack-contract.ts";
import { readWorld, type WorldView } from "../../sandbox/world.ts";
import { type Context, createContext } from "../../src/context.ts";
import { optional } from "../../src/optional.ts";
import { createBotWithin } from "../harness/bot-within.ts";
import { testDatabase } from "../harness/database.ts";
import { shareCompiledCode } from "../harness/run-folder.ts";

/** Longer than anything takes on a busy machine; a test that meets it has failed. */
const patienceMs = 40_000;
/** Each look reads all that there is, and takes of the processor what is being waited for. */
const lookEveryMs = 50;

export type Change = {
  readonly repository?: string;
  readonly branch: string;
  readonly changes: readonly { readonly path: string; readonly content: string | null }[];
  readonly title: string;
  readonly body: string;
  readonly base?: string;
  readonly by?: string;
};

export type Story<Bot extends SceneBot = SceneBot> = {
  readonly github: SandboxGitHub;
  readonly slack: SandboxSlack;
  readonly bot: Bot;
  readonly botUrl: string;
  /** The scene's first channel. */
  readonly channel: string;
  readonly log: readonly string[];
  readonly siteDir: string;
  /** Where that folder is served. */
  readonly siteUrl: string;
  /** The Prometheus, the Grafana and the Sentry, and what they were told. */
  readonly monitoring: Monitoring;
  /** Undefined when the bot runs its private server. */
  readonly databaseUrl: string | undefined;
  /** Files of this name anywhere in what the bot and its commands could write. */
  filesNamed(name: string): Promise<readonly string[]>;
  world(): Promise<WorldView>;
  /** The scene's first repository, unless said. */
  repository(name?: string): SandboxRepositoryView;
  pull(number: number, repository?: string): SandboxPullRequest;
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
  /** Commits to a branch and opens a pull request from it; resolves with its number. */
  propose(change: Change): Promise<number>;
  /** Waits until a pull request may be merged, and merges it; resolves with the merge. */
  merge(number: number, options?: { readonly repository?: string; readonly by?: string }): Promise<string>;
  /** The revision that a place of the scene serves now. */
  serving(place: string): Promise<string | undefined>;
  /** GitHub's own page of environments says that this revision is deployed there. */
  isLive(environment: string, sha: string, repository?: string): boolean;
  /** Waits until it is so. */
  live(environment: string, sha: string, repository?: string): Promise<void>;
  close(): Promise<void>;
};

export type StoryOptions = {
  readonly scene: Scene;
  readonly siteUrl?: string;
  readonly privateServer?: boolean;
  readonly socketMode?: boolean;
  readonly operatorFile?: string;
  /** What the bot is given, where it runs within the test. */
  readonly botContext?: Context;
};

/** All that a person reads of a message: its text and its blocks. */
export function reading(message: { readonly text: string; readonly blocks: readonly unknown[] }): string {
  return `${message.text}\n${JSON.stringify(message.blocks)}`;
}

export async function openStory(options: StoryOptions): Promise<Story> {
  const context = optional("context", options.botContext);
  return await openStoryWith((given) => createBotWithin({ ...given, ...context }), options);
}

/** With the bot as a process of its own, as it is where people use it: it can be killed. */
export async function openStoryOfProcess(options: StoryOptions): Promise<Story<BotProcess>> {
  return await openStoryWith(createBotProcess, options);
}

async function openStoryWith<Bot extends SceneBot>(
  createBot: (given: BotOptions) => Bot,
  options: StoryOptions,
): Promise<Story<Bot>> {
  const { scene } = options;
  const context = createContext();
  const folder = await mkdtemp(join(tmpdir(), "signalbox-play-"));
  const database = options.privateServer === true ? undefined : await testDatabase({ foreign: true });
  const open = await openScene({
    context,
    createBot,
    scene,
    folder,
    logLevel: "debug",
    socketMode: options.socketMode ?? false,
    ...(options.siteUrl === undefined ? {} : { siteUrl: options.siteUrl }),
    ...(database === undefined ? {} : { settings: { DATABASE_URL: database.url } }),
  });
  const { github, slack, bot, botUrl, channel, log } = open;
  const places = open.folder;
  if (options.operatorFile !== undefined) await context.files.writeFile(places.operatorFile, options.operatorFile);
  shareCompiledCode(places.bot);
  await bot.start();

  const story: Story<Bot> = {
    github,
    slack,
    bot,
    botUrl,
    channel,
    log,
    siteDir: places.site,
    siteUrl: open.siteUrl,
    monitoring: open.monitoring,
    databaseUrl: database?.url,
    async filesNamed(name) {
      const entries = await context.files.readdir(folder, { recursive: true });
      return entries.filter((entry) => basename(entry) === name);
    },
    world: () =>
      readWorld(
        context,
        places.site,
        scene.places.map((place) => place.folder),
      ),
    repository: (name = scene.repositories[0]) => github.view(name),
    pull(number, repository) {
      const found = story.repository(repository).pullRequests.find((pull) => pull.number === number);
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
        await context.clock.sleep(lookEveryMs);
      }
    },
    async ask(user, text) {
      const before = story.told(user).length;
      const answer = await slack.command(user, channel, text);
      if (answer.status !== 200) throw new Error(`${text} was answered with ${answer.status}: ${answer.body}`);
      const told = await story.until(`an answer to ${text}`, () => story.told(user)[before]);
      return told.text;
    },
    async propose({ repository = scene.repositories[0], branch, changes, title, body, base, by = "alice" }) {
      await github.commit(repository, by, { branch, message: title, changes });
      const into = base === undefined ? {} : { base };
      return await github.openPullRequest(repository, by, { title, body, head: branch, ...into });
    },
    async merge(number, { repository = scene.repositories[0], by = "alice" } = {}) {
      await story.until(`pull request ${number} to be ready`, () => story.pull(number, repository).mergeable);
      return await github.mergePullRequest(repository, by, number);
    },
    async serving(place) {
      const { environments } = await story.world();
      return environments.find((one) => one.name === place)?.serving?.sha;
    },
    isLive: (environment, sha, repository) =>
      story
        .repository(repository)
        .deployments.some(
          (one) =>
            one.environment === environment &&
            one.sha === sha &&
            one.statuses.some((status) => status.state === "success"),
        ),
    async live(environment, sha, repository) {
      await story.until(`${sha} to be live in ${environment}`, () => story.isLive(environment, sha, repository));
    },
    async close() {
      await open.close();
      await database?.drop();
    },
  };
  return story;
}

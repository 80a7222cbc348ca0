/**
 * The whole bot in the test's own process, between the sandbox's GitHub and Slack: signed HTTP in, HTTP out, a real
 * database. A test does what people do, waits until nothing is under way, and counts what GitHub was asked.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import type { SandboxGitHub } from "../../sandbox/contract.ts";
import { createSandboxGitHub } from "../../sandbox/github/sandbox-github.ts";
import { samplePeople } from "../../sandbox/sample/people.ts";
import { createSandboxSlack } from "../../sandbox/slack/sandbox-slack.ts";
import type { SandboxSlack } from "../../sandbox/slack-contract.ts";
import { type Context, createContext } from "../../src/context.ts";
import { optional } from "../../src/optional.ts";
import type { RunningBot } from "../../src/start-bot.ts";
import { privateKey } from "../github/a-client.ts";
import { startBotWithin } from "../harness/bot-within.ts";
import { type TestDatabase, testDatabase } from "../harness/database.ts";
import { type TestFaults, testFaults } from "../harness/fault-points.ts";
import { shareCompiledCode } from "../harness/run-folder.ts";

/** Longer than anything takes on a busy machine; a test that meets it has failed. */
const patienceMs = 110_000;
/** Nothing is under way when it looks so this often, one look after the other. */
const looks = 3;

const dataDirIn = (folder: string) => join(folder, "bot");

/** The bot within this process, on a database that the test made. Repositories of these owners may run commands. */
export async function startInProcess(parts: {
  readonly context: Context;
  readonly database: TestDatabase;
  readonly folder: string;
  readonly github: Pick<SandboxGitHub, "appId" | "privateKey" | "webhookSecret" | "apiUrl" | "url">;
  readonly slack: Pick<SandboxSlack, "botToken" | "signingSecret" | "apiUrl">;
  readonly lines: string[];
  /** Any that is free, unless said. */
  readonly port?: number;
  readonly stopped?: AbortSignal;
}): Promise<RunningBot> {
  const { context, github, slack, folder } = parts;
  const operatorFile = join(folder, "operator.yml");
  await context.files.writeFile(operatorFile, "commands: ['acme/*', 'Codertocat/*']\n");
  return await startBotWithin({
    context,
    ...optional("stopped", parts.stopped),
    print: (line) => void parts.lines.push(line),
    settings: {
      APP_ID: String(github.appId),
      PRIVATE_KEY: github.privateKey,
      WEBHOOK_SECRET: github.webhookSecret,
      GITHUB_API_URL: github.apiUrl,
      GITHUB_URL: github.url,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      SLACK_API_URL: slack.apiUrl,
      DATABASE_URL: parts.database.url,
      DATA_DIR: dataDirIn(folder),
      HOST: "127.0.0.1",
      PORT: String(parts.port ?? 0),
      OPERATOR_FILE: operatorFile,
    },
  });
}

/** Resolves when no delivery, job, surface or deployment is under way; what waits for its time may wait. */
export async function atRest(parts: {
  readonly database: TestDatabase;
  readonly lines: () => readonly string[];
  readonly now: () => number;
  /** Rises with everything that is asked of the far sides. */
  readonly calls: () => number;
  readonly settled: () => Promise<void>;
}): Promise<void> {
  const { clock } = createContext();
  const began = clock.monotonic();
  let before = -1;
  for (let still = 0; still < looks; ) {
    await parts.settled();
    const busy = await underWay(parts.database, parts.now());
    const started = parts.lines().some((line) => line.includes("compared with GitHub"));
    const now = parts.calls();
    still = busy.length === 0 && started && now === before ? still + 1 : 0;
    before = now;
    if (clock.monotonic() - began > patienceMs) {
      throw new Error(`does not come to rest: ${busy.join(", ")}\n${parts.lines().slice(-20).join("\n")}`);
    }
    await clock.sleep(25);
  }
}

export type BotBetween = {
  readonly github: SandboxGitHub;
  readonly slack: SandboxSlack;
  readonly database: TestDatabase;
  readonly lines: readonly string[];
  readonly faults: TestFaults;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Lets the time of GitHub and of the bot go on at once. */
  pass(ms: number): void;
  /** Resolves when no delivery, job, surface or deployment is under way; what waits for its time may wait. */
  rest(): Promise<void>;
  /** What GitHub was asked meanwhile, without signing in, until nothing is under way any more. */
  callsOf(act: () => Promise<unknown>): Promise<readonly string[]>;
  close(): Promise<void>;
};

export async function openBotBetween(options: { readonly callsPerHour?: number } = {}): Promise<BotBetween> {
  const faults = testFaults();
  const real = createContext({ faults });
  let passed = 0;
  const context: Context = { ...real, clock: { ...real.clock, now: () => real.clock.now() + passed } };
  const folder = await mkdtemp(join(tmpdir(), "signalbox-cost-"));
  shareCompiledCode(dataDirIn(folder));
  const database = await testDatabase();
  const github = await createSandboxGitHub({
    context,
    folder: join(folder, "git"),
    people: samplePeople,
    privateKey,
    ...options,
  });
  const slack = await createSandboxSlack({ context, people: samplePeople, channels: ["#shop-deploys"] });
  const lines: string[] = [];
  let running: RunningBot | undefined;
  let startedAt = 0;

  const bot: BotBetween = {
    github,
    slack,
    database,
    lines,
    faults,
    async start() {
      startedAt = lines.length;
      running = await startInProcess({ context, database, folder, github, slack, lines });
      const { host, port } = running.address;
      github.deliverTo(`http://${host}:${port}/api/github/webhooks`);
      slack.deliverTo(`http://${host}:${port}/slack/events`);
      await bot.rest();
    },
    async stop() {
      github.deliverTo(undefined);
      await running?.stop();
      running = undefined;
    },
    pass(ms) {
      passed += ms;
    },
    async rest() {
      await atRest({
        database,
        lines: () => lines.slice(startedAt),
        now: () => context.clock.now(),
        calls: () => github.calls().length + slack.calls().length,
        settled: async () => {
          await github.settled();
          await slack.settled();
        },
      });
    },
    async callsOf(act) {
      const before = github.calls().length;
      await act();
      await bot.rest();
      return github
        .calls()
        .slice(before)
        .filter(({ path }) => !path.endsWith("/access_tokens"))
        .map(({ method, path }) => `${method} ${path}`);
    },
    async close() {
      await bot.stop();
      await github.close();
      await slack.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return bot;
}

async function underWay({ db }: TestDatabase, now: number): Promise<readonly string[]> {
  const at = new Date(now);
  const found = await sql<{ what: string }>`
    select 'delivery ' || name as what from inbox
      where status = 'handling' or (status = 'stored' and look_at <= ${at})
    union all
    select key from projection
      where wanted > shown and (lease_until is not null or look_at is null or look_at <= ${at})
    union all
    select 'pull request ' || number from pull_request_gate where wanted > judged
    union all
    select 'deployment ' || id || ' ' || status from deployment
      where status in ('requested', 'queued', 'in_progress', 'verifying')
    union all
    select 'version ' || tag from candidate where ended_at is null and look_at <= ${at}
    union all
    select 'back-merge ' || id from back_merge where look_at <= ${at}
    union all
    select 'job ' || name from pgboss.job where state in ('created', 'active', 'retry') and start_after <= now()
  `.execute(db);
  return found.rows.map(({ what }) => what);
}

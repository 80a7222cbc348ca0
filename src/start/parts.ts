/** What every operation is given: GitHub, Slack, the deployers and the operator's rules, built from the settings. */
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { Settings } from "../config/settings.ts";
import type { Context } from "../context.ts";
import { createActionsDeployer } from "../deployers/actions.ts";
import { createCheckDeployer } from "../deployers/check.ts";
import { createDeploymentDeployer } from "../deployers/deployment.ts";
import { createGitLabDeployer } from "../deployers/gitlab.ts";
import { createHttpDeployer } from "../deployers/http.ts";
import { createPinDeployer } from "../deployers/pin.ts";
import { createProbe } from "../deployers/probe.ts";
import { createPrometheus } from "../deployers/prometheus.ts";
import { createReleaseDeployer } from "../deployers/release.ts";
import { createRunDeployer } from "../deployers/run.ts";
import { createGitHub, type GitHub } from "../github/client.ts";
import { createGitHubCalls } from "../github/deployer-calls.ts";
import { createGitHubFacts } from "../github/facts.ts";
import { createSignIn } from "../github/sign-in.ts";
import { createVersionWrites } from "../github/version-writes.ts";
import type { Wake } from "../jobs/wake.ts";
import type { Bot, OperatorRules } from "../operations/bot.ts";
import { standingRelease, wantRelease } from "../operations/releases.ts";
import { optional } from "../optional.ts";
import { createSlackChannels, type SlackChannels } from "../slack/channels.ts";
import { createSlackClient, type SlackClient } from "../slack/client.ts";
import { createSlackPeople } from "../slack/people.ts";
import { readStandingReactions } from "../slack/reactions.ts";
import type { Database } from "../store/schema.ts";

export type StartOptions = {
  readonly context: Context;
  readonly log: Logger;
  readonly settings: Settings;
  readonly operator: OperatorRules;
  readonly version: string;
  /** Given by whoever owns the process: `measureProcess` of `web/metrics.ts`. */
  readonly ofProcess?: Registry;
  /** Aborted: the start rejects at its next step, with its reason, and nothing is taken up. */
  readonly stopped?: AbortSignal;
};

export type Parts = {
  readonly bot: Bot;
  readonly github: GitHub;
  readonly slack: SlackClient;
  readonly channels: SlackChannels;
};

/** What the parts need of those that are built before and after them. */
export type Around = {
  readonly db: Kysely<Database>;
  readonly wake: Wake;
  readonly count: Bot["count"];
  readonly servicesKnown: Bot["servicesKnown"];
  /** A command that this bot runs has ended. */
  onCommandEnded(deployment: number): void;
};

export function createParts({ context, log, settings, operator }: StartOptions, around: Around): Parts {
  const github = createGitHub({
    context,
    log,
    settings: {
      appId: settings.github.appId,
      privateKey: settings.github.privateKey,
      webhookSecret: settings.github.webhookSecret,
      githubApiUrl: settings.github.apiUrl,
      githubUrl: settings.github.url,
    },
  });
  const slack = createSlackClient({ context, log, settings: settings.slack });
  const channels = createSlackChannels({ client: slack, context });
  const facts = createGitHubFacts(github);
  const calls = createGitHubCalls(github);
  const bot: Bot = {
    context,
    log,
    db: around.db,
    wake: around.wake,
    github: facts,
    versions: createVersionWrites(github),
    slack: {
      ...createSlackPeople({ client: slack, context }),
      channels: channels.all,
      reactions: (channel, ts) => readStandingReactions(slack, channel, ts),
    },
    signIn: createSignIn({ context, github: settings.github, publicUrl: settings.publicUrl }),
    deployers: {
      run: createRunDeployer({
        context,
        log,
        dataDir: settings.dataDir,
        github: facts,
        operator,
        onlyHost: settings.databaseUrl === undefined,
        onEnded: (attempt) => around.onCommandEnded(attempt.deployment),
        ...optional("path", settings.path),
      }),
      http: createHttpDeployer({ context, log, operator }),
      check: createCheckDeployer({ context, checks: calls.checks }),
      deployment: createDeploymentDeployer({ context, deployments: calls.deployments }),
      actions: createActionsDeployer({ context, actions: calls.actions }),
      gitlab: createGitLabDeployer({ context, operator }),
      pin: createPinDeployer({ context, pins: calls.pins, operator }),
      release: createReleaseDeployer({
        clock: context.clock,
        releases: {
          want: async (deployment, installation) =>
            await around.db.transaction().execute((trx) => wantRelease(trx, around.wake, deployment, installation)),
          standing: (deployment) => standingRelease(around.db, deployment),
        },
      }),
      probe: createProbe({ context, operator }),
      prometheus: createPrometheus({ context, operator }),
    },
    operator,
    githubUrl: settings.github.url,
    servicesKnown: around.servicesKnown,
    count: around.count,
  };
  return { bot, github, slack, channels };
}

/**
 * Builds the whole bot from its settings, starts it, and stops it: the one place where the parts meet. Nothing is decided
 * here. What it starts it stops, in the opposite order: first nothing new comes in, then what is under way ends.
 */
import type { Logger } from "pino";
import { catchUp } from "./catch-up.ts";
import { parseCommand } from "./commands/parse.ts";
import type { Settings } from "./config/settings.ts";
import type { Context } from "./context.ts";
import { createHttpDeployer } from "./deployers/http.ts";
import { callbackShape, readCallback, verifyCallbackSignature } from "./deployers/http-answer.ts";
import { sweepAttempts } from "./deployers/run/sweep.ts";
import { createRunDeployer } from "./deployers/run.ts";
import { createGitHubApp } from "./github/app.ts";
import { createGitHub } from "./github/client.ts";
import { slim } from "./github/deliveries.ts";
import { createGitHubFacts } from "./github/facts.ts";
import { createSignIn } from "./github/sign-in.ts";
import { createGitHubSurfaces } from "./github/surfaces.ts";
import { createInboxDrain } from "./jobs/drain-inbox.ts";
import { createJobs } from "./jobs/jobs.ts";
import { withRequestId } from "./log.ts";
import { createAdvancer } from "./operations/advance.ts";
import type { Bot, OperatorRules } from "./operations/bot.ts";
import { createChannelNews, lookAtChannels } from "./operations/channels.ts";
import { followHomes, homesOf, tidyHomes } from "./operations/follow-homes.ts";
import { createGitHubEvents } from "./operations/github-events.ts";
import { loadHomeView, lookUpHome } from "./operations/home.ts";
import { judgePullRequestGates } from "./operations/judge-pull-request-gate.ts";
import { tidyLinks } from "./operations/link.ts";
import { settleLinkChanges } from "./operations/link-changes.ts";
import { confirmLink, returnFromGitHub } from "./operations/link-steps.ts";
import { loadDeploymentView } from "./operations/load-view.ts";
import { lookAfterRestart } from "./operations/look-after-restart.ts";
import { lookAtEnvironment } from "./operations/look-at-environment.ts";
import { callbackSecret, noteCallback } from "./operations/note-callback.ts";
import { foldReactionsOf } from "./operations/note-reaction.ts";
import { forgetForms, mistakesOf, tellIfNotOpened } from "./operations/prepare.ts";
import { readReactions } from "./operations/read-reactions.ts";
import { createSlackEvents } from "./operations/slack-events.ts";
import { tellChannelProblems } from "./operations/tell-channel-problems.ts";
import { tidyAttempts } from "./operations/tidy-attempts.ts";
import { createProjections } from "./projections/engine.ts";
import { createAnswerAtOnce } from "./slack/answer-at-once.ts";
import { createSlackApp } from "./slack/app.ts";
import { createSlackChannels } from "./slack/channels.ts";
import { createSlackClient } from "./slack/client.ts";
import { answerOf } from "./slack/emoji.ts";
import { createSlackPeople } from "./slack/people.ts";
import { readStandingReactions } from "./slack/reactions.ts";
import { readSlackRequest } from "./slack/receiver.ts";
import { startSocketMode } from "./slack/socket-mode.ts";
import { createSlackSurfaces } from "./slack/surfaces.ts";
import { openStore } from "./store/database.ts";
import { type ClaimedDelivery, createInbox, triesAtMost } from "./store/inbox.ts";
import { releaseLeases } from "./store/release-leases.ts";
import { createReadiness } from "./web/health.ts";
import { createMetrics } from "./web/metrics.ts";
import { createWebServer } from "./web/server.ts";

/** A command that comes before the first look at GitHub has ended waits so long for it, and is then answered as it is. */
const servicesWithinMs = 30_000;

export type RunningBot = {
  readonly address: { readonly host: string; readonly port: number };
  stop(): Promise<void>;
};

export type StartOptions = {
  readonly context: Context;
  readonly log: Logger;
  readonly settings: Settings;
  readonly operator: OperatorRules;
  readonly version: string;
};

/** Resolves when requests are taken. Rejects, with everything closed again, when a part cannot start. */
export async function startBot(options: StartOptions): Promise<RunningBot> {
  const closers: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) {
      await Promise.resolve(close()).catch((error) => options.log.warn({ err: error }, "a part did not stop cleanly"));
    }
  };
  try {
    const address = await build(options, closers);
    return { address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(options: StartOptions, closers: (() => Promise<void> | void)[]) {
  const { context, log, settings, operator, version } = options;
  const store = await openStore({ context, log, settings });
  closers.push(() => store.close());
  const { db } = store;
  const jobs = await createJobs({ context, log, db, connection: store.connection });
  // First no wake is taken up any more, then what was begun ends, and only then the store is closed.
  const workers: (() => Promise<void> | void)[] = [];
  closers.push(async () => {
    await jobs.stop();
    for (const end of workers) await end();
  });
  const inbox = createInbox({ context, db, pool: store.pool, wake: jobs.wake });
  const metrics = createMetrics({ db, version });

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
  const signIn = createSignIn({ context, github: settings.github, publicUrl: settings.publicUrl });
  const slack = createSlackClient({ context, log, settings: settings.slack });
  const channels = createSlackChannels({ client: slack, context });
  const facts = createGitHubFacts(github);
  const bot: Bot = {
    context,
    log,
    db,
    wake: jobs.wake,
    github: facts,
    slack: {
      ...createSlackPeople({ client: slack, context }),
      channels: channels.all,
      reactions: (channel, ts) => readStandingReactions(slack, channel, ts),
    },
    signIn,
    deployers: {
      run: createRunDeployer({
        context,
        log,
        dataDir: settings.dataDir,
        github: facts,
        operator,
        onlyHost: settings.databaseUrl === undefined,
        onEnded: (attempt) =>
          void advancer.advance(attempt.deployment).catch(logged("a deployment could not be looked at")),
        ...(settings.childEnv["PATH"] === undefined ? {} : { path: settings.childEnv["PATH"] }),
      }),
      http: createHttpDeployer({ context, log, operator }),
    },
    operator,
    githubUrl: settings.github.url,
    servicesKnown: () => servicesKnown,
    count: (status) => metrics.deployment(status),
  };
  let servicesKnown = Promise.resolve();
  const logged = (what: string) => (error: unknown) => log.error({ err: error }, what);
  const advancer = createAdvancer(bot);
  workers.push(() => advancer.stop());

  const projections = createProjections({
    context,
    log,
    db,
    surfaces: new Map([
      ...createGitHubSurfaces({ db, github, context, loadDeploymentView }),
      ...createSlackSurfaces({
        db,
        client: slack,
        channels,
        news: createChannelNews(bot),
        context,
        log,
        loadDeploymentView,
        githubUrl: bot.githubUrl,
        apiUrl: settings.slack.apiUrl,
        signInAddress: signIn?.address,
        loadHomeView: (home) => loadHomeView(bot, home),
      }),
    ]),
    onCreated: async (surface, subject) => {
      if (surface === "slack.message") await foldReactionsOf(bot, answerOf, subject);
      if (surface === "slack.form") await tellIfNotOpened(bot, subject);
    },
    onWritten: (surface, result) =>
      metrics.projection(surface, result === "failed" || result === "unchanged" ? result : "written"),
  });
  workers.push(() => projections.stop());

  const githubApp = createGitHubApp({
    context,
    log,
    github,
    events: createGitHubEvents(bot, parseCommand),
    knownDeliveries: async (keys) => {
      if (keys.length === 0) return new Set();
      const rows = await db
        .selectFrom("inbox")
        .select("key")
        .where("source", "=", "github")
        .where("key", "in", [...keys])
        .where("status", "!=", "failed")
        .execute();
      return new Set(rows.map((row) => row.key));
    },
    follows: async (id) => {
      const row = await db.selectFrom("repository").select("pipeline_file_id").where("id", "=", id).executeTakeFirst();
      return row !== undefined && row.pipeline_file_id !== null;
    },
  });
  const slackApp = createSlackApp({
    context,
    log,
    settings: settings.slack,
    handlers: createSlackEvents(bot, parseCommand, answerOf),
  });

  async function handle(delivery: ClaimedDelivery): Promise<void> {
    if (delivery.source === "github") return await githubApp.handDelivery(delivery);
    if (delivery.source === "slack") {
      return await slackApp.handDelivery({ ...delivery, lastTry: delivery.attempts >= triesAtMost });
    }
    await noteCallback(bot, callbackShape.parse(delivery.payload));
  }
  const drain = createInboxDrain({
    inbox: {
      quiet: () => inbox.quiet(),
      claim: (limit) => inbox.claim(limit),
      async done(delivery) {
        const done = await inbox.done(delivery);
        metrics.handled(delivery.source, done ? "done" : "lost");
        return done;
      },
      async failed(delivery, error) {
        const outcome = await inbox.failed(delivery, error);
        metrics.handled(delivery.source, outcome);
        return outcome;
      },
    },
    log,
    handle: (delivery) => withRequestId(delivery.key, () => handle(delivery)),
  });

  workers.unshift(() => drain.idle());

  let listening = false;
  const { appToken, signingSecret, apiUrl } = settings.slack;
  const answerAtOnce = createAnswerAtOnce((sent) => mistakesOf(bot, sent));
  const readiness = createReadiness(context.clock, [
    {
      otherwise: "The database does not answer.",
      holds: async () => (await db.selectNoFrom((eb) => eb.lit(1).as("one")).executeTakeFirst()) !== undefined,
    },
    { otherwise: "The jobs do not run yet.", holds: () => listening },
  ]);
  const web = createWebServer({
    context,
    log,
    settings: { host: settings.host, port: settings.port, github: settings.github },
    version,
    inbox,
    slim,
    readSlackRequest:
      signingSecret === undefined
        ? undefined
        : async ({ body: rawBody, headers }) => {
            const read = readSlackRequest({ rawBody, headers, signingSecret, now: context.clock.now() });
            const answer = read.kind === "delivery" ? await answerAtOnce(read) : undefined;
            return answer === undefined ? read : { kind: "answer", body: JSON.stringify(answer) };
          },
    callbacks: {
      read(body) {
        const reading = readCallback(body);
        if (reading.kind === "malformed") return undefined;
        const { deployment, token } = reading.callback;
        return { deployment, token, payload: reading.callback };
      },
      secret: (deployment, token) => callbackSecret(bot, deployment, token),
      verify: (secret, body, signature) => verifyCallbackSignature({ secret, body, signature }),
    },
    links: signIn && {
      returned: (state, code) => returnFromGitHub(bot, state, code),
      async confirm(token) {
        const step = await confirmLink(bot, token);
        if (step.kind === "linked") {
          await settleLinkChanges(bot, answerOf).catch(logged("what a new link changes waits for the next sweep"));
        }
        return step;
      },
    },
    readiness,
    metrics,
  });

  if (settings.databaseUrl === undefined) await releaseLeases(db, context.clock.now());
  // Why each unfinished attempt is as it is, is said before anything looks at it again.
  await lookAfterRestart(bot, context.ids.uuid());
  await jobs.start({
    advance: (id) => withRequestId(`deployment-${id}`, () => advancer.advance(id)),
    judge: (environment) => withRequestId(`environment-${environment}`, () => judgePullRequestGates(bot, environment)),
    lookAtEnvironment: (environment) => lookAtEnvironment(bot, environment),
    project: async (key) => {
      const service = homesOf(key);
      await (service === undefined ? projections.project(key) : followHomes(bot, service));
    },
    drainInbox: () => drain.drain(),
    async tidy() {
      await inbox.tidy();
      await tidyLinks(bot);
      await forgetForms(bot);
      await tidyAttempts(bot, settings.dataDir, sweepAttempts);
      // These ask Slack and GitHub, and what is away keeps the others from nothing; the next sweep tries again.
      await settleLinkChanges(bot, answerOf).catch(logged("what a changed link changes could not be looked at"));
      await lookAtChannels(bot).catch(logged("the Slack channels of the services could not be looked at"));
      await tellChannelProblems(bot).catch(logged("who is to be told of a Slack channel could not be found"));
      await tidyHomes(bot, (home) => lookUpHome(bot, home)).catch(logged("App Homes could not be looked at"));
    },
  });
  // On an empty database a command waits for the first look at GitHub: it would find no service.
  const begun = Promise.withResolvers<void>();
  const isNew = (await db.selectFrom("repository").select("id").limit(1).executeTakeFirst()) === undefined;
  if (isNew) servicesKnown = Promise.race([begun.promise, context.clock.sleep(servicesWithinMs)]);
  listening = true;
  const address = await web.listen();
  closers.push(() => web.close());
  if (appToken !== undefined) {
    const socket = startSocketMode({
      context,
      log,
      settings: { appToken, apiUrl },
      answerAtOnce,
      store: async (delivery) => void (await inbox.store({ source: "slack", ...delivery })),
    });
    closers.push(() => socket.stop());
  }
  const catchingUp = Promise.all([
    catchUp(bot, githubApp)
      .catch(logged("what happened on GitHub while the bot was down could not be compared"))
      .finally(begun.resolve),
    lookAtChannels(bot, { everything: true }).catch(
      logged("the Slack channels of the services could not be looked at"),
    ),
    readReactions(bot, answerOf).catch(logged("reactions given while the bot was down could not be read back")),
  ]);
  closers.push(async () => void (await catchingUp));
  return address;
}

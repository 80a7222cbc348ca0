/**
 * Builds the whole bot from its settings, starts it, and stops it: the one place where the parts meet. Nothing is decided
 * here. What it starts it stops, in the opposite order: first nothing new comes in, then what is under way ends.
 */
import type { Context } from "./context.ts";
import { createJobs, stopWithinMs } from "./jobs/jobs.ts";
import { withRequestId } from "./log.ts";
import { createAdvancer } from "./operations/advance.ts";
import { advanceVersion } from "./operations/advance-version.ts";
import { lookAtBackMerge } from "./operations/back-merge.ts";
import { lookAtChannels } from "./operations/channels.ts";
import { followHomes, homesOf } from "./operations/follow-homes.ts";
import { judgePullRequestGates } from "./operations/judge-pull-request-gate.ts";
import { lookAfterRestart } from "./operations/look-after-restart.ts";
import { lookAtEnvironment } from "./operations/look-at-environment.ts";
import { lookAtSchedule } from "./operations/schedule.ts";
import { answerOf } from "./slack/emoji.ts";
import type { SocketMode } from "./slack/socket-mode.ts";
import { createCatchUp } from "./start/catch-up.ts";
import { createDeliveries } from "./start/deliveries.ts";
import { createDoors } from "./start/doors.ts";
import { createParts, type StartOptions } from "./start/parts.ts";
import { createShown } from "./start/shown.ts";
import { tidy } from "./start/tidy.ts";
import { openStore, takesWrites } from "./store/database.ts";
import { createInbox, type Inbox } from "./store/inbox.ts";
import { releaseLeases } from "./store/release-leases.ts";
import { createReadiness } from "./web/health.ts";
import { createMetrics } from "./web/metrics.ts";

/** A command that comes before the first look at GitHub has ended waits so long for it, and is then answered as it is. */
const servicesWithinMs = 30_000;

export type RunningBot = {
  readonly address: { readonly host: string; readonly port: number };
  stop(): Promise<void>;
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
  const { context, log, settings, version } = options;
  const store = await openStore({ context, log, settings });
  closers.push(() => store.close());
  options.stopped?.throwIfAborted();
  const { db } = store;
  const jobs = await createJobs({ context, log, db, connection: store.connection });
  // First no wake is taken up any more, then what was begun ends, and only then the store is closed.
  const workers: (() => Promise<void> | void)[] = [];
  closers.push(async () => {
    await Promise.all([drain.stop(), jobs.stop()]);
    for (const end of workers) await end();
  });
  const inbox = createInbox({ context, db, pool: store.pool, wake: jobs.wake });
  const metrics = createMetrics({ clock: context.clock, db, version, ofProcess: options.ofProcess });

  let servicesKnown = Promise.resolve();
  const logged = (what: string) => (error: unknown) => log.error({ err: error }, what);
  const parts = createParts(options, {
    db,
    wake: jobs.wake,
    count: (status) => metrics.deployment(status),
    servicesKnown: () => servicesKnown,
    onCommandEnded: (deployment) =>
      void advancer.advance(deployment).catch(logged("a deployment could not be looked at")),
  });
  const { bot } = parts;
  const advancer = createAdvancer(bot);
  workers.push(() => advancer.stop());
  const projections = createShown(parts, settings, metrics);
  workers.push(() => projections.stop());
  workers.push(async () => {
    for (const deployer of Object.values(bot.deployers)) await deployer.stop?.();
  });
  const { githubApp, drain } = createDeliveries(parts, { settings, inbox, metrics });
  const catchUp = createCatchUp({
    bot,
    githubApp,
    meaningOf: answerOf,
    listensTo: (source) => listening && (source === "github" || socket === undefined || socket.connected()),
  });

  let listening = false;
  let socket: SocketMode | undefined;
  const readiness = createReadiness(context.clock, [
    {
      otherwise: "The database does not answer, or takes nothing in.",
      holds: () => takesWrites(db),
    },
  ]);
  const doorsInbox: Pick<Inbox, "store"> = {
    async store(delivery) {
      try {
        return await inbox.store(delivery);
      } catch (error) {
        if (delivery.source !== "deployer") catchUp.notStored(delivery.source);
        throw error;
      }
    },
  };
  const { web, openSocket } = createDoors(bot, { settings, version, inbox: doorsInbox, readiness, metrics });

  // With a private database nobody else can be running what the last run of the bot left unfinished.
  const isAlone = settings.databaseUrl === undefined;
  if (isAlone) await releaseLeases(db, context.clock.now());
  // Before anything can come in, or a sweep says that the bot listens.
  await catchUp.begin();
  // Why each unfinished attempt is as it is, is said before anything looks at it again.
  if (isAlone) await lookAfterRestart(bot, context.ids.uuid());
  options.stopped?.throwIfAborted();
  await jobs.start({
    advance: (id) => withRequestId(`deployment-${id}`, () => advancer.advance(id)),
    judge: (environment) => withRequestId(`environment-${environment}`, () => judgePullRequestGates(bot, environment)),
    lookAtEnvironment: async (environment) => {
      await lookAtEnvironment(bot, environment);
      await lookAtSchedule(bot, environment);
    },
    advanceVersion: (step) => withRequestId(`version-${step}`, () => advanceVersion(bot, step)),
    lookAtBackMerge: (pair) => lookAtBackMerge(bot, pair),
    project: async (key) => {
      const service = homesOf(key);
      await (service === undefined ? projections.project(key) : followHomes(bot, service));
    },
    drainInbox: () => drain.drain(),
    tidy: () => tidy(bot, { inbox, catchUp, dataDir: settings.dataDir }),
  });
  // On an empty database a command waits for the first look at GitHub: it would find no service.
  const begun = Promise.withResolvers<void>();
  const isNew = (await db.selectFrom("repository").select("id").limit(1).executeTakeFirst()) === undefined;
  if (isNew) {
    servicesKnown = begun.promise;
    const late = context.clock.after(servicesWithinMs, begun.resolve);
    closers.push(() => late.cancel());
  }
  let catchingUp: Promise<unknown> = Promise.resolve();
  closers.push(async () => {
    begun.resolve();
    await withinStop(context, catchingUp);
  });
  options.stopped?.throwIfAborted();
  const address = await web.listen();
  listening = true;
  closers.push(() => web.close());
  if (openSocket !== undefined) {
    const opened = openSocket(() => {
      catchUp.slackConnected().catch(logged("what Slack told before it was connected could not be asked for"));
    });
    socket = opened;
    closers.push(() => opened.stop());
  }
  catchingUp = Promise.all([
    catchUp.look().finally(begun.resolve),
    lookAtChannels(bot, { everything: true }).catch(
      logged("the Slack channels of the services could not be looked at"),
    ),
  ]);
  return address;
}

/** What asks GitHub and Slack must not hold up a stop for ever; what it leaves is looked up at the next start. */
async function withinStop(context: Context, ended: Promise<unknown>): Promise<void> {
  const late = new AbortController();
  await Promise.race([ended, context.clock.sleep(stopWithinMs, late.signal).catch(() => undefined)]);
  late.abort();
}

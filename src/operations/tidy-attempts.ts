/** Takes away what ended attempts left on disk. What is not settled is named and stays: its folder is the proof. */
import type { sweepAttempts } from "../deployers/run/sweep.ts";
import { pendingStatuses, runningStatuses } from "../policy/model.ts";
import type { Bot } from "./bot.ts";
import { retriable } from "./retry.ts";

/** Logs and working trees of attempts are kept so long, for people to look at. */
const keepMs = 14 * 24 * 3_600_000;
/** And at most so many of each, so that a busy week does not fill the disk. */
const keepAtMost = 200;

export async function tidyAttempts(bot: Bot, dataDir: string, sweep: typeof sweepAttempts): Promise<void> {
  const [attempts, deployments, failed] = await Promise.all([
    bot.db.selectFrom("attempt").select("token").where("state", "!=", "ended").execute(),
    bot.db
      .selectFrom("deployment")
      .select(["id", "checkout_of"])
      // What waits may start at any moment, in a tree that was made ahead.
      .where((eb) => eb.or([eb("status", "in", [...pendingStatuses, ...runningStatuses]), eb("settled", "=", false)]))
      .execute(),
    mayBeTriedAgain(bot),
  ]);
  await sweep({
    context: bot.context,
    dataDir,
    olderThanMs: keepMs,
    keep: keepAtMost,
    unstarted: (ids) => unstarted(bot, ids),
    unsettled: {
      tokens: new Set(attempts.map((row) => row.token)),
      deployments: new Set([...deployments, ...failed].map((row) => row.checkout_of ?? row.id)),
    },
  });
}

/**
 * What may be tried again: in each environment the newest that started, where it did not succeed. It goes on in the same
 * tree, which holds what the stages that are kept have built.
 */
async function mayBeTriedAgain(
  bot: Bot,
): Promise<readonly { readonly id: number; readonly checkout_of: number | null }[]> {
  return await bot.db
    .selectFrom("environment")
    .innerJoinLateral(
      (eb) =>
        eb
          .selectFrom("deployment")
          .select(["deployment.id", "checkout_of", "status"])
          .whereRef("environment_id", "=", "environment.id")
          .where("started_at", "is not", null)
          .orderBy("deployment.id", "desc")
          .limit(1)
          .as("newest"),
      (join) => join.onTrue(),
    )
    .select(["newest.id", "newest.checkout_of"])
    .where("newest.status", "in", [...retriable])
    .execute();
}

/** Those that ended without having started: nobody has worked in their trees, and nobody will. */
async function unstarted(bot: Bot, ids: readonly number[]): Promise<ReadonlySet<number>> {
  if (ids.length === 0) return new Set();
  const rows = await bot.db
    .selectFrom("deployment")
    .select("id")
    .where("id", "in", [...ids])
    .where("started_at", "is", null)
    .where("ended_at", "is not", null)
    .execute();
  return new Set(rows.map((row) => row.id));
}

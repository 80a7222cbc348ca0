/** What the bot does once at its start about what happened on GitHub meanwhile. */
import type { GitHubApp } from "../github/app.ts";
import type { Bot } from "../operations/bot.ts";
import { followAllBranches } from "../operations/follow-branch.ts";

/** GitHub keeps its delivery log for three days. */
const recoverAtMostMs = 3 * 24 * 3_600_000;
/** Deliveries may have been under way when the last one was stored. */
const recoverMarginMs = 3_600_000;

/** Looks up what happened on GitHub while the bot was down: missed deliveries, open pull requests, heads of followed branches. */
export async function catchUp(bot: Bot, githubApp: GitHubApp): Promise<void> {
  const last = await bot.db
    .selectFrom("inbox")
    .select("received_at")
    .where("source", "=", "github")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  await githubApp.startUp();
  const repositories = await bot.db.selectFrom("repository").selectAll().where("removed_at", "is", null).execute();
  const followed = repositories.filter((row) => row.pipeline_file_id !== null);
  await followAllBranches(
    bot,
    followed.map(({ id, full_name: fullName, installation_id: installationId, default_branch: defaultBranch }) => {
      return { id, fullName, installationId, defaultBranch };
    }),
  );
  if (last !== undefined) {
    const now = bot.context.clock.now();
    const since = Math.max(last.received_at.getTime() - recoverMarginMs, now - recoverAtMostMs);
    const recovered = await githubApp.recoverDeliveries(since);
    if (recovered.asked > 0) bot.log.info(recovered, "asked GitHub to send missed deliveries again");
  }
  bot.log.info({ repositories: repositories.length }, "compared with GitHub");
}

/**
 * A merge queue asks about a group: its check says what the pull request that the group is named after is worth. Each
 * pull request of a queue has a group of its own, built upon those before it, so one name is the whole question. What its
 * pull request shows for an environment is shown on the group too.
 */
import { touch } from "../projections/touch.ts";
import type { Bot } from "./bot.ts";
import { touchChecksOfGroup } from "./gate-shown.ts";
import type { RepositoryRef } from "./ports.ts";
import { rulesInForce } from "./pull-request-rules.ts";
import { seePullRequest, storedPullRequest } from "./see-pull-request.ts";

export type MergeGroup = { readonly headSha: string; readonly headRef: string };

/** `refs/heads/gh-readonly-queue/main/pr-104-929f…`: the branch may itself hold slashes. */
export function pullRequestOfGroup(headRef: string): number | undefined {
  const number = /\/pr-(\d{1,9})-[0-9a-f]{7,64}$/u.exec(headRef)?.[1];
  return number === undefined ? undefined : Number(number);
}

export async function seeMergeGroup(bot: Bot, repository: RepositoryRef, group: MergeGroup): Promise<void> {
  if ((await rulesInForce(bot.db, repository.id)) === undefined) return;
  const number = pullRequestOfGroup(group.headRef);
  if (number !== undefined && (await storedPullRequest(bot, repository.id, number)) === undefined) {
    const found = await bot.github.pullRequest(repository, number);
    if (found !== undefined) await seePullRequest(bot, repository, found);
  }
  await bot.db.transaction().execute(async (trx) => {
    await trx
      .insertInto("merge_group")
      .values({
        repository_id: repository.id,
        head_sha: group.headSha,
        pull_request: number ?? null,
        asked_at: new Date(bot.context.clock.now()),
        gone_at: null,
      })
      // The same commit may be asked about again, after the queue was taken apart and built anew.
      .onConflict((conflict) => conflict.columns(["repository_id", "head_sha"]).doUpdateSet({ gone_at: null }))
      .execute();
    const subject = `${repository.id}/${group.headSha}`;
    await touch(trx, bot.wake, {
      surface: "github.merge-group-check",
      subject,
      lane: `github/${repository.installationId}`,
    });
    const { headSha } = group;
    if (number !== undefined) await touchChecksOfGroup(trx, bot, repository, { pullRequest: number, headSha });
  });
}

/** Merged, or taken out of the queue: nobody waits for its check any more. */
export async function loseMergeGroup(bot: Bot, repository: RepositoryRef, group: MergeGroup): Promise<void> {
  await bot.db
    .updateTable("merge_group")
    .set({ gone_at: new Date(bot.context.clock.now()) })
    .where("repository_id", "=", repository.id)
    .where("head_sha", "=", group.headSha)
    .execute();
}

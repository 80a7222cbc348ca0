/**
 * Which services a merge, or a pull request, is anything to. Without `paths` every service is touched by everything.
 * Reads, and keeps which files a pull request changed, so that GitHub is asked once for each of its heads.
 */

import { policyHash } from "../policy/canonical-hash.ts";
import { runningStatuses, type Sha } from "../policy/model.ts";
import { pathMatcher } from "../policy/paths.ts";
import { isTouched, type TouchFacts } from "../policy/touched.ts";
import type { PullRequestRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { contentAt, whose } from "./content.ts";
import { pendingOf } from "./facts.ts";
import type { Place } from "./place.ts";
import type { FoundRevision, RepositoryRef } from "./ports.ts";
import { pipelinePath } from "./pull-request-facts.ts";

/** Whether the environment has to ask for what its branch holds now. */
export async function mergeTouches(bot: Bot, place: Place, head: FoundRevision): Promise<boolean> {
  if (place.policy.paths === undefined) return true;
  const content = await contentAt(bot, whose(place), head);
  return isTouched(await touchFacts(bot, place, content));
}

async function touchFacts(bot: Bot, place: Place, content: Sha): Promise<TouchFacts> {
  const { environment, earlier } = place;
  const coming = (await pendingOf(bot.db, environment.id)).at(-1) ?? (await runningIn(bot, environment.id));
  const { live_tree: live, uncertain_deployment_id: uncertain } = environment;
  return {
    content,
    ...(coming === undefined ? {} : { coming: { content: coming.tree, policy: policyOf(coming, place) } }),
    ...(live === null
      ? {}
      : {
          live: {
            content: live,
            policy: earlier === undefined ? "present" : "another",
            uncertain: uncertain !== null,
          },
        }),
  };
}

type Unfinished = Awaited<ReturnType<typeof runningIn>>;

async function runningIn(bot: Bot, environment: number) {
  return await bot.db
    .selectFrom("deployment")
    .selectAll()
    .where("environment_id", "=", environment)
    .where("status", "in", [...runningStatuses])
    .executeTakeFirst();
}

/** What has not started starts under the policy in force then. */
function policyOf({ policy, policy_groups: groups }: NonNullable<Unfinished>, place: Place): "present" | "another" {
  return policy === null || policyHash(policy, groups ?? {}) === place.policyHash ? "present" : "another";
}

/** Whether an open or merged pull request changes anything that the environment is deployed from. */
export async function pullRequestTouches(
  bot: Bot,
  place: Place,
  pull: Pick<PullRequestRow, "number" | "head_sha" | "changed_files">,
): Promise<boolean> {
  const { paths } = place.policy;
  if (paths === undefined) return true;
  const changed = await changedFiles(bot, place.service.repository, pull);
  const belongs = pathMatcher(paths);
  return !changed.whole || changed.paths.some((path) => path === pipelinePath || belongs(path));
}

/** Calls: 1 for each hundred files, once for each head. */
async function changedFiles(
  bot: Bot,
  repository: RepositoryRef,
  { number, head_sha: head, changed_files: known }: Pick<PullRequestRow, "number" | "head_sha" | "changed_files">,
) {
  if (known?.head === head) return known;
  const changed = { head, ...(await bot.github.changedFiles(repository, number)) };
  await bot.db
    .updateTable("pull_request")
    .set({ changed_files: JSON.stringify(changed) })
    .where("repository_id", "=", repository.id)
    .where("number", "=", number)
    .where("head_sha", "=", head)
    .execute();
  return changed;
}

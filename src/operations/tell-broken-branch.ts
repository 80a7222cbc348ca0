/**
 * A followed branch was deleted, or forced to where what it held is no longer on it: that is told, never deployed. What
 * is live stays, and a merge that still waits and is no longer on the branch is left to a person.
 */
import { optional } from "../optional.ts";
import { pendingStatuses } from "../policy/model.ts";
import type { DeploymentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { lockEnvironment, raiseVersion } from "./environment.ts";
import { pendingOf } from "./facts.ts";
import { giveUpKeys } from "./merge-keys.ts";
import type { Place } from "./place.ts";
import type { RepositoryRef } from "./ports.ts";
import { raiseAnew } from "./pull-request-gate.ts";
import type { NoteContent } from "./said.ts";
import { say } from "./tell.ts";

export type BrokenBranch = {
  readonly repository: RepositoryRef;
  readonly branch: string;
  readonly before: string;
  /** Absent when it was deleted. */
  readonly after?: string;
  readonly by?: string;
  readonly followers: readonly Place[];
};

export async function tellBroken(bot: Bot, broken: BrokenBranch): Promise<void> {
  const { repository, branch, followers } = broken;
  await leaveToPeople(bot, broken);
  await bot.context.faults.at("branch.offered");
  const services = new Map(followers.map(({ service }) => [service.id, service]));
  await bot.db.transaction().execute(async (trx) => {
    for (const service of services.values()) {
      const environments = followers
        .filter((place) => place.service.id === service.id)
        .map(({ policy }) => policy.name);
      const content = contentOf(broken, service.name, environments);
      // The same news may be told twice, and be found at start besides.
      const key = `${content.code}/${service.id}/${branch}/${broken.before}..${broken.after ?? ""}`;
      await say(trx, bot, { key, content, channel: service.channel, service: service.id });
    }
    await raiseAnew(trx, bot.wake, repository.id, { baseRef: branch });
  });
}

function contentOf(broken: BrokenBranch, service: string, environments: readonly string[]): NoteContent {
  const about = { service, branch: broken.branch, environments, ...optional("by", broken.by) };
  return broken.after === undefined
    ? { code: "branch-deleted", ...about }
    : { code: "branch-forced", ...about, to: broken.after };
}

/**
 * What is still on the branch goes on as it was, and what is not may come back to it. Told late, it may hold something
 * newer by now; that is read last, so that nothing which was pushed in between is taken for what it holds no longer.
 */
async function leaveToPeople(bot: Bot, { repository, branch, followers }: BrokenBranch): Promise<void> {
  const waiting: DeploymentRow[] = [];
  const lastOf = new Map<number, number>();
  for (const { environment } of followers) {
    // Whoever read the branch before and has yet to ask for what it held looks again whether it still does.
    await bot.db.transaction().execute(async (trx) => await raiseVersion(trx, environment.id));
    waiting.push(...(await pendingOf(bot.db, environment.id)));
    lastOf.set(environment.id, await lastIn(bot, environment.id));
  }
  const holds = (await bot.github.branchHead(repository, branch))?.sha;
  for (const [environment, last] of lastOf) {
    await bot.db.transaction().execute(async (trx) => await giveUpKeys(trx, environment, { branch, holds, last }));
  }
  for (const { id, sha, kind, ref, offered_at: offered, environment_id: environment } of waiting) {
    if (kind !== "merge" || ref !== branch || offered !== null) continue;
    if (holds !== undefined && (await isOn(bot, repository, holds, sha))) continue;
    await bot.db.transaction().execute(async (trx) => {
      await lockEnvironment(trx, environment);
      await trx
        .updateTable("deployment")
        .set({ offered_at: new Date(bot.context.clock.now()), offered_because: "branch" })
        .where("id", "=", id)
        .where("status", "in", [...pendingStatuses])
        .execute();
      await raiseVersion(trx, environment);
      await bot.wake.advance(trx, id);
    });
  }
}

/** An environment's deployments are stored under its lock, so that each has a greater id than those before it. */
async function lastIn(bot: Bot, environment: number): Promise<number> {
  const { last } = await bot.db
    .selectFrom("deployment")
    .select((eb) => eb.fn.max("id").as("last"))
    .where("environment_id", "=", environment)
    .executeTakeFirstOrThrow();
  return last ?? 0;
}

async function isOn(bot: Bot, repository: RepositoryRef, head: string, sha: string): Promise<boolean> {
  const { comparison } = await bot.github.compare(repository, head, sha);
  return comparison === "behind" || comparison === "identical";
}

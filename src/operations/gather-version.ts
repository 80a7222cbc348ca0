/** How GitHub stands to a step of a version. Calls: 1 for the tag, 1 or 2 for each branch, 1 for a pull request. Reads only. */
import * as z from "zod";
import { optional } from "../optional.ts";
import type { Sha } from "../policy/model.ts";
import type { AskedToMerge, CandidateFacts } from "../policy/versions/candidate.ts";
import { standingSurface } from "../projections/standing.ts";
import type { CandidateRow } from "../store/version-tables.ts";
import type { Bot } from "./bot.ts";
import type { ServicePlace } from "./place.ts";
import type { RepositoryRef } from "./ports.ts";
import { holds } from "./unshared.ts";

const remembered = z.object({ number: z.int(), branch: z.string() });

export async function gatherVersion(bot: Bot, service: ServicePlace, row: CandidateRow): Promise<CandidateFacts> {
  const { repository } = service;
  const { plan } = row;
  const { releaseBranch } = service.policy.versions;
  const merged = row.step === "cut" ? releaseBranch : undefined;
  const [tagAt, branch, release, asked] = await Promise.all([
    bot.versions.tagAt(repository, row.tag),
    plan.branch === undefined ? undefined : branchFacts(bot, repository, plan.branch, plan.commit),
    merged === undefined ? undefined : branchFacts(bot, repository, merged, plan.commit),
    plan.asked === undefined ? undefined : pullFacts(bot, repository, row.id, plan.asked),
  ]);
  return {
    plan: { ...plan, tagged: tagAt !== undefined && tagAt === plan.commit },
    ...optional("tagAt", tagAt),
    ...optional("branch", branch),
    ...(release === undefined || merged === undefined ? {} : { release: { name: merged, ...release } }),
    ...asked,
  };
}

async function branchFacts(bot: Bot, repository: RepositoryRef, branch: string, commit: Sha | undefined) {
  const head = (await bot.github.branchHead(repository, branch))?.sha;
  const holdsCommit = head !== undefined && commit !== undefined && (await holds(bot, repository, head, commit));
  return { ...optional("head", head), holdsCommit };
}

/** Its number is known once its surface was made. */
async function pullFacts(
  bot: Bot,
  repository: RepositoryRef,
  id: number,
  asked: AskedToMerge,
): Promise<Pick<CandidateFacts, "pull" | "pullRefused">> {
  const surface = await standingSurface(bot.db, "github.version-pull", `${id}`);
  const number = numberIn(surface?.external, asked.branch);
  if (number === undefined) return optional("pullRefused", surface?.refused);
  const found = await bot.github.pullRequest(repository, number);
  if (found === undefined) return { pull: { number, state: "closed" } };
  const state = found.mergedAt === undefined ? found.state : "merged";
  return { pull: { number, state, ...optional("mergeSha", found.mergeSha) } };
}

/** One that was made for what was asked before is another. */
function numberIn(external: unknown, branch: string): number | undefined {
  const known = remembered.safeParse(external).data;
  return known?.branch === branch ? known.number : undefined;
}

/**
 * What GitHub says of an open pull request for one environment. Calls: none while the head, what is live and the policy
 * are what they were; none at all for an environment that asks for nothing. Else 1 for the content, 1 for the
 * comparison (2 more when the base holds what is live and the head does not), and the checks where some are required.
 */
import type { PullRequestRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { contentAt, whose } from "./content.ts";
import { mergersOf } from "./mergers.ts";
import type { Place } from "./place.ts";
import type { ComparedRevisions, RepositoryRef } from "./ports.ts";
import { promotedBy } from "./promotions.ts";
import type { GateOutside } from "./pull-request-gate.ts";
import { pullRequestTouches } from "./touches.ts";

export async function gatherGate(
  bot: Bot,
  place: Place,
  pull: PullRequestRow,
  known: GateOutside | null,
): Promise<GateOutside> {
  const { repository } = place.service;
  const { environment, policy, policyHash } = place;
  const [head, live] = [pull.head_sha, environment.live_sha];
  const policies = [policy, ...(place.earlier === undefined ? [] : [place.earlier.environment])];
  const asksChecks = policies.some(({ checks }) => checks.length > 0);
  const same = known !== null && known.head === head && known.live === live && known.policy === policyHash;
  if (same) {
    if (!asksChecks || known.checks !== undefined) return known;
    return { ...known, checks: await bot.github.checks(repository, head) };
  }
  const ground = { head, live, policy: policyHash, asksChecks };
  if (!(await pullRequestTouches(bot, place, pull))) return { ...ground, untouched: true };
  // Only content that was somewhere before and answers that are bound to content need to know it.
  const asksContent = policies.some(({ after, approvals }) => after !== undefined || approvals !== undefined);
  const [tree, compared, checks, promoted] = await Promise.all([
    !asksContent ? undefined : contentOfHead(bot, place, head, known),
    live === null
      ? undefined
      : asksContent || asksChecks
        ? asMerged(bot, repository, live, head, pull.base_ref)
        : builtOnLive,
    asksChecks ? bot.github.checks(repository, head) : undefined,
    asksContent ? promotedBy(bot, place, pull.number, head) : undefined,
  ]);
  return {
    ...ground,
    ...(tree === undefined ? {} : { tree }),
    // Which commits they are is asked by nothing else, and the row is read often.
    ...(compared === undefined
      ? {}
      : { compared: { ...compared, shas: [] }, mergers: await mergersOf(bot.db, repository.id, compared.shas) }),
    ...(checks === undefined ? {} : { checks }),
    ...(promoted === undefined ? {} : { promoted }),
  };
}

async function contentOfHead(bot: Bot, place: Place, head: string, known: GateOutside | null): Promise<string> {
  // With paths, the policy that changed may have changed them.
  if (known?.head === head && known.tree !== undefined && place.policy.paths === undefined) return known.tree;
  return await contentAt(bot, whose(place), { sha: head, tree: await bot.github.tree(place.service.repository, head) });
}

/** Taken for granted where nothing depends on it: what is live came from the branch that the merge builds on. */
const builtOnLive: ComparedRevisions = { comparison: "ahead", commits: 0, shas: [], authors: [] };

/** What the merge would be, compared to what is live: it holds all that the base holds besides all that the head holds. */
export async function asMerged(
  bot: Bot,
  repository: RepositoryRef,
  live: string,
  head: string,
  base: string,
): Promise<ComparedRevisions> {
  const { files: _, ...compared } = await bot.github.compare(repository, live, head);
  if (compared.comparison !== "diverged") return compared;
  const tip = await bot.github.branchHead(repository, base);
  if (tip === undefined) return compared;
  if (tip.sha === live) return { ...compared, comparison: "ahead" };
  const onBase = await bot.github.compare(repository, live, tip.sha);
  if (onBase.comparison !== "ahead") return compared;
  return {
    ...compared,
    comparison: "ahead",
    authors: [...new Set([...compared.authors, ...onBase.authors])],
    shas: [...new Set([...compared.shas, ...onBase.shas])],
  };
}

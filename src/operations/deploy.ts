/** `/deploy <environment> [revision]` and `/promote <environment>`: finds the revision that is meant and asks for it. */

import { optional } from "../optional.ts";
import { nearest } from "../policy/nearest.ts";
import { wasBegun } from "./asked-long-ago.ts";
import type { Asker } from "./asker.ts";
import { liveOf } from "./before-facts.ts";
import type { Bot } from "./bot.ts";
import { loadPlaces, type Place } from "./place.ts";
import { type FoundRevision, OutsideError } from "./ports.ts";
import { promoteByPullRequest, wayByPullRequest } from "./promotion.ts";
import { type Request, requestWhile } from "./request.ts";
import type { ReplyContent } from "./said.ts";

export type Wish = {
  /** A branch, tag or SHA; without it, what is meant by default. */
  readonly revision?: string;
  /** The open pull request on which it was asked for. */
  readonly pullRequest?: number;
  /** The written reason of a hotfix. */
  readonly hotfix?: string;
};

export async function deploy(bot: Bot, place: Place, asker: Asker, wish: Wish): Promise<ReplyContent> {
  const { revision, pullRequest, hotfix } = wish;
  const found =
    revision === undefined
      ? ((await headOf(bot, place, pullRequest)) ?? (await meantByDefault(bot, place, asker)))
      : await named(bot, place, revision);
  return "code" in found ? found : await ask(bot, place, asker, found, "deploy", hotfix);
}

export async function promote(bot: Bot, place: Place, asker: Asker): Promise<ReplyContent> {
  const found = await liveBefore(bot, place, asker);
  if ("code" in found) return found;
  const way = await wayByPullRequest(bot, place);
  return way === undefined
    ? await ask(bot, place, asker, found, "promotion")
    : await promoteByPullRequest(bot, place, way, asker, found);
}

async function named(bot: Bot, place: Place, revision: string): Promise<FoundRevision | ReplyContent> {
  const { repository } = place.service;
  const found = await bot.github.revision(repository, revision);
  if (found !== undefined) return found;
  const near = nearest(revision, await bot.github.refNames(repository));
  return { code: "unknown-revision", service: place.service.name, found: revision, ...optional("nearest", near) };
}

/**
 * Asked for on an open pull request, its head is meant: the branch as it is now, so that its name is known too. A fork's
 * head is found by its SHA alone, and `access` refuses it. One that is closed or merged means nothing of its own.
 */
async function headOf(
  bot: Bot,
  place: Place,
  pullRequest: number | undefined,
): Promise<FoundRevision | ReplyContent | undefined> {
  if (pullRequest === undefined) return undefined;
  const { repository } = place.service;
  const pull = await bot.github.pullRequest(repository, pullRequest);
  if (pull === undefined || pull.state !== "open") return undefined;
  const found = pull.fromFork
    ? await bot.github.revision(repository, pull.headSha)
    : await bot.github.branchHead(repository, pull.headRef);
  const name = pull.fromFork ? pull.headSha : pull.headRef;
  return found ?? { code: "unknown-revision", service: place.service.name, found: name };
}

/** The tip of the environment's branch, else what is live in the environment before; `asked` as in `liveBefore`. */
export async function meantByDefault(
  bot: Bot,
  place: Place,
  asked?: Pick<Asker, "key" | "at">,
): Promise<FoundRevision | ReplyContent> {
  const { branch, after, name } = place.policy;
  if (branch !== undefined) {
    const head = await bot.github.branchHead(place.service.repository, branch);
    if (head !== undefined) return head;
  } else if (after !== undefined) {
    return await liveBefore(bot, place, asked);
  }
  return { code: "no-revision", service: place.service.name, environment: name };
}

/** `asked`: by a person, who meant what was live then, however late it is carried out. */
export async function liveBefore(
  bot: Bot,
  place: Place,
  asked?: Pick<Asker, "key" | "at">,
): Promise<FoundRevision | ReplyContent> {
  const { after, name } = place.policy;
  const nothing = { code: "nothing-to-promote", service: place.service.name, environment: name } as const;
  if (after === undefined) return nothing;
  const places = await loadPlaces(bot.db, place.service);
  const before = places.find((candidate) => candidate.policy.name === after);
  const live = before === undefined ? undefined : liveOf(before.environment);
  if (live === undefined) return { ...nothing, before: after };
  // What was stored for it the first time is found by its key, whatever is chosen now.
  if (asked !== undefined && live.since > asked.at && !(await wasBegun(bot, asked.key))) {
    return { code: "live-changed", service: place.service.name, before: after };
  }
  // What was live is a commit of the repository's own: only those are ever deployed.
  return { ...live.revision, inRepository: true };
}

async function ask(
  bot: Bot,
  place: Place,
  asker: Asker,
  revision: FoundRevision,
  kind: "deploy" | "promotion",
  hotfix?: string,
): Promise<ReplyContent> {
  const urgent = hotfix === undefined ? {} : { hotfix: true, reason: hotfix };
  return await askFor(bot, place, { kind, typed: true, revision, ...urgent, ...askedBy(asker) });
}

export function askedBy(asker: Asker) {
  return {
    requestedBy: asker.login,
    key: asker.key,
    ...optional("requestedBySlack", asker.slackUser),
    ...optional("channel", asker.channel),
  };
}

/** Rejects when what it was chosen from stands no more: the delivery is taken up again, and chooses anew. */
export async function askFor(
  bot: Bot,
  place: Place,
  wanted: Request,
  stands: (place: Place) => Promise<boolean> = async () => true,
): Promise<ReplyContent> {
  const requested = await requestWhile(bot, place.environment.id, wanted, stands);
  if (requested === undefined) {
    throw new OutsideError(`environment ${place.environment.id} changed after what to ask for had been chosen`);
  }
  const where = { service: place.service.name, environment: place.policy.name };
  switch (requested.kind) {
    case "stopped": {
      const { verdict, revision } = requested;
      return { code: "stopped", ...where, revision, ...optional("ref", wanted.revision.ref), verdict };
    }
    case "already":
      return { code: "already-requested", deployment: requested.deployment };
    case "overtaken":
      return { code: "not-latest", deployment: requested.deployment, latest: requested.latest };
    case "requested": {
      const { id: deployment, sha, tree, version } = requested.deployment;
      const revision = { sha, tree, ...optional("version", version) };
      return { code: "requested", ...where, revision, deployment, verdict: requested.verdict };
    }
  }
}

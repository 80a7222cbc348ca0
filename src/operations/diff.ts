/** `/deploy diff`: what a request without a revision would ship to an environment. Changes nothing. */
import { optional } from "../optional.ts";
import type { Revision } from "../policy/model.ts";
import { liveOf } from "./before-facts.ts";
import type { Bot } from "./bot.ts";
import { meantByDefault } from "./deploy.ts";
import type { Place } from "./place.ts";
import type { ReplyContent } from "./said.ts";
import type { Ships } from "./ships.ts";
import { shipsSinceLive } from "./ships-between.ts";

export type DiffReply = {
  readonly code: "diff";
  readonly service: string;
  readonly environment: string;
  /** The repository's page on GitHub. */
  readonly repositoryUrl: string;
  readonly repository: string;
  /** What is live; absent when nothing is. */
  readonly from?: Revision;
  readonly to: Revision;
  /** Where what would ship comes from. */
  readonly source: { readonly branch: string } | { readonly environment: string };
  readonly ships: Ships;
};

export async function diff(bot: Bot, place: Place): Promise<ReplyContent> {
  const found = await meantByDefault(bot, place);
  if ("code" in found) return found;
  const { repository } = place.service;
  return {
    code: "diff",
    service: place.service.name,
    environment: place.policy.name,
    repositoryUrl: `${bot.githubUrl}/${repository.fullName}`,
    repository: repository.fullName,
    ...optional("from", liveOf(place.environment)?.revision),
    to: { sha: found.sha, tree: found.tree, ...optional("version", found.version) },
    source: found.ref === undefined ? { environment: place.policy.after ?? "" } : { branch: found.ref },
    ships: await shipsSinceLive(bot, place, found.sha),
  };
}

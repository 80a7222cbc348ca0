/**
 * Who is in the groups that a policy names. The pipeline file's own are known; of teams on GitHub and user groups in
 * Slack it is asked, always before a transaction. What could not be read is left out, and then nobody counts.
 */
import { namesIn } from "../policy/canonical-hash.ts";
import {
  emptyNames,
  isKeptElsewhere,
  type Members,
  type Memberships,
  membersOf,
  namesBehind,
} from "../policy/groups.ts";
import type { PeopleFacts } from "../policy/model.ts";
import type { PolicyInForce } from "../policy/pipeline.ts";
import type { Bot } from "./bot.ts";
import { loginsOf } from "./people.ts";
import { type Place, policyInForce, type ServicePlace } from "./place.ts";
import { OutsideError } from "./ports.ts";

/**
 * Who is in the groups kept elsewhere that the policies of a place name. Calls: one for each of them, and none where it
 * was asked within the last minute, unless it has to be `fresh`: at a start nothing remembered counts.
 */
export async function readMemberships(bot: Bot, place: Place, fresh = false): Promise<Memberships> {
  return await readGroups(bot, place.service, elsewhere(place), fresh);
}

/** Those who are known to be meant by names as they stand in a pipeline file. Calls: as `readMemberships`. */
export async function membersNamed(bot: Bot, service: ServicePlace, names: readonly string[]): Promise<Members> {
  const { groups } = service.pipeline;
  const outside = namesBehind(groups, names).filter(isKeptElsewhere);
  return membersOf(groups, names, await readGroups(bot, service, outside, false));
}

async function readGroups(
  bot: Bot,
  service: ServicePlace,
  names: readonly string[],
  fresh: boolean,
): Promise<Memberships> {
  const read = await Promise.all(
    names.map(async (name) => [name, await membersElsewhere(bot, service, name, fresh)] as const),
  );
  return new Map(read.flatMap(([name, logins]) => (logins === undefined ? [] : [[name, logins] as const])));
}

/** Whether the policies of a place name groups that are kept elsewhere. */
export function namesElsewhere(place: Place): boolean {
  return elsewhere(place).length > 0;
}

function elsewhere(place: Place): readonly string[] {
  const policies = [policyInForce(place), ...(place.earlier === undefined ? [] : [place.earlier])];
  const names = policies.flatMap(({ environment, groups }) => namesBehind(groups, namesIn(environment)));
  return [...new Set(names.filter(isKeptElsewhere))];
}

/** The logins in `team:org/slug` or `usergroup:S…`; undefined when nobody could tell. */
async function membersElsewhere(
  bot: Bot,
  service: ServicePlace,
  name: string,
  fresh: boolean,
): Promise<readonly string[] | undefined> {
  const [kind, id = ""] = name.split(":");
  try {
    if (kind === "team") return await bot.github.teamMembers(service.repository, id, fresh);
    const { team, slackUsers } = await bot.slack.usergroupMembers(id, fresh);
    // Whoever is linked to no login could not approve by name either.
    return [...(await loginsOf(bot, service.pipeline, team, slackUsers)).values()];
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    bot.log.warn({ group: name, why: error.message }, "who is in a group could not be read");
    return undefined;
  }
}

/** Who is meant by the names in the policies of a place. */
export function peopleOf(place: Place, known: Memberships): PeopleFacts & { readonly earlier?: PeopleFacts } {
  const { earlier } = place;
  return {
    ...peopleFacts(policyInForce(place), known),
    ...(earlier === undefined ? {} : { earlier: peopleFacts(earlier, known) }),
  };
}

/** Who is meant by the names in a policy, as facts of a decision. */
export function peopleFacts({ environment, groups }: PolicyInForce, known: Memberships): PeopleFacts {
  const approvers = membersOf(groups, environment.approvals?.from ?? [], known);
  const mayAsk = membersOf(groups, environment.who, known);
  const mayHotfix = membersOf(groups, environment.hotfix?.from ?? [], known);
  const empty = emptyNames(groups, environment.approvals?.from ?? [], known);
  return {
    approvers: approvers.unread.length > 0 ? undefined : approvers.logins,
    mayAsk: environment.who.length === 0 || mayAsk.unread.length > 0 ? undefined : mayAsk.logins,
    mayHotfix: environment.hotfix === undefined || mayHotfix.unread.length > 0 ? undefined : mayHotfix.logins,
    ...(approvers.unread.length === 0 ? {} : { unreadApprovers: approvers.unread }),
    ...(mayAsk.unread.length === 0 ? {} : { unreadMayAsk: mayAsk.unread }),
    ...(mayHotfix.unread.length === 0 ? {} : { unreadMayHotfix: mayHotfix.unread }),
    ...(empty.length === 0 ? {} : { emptyGroups: empty }),
  };
}

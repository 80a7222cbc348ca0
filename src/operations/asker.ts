/** The person behind a command, and what they may do where. Looks rights up anew for each command. */
import type { Instant } from "../policy/model.ts";
import { mayAskFor, mayPush, mayRead, maySettle, type Standing } from "../policy/rights.ts";
import type { Bot } from "./bot.ts";
import { peopleFacts, readMemberships } from "./membership.ts";
import { type Place, policyInForce } from "./place.ts";
import type { ReplyContent } from "./said.ts";

export type Asker = {
  readonly login: string;
  readonly slackUser?: string;
  /** Where the command was typed, for services without a channel of their own. */
  readonly channel?: string;
  /** The delivery that brought the command: what it asks for is done once. */
  readonly key: string;
  /** When it was asked, epoch ms. Carried out later, it does not reach what has come since. */
  readonly at: Instant;
};

export type Need = "read" | "ask" | "approve" | "push";

/** Undefined when the asker may; else the answer that says what is needed. */
export async function refusal(
  bot: Bot,
  place: Place,
  asker: Asker,
  need: Need,
  what: string,
): Promise<Extract<ReplyContent, { code: "may-not" | "membership-unknown" }> | undefined> {
  const { standing, unread } = await standingOf(bot, place, asker.login);
  const may = { read: mayRead, ask: mayAskFor, approve: maySettle, push: mayPush }[need](standing);
  if (may) return undefined;
  const groups = { read: [], ask: unread.mayAsk, approve: unread.approvers, push: [] }[need];
  if (groups.length > 0) return { code: "membership-unknown", what, groups };
  return { code: "may-not", login: asker.login, what, needs: need };
}

/** Of groups that could not be read nobody is known to be in them: what only their people may do is not done. */
async function standingOf(bot: Bot, place: Place, login: string) {
  const { policy } = place;
  const [permission, memberships] = await Promise.all([
    bot.github.permission(place.service.repository, login),
    readMemberships(bot, place),
  ]);
  const people = peopleFacts(policyInForce(place), memberships);
  const unread = { approvers: people.unreadApprovers ?? [], mayAsk: people.unreadMayAsk ?? [] };
  const standing: Standing = {
    login,
    permission,
    mayAsk: policy.who.length === 0 ? undefined : (people.mayAsk ?? []),
    approvers: policy.approvals === undefined ? undefined : people.approvers,
    approversUnknown: unread.approvers.length > 0,
  };
  return { standing, unread };
}

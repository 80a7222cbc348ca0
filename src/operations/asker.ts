/** The person behind a command, and what they may do where. Looks rights up anew for each command. */
import { mayAskFor, mayPush, mayRead, maySettle, type Standing } from "../policy/rights.ts";
import type { Bot } from "./bot.ts";
import { resolvePeople } from "./people.ts";
import type { Place } from "./place.ts";
import type { ReplyContent } from "./said.ts";

export type Asker = {
  readonly login: string;
  readonly slackUser?: string;
  /** Where the command was typed, for services without a channel of their own. */
  readonly channel?: string;
  /** The delivery that brought the command: what it asks for is done once. */
  readonly key: string;
};

export type Need = "read" | "ask" | "approve" | "push";

/** Undefined when the asker may; else the answer that says what is needed. */
export async function refusal(
  bot: Bot,
  place: Place,
  asker: Asker,
  need: Need,
  what: string,
): Promise<Extract<ReplyContent, { code: "may-not" }> | undefined> {
  const standing = await standingOf(bot, place, asker.login);
  const may = { read: mayRead, ask: mayAskFor, approve: maySettle, push: mayPush }[need](standing);
  return may ? undefined : { code: "may-not", login: asker.login, what, needs: need };
}

async function standingOf(bot: Bot, place: Place, login: string): Promise<Standing> {
  const { approvals, who } = place.policy;
  return {
    login,
    permission: await bot.github.permission(place.service.repository, login),
    mayAsk: who.length === 0 ? undefined : resolvePeople(place.service.pipeline, who),
    approvers: approvals === undefined ? undefined : resolvePeople(place.service.pipeline, approvals.from),
  };
}

/**
 * An answer to an ask by a Slack person, by reaction or button. Who it is is looked up now, not taken from the click;
 * whoever may not answer at all is told why in the thread, once for each reason.
 */
import type { Kysely } from "kysely";
import { isKeptElsewhere, namesBehind } from "../policy/groups.ts";
import { hasLogin } from "../policy/logins.ts";
import type { Instant } from "../policy/model.ts";
import type { ApprovalRefusal } from "../policy/reasons.ts";
import type { Database } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { type ApprovalChanged, underLock, writeApproval } from "./change-approval.ts";
import { expectStart } from "./claim-stage.ts";
import { loginOf } from "./people.ts";
import { loadPlace, type Place } from "./place.ts";
import type { SlackPerson } from "./ports.ts";
import { say } from "./tell.ts";

export type SlackAnswer = {
  readonly deployment: number;
  readonly ask: number;
  readonly team: string;
  readonly slackUser: string;
  readonly via: "reaction" | "button";
  /** What they say by what is stored, such as all their reactions. What counts is the reading under the lock. */
  readonly read: (db: Kysely<Database>) => Promise<Given>;
};

export type Given = {
  /** Undefined takes an earlier answer back. */
  readonly answer: "approve" | "reject" | undefined;
  /** When it was given or taken back, by Slack's clock, in epoch ms: of what a person did, the latest stands. */
  readonly at: Instant;
};

export type Answered = ApprovalChanged | { readonly kind: "refused"; readonly why: ApprovalRefusal };

export async function answer(bot: Bot, given: SlackAnswer): Promise<Answered> {
  const row = await bot.db
    .selectFrom("deployment")
    .select(["id", "environment_id", "channel"])
    .where("id", "=", given.deployment)
    .executeTakeFirst();
  const place = row === undefined ? undefined : await loadPlace(bot.db, row.environment_id);
  if (row === undefined || place === undefined) return { kind: "not-waiting" };
  const [person] = await Promise.all([bot.slack.person(given.team, given.slackUser), foresee(bot, place, given)]);
  return await underLock(bot, place, row.id, async (trx): Promise<Answered> => {
    // Asking Slack takes its time, in which they may have taken back what they said, or be linked to another login.
    const { answer: said, at: actedAt } = await given.read(trx);
    const login = await loginOf({ db: trx }, place.service.pipeline, given);
    const why = said === undefined ? undefined : refusalOf(person, login);
    if (why !== undefined) {
      await say(trx, bot, {
        key: `approval/${row.id}/${given.ask}/${given.slackUser}/${why.code}`,
        content: { code: "approval-refused", person: person.name, slackUser: given.slackUser, why },
        channel: row.channel,
        deployment: row.id,
      });
      return { kind: "refused", why };
    }
    // Whoever is linked to nobody has given no answer that could be taken back.
    if (login === undefined) return { kind: "noted" };
    const { slackUser, team: slackTeam, via } = given;
    const answerer = { ...person, login, slackUser, slackTeam, via, actedAt };
    return await writeApproval(trx, bot, place, given, answerer, said);
  });
}

/** Nothing but readiness follows from it. */
async function foresee(bot: Bot, place: Place, given: SlackAnswer): Promise<void> {
  const login = await loginOf(bot, place.service.pipeline, given);
  if (mayDecide(place, login) && (await given.read(bot.db)).answer === "approve") expectStart(bot, place);
}

/** Whether their answer may be the one that was waited for. */
function mayDecide(place: Place, login: string | undefined): boolean {
  const { approvals } = place.policy;
  if (approvals === undefined || login === undefined) return false;
  const names = namesBehind(place.service.pipeline.groups, approvals.from);
  return names.some(isKeptElsewhere) || hasLogin(names, login);
}

/** Somebody whose account was closed is no member any more, though the reaction stays. */
function refusalOf(person: SlackPerson, login: string | undefined): ApprovalRefusal | undefined {
  if (person.bot) return { code: "bot" };
  if (person.stranger || person.deleted) return { code: "stranger" };
  if (person.guest) return { code: "guest" };
  return login === undefined ? { code: "not-linked" } : undefined;
}

/**
 * `/deploy link` and `unlink`: which GitHub login a Slack person is. What happens between the two is in `link-steps.ts`.
 * Neither the state of a sign-in nor the secret of its page is stored, only their hashes.
 */
import { createHash } from "node:crypto";
import type { Transaction } from "kysely";
import { optional } from "../optional.ts";
import type { Database } from "../store/schema.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import type { SlackIdentity } from "./people.ts";

/** How long an offered sign-in is good for, and then the page that it leads to. GitHub's own code lasts as long. */
export const linkForMs = 10 * 60_000;
/** An ask is kept so long after it has expired: a command that is delivered again must not offer a second one. */
const keepAsksMs = 24 * 3_600_000;

export type LinkReply =
  | {
      readonly code: "link-offered";
      /** The sign-in's id: no secret, and of no use without the client's. */
      readonly ask: string;
      readonly until: number;
      /** Whom the person is linked to already. */
      readonly linked?: string;
    }
  /** The operator has not set it up. */
  | { readonly code: "link-not-set-up" }
  /** A comment on GitHub proves no Slack account. */
  | { readonly code: "link-in-slack" }
  | { readonly code: "unlinked"; readonly login: string }
  | { readonly code: "nothing-linked" };

/** Said to one person by direct message. */
export type LinkNote =
  | { readonly code: "linked"; readonly login: string; readonly before?: string }
  /** The login that was theirs is another Slack person's now. */
  | { readonly code: "link-moved"; readonly login: string; readonly to: string };

export function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Offers a sign-in; the same one for a command that is delivered twice. An earlier one of the person ends with it. */
export async function offerLink(bot: Bot, person: SlackIdentity, key: string): Promise<LinkReply> {
  const { signIn } = bot;
  if (signIn === undefined) return { code: "link-not-set-up" };
  const now = bot.context.clock.now();
  const id = bot.context.ids.secret(32);
  const ask = await bot.db.transaction().execute(async (trx) => {
    const added = await trx
      .insertInto("link_ask")
      .values({
        id,
        key,
        state_hash: hashOf(signIn.stateOf(id)),
        team: person.team,
        slack_user: person.slackUser,
        asked_at: new Date(now),
        expires_at: new Date(now + linkForMs),
      })
      .onConflict((conflict) => conflict.column("key").doNothing())
      .returning(["id", "expires_at"])
      .executeTakeFirst();
    if (added === undefined) {
      const known = trx.selectFrom("link_ask").select(["id", "expires_at"]).where("key", "=", key);
      return await known.executeTakeFirstOrThrow();
    }
    await trx
      .updateTable("link_ask")
      .set({ expires_at: new Date(now) })
      .where("team", "=", person.team)
      .where("slack_user", "=", person.slackUser)
      .where("id", "!=", added.id)
      .where("expires_at", ">", new Date(now))
      .execute();
    return added;
  });
  const linked = await linkOf(bot, person);
  await bot.context.faults.at("link.offered");
  return { code: "link-offered", ask: ask.id, until: ask.expires_at.getTime(), ...optional("linked", linked?.login) };
}

/** The link of a person of a team. */
export async function linkOf({ db }: Pick<Bot, "db">, { team, slackUser }: SlackIdentity) {
  return await db
    .selectFrom("link")
    .selectAll()
    .where("team", "=", team)
    .where("slack_user", "=", slackUser)
    .executeTakeFirst();
}

export async function unlink(bot: Bot, { team, slackUser }: SlackIdentity): Promise<LinkReply> {
  const now = bot.context.clock.now();
  const login = await bot.db.transaction().execute(async (trx) => {
    const removed = await trx
      .deleteFrom("link")
      .where("team", "=", team)
      .where("slack_user", "=", slackUser)
      .returning("login")
      .executeTakeFirst();
    if (removed === undefined) return undefined;
    await audit(trx, { at: now, actor: removed.login, action: "link.removed", detail: { team, slackUser } });
    await loginChanged(trx, now, { team, slackUser });
    return removed.login;
  });
  await bot.context.faults.at("link.removed");
  return login === undefined ? { code: "nothing-linked" } : { code: "unlinked", login };
}

/** What the person answered under another login is looked at again: `settleLinkChanges` does it, now or after a crash. */
export async function loginChanged(
  trx: Transaction<Database>,
  now: number,
  { team, slackUser }: SlackIdentity,
): Promise<void> {
  await trx
    .insertInto("link_change")
    .values({ team, slack_user: slackUser, at: new Date(now) })
    .execute();
}

/** Takes away what is long over. */
export async function tidyLinks(bot: Bot): Promise<void> {
  const before = new Date(bot.context.clock.now() - keepAsksMs);
  await bot.db.deleteFrom("link_ask").where("expires_at", "<", before).execute();
  await bot.db.deleteFrom("link_change").where("done_at", "<", before).execute();
}

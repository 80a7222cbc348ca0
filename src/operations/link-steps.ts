/**
 * From GitHub back to the link. The login is proven at GitHub, and the link is made only by a click on a page that names
 * both, so that nobody links theirs to a stranger's Slack account unseen. GitHub's token is never seen here.
 */
import { sql, type Transaction } from "kysely";
import { optional } from "../optional.ts";
import { sameLogin } from "../policy/logins.ts";
import type { Database } from "../store/schema.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { hashOf, linkForMs, linkOf, loginChanged } from "./link.ts";
import type { SlackIdentity } from "./people.ts";
import { OutsideError, Refusal } from "./ports.ts";
import type { GitHubAccount } from "./sign-in.ts";
import { say } from "./tell.ts";

/** Who is about to be, or has been, linked to whom. */
export type Linked = {
  readonly login: string;
  readonly slackUser: string;
  /** As Slack shows the person. */
  readonly name: string;
  /** Whom the Slack person was linked to until now. */
  readonly before?: string;
};

/** What the page has to say. */
export type LinkStep =
  | ({ readonly kind: "confirm"; readonly token: string } & Linked)
  | ({ readonly kind: "linked" } & Linked)
  /** Used, expired, replaced by a newer one, or never offered. */
  | { readonly kind: "unknown" }
  /** The person said no at GitHub. */
  | { readonly kind: "declined" }
  | { readonly kind: "refused" }
  | { readonly kind: "no-answer"; readonly from: "GitHub" | "Slack" };

/** The person is back from GitHub with a code, or without one. The state is used up by this, whatever comes of it. */
export async function returnFromGitHub(bot: Bot, state: string, code: string | undefined): Promise<LinkStep> {
  const { signIn } = bot;
  if (signIn === undefined) return { kind: "unknown" };
  const now = bot.context.clock.now();
  const ask = await bot.db
    .updateTable("link_ask")
    .set({ returned_at: new Date(now) })
    .where("state_hash", "=", hashOf(state))
    // The invariant: of all who come with a state, one goes on.
    .where("returned_at", "is", null)
    .where("expires_at", ">", new Date(now))
    .returning(["id", "team", "slack_user"])
    .executeTakeFirst();
  if (ask === undefined) return { kind: "unknown" };
  if (code === undefined) return { kind: "declined" };
  const person = { team: ask.team, slackUser: ask.slack_user };
  const name = await nameOf(bot, person);
  if (name === undefined) return { kind: "no-answer", from: "Slack" };
  const account = await accountOf(bot, () => signIn.account(ask.id, code));
  if ("kind" in account) return account;
  await bot.context.faults.at("link.signed-in");

  const token = bot.context.ids.secret(32);
  const { login, id: githubId } = account;
  await bot.db
    .updateTable("link_ask")
    .set({ login, github_id: githubId, confirm_hash: hashOf(token), expires_at: new Date(now + linkForMs) })
    .where("id", "=", ask.id)
    .execute();
  return { kind: "confirm", token, login, name, ...(await standing(bot, person, login)) };
}

async function accountOf(bot: Bot, ask: () => Promise<GitHubAccount>): Promise<GitHubAccount | LinkStep> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    bot.log.warn({ err: error }, "a sign-in at GitHub did not come to its end");
    return error instanceof Refusal ? { kind: "refused" } : { kind: "no-answer", from: "GitHub" };
  }
}

/** Undefined when Slack did not answer. */
async function nameOf(bot: Bot, { team, slackUser }: SlackIdentity): Promise<string | undefined> {
  try {
    return (await bot.slack.person(team, slackUser)).name;
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    bot.log.warn({ err: error }, "Slack did not say who wants to be linked");
    return undefined;
  }
}

async function standing(bot: Bot, person: SlackIdentity, login: string) {
  const before = (await linkOf(bot, person))?.login;
  return { slackUser: person.slackUser, ...optional("before", sameLogin(before, login) ? undefined : before) };
}

/** The person has seen both names and pressed the button. Pressed again, it says the same and does nothing. */
export async function confirmLink(bot: Bot, token: string): Promise<LinkStep> {
  const now = new Date(bot.context.clock.now());
  const found = await bot.db
    .selectFrom("link_ask")
    .select(["id", "team", "slack_user", "login", "github_id"])
    .where("confirm_hash", "=", hashOf(token))
    .where("expires_at", ">", now)
    .executeTakeFirst();
  if (found === undefined || found.login === null || found.github_id === null) return { kind: "unknown" };
  const person = { team: found.team, slackUser: found.slack_user };
  const name = await nameOf(bot, person);
  if (name === undefined) return { kind: "no-answer", from: "Slack" };
  const account = { login: found.login, id: found.github_id };
  const before = await bot.db.transaction().execute(async (trx) => {
    const pressed = await trx
      .updateTable("link_ask")
      .set({ linked_at: now })
      .where("id", "=", found.id)
      .where("linked_at", "is", null)
      .executeTakeFirst();
    return pressed.numUpdatedRows === 0n ? undefined : await makeLink(trx, bot, found.id, person, account);
  });
  await bot.context.faults.at("link.committed");
  // Pressed a second time it makes nothing, and says what holds now.
  if (!sameLogin((await linkOf(bot, person))?.login, account.login)) return { kind: "unknown" };
  return { kind: "linked", login: account.login, slackUser: person.slackUser, name, ...optional("before", before) };
}

/** Returns the login that the person was linked to before, if it was another. */
async function makeLink(
  trx: Transaction<Database>,
  bot: Bot,
  ask: string,
  { team, slackUser }: SlackIdentity,
  { login, id }: GitHubAccount,
): Promise<string | undefined> {
  const now = bot.context.clock.now();
  // Two people who link one login at the same moment take turns; the later has it.
  await sql`lock table link in share row exclusive mode`.execute(trx);
  const own = await trx
    .deleteFrom("link")
    .where("team", "=", team)
    .where("slack_user", "=", slackUser)
    .returning("login")
    .executeTakeFirst();
  // Of the account by its number, and by its name: that may have been another account's before.
  const taken = await trx
    .deleteFrom("link")
    .where("team", "=", team)
    .where((row) => row.or([row("github_id", "=", id), row(sql`lower(login)`, "=", login.toLowerCase())]))
    .returning(["slack_user", "login"])
    .execute();
  const link = { team, slack_user: slackUser, login, github_id: id, at: new Date(now) };
  await trx.insertInto("link").values(link).execute();
  const before = sameLogin(own?.login, login) ? undefined : own?.login;
  await audit(trx, {
    ...{ at: now, actor: login, action: "link.made" },
    detail: { team, slackUser, ...optional("before", before) },
  });
  const told = { login, ...optional("before", before) };
  await say(trx, bot, { key: `linked/${ask}`, slackUser, content: { code: "linked", ...told } });
  await loginChanged(trx, now, { team, slackUser });
  for (const { slack_user: former, login: was } of taken) {
    await audit(trx, {
      ...{ at: now, actor: login, action: "link.moved" },
      detail: { team, from: former, to: slackUser },
    });
    const content = { code: "link-moved", login: was, to: slackUser } as const;
    await say(trx, bot, { key: `link-moved/${ask}/${former}`, slackUser: former, content });
    await loginChanged(trx, now, { team, slackUser: former });
  }
  return before;
}

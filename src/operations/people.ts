/**
 * Who is who: Slack people to logins and back. What a person has linked wins over `people` in the
 * pipeline file, both ways: neither their other login nor another Slack person speaks for them any more.
 */
import { type Kysely, sql } from "kysely";
import { distinctLogins, hasLogin, sameLogin } from "../policy/logins.ts";
import type { Pipeline } from "../policy/pipeline.ts";
import type { Database } from "../store/schema.ts";

/** Somebody in Slack. Links are made for each team by itself. */
export type SlackIdentity = {
  readonly team: string;
  readonly slackUser: string;
};

type Around = { readonly db: Kysely<Database> };

/** The GitHub login of a Slack person: the one that they have linked, else as the pipeline file's `people` says. */
export async function loginOf(
  around: Around,
  pipeline: Pipeline,
  { team, slackUser }: SlackIdentity,
): Promise<string | undefined> {
  return (await loginsOf(around, pipeline, team, [slackUser])).get(slackUser);
}

/** The GitHub logins of people of one team, by their Slack ids; without those who are linked to none. */
export async function loginsOf(
  { db }: Around,
  pipeline: Pipeline,
  team: string,
  slackUsers: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const named = Object.entries(pipeline.people).filter(([, user]) => slackUsers.includes(user));
  const links = await db
    .selectFrom("link")
    .select(["slack_user", "login"])
    .where("team", "=", team)
    .where((row) =>
      row.or([
        row(sql`slack_user`, "=", sql`any(${[...slackUsers]})`),
        row(sql`lower(login)`, "=", sql`any(${named.map(([login]) => login.toLowerCase())})`),
      ]),
    )
    .execute();
  const taken = links.map((link) => link.login);
  const found = slackUsers.flatMap((slackUser) => {
    const own = links.find((link) => link.slack_user === slackUser)?.login;
    const login = own ?? named.find(([name, user]) => user === slackUser && !hasLogin(taken, name))?.[0];
    return login === undefined ? [] : [[slackUser, login] as const];
  });
  return new Map(found);
}

/** Every login that a Slack person goes by, in whatever team; what somebody else has linked is not theirs. */
export async function everyLoginOf({ db }: Around, pipeline: Pipeline, slackUser: string): Promise<readonly string[]> {
  const named = Object.entries(pipeline.people).flatMap(([login, user]) => (user === slackUser ? [login] : []));
  const links = await db
    .selectFrom("link")
    .select(["slack_user", "login"])
    .where((row) =>
      row.or([
        row("slack_user", "=", slackUser),
        row(sql`lower(login)`, "=", sql`any(${named.map((login) => login.toLowerCase())})`),
      ]),
    )
    .orderBy("login")
    .execute();
  const { own = [], others = [] } = Object.groupBy(links, (link) => (link.slack_user === slackUser ? "own" : "others"));
  const theirs = others.map(({ login }) => login);
  return distinctLogins([...own.map(({ login }) => login), ...named.filter((login) => !hasLogin(theirs, login))]);
}

/**
 * The Slack person of a GitHub login, of whatever team has linked it last, else as `people` says; GitHub compares logins
 * without regard to case.
 */
export async function slackUserOf({ db }: Around, pipeline: Pipeline, login: string): Promise<string | undefined> {
  const named = Object.entries(pipeline.people).find(([candidate]) => sameLogin(candidate, login))?.[1];
  const links = await db
    .selectFrom("link")
    .select(["slack_user", "login"])
    .where((row) =>
      row.or([
        row(sql`lower(login)`, "=", login.toLowerCase()),
        ...(named === undefined ? [] : [row("slack_user", "=", named)]),
      ]),
    )
    .orderBy("at", "desc")
    .execute();
  const own = links.find((link) => sameLogin(link.login, login));
  if (own !== undefined) return own.slack_user;
  return links.some((link) => link.slack_user === named) ? undefined : named;
}

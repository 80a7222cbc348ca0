/**
 * Who is who: groups to logins, Slack people to logins and back. What a person has linked wins over `people` in the
 * pipeline file, both ways: neither their other login nor another Slack person speaks for them any more.
 */
import { type Kysely, sql } from "kysely";
import { hasLogin, sameLogin } from "../policy/logins.ts";
import type { Pipeline } from "../policy/pipeline.ts";
import type { Database } from "../store/schema.ts";

/** Somebody in Slack. Links are made for each team by itself. */
export type SlackIdentity = {
  readonly team: string;
  readonly slackUser: string;
};

type Around = { readonly db: Kysely<Database> };

/** Group names and logins to distinct logins, in the order in which they stand. */
export function resolvePeople(pipeline: Pipeline, names: readonly string[]): readonly string[] {
  return [...new Set(names.flatMap((name) => pipeline.groups[name] ?? [name]))];
}

/** The GitHub login of a Slack person: the one that they have linked, else as the pipeline file's `people` says. */
export async function loginOf(
  { db }: Around,
  pipeline: Pipeline,
  { team, slackUser }: SlackIdentity,
): Promise<string | undefined> {
  const named = Object.entries(pipeline.people).flatMap(([login, user]) => (user === slackUser ? [login] : []));
  const links = await db
    .selectFrom("link")
    .select(["slack_user", "login"])
    .where("team", "=", team)
    .where((row) =>
      row.or([
        row("slack_user", "=", slackUser),
        ...(named.length === 0
          ? []
          : [
              row(
                sql`lower(login)`,
                "in",
                named.map((login) => login.toLowerCase()),
              ),
            ]),
      ]),
    )
    .execute();
  const own = links.find((link) => link.slack_user === slackUser);
  if (own !== undefined) return own.login;
  const taken = links.map((link) => link.login);
  return named.find((login) => !hasLogin(taken, login));
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

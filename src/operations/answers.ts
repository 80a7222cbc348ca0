/**
 * The answers that stand on an ask, as facts of a decision. An answer is remembered, what makes it count is not: whom the
 * Slack person is linked to is read each time, and what Slack says of the person is asked again at the start.
 */
import type { Kysely } from "kysely";
import type { ApprovalFacts } from "../policy/model.ts";
import type { ApprovalPolicy } from "../policy/pipeline.ts";
import type { Database } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { loginsOf } from "./people.ts";
import type { ServicePlace } from "./place.ts";
import type { SlackPerson } from "./ports.ts";
import type { Subject } from "./subject.ts";

export type Given = Awaited<ReturnType<typeof standing>>;

async function standing(db: Kysely<Database>, deployment: number | undefined, ask?: number) {
  if (deployment === undefined) return [];
  const rows = await db
    .selectFrom("approval")
    .selectAll()
    .where("deployment_id", "=", deployment)
    .$if(ask !== undefined, (query) => query.where("ask", "=", ask ?? 0))
    .orderBy("at")
    .execute();
  return rows.flatMap(({ answer, ...row }) => (answer === "withdrawn" ? [] : [{ ...row, answer }]));
}

/** What is not stored yet may take over the answers to the one that it tries again. */
export async function givenTo(db: Kysely<Database>, { deployment, ask, retryOf }: Subject): Promise<Given> {
  return deployment === undefined ? await standing(db, retryOf) : await standing(db, deployment, ask);
}

export function hasAnswerers(given: Given): boolean {
  return given.some(({ slack_user }) => slack_user !== null);
}

/** Whether there are as many yeses as are asked for. Nothing but readiness follows from it: who counts is judged later. */
export function mayBeEnough(given: Given, approvals: ApprovalPolicy | undefined): boolean {
  return approvals !== undefined && given.filter(({ answer }) => answer === "approve").length >= approvals.count;
}

/** Everybody who has answered in Slack, as it says now; rejects when it does not answer. Calls: 1 for each. */
export async function readAnswerers(bot: Bot, given: Given): Promise<ReadonlyMap<string, SlackPerson>> {
  const read = given.flatMap(({ slack_user: user, slack_team: team }) =>
    user === null || team === null ? [] : [bot.slack.person(team, user, true)],
  );
  return new Map((await Promise.all(read)).map((person) => [person.id, person]));
}

export async function approvalFacts(
  db: Kysely<Database>,
  service: ServicePlace,
  subject: Subject,
  people: ReadonlyMap<string, SlackPerson>,
): Promise<readonly ApprovalFacts[]> {
  const { asked } = subject;
  if (asked === undefined) return [];
  const rows = await standing(db, subject.deployment, subject.ask);
  const linked = await linksOf(db, service, rows);
  return rows.map((row) => {
    const { slack_user: user, slack_team: team, login } = row;
    const person = user === null ? undefined : people.get(user);
    // Linked to somebody else since, one Slack person would otherwise answer for two.
    const isTheirs =
      user === null || team === null || linked.get(`${team}/${user}`)?.toLowerCase() === login.toLowerCase();
    return {
      login: isTheirs ? login : undefined,
      person: login,
      answer: row.answer,
      at: row.at.getTime(),
      via: row.via,
      // A review was given to what the reviewer saw; everything else to the ask as it stands.
      ask:
        row.tree === null
          ? { from: asked.from, tree: subject.revision.tree, policy: asked.policy }
          : { from: row.from_sha ?? undefined, tree: row.tree, policy: row.policy ?? "" },
      bot: person?.bot ?? row.bot,
      guest: person?.guest ?? row.guest,
      stranger: person === undefined ? row.stranger : person.stranger || person.deleted,
    };
  });
}

type Answerers = readonly { readonly slack_user: string | null; readonly slack_team: string | null }[];

/** The present logins of those who answered in Slack, by `<team>/<user>`. */
async function linksOf(
  db: Kysely<Database>,
  service: ServicePlace,
  rows: Answerers,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const team of new Set(rows.flatMap(({ slack_team }) => slack_team ?? []))) {
    const users = rows.flatMap((row) => (row.slack_team === team && row.slack_user !== null ? [row.slack_user] : []));
    const logins = await loginsOf({ db }, service.pipeline, team, users);
    for (const [user, login] of logins) found.set(`${team}/${user}`, login);
  }
  return found;
}

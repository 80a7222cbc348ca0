/**
 * After somebody's login has changed: what they answered under another is taken back where it still waits to count, and
 * their reactions are read again under the login that is theirs now. Every change is a row until this was done.
 */
import { sql } from "kysely";
import { sameLogin } from "../policy/logins.ts";
import { pendingStatuses } from "../policy/model.ts";
import type { Bot } from "./bot.ts";
import { changeApproval } from "./change-approval.ts";
import { foldReactionsOf, type MeaningOf } from "./note-reaction.ts";
import { loginOf, type SlackIdentity } from "./people.ts";
import { loadPlace } from "./place.ts";

export async function settleLinkChanges(bot: Bot, meaningOf: MeaningOf): Promise<void> {
  const changes = await bot.db
    .selectFrom("link_change")
    .select(["id", "team", "slack_user"])
    .where("done_at", "is", null)
    .orderBy("id")
    .execute();
  for (const { id, team, slack_user: slackUser } of changes) {
    await takeBack(bot, { team, slackUser });
    await foldAgain(bot, meaningOf, { team, slackUser });
    await bot.context.faults.at("link.settled");
    const done = { done_at: new Date(bot.context.clock.now()) };
    await bot.db.updateTable("link_change").set(done).where("id", "=", id).execute();
  }
}

/** One person behind two logins would otherwise count twice. */
async function takeBack(bot: Bot, person: SlackIdentity): Promise<void> {
  const answers = await bot.db
    .selectFrom("approval")
    .innerJoin("deployment", "deployment.id", "approval.deployment_id")
    .where("approval.slack_user", "=", person.slackUser)
    .where("deployment.status", "in", [...pendingStatuses])
    .whereRef("approval.ask", "=", "deployment.ask")
    .select(["deployment.id", "deployment.environment_id", "approval.ask", "approval.login", "approval.via"])
    .select("approval.acted_at")
    .execute();
  for (const { id, environment_id: environment, ask, login, via, acted_at } of answers) {
    const place = await loadPlace(bot.db, environment);
    if (place === undefined) continue;
    if (sameLogin(await loginOf(bot, place.service.pipeline, person), login)) continue;
    // Taken back as of when it was given: linked to that login again, what still stands counts again.
    const actedAt = acted_at.getTime();
    const was = { login, slackUser: person.slackUser, via, actedAt, bot: false, guest: false, stranger: false };
    await changeApproval(bot, place, id, ask, was, undefined);
  }
}

async function foldAgain(bot: Bot, meaningOf: MeaningOf, { team, slackUser }: SlackIdentity): Promise<void> {
  const messages = await bot.db
    .selectFrom("deployment")
    .innerJoin("projection", (join) =>
      join.on(sql<boolean>`projection.key = 'slack.message/' || deployment.id || '/' || deployment.ask`),
    )
    .innerJoin("reaction", (join) =>
      join.on(sql<boolean>`reaction.team = projection.external->>'team'
        and reaction.channel = projection.external->>'channel' and reaction.ts = projection.external->>'ts'`),
    )
    .where("deployment.status", "in", [...pendingStatuses])
    .where("reaction.team", "=", team)
    .where("reaction.slack_user", "=", slackUser)
    .where("reaction.present", "=", true)
    .select("projection.subject")
    .distinct()
    .execute();
  for (const { subject } of messages) await foldReactionsOf(bot, meaningOf, subject);
}

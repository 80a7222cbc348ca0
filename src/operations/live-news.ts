/**
 * Authors are told, by a direct message, that their pull requests are live in a production environment: once for each
 * pull request and environment, in the transaction that ended the deployment. Whoever wants no more of it says so by the
 * message's button or on App Home; nobody is told who has no known user in Slack.
 */
import type { Kysely, Transaction } from "kysely";
import { optional } from "../optional.ts";
import type { Revision } from "../policy/model.ts";
import type { Pipeline } from "../policy/pipeline.ts";
import type { Database, DeploymentRow } from "../store/schema.ts";
import type { LiveNewsAction } from "./actions.ts";
import type { Bot } from "./bot.ts";
import { touchHome } from "./follow-homes.ts";
import { type SlackIdentity, slackUserOf } from "./people.ts";
import type { ServiceRef } from "./place.ts";
import type { ReplyContent } from "./said.ts";
import { say } from "./tell.ts";

export type LiveNote = {
  readonly code: "live";
  readonly service: string;
  readonly repository: string;
  readonly environment: string;
  readonly url?: string;
  readonly revision: Revision;
  readonly deployment: number;
  /** Those of the person, the first ones; `more` counts the rest. */
  readonly pullRequests: readonly { readonly number: number; readonly title: string }[];
  readonly more: number;
};

/** Whether the person is told from now on. */
export type LiveNewsReply = { readonly code: "live-news"; readonly on: boolean };

/** A release with more of one person names the first. */
const mostNamed = 20;

type LiveDeployment = Pick<DeploymentRow, "id" | "environment_id" | "sha" | "tree" | "version">;

/** `numbers`: the pull requests that have come with this deployment. */
export async function tellAuthors(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  pipeline: Pipeline,
  row: LiveDeployment,
  numbers: readonly number[],
): Promise<void> {
  if (numbers.length === 0) return;
  const { name } = await trx
    .selectFrom("environment")
    .select("name")
    .where("id", "=", row.environment_id)
    .executeTakeFirstOrThrow();
  const policy = pipeline.services
    .find((one) => one.name === service.name)
    ?.environments.find((environment) => environment.name === name);
  if (policy?.production !== true) return;
  const byUser = await untoldBy(trx, bot, service, pipeline, row, numbers);
  for (const [slackUser, pulls] of byUser) {
    const content: LiveNote = {
      code: "live",
      service: service.name,
      repository: service.repository.fullName,
      environment: name,
      ...optional("url", policy.url),
      revision: { sha: row.sha, tree: row.tree, ...optional("version", row.version) },
      deployment: row.id,
      pullRequests: pulls.slice(0, mostNamed),
      more: Math.max(0, pulls.length - mostNamed),
    };
    await say(trx, bot, { key: `live/${row.id}/${slackUser}`, content, slackUser });
  }
}

type Named = LiveNote["pullRequests"];

/** By the users in Slack who want to hear of it: what they have not heard of yet, which from now on counts as told. */
async function untoldBy(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  pipeline: Pipeline,
  row: LiveDeployment,
  numbers: readonly number[],
): Promise<ReadonlyMap<string, Named>> {
  const untold = await trx
    .updateTable("work_live")
    .set({ told_at: new Date(bot.context.clock.now()) })
    .where("repository_id", "=", service.repository.id)
    .where("environment_id", "=", row.environment_id)
    .where("number", "in", [...numbers])
    .where("told_at", "is", null)
    .returning("number")
    .execute();
  if (untold.length === 0) return new Map();
  const pulls = await trx
    .selectFrom("pull_request")
    .select(["number", "title", "author"])
    .where("repository_id", "=", service.repository.id)
    .where(
      "number",
      "in",
      untold.map(({ number }) => number),
    )
    .orderBy("number")
    .execute();
  const byUser = new Map<string, Named>();
  for (const author of new Set(pulls.map((pull) => pull.author))) {
    const slackUser = await slackUserOf({ db: trx }, pipeline, author);
    if (slackUser === undefined || !(await wantsLiveNews(trx, slackUser))) continue;
    const own = pulls.filter((pull) => pull.author === author).map(({ number, title }) => ({ number, title }));
    byUser.set(slackUser, [...(byUser.get(slackUser) ?? []), ...own]);
  }
  return byUser;
}

/** Everybody does who has not said otherwise. */
export async function wantsLiveNews(db: Kysely<Database>, slackUser: string): Promise<boolean> {
  const off = await db
    .selectFrom("person_setting")
    .select("slack_user")
    .where("slack_user", "=", slackUser)
    .where("live_news", "=", false)
    .limit(1)
    .executeTakeFirst();
  return off === undefined;
}

/** What the person has chosen by a button; the same click again changes nothing. */
export async function chooseLiveNews(
  bot: Bot,
  { team, slackUser }: SlackIdentity,
  action: LiveNewsAction,
): Promise<ReplyContent> {
  const on = action === "live-news";
  const chosen = { live_news: on, at: new Date(bot.context.clock.now()) };
  await bot.db.transaction().execute(async (trx) => {
    await trx
      .insertInto("person_setting")
      .values({ team, slack_user: slackUser, ...chosen })
      .onConflict((conflict) => conflict.columns(["team", "slack_user"]).doUpdateSet(chosen))
      .execute();
    // The person's App Home shows the same, whichever face it was chosen by.
    const homes = await trx.selectFrom("home").select("id").where("slack_user", "=", slackUser).execute();
    for (const { id } of homes) await touchHome(trx, bot.wake, id);
  });
  return { code: "live-news", on };
}

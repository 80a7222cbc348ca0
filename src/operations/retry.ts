/**
 * `/deploy retry <id> [stage]`: tries the environment's latest deployment again, as a deployment of its own that keeps the
 * stages which had succeeded. Every gate is asked again; a yes that was given still counts while its ask would stand.
 */
import type { Transaction } from "kysely";
import { optional } from "../optional.ts";
import { hasLogin } from "../policy/logins.ts";
import { pendingStatuses, type Status } from "../policy/model.ts";
import { nearest } from "../policy/nearest.ts";
import type { Database, DeploymentRow } from "../store/schema.ts";
import { type Asker, refusal } from "./asker.ts";
import type { Bot } from "./bot.ts";
import { askedBy, askFor } from "./deploy.ts";
import { changedSince } from "./note-reaction.ts";
import { type Place, placeFor } from "./place.ts";
import { loadTried, planRetry, type RetryPlan } from "./retry-stages.ts";
import { dismissedFor } from "./reviews.ts";
import type { ReplyContent } from "./said.ts";
import { say } from "./tell.ts";

export const retriable: readonly Status[] = ["failure", "error", "cancelled"];

export async function retry(
  bot: Bot,
  place: Place,
  asker: Asker,
  deployment: number,
  stage?: string,
): Promise<ReplyContent> {
  const mayNot = await refusal(bot, place, asker, "ask", "retry");
  if (mayNot !== undefined) return mayNot;
  const row = await bot.db.selectFrom("deployment").selectAll().where("id", "=", deployment).executeTakeFirstOrThrow();
  const asked = await askedFor(bot, place, asker.key);
  // The same command delivered again is answered with what it became; what has come since is no reason against it.
  const no = asked ? undefined : await refuseToRetry(bot, row);
  if (no !== undefined) return no;
  const plan = planRetry(await loadTried(bot.db, row), placeFor(place, row.kind).policy, stage);
  if (plan.kind !== "from") return notFrom(deployment, stage ?? "", plan);
  return await askFor(bot, place, {
    // Trying a merge again is a person's request for what it brought.
    kind: row.kind === "merge" ? "deploy" : row.kind,
    typed: true,
    revision: await sameRevision(bot, place, row),
    retries: { deployment, from: plan.stage, kept: plan.kept },
    hotfix: row.hotfix,
    ...optional("reason", row.reason),
    ...optional("mergedBy", row.merged_by),
    ...optional("pullRequest", row.pull_request),
    ...optional("rollbackTarget", row.rollback_target),
    ...optional("rollsBack", row.rolls_back_deployment_id),
    ...optional("undoes", row.undoes_sha),
    ...askedBy(asker),
  });
}

async function askedFor(bot: Bot, place: Place, key: string): Promise<boolean> {
  const row = await bot.db
    .selectFrom("deployment")
    .select("id")
    .where("environment_id", "=", place.environment.id)
    .where("request_key", "=", key)
    .executeTakeFirst();
  return row !== undefined;
}

async function refuseToRetry(bot: Bot, row: DeploymentRow): Promise<ReplyContent | undefined> {
  const { id: deployment, status } = row;
  if (row.kind === "external") return { code: "retry-elsewhere", deployment };
  if (!retriable.includes(status)) return { code: "not-retriable", deployment, status };
  if (!row.settled) return { code: "retry-unsettled", deployment };
  const latest = await newerThan(bot.db, row);
  return latest === undefined ? undefined : { code: "not-latest", deployment, latest };
}

/** The newest that came after it and waits, ran, or is live: what never started has changed nothing. */
export async function newerThan(
  db: Bot["db"],
  row: Pick<DeploymentRow, "id" | "environment_id">,
): Promise<number | undefined> {
  const newer = await db
    .selectFrom("deployment")
    .select("id")
    .where("environment_id", "=", row.environment_id)
    .where("id", ">", row.id)
    .where((eb) => eb.or([eb("started_at", "is not", null), eb("status", "in", ["success", ...pendingStatuses])]))
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return newer?.id;
}

function notFrom(deployment: number, stage: string, plan: Exclude<RetryPlan, { kind: "from" }>): ReplyContent {
  if (plan.kind === "not-reached") return { code: "stage-not-reached", deployment, stage, first: plan.first };
  const { choices } = plan;
  return { code: "unknown-stage", deployment, found: stage, choices, ...optional("nearest", nearest(stage, choices)) };
}

/** Whether it is still a commit of the repository itself is asked again; what a rollback goes to, or is destroyed, was. */
async function sameRevision(bot: Bot, place: Place, row: DeploymentRow) {
  const { sha, tree, kind } = row;
  const isKnown = kind === "rollback" || kind === "destroy";
  const found = isKnown ? undefined : await bot.github.revision(place.service.repository, sha);
  const inRepository = isKnown || (found?.inRepository ?? false);
  return { sha, tree, inRepository, ...optional("ref", row.ref), ...optional("version", row.version) };
}

/**
 * A yes was given to what was live, the content and the policy, not to one attempt: it goes over to the retry while its
 * ask has not run out, and runs out when that would have. The environment's row is locked by the caller.
 */
export async function carryAnswers(
  trx: Transaction<Database>,
  expires: number | undefined,
  row: DeploymentRow,
  now: number,
): Promise<DeploymentRow> {
  if (row.retry_of === null || expires === undefined) return row;
  const before = await trx
    .selectFrom("deployment")
    .select(["id", "tree", "ask", "asked_at", "ask_from", "ask_policy"])
    .where("id", "=", row.retry_of)
    .executeTakeFirstOrThrow();
  const { asked_at, ask_from, ask_policy } = before;
  if (before.tree !== row.tree || asked_at === null || asked_at.getTime() + expires <= now) return row;
  const answers = await trx
    .selectFrom("approval")
    .selectAll()
    .where("deployment_id", "=", before.id)
    .where("ask", "=", before.ask)
    .where("answer", "=", "approve")
    .execute();
  // Taken back since, it was given to what had begun by then, and to nothing that begins now.
  const by = (face: (typeof answers)[number]["via"]) => answers.filter(({ via }) => via === face);
  const dismissed = by("review").length > 0 ? await dismissedFor(trx, row) : [];
  const reactions = by("reaction");
  const changed =
    reactions.length > 0 ? await changedSince(trx, `${before.id}/${before.ask}`, reactions) : new Set<string>();
  const standing = answers.filter(({ via, login, slack_user }) =>
    via === "review" ? !hasLogin(dismissed, login) : via !== "reaction" || !changed.has(slack_user ?? ""),
  );
  if (standing.length === 0) return row;
  await trx
    .insertInto("approval")
    .values(standing.map((answer) => ({ ...answer, deployment_id: row.id, ask: 1 })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return await trx
    .updateTable("deployment")
    .set({ ask: 1, asked_at, ask_from, ask_policy })
    .where("id", "=", row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Said where it is tried again and where it had been tried. */
export async function tellRetry(
  trx: Transaction<Database>,
  bot: Bot,
  row: DeploymentRow,
  { deployment, from, kept }: { readonly deployment: number; readonly from: string; readonly kept: readonly string[] },
): Promise<void> {
  const content = { code: "retried", by: row.requested_by, of: deployment, as: row.id, from, kept } as const;
  for (const thread of [deployment, row.id]) {
    await say(trx, bot, { key: `retried/${row.id}/${thread}`, content, channel: row.channel, deployment: thread });
  }
}

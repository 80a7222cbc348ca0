/** Writes one person's answer to one ask, or takes it back, and lets the deployment be judged anew. */

import { type Selectable, sql, type Transaction } from "kysely";
import type { Instant } from "../policy/model.ts";
import { isPending } from "../policy/transitions.ts";
import type { ApprovalTable, Database, DeploymentRow } from "../store/schema.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { lockEnvironment, raiseVersion } from "./environment.ts";
import type { Place } from "./place.ts";
import { say, touchDeployment } from "./tell.ts";

export type Answerer = {
  readonly login: string;
  readonly slackUser?: string;
  readonly slackTeam?: string;
  readonly via: "reaction" | "button" | "review";
  readonly bot: boolean;
  readonly guest: boolean;
  readonly stranger: boolean;
  /** When it was done, by the clock of the face, in epoch ms. */
  readonly actedAt: Instant;
  /** For a review: what it was given to. Everything else is given to the ask. */
  readonly gave?: { readonly from: string | undefined; readonly tree: string; readonly policy: string };
};

export type ApprovalChanged =
  /** Written; whether it counts is the policy's decision, taken anew until the start. */
  | { readonly kind: "noted" }
  /** The message stands for an ask that is no longer the present one. */
  | { readonly kind: "outdated" }
  | { readonly kind: "not-waiting" };

/** For an answer that stands by itself, such as a review. */
export async function changeApproval(
  bot: Bot,
  place: Place,
  deployment: number,
  ask: number,
  answerer: Answerer,
  answer: "approve" | "reject" | undefined,
): Promise<ApprovalChanged> {
  return await underLock(bot, place, deployment, async (trx) => {
    return await writeApproval(trx, bot, place, { deployment, ask }, answerer, answer);
  });
}

/**
 * One answer at a time. What somebody says is read here where it is kept: of two who read it, the later has read whatever
 * the earlier did, and cannot be overtaken by it.
 */
export async function underLock<Answered extends { readonly kind: string }>(
  bot: Bot,
  place: Place,
  deployment: number,
  write: (trx: Transaction<Database>) => Promise<Answered>,
): Promise<Answered> {
  const answered = await bot.db.transaction().execute(async (trx) => {
    await lockEnvironment(trx, place.environment.id);
    return await write(trx);
  });
  await bot.context.faults.at("approval.committed");
  if (answered.kind === "noted") bot.wake.soon(deployment);
  return answered;
}

/** To be called under the lock. */
export async function writeApproval(
  trx: Transaction<Database>,
  bot: Bot,
  place: Place,
  { deployment, ask }: { readonly deployment: number; readonly ask: number },
  answerer: Answerer,
  answer: "approve" | "reject" | undefined,
): Promise<ApprovalChanged> {
  const now = bot.context.clock.now();
  const row = await trx.selectFrom("deployment").selectAll().where("id", "=", deployment).executeTakeFirstOrThrow();
  if (!isPending(row.status)) return { kind: "not-waiting" };
  if (row.ask !== ask) return { kind: "outdated" };
  const before = await trx
    .selectFrom("approval")
    .selectAll()
    .where("deployment_id", "=", deployment)
    .where("ask", "=", ask)
    // GitHub's logins mean the same in any letters.
    .where(sql`lower(login)`, "=", answerer.login.toLowerCase())
    .executeTakeFirst();
  const login = before?.login ?? answerer.login;
  if (!changesAnything(before, row, answerer, answer)) return { kind: "noted" };
  if (answer === undefined) {
    await trx
      .updateTable("approval")
      .set({ answer: "withdrawn", via: answerer.via, acted_at: new Date(answerer.actedAt) })
      .where("deployment_id", "=", deployment)
      .where("ask", "=", ask)
      .where("login", "=", login)
      .execute();
    await say(trx, bot, {
      key: `withdrawn/${deployment}/${ask}/${answerer.login}/${now}`,
      content: { code: "approval-withdrawn", login: answerer.login },
      channel: row.channel,
      deployment,
    });
  } else {
    const { slackUser, slackTeam, via, bot: isBot, guest, stranger, gave } = answerer;
    const bound = { from_sha: gave?.from ?? null, tree: gave?.tree ?? null, policy: gave?.policy ?? null };
    const who = { slack_user: slackUser ?? null, slack_team: slackTeam ?? null, bot: isBot, guest, stranger };
    const values = { answer, via, ...who, ...bound, at: new Date(now), acted_at: new Date(answerer.actedAt) };
    await trx
      .insertInto("approval")
      .values({ deployment_id: deployment, ask, login, ...values })
      .onConflict((conflict) => conflict.columns(["deployment_id", "ask", "login"]).doUpdateSet(values))
      .execute();
  }
  await raiseVersion(trx, place.environment.id);
  await audit(trx, {
    at: now,
    actor: answerer.login,
    action: answer === undefined ? "approval.withdrawn" : `approval.${answer}`,
    service: place.service.id,
    environment: place.environment.id,
    deployment,
    detail: { ask, via: answerer.via, slackUser: answerer.slackUser },
  });
  await touchDeployment(trx, bot, place.service, row);
  await bot.wake.advance(trx, deployment);
  return { kind: "noted" };
}

type Before = Pick<
  Selectable<ApprovalTable>,
  "answer" | "via" | "acted_at" | "from_sha" | "tree" | "policy" | "slack_user"
>;

/** One person has one answer, by whatever face: the latest act stands, and telling the same again adds nothing. */
function changesAnything(
  before: Before | undefined,
  row: DeploymentRow,
  { via, actedAt }: Answerer,
  answer: "approve" | "reject" | undefined,
): boolean {
  if (before === undefined) return answer !== undefined;
  // What still stands from before another act says nothing new, such as a reaction whose answer a button took back. But
  // what a person's reactions come to is folded from all of them under the lock, however late one was told.
  const isFoldedAnew = via === "reaction" && before.via === "reaction";
  if (before.acted_at.getTime() > actedAt && !isFoldedAnew) return false;
  if (answer === undefined) {
    // A reaction taken away takes back what a reaction gave, not what a button or a review gave; the button takes all.
    return before.answer !== "withdrawn" && (via === "button" || before.via === via);
  }
  // Only a later act gives again what a button took back; what its own face took back, that face may tell anew.
  const isTakenBack = before.answer === "withdrawn" && before.via !== via;
  if (before.answer !== answer) return !isTakenBack || before.acted_at.getTime() < actedAt;
  // The same answer adds nothing, unless the one before was given to something else and does not count.
  const { tree, from_sha: from, policy } = before;
  return tree !== null && !(tree === row.tree && from === row.ask_from && policy === row.ask_policy);
}

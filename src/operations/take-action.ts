/** A button that was clicked on a deployment's message: the same as a reaction or a command, through the same operations. */

import type { Instant } from "../policy/model.ts";
import { isPending } from "../policy/transitions.ts";
import type { DeploymentAction } from "./actions.ts";
import { seeLog, takeBack } from "./after-failure.ts";
import { answer } from "./answer.ts";
import { askForRevert } from "./ask-for-revert.ts";
import type { Asker } from "./asker.ts";
import type { Bot } from "./bot.ts";
import { cancel } from "./cancel.ts";
import { confirmFix } from "./confirm-fix.ts";
import { confirmMigrations } from "./confirm-migrations.ts";
import { deploy } from "./deploy.ts";
import { placeOfDeployment } from "./find-place.ts";
import { formerPlaceOf } from "./former-place.ts";
import { isOfAnotherTeam } from "./message-team.ts";
import { loginOf } from "./people.ts";
import type { Place } from "./place.ts";
import { retry } from "./retry.ts";
import { chooseTarget, rollback, rollbackBy } from "./rollback.ts";
import type { ReplyContent } from "./said.ts";

export type Clicked = {
  readonly action: DeploymentAction;
  readonly deployment: number;
  /** The ask that the message stands for. */
  readonly ask: number;
  readonly team: string;
  readonly slackUser: string;
  readonly channel: string;
  readonly key: string;
  /** When it was clicked, by Slack's clock, in epoch ms. */
  readonly at: Instant;
};

export async function takeAction(bot: Bot, clicked: Clicked): Promise<ReplyContent> {
  const { action, deployment, ask, team, slackUser, at } = clicked;
  const named = await placeOfDeployment(bot, deployment);
  const place = named ?? (await formerPlaceOf(bot.db, deployment));
  if (place === undefined) return { code: "unknown-deployment", deployment };
  // What still runs where the pipeline file names nothing any more can be stopped and looked at, and no more.
  if (named === undefined && action !== "cancel" && action !== "see-log") return { code: "left-pipeline", deployment };
  if (await isOfAnotherTeam(bot, clicked)) return { code: "message-outdated", deployment };
  if (action === "approve" || action === "reject" || action === "withdraw") {
    const given = action === "withdraw" ? undefined : action;
    const read = async () => ({ answer: given, at });
    const answered = await answer(bot, { deployment, ask, team, slackUser, via: "button", read });
    if (answered.kind === "refused") return { code: "approval-refused", deployment, why: answered.why };
    if (answered.kind !== "noted") return { code: "message-outdated", deployment };
    return { code: given === undefined ? "approval-withdrawn" : "approval-noted", deployment };
  }
  const login = await loginOf(bot, place.service.pipeline, clicked);
  if (login === undefined) return { code: "not-linked" };
  const asker = { login, slackUser, channel: clicked.channel, key: clicked.key, at };
  switch (action) {
    case "confirm-fix":
      return await confirmFix(bot, place, asker, deployment, at);
    case "confirm-migrations":
      return await confirmShown(bot, place, asker, deployment);
    case "start":
      return await start(bot, place, asker, deployment);
    case "cancel":
      return await cancel(bot, place, asker, deployment);
    case "retry":
      return await retry(bot, place, asker, deployment);
    case "roll-back":
      return await takeBack(bot, place, asker, deployment);
    case "revert":
      return await askForRevert(bot, place, asker, deployment);
    case "see-log":
      return await seeLog(bot, place, asker, deployment);
  }
}

/** What waits until a person asks for it: the click is that person's own request for the very revision. */
async function start(bot: Bot, place: Place, asker: Asker, deployment: number): Promise<ReplyContent> {
  const row = await bot.db.selectFrom("deployment").selectAll().where("id", "=", deployment).executeTakeFirstOrThrow();
  if (!isPending(row.status)) return { code: "already-ended", deployment, status: row.status };
  const waits = row.verdict?.gates.some((gate) => gate.gate === "ready" && gate.result === "wait") ?? false;
  return waits ? await deploy(bot, place, asker, { revision: row.sha }) : { code: "message-outdated", deployment };
}

/**
 * Where another has begun to change the environment since, the message did not show its migrations: the rollback is asked
 * for anew, which shows them all. Another one that waits is not confirmed by this click either.
 */
async function confirmShown(bot: Bot, place: Place, asker: Asker, deployment: number): Promise<ReplyContent> {
  const row = await bot.db.selectFrom("deployment").selectAll().where("id", "=", deployment).executeTakeFirstOrThrow();
  const choice = await chooseTarget(bot, place, row.sha);
  const isOther = choice.kind === "target" && choice.undoes.revision.sha !== row.undoes_sha;
  // The same click again has asked for one anew already.
  const asksAnew = (isPending(row.status) && isOther) || (await rollbackBy(bot, place, asker.key)) !== undefined;
  if (!asksAnew) return await confirmMigrations(bot, place, asker, deployment);
  // Why Signalbox asked is no reason of the person's.
  const reason = row.by_itself ? undefined : (row.reason ?? undefined);
  return await rollback(bot, place, asker, row.sha, reason, false);
}

/** What a person can do about a deployment that failed, by the buttons of its message. */
import { optional } from "../optional.ts";
import { type Asker, refusal } from "./asker.ts";
import type { Bot } from "./bot.ts";
import { loadDeploymentView } from "./load-view.ts";
import type { Place } from "./place.ts";
import { chooseTarget, rollback, rollbackBy } from "./rollback.ts";
import type { ReplyContent } from "./said.ts";

export type FailureReply =
  | {
      readonly code: "log";
      readonly deployment: number;
      /** The stage that failed; absent when none did. */
      readonly stage?: string;
      /** The end of its output, as it was kept; absent when it said nothing. */
      readonly outputTail?: string;
    }
  /** Something else has gone live since it failed, or has begun to change the environment. */
  | { readonly code: "no-longer-broken"; readonly deployment: number; readonly environment: string };

/** The button stands on a message of the past: it takes back that deployment, never what has gone live or begun to since. */
export async function takeBack(bot: Bot, place: Place, asker: Asker, deployment: number): Promise<ReplyContent> {
  const asked = await rollbackBy(bot, place, asker.key);
  const choice = await chooseTarget(bot, place, undefined);
  const isAnother = choice.kind === "target" && choice.undoes.deployment !== deployment;
  const stillBroken = place.environment.uncertain_deployment_id === deployment && !isAnother;
  if (!stillBroken && asked === undefined) {
    return { code: "no-longer-broken", deployment, environment: place.policy.name };
  }
  return await rollback(bot, place, asker, undefined, `deployment ${deployment} failed`);
}

/** What the failed stage said last. Reads only. */
export async function seeLog(bot: Bot, place: Place, asker: Asker, deployment: number): Promise<ReplyContent> {
  const mayNot = await refusal(bot, place, asker, "read", "read");
  if (mayNot !== undefined) return mayNot;
  const view = await loadDeploymentView(bot.db, deployment);
  const failed = view?.stages.find((stage) => stage.state === "failure" || stage.state === "error");
  if (failed === undefined) return { code: "log", deployment };
  return { code: "log", deployment, stage: failed.name, ...optional("outputTail", failed.outputTail) };
}

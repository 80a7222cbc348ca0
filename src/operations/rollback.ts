/** `/rollback <environment> [to …]`: finds what to go back to, asks for it, and asks what runs to stop. */
import type { Transaction } from "kysely";
import { optional } from "../optional.ts";
import { runningStatuses } from "../policy/model.ts";
import { chooseRollbackTarget, type HistoryEntry, type RollbackChoice } from "../policy/rollback-target.ts";
import { isPending } from "../policy/transitions.ts";
import type { Database, DeploymentRow } from "../store/schema.ts";
import type { Asker } from "./asker.ts";
import { refusal } from "./asker.ts";
import type { Bot } from "./bot.ts";
import { askedBy, askFor } from "./deploy.ts";
import { lockEnvironment, raiseVersion } from "./environment.ts";
import { isRunElsewhere } from "./follow-run.ts";
import type { Place } from "./place.ts";
import type { ReplyContent } from "./said.ts";
import { say, touchDeployment } from "./tell.ts";

/** How far back a rollback looks for its target. */
const historyLength = 500;

export async function rollback(
  bot: Bot,
  place: Place,
  asker: Asker,
  to: string | undefined,
  reason: string | undefined,
): Promise<ReplyContent> {
  const mayNot = await refusal(bot, place, asker, "push", "roll back");
  if (mayNot !== undefined) return mayNot;
  const known = await rollbackBy(bot, place, asker.key);
  if (known !== undefined) {
    // The same command delivered again: what it asked for the first time is finished, never chosen anew.
    if (isPending(known.status)) await cancelWhatRuns(bot, place, known.id);
    const { sha, tree, version } = known;
    const where = { service: place.service.name, environment: place.policy.name };
    const verdict = known.verdict ?? { outcome: "wait", gates: [] };
    const revision = { sha, tree, ...optional("version", version) };
    return { code: "requested", ...where, revision, deployment: known.id, verdict };
  }
  const choice = await chooseTarget(bot, place, to);
  if (choice.kind === "none") {
    return { code: "nothing-to-roll-back-to", service: place.service.name, environment: place.policy.name };
  }
  const reply = await askFor(bot, place, {
    kind: "rollback",
    typed: true,
    revision: { ...choice.revision, inRepository: true },
    rollbackTarget: choice.target,
    rollsBack: choice.undoes.deployment,
    ...optional("reason", reason),
    ...askedBy(asker),
  });
  if (reply.code === "requested") await cancelWhatRuns(bot, place, reply.deployment);
  return reply;
}

/** The rollback that this delivery has asked for already. */
export async function rollbackBy(bot: Bot, place: Place, key: string) {
  return await bot.db
    .selectFrom("deployment")
    .select(["id", "status", "sha", "tree", "version", "verdict"])
    .where("environment_id", "=", place.environment.id)
    .where("request_key", "=", key)
    .executeTakeFirst();
}

/**
 * What has begun to change the environment without having succeeded is what is taken back, whether it still runs or has
 * ended. A rollback is not: when one fails, the next goes where it was to go.
 */
async function brokenOff(bot: Bot, { environment }: Place): Promise<number | undefined> {
  const ids = [environment.slot_deployment_id, environment.uncertain_deployment_id].filter((id) => id !== null);
  if (ids.length === 0) return undefined;
  const rows = await bot.db
    .selectFrom("deployment")
    .select("id")
    .where("id", "in", ids)
    .where("kind", "!=", "rollback")
    .where("changing_since", "is not", null)
    .orderBy("id", "desc")
    .execute();
  return rows[0]?.id;
}

async function chooseTarget(bot: Bot, place: Place, to: string | undefined): Promise<RollbackChoice> {
  const { environment } = place;
  const broken = await brokenOff(bot, place);
  const rows = await bot.db
    .selectFrom("deployment")
    .select(["id", "status", "sha", "tree", "version", "kind", "rolls_back_deployment_id"])
    .where("environment_id", "=", environment.id)
    // Nothing else was ever live, however much was asked for and did not come to it.
    .where((eb) => eb.or([eb("status", "=", "success"), eb("id", "=", broken ?? 0)]))
    .orderBy("id", "desc")
    .limit(historyLength)
    .execute();
  const history: readonly HistoryEntry[] = rows.map((row) => ({
    deployment: row.id,
    status: row.status,
    kind: row.kind,
    revision: { sha: row.sha, tree: row.tree, ...optional("version", row.version) },
    ...optional("rollsBack", row.rolls_back_deployment_id),
  }));
  const quarantined = await bot.db
    .selectFrom("quarantine")
    .innerJoin("environment", "environment.id", "quarantine.environment_id")
    .where("quarantine.service_id", "=", place.service.id)
    .where("quarantine.cleared_at", "is", null)
    .where("environment.position", "<=", environment.position)
    .select("quarantine.tree")
    .execute();
  return chooseRollbackTarget({
    history,
    quarantinedTrees: quarantined.map((row) => row.tree),
    ...(broken === undefined ? {} : { uncertain: { deployment: broken } }),
    ...optional("to", to),
  });
}

/** A rollback goes before all: what runs is asked to stop, and the slot passes on once it has. */
async function cancelWhatRuns(bot: Bot, place: Place, rollbackId: number): Promise<void> {
  await bot.db.transaction().execute(async (trx) => {
    const environment = await lockEnvironment(trx, place.environment.id);
    const { slot_deployment_id: slot } = environment;
    if (slot === null || slot === rollbackId) return;
    const running = await trx.selectFrom("deployment").selectAll().where("id", "=", slot).executeTakeFirstOrThrow();
    if (isRunElsewhere(running)) return await sayInTheWay(trx, bot, running, rollbackId);
    const row = await trx
      .updateTable("deployment")
      .set({ cancel_by: `rollback:${rollbackId}`, cancel_at: new Date(bot.context.clock.now()) })
      .where("id", "=", slot)
      .where("status", "in", [...runningStatuses])
      .where("kind", "!=", "rollback")
      .where("cancel_at", "is", null)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) return;
    await raiseVersion(trx, environment.id);
    await touchDeployment(trx, bot, place.service, row);
    await bot.wake.advance(trx, slot);
  });
}

/** Said where the run is followed and where the rollback waits for it. */
async function sayInTheWay(
  trx: Transaction<Database>,
  bot: Bot,
  { id: deployment, channel }: DeploymentRow,
  rollbackId: number,
): Promise<void> {
  const content = { code: "run-in-the-way", deployment, rollback: rollbackId } as const;
  for (const thread of [deployment, rollbackId]) {
    await say(trx, bot, { key: `run-in-the-way/${rollbackId}/${thread}`, content, channel, deployment: thread });
  }
}

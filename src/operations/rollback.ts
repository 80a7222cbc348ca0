/** `/rollback <environment> [to …]`: finds what to go back to, asks for it, and asks what runs to stop. */
import { isDeepStrictEqual } from "node:util";
import { optional } from "../optional.ts";
import { type Instant, pendingStatuses } from "../policy/model.ts";
import { chooseRollbackTarget, type HistoryEntry, type RollbackChoice } from "../policy/rollback-target.ts";
import { isPending } from "../policy/transitions.ts";
import type { Asker } from "./asker.ts";
import { refusal } from "./asker.ts";
import type { Bot } from "./bot.ts";
import { cancelWhatRuns } from "./cancel-what-runs.ts";
import { confirmMigrations } from "./confirm-migrations.ts";
import { askedBy, askFor } from "./deploy.ts";
import type { Place } from "./place.ts";
import type { ReplyContent } from "./said.ts";

/** How far back a rollback looks for its target. */
const historyLength = 500;

export async function rollback(
  bot: Bot,
  place: Place,
  asker: Asker,
  to: string | undefined,
  reason: string | undefined,
  /** Whether asking for what waits for it already confirms that. */
  confirms = true,
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
  // Looked for after the choice: one that goes live later still makes what was chosen stand no more.
  const since = to === undefined ? await rolledBackSince(bot, place, asker.at) : undefined;
  if (since !== undefined) return { code: "already-requested", deployment: since };
  if (choice.kind === "none") {
    return { code: "nothing-to-roll-back-to", service: place.service.name, environment: place.policy.name };
  }
  const waiting = confirms ? await waitsForConfirmation(bot, place, choice) : undefined;
  if (waiting !== undefined) return await confirmMigrations(bot, place, asker, waiting);
  const wanted = {
    kind: "rollback",
    typed: true,
    revision: { ...choice.revision, inRepository: true },
    rollbackTarget: choice.target,
    rollsBack: choice.undoes.deployment,
    undoes: choice.undoes.revision.sha,
    ...optional("reason", reason),
    ...askedBy(asker),
  } as const;
  // What goes live before it is stored is what a person wants to be rid of, and not what was live before.
  const stands = async (now: Place) => isDeepStrictEqual(await chooseTarget(bot, now, to), choice);
  const reply = await askFor(bot, place, wanted, stands);
  if (reply.code === "requested") await cancelWhatRuns(bot, place, reply.deployment);
  return reply;
}

/**
 * Carried out late or once more, a rollback that has gone live since it was asked for is what was asked for. It is not
 * taken back itself: that would quarantine what is healthy.
 */
async function rolledBackSince(bot: Bot, { environment }: Place, at: Instant): Promise<number | undefined> {
  const row = await bot.db
    .selectFrom("deployment")
    .select("id")
    .where("environment_id", "=", environment.id)
    .where("kind", "=", "rollback")
    .where("status", "=", "success")
    .where("ended_at", ">", new Date(at))
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

/** The same rollback, which a person has to confirm: asking for it once more does. */
async function waitsForConfirmation(
  bot: Bot,
  place: Place,
  { revision, undoes }: Extract<RollbackChoice, { kind: "target" }>,
): Promise<number | undefined> {
  const rows = await bot.db
    .selectFrom("deployment")
    .select(["id", "verdict"])
    .where("environment_id", "=", place.environment.id)
    .where("kind", "=", "rollback")
    .where("sha", "=", revision.sha)
    // Of one that takes back something else, other migrations were shown.
    .where("undoes_sha", "=", undoes.revision.sha)
    .where("status", "in", [...pendingStatuses])
    .where("migrations_confirmed_by", "is", null)
    .execute();
  return rows.find((row) => row.verdict?.gates.some(({ reason }) => reason.code === "ready.confirm-migrations"))?.id;
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
 * ended. Of a rollback it is what that was to take back: when one fails, the next goes where it was to go.
 */
async function brokenOff(bot: Bot, { environment }: Place): Promise<number | undefined> {
  const ids = [environment.slot_deployment_id, environment.uncertain_deployment_id].filter((id) => id !== null);
  if (ids.length === 0) return undefined;
  const rows = await bot.db
    .selectFrom("deployment")
    .select(["id", "kind", "rolls_back_deployment_id"])
    .where("id", "in", ids)
    .where("changing_since", "is not", null)
    .orderBy("id", "desc")
    .limit(1)
    .execute();
  const [last] = rows;
  return last?.kind === "rollback" ? (last.rolls_back_deployment_id ?? undefined) : last?.id;
}

/** What a rollback would go back to, and what it would take back. */
export async function chooseTarget(bot: Bot, place: Place, to: string | undefined): Promise<RollbackChoice> {
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
    .$if(environment.demo_branch !== null, (query) => query.where("environment.id", "=", environment.id))
    .select("quarantine.tree")
    .execute();
  return chooseRollbackTarget({
    history,
    quarantinedTrees: quarantined.map((row) => row.tree),
    ...(broken === undefined ? {} : { uncertain: { deployment: broken } }),
    ...optional("to", to),
  });
}

/**
 * `on_failure: rollback`. The transaction that ends a deployment notes that its failure is to be followed; a look, which
 * may come late or twice, finds out where to go back to and asks for it under a key of its own, so it is asked for once.
 * Until then nothing else starts in the environment.
 */
import type { Transaction } from "kysely";
import { optional } from "../optional.ts";
import { afterEnd, type LeftBecause, whatToUndo } from "../policy/on-failure.ts";
import type { Database, DeploymentRow, EnvironmentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { lockEnvironment, raiseVersion, wakeEnvironment } from "./environment.ts";
import { loadPlace } from "./place.ts";
import { requestWhile } from "./request.ts";
import { chooseTarget, rollbackBy } from "./rollback.ts";
import { say } from "./tell.ts";

/** The login under which Signalbox itself asks. */
const itself = "signalbox";
const day = 24 * 3_600_000;

/** In the transaction that ends it. */
export async function noteFailure(trx: Transaction<Database>, bot: Bot, row: DeploymentRow): Promise<void> {
  const { status } = row;
  if (status !== "failure" && status !== "error") return;
  const following = afterEnd(row.policy?.onFailure, { status, kind: row.kind, changed: row.changing_since !== null });
  if (following.kind === "leave") await sayLeft(trx, bot, row, following.why);
  if (following.kind !== "look") return;
  await trx
    .updateTable("deployment")
    .set({ on_failure: "wanted", look_at: new Date(bot.context.clock.now()) })
    .where("id", "=", row.id)
    .execute();
  await bot.wake.advance(trx, row.id);
}

/** The deployment whose failure is about to be followed: until that is done, nothing else starts there. */
export async function aboutToBeUndone(
  trx: Transaction<Database>,
  { uncertain_deployment_id: id }: EnvironmentRow,
): Promise<number | undefined> {
  if (id === null) return undefined;
  const row = await trx
    .selectFrom("deployment")
    .select("id")
    .where("id", "=", id)
    .where("on_failure", "=", "wanted")
    .executeTakeFirst();
  return row?.id;
}

/** Follows a failure that was noted. Throws when GitHub cannot be asked: it is still noted then, and looked at again. */
export async function followFailure(bot: Bot, deployment: number): Promise<undefined> {
  const row = await bot.db.selectFrom("deployment").selectAll().where("id", "=", deployment).executeTakeFirstOrThrow();
  const place = await loadPlace(bot.db, row.environment_id);
  if (place === undefined) return await settle(bot, row, { code: "not-wanted" });
  const key = `on-failure/${row.id}`;
  const known = await rollbackBy(bot, place, key);
  // A look that broke off right afterwards has asked for it; what came of that since is no reason to say otherwise.
  if (known !== undefined) return await settle(bot, row, known.id);
  const found = whatToUndo({
    onFailure: place.policy.onFailure,
    failed: row.id,
    uncertain: place.environment.uncertain_deployment_id ?? undefined,
    choice: await chooseTarget(bot, place, undefined),
    lately: await rolledBackLately(bot, row),
  });
  if ("code" in found) return await settle(bot, row, found);
  const wanted = {
    kind: "rollback",
    typed: false,
    byItself: true,
    revision: { ...found.revision, inRepository: true },
    rollbackTarget: "previous",
    rollsBack: found.undoes.deployment,
    undoes: found.undoes.revision.sha,
    requestedBy: itself,
    key,
    reason: `deployment ${row.id} failed, and the pipeline file says to roll back then`,
    ...optional("channel", row.channel),
  } as const;
  // What a person asked for may meanwhile have taken it back.
  const asked = await requestWhile(
    bot,
    place.environment.id,
    wanted,
    async ({ environment }) => environment.uncertain_deployment_id === row.id,
  );
  await bot.context.faults.at("on-failure.asked");
  switch (asked?.kind) {
    case undefined:
      return await settle(bot, row, { code: "moved-on" });
    case "already":
      return await settle(bot, row, { code: "asked-already", rollback: asked.deployment });
    case "requested":
      return await settle(bot, row, asked.deployment.id);
    default:
      throw new Error(`a rollback of deployment ${row.id} was answered with ${asked?.kind}`);
  }
}

async function rolledBackLately(bot: Bot, row: DeploymentRow): Promise<number> {
  const since = new Date(bot.context.clock.now() - day);
  const rows = await bot.db
    .selectFrom("deployment")
    .select("id")
    .where("environment_id", "=", row.environment_id)
    .where("by_itself", "=", true)
    .where("kind", "=", "rollback")
    .where("requested_at", ">", since)
    .execute();
  return rows.length;
}

/** `what`: the rollback that was asked for, or why none is. */
async function settle(bot: Bot, row: DeploymentRow, what: number | LeftBecause): Promise<undefined> {
  await bot.db.transaction().execute(async (trx) => {
    await lockEnvironment(trx, row.environment_id);
    const settled = await trx
      .updateTable("deployment")
      .set({ on_failure: typeof what === "number" ? "asked" : "left", look_at: null })
      .where("id", "=", row.id)
      .where("on_failure", "=", "wanted")
      .returningAll()
      .executeTakeFirst();
    if (settled === undefined) return;
    if (typeof what === "number") await sayAsked(trx, bot, settled, what);
    else await sayLeft(trx, bot, settled, what);
    await raiseVersion(trx, row.environment_id);
    await wakeEnvironment(trx, bot.wake, row.environment_id);
  });
}

async function sayAsked(trx: Transaction<Database>, bot: Bot, row: DeploymentRow, rollback: number): Promise<void> {
  const { sha, verdict } = await trx
    .selectFrom("deployment")
    .select(["sha", "verdict"])
    .where("id", "=", rollback)
    .executeTakeFirstOrThrow();
  const asks = verdict?.gates.find(({ reason }) => reason.code === "ready.confirm-migrations")?.reason;
  await say(trx, bot, {
    key: `on-failure/${row.id}`,
    content: {
      code: "rolled-back-by-itself",
      deployment: row.id,
      rollback,
      to: sha,
      ...(asks === undefined ? {} : { asksPerson: true }),
    },
    channel: row.channel,
    deployment: row.id,
  });
}

async function sayLeft(trx: Transaction<Database>, bot: Bot, row: DeploymentRow, why: LeftBecause): Promise<void> {
  await say(trx, bot, {
    key: `on-failure/${row.id}`,
    content: { code: "not-rolled-back", deployment: row.id, why },
    channel: row.channel,
    deployment: row.id,
  });
}

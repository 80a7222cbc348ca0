/**
 * A demo has served: its destruction is asked for, as a deployment of its kind that waits for its turn, runs the demo's
 * own stages in a checkout of what is there, and can fail and be tried again. What waits there ends, and what runs is
 * asked to stop. Where nothing had ever been started there is nothing to destroy, and the demo is gone at once.
 */
import { optional } from "../optional.ts";
import type { EnvironmentRow } from "../store/schema.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { removeDemo } from "./demo-ended.ts";
import { endPending } from "./end-pending.ts";
import { lockEnvironment, wakeEnvironment } from "./environment.ts";
import { pendingOf } from "./facts.ts";
import { loadPlace, type Place } from "./place.ts";
import { type Request, type Requested, request } from "./request.ts";

type Asking = Pick<Request, "requestedBy" | "requestedBySlack" | "channel" | "key" | "typed" | "byItself"> &
  Required<Pick<Request, "because">>;

export type Destroying =
  | Requested
  | { readonly kind: "gone" }
  /** The pipeline file no longer names its service, so nothing can be carried out there. */
  | { readonly kind: "left-pipeline" };

export async function askToDestroy(bot: Bot, environment: number, asking: Asking): Promise<Destroying> {
  const place = await loadPlace(bot.db, environment);
  if (place === undefined) return { kind: "left-pipeline" };
  const there = await whatIsThere(bot, place.environment);
  if (there === undefined) {
    if (await removeUnstarted(bot, place, asking.requestedBy)) return { kind: "gone" };
    // It has started meanwhile.
    return await askToDestroy(bot, environment, asking);
  }
  return await request(bot, environment, { ...asking, kind: "destroy", revision: there });
}

/** What is live, else what has begun to change it or is about to: its own script takes it away. */
async function whatIsThere(bot: Bot, environment: EnvironmentRow): Promise<Request["revision"] | undefined> {
  const { demo_branch: ref } = environment;
  const ids = [environment.live_deployment_id, environment.uncertain_deployment_id, environment.slot_deployment_id];
  const id = ids.find((one) => one !== null);
  if (id === undefined || id === null) return undefined;
  const { sha, tree, version } = await bot.db
    .selectFrom("deployment")
    .select(["sha", "tree", "version"])
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  return { sha, tree, inRepository: true, ...optional("ref", ref), ...optional("version", version) };
}

/** False when something has started there meanwhile. */
async function removeUnstarted(bot: Bot, place: Place, by: string): Promise<boolean> {
  return await bot.db.transaction().execute(async (trx) => {
    const row = await lockEnvironment(trx, place.environment.id);
    // Its branch and its time may end at once.
    if (row.removed_at !== null) return true;
    const started = [row.live_deployment_id, row.uncertain_deployment_id, row.slot_deployment_id];
    if (started.some((id) => id !== null)) return false;
    for (const waiting of await pendingOf(trx, row.id)) {
      await endPending(trx, bot, place.service, waiting, "cancel", { code: "cancelled", by });
    }
    await removeDemo(trx, bot, row);
    const where = { service: place.service.id, environment: row.id };
    await audit(trx, { at: bot.context.clock.now(), actor: by, action: "demo.removed", ...where });
    await wakeEnvironment(trx, bot.wake, row.id);
    return true;
  });
}

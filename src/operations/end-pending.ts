/** The end of a deployment that has not started, with what follows from it for those who wait. */
import type { Transaction } from "kysely";
import { optional } from "../optional.ts";
import type { Verdict } from "../policy/model.ts";
import { transition } from "../policy/transitions.ts";
import type { Database, DeploymentRow } from "../store/schema.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { raiseVersion, wakeEnvironment } from "./environment.ts";
import { actorOf, type Outcome } from "./outcome.ts";
import type { ServiceRef } from "./place.ts";
import { positionOf } from "./supersede-older.ts";
import { touchDeployment } from "./tell.ts";

/** `environment_id` of the row is locked by the caller. Throws where the row cannot come to this end. */
export async function endPending(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  row: DeploymentRow,
  event: "block" | "reject" | "expire" | "supersede" | "cancel",
  outcome: Outcome,
  verdict?: Verdict,
): Promise<DeploymentRow> {
  const now = bot.context.clock.now();
  const status = transition(row.status, event);
  if (status === undefined) throw new Error(`deployment ${row.id} cannot ${event} from ${row.status}`);
  const ended = await trx
    .updateTable("deployment")
    .set({
      status,
      outcome: JSON.stringify(outcome),
      ended_at: new Date(now),
      look_at: null,
      ask: Math.max(row.ask, 1),
      rejected_by_slack: row.rejected_by_slack,
      ...(verdict === undefined ? {} : { verdict: JSON.stringify(verdict) }),
      ...(outcome.code === "superseded" ? { superseded_by: outcome.by } : {}),
    })
    .where("id", "=", row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  bot.count(status);
  await raiseVersion(trx, row.environment_id);
  await audit(trx, {
    at: now,
    actor: actorOf(outcome),
    action: `deployment.${status}`,
    service: service.id,
    environment: row.environment_id,
    deployment: row.id,
    detail: { outcome },
  });
  await touchDeployment(trx, bot, service, ended, {
    key: `ended/${row.id}`,
    content: { code: "ended", status, outcome, ...optional("position", positionOf(row)) },
  });
  await wakeEnvironment(trx, bot.wake, row.environment_id, row.id);
  return ended;
}

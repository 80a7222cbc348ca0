/**
 * A reply in a deployment's thread. The first one of whoever rejected it is kept as the reason: on the message and in the
 * audit log. Nothing else that people write there means anything to the bot.
 */
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { messageAt } from "./note-reaction.ts";
import { loadServiceRef } from "./place.ts";
import { touchDeployment } from "./tell.ts";

export type ThreadReply = {
  readonly team: string;
  readonly channel: string;
  /** The ts of the message that began the thread. */
  readonly threadTs: string;
  readonly slackUser: string;
  readonly text: string;
};

/** As much as a message has room for. */
const mostLetters = 500;

export async function noteReply(bot: Bot, reply: ThreadReply): Promise<void> {
  const reason = reply.text.replace(/\s+/gu, " ").trim().slice(0, mostLetters).toWellFormed();
  if (reason === "") return;
  const message = await messageAt(bot, reply.team, reply.channel, reply.threadTs);
  if (message === undefined) return;
  await bot.db.transaction().execute(async (trx) => {
    const row = await trx
      .selectFrom("deployment")
      .selectAll()
      .where("id", "=", message.deployment)
      .where("status", "=", "rejected")
      .where("rejected_by_slack", "=", reply.slackUser)
      .forUpdate()
      .executeTakeFirst();
    // Told again, or said after the reason was given: the first stands.
    if (row?.outcome?.code !== "rejected" || row.outcome.reason !== undefined) return;
    const outcome = { ...row.outcome, reason };
    await trx
      .updateTable("deployment")
      .set({ outcome: JSON.stringify(outcome) })
      .where("id", "=", row.id)
      .execute();
    const environment = await trx
      .selectFrom("environment")
      .select("service_id")
      .where("id", "=", row.environment_id)
      .executeTakeFirstOrThrow();
    const service = await loadServiceRef(trx, environment.service_id);
    const where = { service: service.id, environment: row.environment_id, deployment: row.id };
    const at = bot.context.clock.now();
    await audit(trx, { at, actor: outcome.by, action: "approval.reason", ...where, detail: { reason } });
    await touchDeployment(trx, bot, service, row, {
      key: `rejection-reason-noted/${row.id}`,
      content: { code: "rejection-reason-noted", login: outcome.by },
    });
  });
  await bot.context.faults.at("approval.reason-noted");
}

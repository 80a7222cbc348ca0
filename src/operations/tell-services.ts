/** Says something in the channels of a repository's services, once in each. */
import type { Transaction } from "kysely";
import type { Database } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { serviceChannel } from "./place.ts";
import { say } from "./tell.ts";

export async function tellServices(
  trx: Transaction<Database>,
  bot: Bot,
  repository: number,
  key: string,
  content: Parameters<typeof say>[2]["content"],
): Promise<void> {
  const services = await trx
    .selectFrom("service")
    .select(["id", serviceChannel])
    .where("repository_id", "=", repository)
    .where("removed_at", "is", null)
    .execute();
  for (const channel of new Set(services.map((service) => service.channel))) {
    const service = services.find((candidate) => candidate.channel === channel);
    if (service === undefined) continue;
    await say(trx, bot, { key: `${key}/${service.id}`, content, channel, service: service.id });
  }
}

/**
 * Fetches what GitHub sent while the bot was down. GitHub never sends a failed delivery again by itself, but keeps a log
 * of the last days and sends again what it is asked to; a redelivery carries the same GUID, so the inbox knows it.
 * Asks only for what failed, is read at all, and is not stored already.
 */
import type { Context } from "../context.ts";
import type { GitHub } from "./client.ts";
import { isRead } from "./deliveries.ts";

/** Those of the keys (delivery GUIDs) that the inbox has. */
export type KnownDeliveries = (keys: readonly string[]) => Promise<ReadonlySet<string>>;

export type Recovered = {
  /** Deliveries that GitHub was asked to send again. */
  readonly asked: number;
  /** False when the log went on beyond what is looked through at once. */
  readonly complete: boolean;
};

/** 10,000 deliveries; what is older is met by the comparison at start. */
const mostPages = 100;
/** What failed so often is refused for a reason; asking on would repeat it at every start. */
const mostAttempts = 4;

type Logged = { readonly id: string; readonly guid: string; failed: boolean; attempts: number };

export async function recoverDeliveries(
  { context, github, knownDeliveries }: { context: Context; github: GitHub; knownDeliveries: KnownDeliveries },
  since: number,
): Promise<Recovered> {
  const { logged, complete } = await readLog(github, since);
  const failed = [...logged.values()].filter((delivery) => delivery.failed && delivery.attempts < mostAttempts);
  const known = await knownDeliveries(failed.map(({ guid }) => guid));
  const missing = failed.filter(({ guid }) => !known.has(guid));
  const app = await github.app();
  // The log is newest first; what happened first is asked for first.
  for (const { id } of missing.reverse()) {
    await app.request(`POST /app/hook/deliveries/${id}/attempts`);
    await context.faults.at("github.redelivery-asked");
  }
  return { asked: missing.length, complete };
}

/** One entry for each GUID: its newest attempt's id, and whether every attempt failed. */
async function readLog(github: GitHub, since: number) {
  const app = await github.app();
  const logged = new Map<string, Logged>();
  let pages = 0;
  for await (const page of app.paginate.iterator(app.rest.apps.listWebhookDeliveries, { per_page: 100 })) {
    for (const delivery of page.data) {
      if (Date.parse(delivery.delivered_at) < since) return { logged, complete: true };
      if (!isRead(delivery.event, delivery.action)) continue;
      const ok = delivery.status_code >= 200 && delivery.status_code < 300;
      const other = logged.get(delivery.guid);
      if (other === undefined) {
        // Ids pass what a JavaScript number can hold; Octokit then reads them as bigint.
        logged.set(delivery.guid, { id: String(delivery.id), guid: delivery.guid, failed: !ok, attempts: 1 });
      } else {
        other.failed &&= !ok;
        other.attempts += 1;
      }
    }
    pages += 1;
    if (pages === mostPages) return { logged, complete: false };
  }
  return { logged, complete: true };
}

/** Lets what carries the first stage out make ready what a deployment that waits will need, while people think. */
import { pendingStatuses } from "../policy/model.ts";
import { isPending } from "../policy/transitions.ts";
import type { DeploymentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import type { Place } from "./place.ts";

/** Each tree takes disk for as long as its deployment waits; with more of them the start makes its own. */
const aheadAtMost = 20;

/** To be called without a transaction, when a request was stored. Never fails, and decides nothing. */
export async function makeAhead(bot: Bot, place: Place, row: DeploymentRow): Promise<void> {
  const [first] = place.policy.deploy;
  const deployer = first && bot.deployers[first.deployer.kind];
  // A retry works in the tree of what it tries again.
  if (deployer?.makeAhead === undefined || !isPending(row.status) || row.retry_of !== null) return;
  const waiting = await bot.db
    .selectFrom("deployment")
    .select("id")
    .where("status", "in", [...pendingStatuses])
    .limit(aheadAtMost + 1)
    .execute();
  if (waiting.length > aheadAtMost) return;
  deployer.makeAhead({ checkout: row.id, repository: place.service.repository, sha: row.sha });
}

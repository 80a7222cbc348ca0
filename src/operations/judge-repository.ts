/** After the rules or the reach of the bot changed: whatever waits in a repository's services is judged anew. */
import type { Transaction } from "kysely";
import type { Database } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { wakeEnvironment } from "./environment.ts";
import { followPullRequests } from "./pull-request-gate.ts";

/** Also in services and environments that are no longer in force: what waits there ends, and says why. */
export async function judgeRepositories(
  trx: Transaction<Database>,
  bot: Bot,
  repositories: readonly number[],
): Promise<void> {
  if (repositories.length === 0) return;
  // Pull requests before what hangs on them, as everybody locks them: their rows are looked at below.
  await trx
    .selectFrom("pull_request")
    .select("number")
    .where("repository_id", "in", [...repositories])
    .where("state", "=", "open")
    .orderBy("repository_id")
    .orderBy("number")
    .forKeyShare()
    .execute();
  // A decision whose rules were read before this looks again.
  const moved = await trx
    .updateTable("environment")
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("service_id", "in", (eb) =>
      eb
        .selectFrom("service")
        .select("service.id")
        .where("service.repository_id", "in", [...repositories]),
    )
    .returning(["id", "position"])
    .execute();
  // Waking the first of a service wakes its later ones too.
  for (const { id, position } of moved) if (position === 0) await wakeEnvironment(trx, bot.wake, id);
  // Which environments follow the branches that open pull requests go into may have changed too.
  for (const repository of repositories) await followPullRequests(trx, bot.wake, repository);
}

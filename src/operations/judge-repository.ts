/** After the rules or the reach of the bot changed: whatever waits in a repository's services is judged anew. */
import type { Transaction } from "kysely";
import type { Database, EnvironmentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { lockEnvironments, raiseVersion, wakeEnvironments } from "./environment.ts";
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
  const rows = await lockEnvironmentsOf(trx, repositories);
  // A decision whose rules were read before this looks again.
  for (const { id } of rows) await raiseVersion(trx, id);
  await wakeEnvironments(
    trx,
    bot.wake,
    rows.map(({ id }) => id),
  );
  // Which environments follow the branches that open pull requests go into may have changed too.
  for (const repository of repositories) await followPullRequests(trx, bot.wake, repository);
}

/** Of all services of these repositories, also of those that are no longer in force. */
export async function lockEnvironmentsOf(
  trx: Transaction<Database>,
  repositories: readonly number[],
): Promise<readonly EnvironmentRow[]> {
  const rows = await trx
    .selectFrom("environment")
    .innerJoin("service", "service.id", "environment.service_id")
    .where("service.repository_id", "in", [...repositories])
    .select("environment.id")
    .execute();
  return await lockEnvironments(
    trx,
    rows.map(({ id }) => id),
  );
}

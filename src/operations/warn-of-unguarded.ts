/** Says in the services' channels, once for each branch, that a merge which was not ready went through. */
import type { Transaction } from "kysely";
import type { Database } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import type { FoundPullRequest, RepositoryRef } from "./ports.ts";
import { tellServices } from "./tell-services.ts";

export async function warnOfUnguarded(
  trx: Transaction<Database>,
  bot: Bot,
  repository: RepositoryRef,
  { number, baseRef }: FoundPullRequest,
): Promise<void> {
  const content = {
    code: "merged-unguarded",
    repository: repository.fullName,
    branch: baseRef,
    pullRequest: number,
  } as const;
  await tellServices(trx, bot, repository.id, `merged-unguarded/${repository.id}/${baseRef}`, content);
}

/** Marks what people see of a pull request: its check, its comment, the checks of merge queues, issues to be closed. */
import type { Transaction } from "kysely";
import type { NamedIssue, Readiness } from "../policy/pull-request.ts";
import { touch } from "../projections/touch.ts";
import type { Database } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import type { FoundPullRequest, RepositoryRef } from "./ports.ts";

export type Shown = {
  readonly number: number;
  readonly headSha: string;
  readonly readiness: Readiness;
  readonly before: Readiness | null | undefined;
};

export async function touchChecks(
  trx: Transaction<Database>,
  bot: Bot,
  repository: RepositoryRef,
  { number, headSha, readiness, before }: Shown,
): Promise<void> {
  const lane = `github/${repository.installationId}`;
  await touch(trx, bot.wake, { surface: "github.check", subject: `${repository.id}/${number}/${headSha}`, lane });
  // A pull request that was always in order gets no comment; one that got one has it edited until it is.
  const wasHeld = before !== undefined && before !== null && before.state !== "success";
  if (readiness.state !== "success" || wasHeld) {
    await touch(trx, bot.wake, { surface: "github.comment", subject: `${repository.id}/${number}`, lane });
  }
  const groups = await trx
    .selectFrom("merge_group")
    .select("head_sha")
    .where("repository_id", "=", repository.id)
    .where("pull_request", "=", number)
    .where("gone_at", "is", null)
    .execute();
  for (const group of groups) {
    const subject = `${repository.id}/${group.head_sha}`;
    await touch(trx, bot.wake, { surface: "github.merge-group-check", subject, lane });
  }
}

/** Issues that the merge does not close by itself are closed by the bot; the surface knows which those are. */
export async function touchIssues(
  trx: Transaction<Database>,
  bot: Bot,
  repository: RepositoryRef,
  told: FoundPullRequest,
  issues: readonly NamedIssue[],
): Promise<void> {
  const lane = `github/${repository.installationId}`;
  for (const issue of issues) {
    const elsewhere =
      told.baseRef !== repository.defaultBranch || issue.repository.toLowerCase() !== repository.fullName.toLowerCase();
    if (issue.state !== "open" || !elsewhere) continue;
    const subject = `${repository.id}/${told.number}/${issue.repository}/${issue.number}`;
    await touch(trx, bot.wake, { surface: "github.issue-closed", subject, lane });
  }
}

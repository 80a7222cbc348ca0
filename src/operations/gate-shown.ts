/**
 * Marks `signalbox/<environment>` for writing: on the head of the pull request, and on the heads of the merge queue's
 * groups that stand for it, since a rule that asks for the check asks for it there too.
 */
import type { Transaction } from "kysely";
import { projectionKey, touch } from "../projections/touch.ts";
import type { Database, PullRequestGateRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import type { RepositoryRef } from "./ports.ts";

type Gate = Pick<PullRequestGateRow, "repository_id" | "number" | "environment_id">;

const surface = "github.environment-check";

function subjectOf(gate: Gate, headSha: string): string {
  return `${gate.repository_id}/${gate.number}/${gate.environment_id}/${headSha}`;
}

/** Whether anything was ever to be said on this head. */
export async function isShown(trx: Transaction<Database>, gate: Gate, headSha: string): Promise<boolean> {
  const key = projectionKey(surface, subjectOf(gate, headSha));
  const row = await trx.selectFrom("projection").select("key").where("key", "=", key).executeTakeFirst();
  return row !== undefined;
}

export async function touchCheck(trx: Transaction<Database>, bot: Bot, gate: Gate, headSha: string): Promise<void> {
  const { installation_id } = await trx
    .selectFrom("repository")
    .select("installation_id")
    .where("id", "=", gate.repository_id)
    .executeTakeFirstOrThrow();
  const groups = await trx
    .selectFrom("merge_group")
    .select("head_sha")
    .where("repository_id", "=", gate.repository_id)
    .where("pull_request", "=", gate.number)
    .where("gone_at", "is", null)
    .execute();
  for (const head of [headSha, ...groups.map(({ head_sha }) => head_sha)]) {
    await touchOn(trx, bot, gate, head, installation_id);
  }
}

/** A group was asked about: what its pull request shows is to be shown on its head too. */
export async function touchChecksOfGroup(
  trx: Transaction<Database>,
  bot: Bot,
  repository: RepositoryRef,
  group: { readonly pullRequest: number; readonly headSha: string },
): Promise<void> {
  const gates = await trx
    .selectFrom("pull_request_gate as gate")
    .innerJoin("pull_request as pull", (on) =>
      on.onRef("pull.repository_id", "=", "gate.repository_id").onRef("pull.number", "=", "gate.number"),
    )
    .where("gate.repository_id", "=", repository.id)
    .where("gate.number", "=", group.pullRequest)
    .where("gate.ended", "is", null)
    .select(["gate.repository_id", "gate.number", "gate.environment_id", "pull.head_sha"])
    .orderBy("gate.environment_id")
    .execute();
  for (const gate of gates) {
    if (await isShown(trx, gate, gate.head_sha)) {
      await touchOn(trx, bot, gate, group.headSha, repository.installationId);
    }
  }
}

async function touchOn(
  trx: Transaction<Database>,
  bot: Bot,
  gate: Gate,
  headSha: string,
  installationId: number,
): Promise<void> {
  await touch(trx, bot.wake, { surface, subject: subjectOf(gate, headSha), lane: `github/${installationId}` });
}

/** Loads one deployment as people see it. Reads only; the faces render what this returns. */

import type { Kysely } from "kysely";
import { jsonArrayFrom } from "kysely/helpers/postgres";
import { optional } from "../optional.ts";
import { nameOnGitHub } from "../policy/environment-name.ts";
import { distinctLogins, hasLogin } from "../policy/logins.ts";
import type { AttemptRow, Database, DeploymentRow, EnvironmentRow } from "../store/schema.ts";
import { attemptFromJson, attemptsOf } from "./attempts-of.ts";
import { madeByStage } from "./made-by-stage.ts";
import { slackUserOf } from "./people.ts";
import { newerThan } from "./retry.ts";
import { attemptOf, plannedStages } from "./stages.ts";
import type { DeploymentView, LoadDeploymentView, StageView } from "./views.ts";

/** Of so many who may approve the users in Slack are looked up: more are not mentioned anyhow. */
const mostLookedUp = 20;

export const loadDeploymentView: LoadDeploymentView = async (db, deployment) => {
  const row = await db
    .selectFrom("deployment")
    .innerJoin("environment", "environment.id", "deployment.environment_id")
    .innerJoin("service", "service.id", "environment.service_id")
    .innerJoin("repository", "repository.id", "service.repository_id")
    .leftJoin("pipeline_file", "pipeline_file.id", "repository.pipeline_file_id")
    .where("deployment.id", "=", deployment)
    .selectAll("deployment")
    .select([
      "environment.name as environment_name",
      "environment.uncertain_deployment_id",
      "environment.live_deployment_id",
      "environment.demo_policy",
      "environment.removed_at",
      "service.name as service_name",
      "repository.full_name",
      "pipeline_file.pipeline",
    ])
    .select((eb) => [
      jsonArrayFrom(
        eb
          .selectFrom("approval")
          .select(["login", "answer", "at"])
          .whereRef("approval.deployment_id", "=", "deployment.id")
          .whereRef("approval.ask", "=", "deployment.ask")
          .orderBy("at"),
      ).as("approvals"),
      attemptsOf(db, deployment),
    ])
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { approvals } = row;
  const attempts = row.attempts.map(attemptFromJson);
  const voided = row.ask > 1 ? await voidedAsks(db, deployment, row.ask) : [];
  const policy =
    row.policy ??
    row.demo_policy ??
    row.pipeline?.services
      .find((service) => service.name === row.service_name)
      ?.environments.find((environment) => environment.name === row.environment_name);
  // An answer that does not count is told in the thread; shown here it would look as if it did.
  const reasons = (row.verdict?.gates ?? []).map(({ reason }) => reason);
  const counted = reasons.flatMap((reason) =>
    reason.code === "approvals.enough" ||
    reason.code === "approvals.missing" ||
    reason.code === "approvals.cannot-be-reached"
      ? reason.by
      : [],
  );
  const candidates = distinctLogins(
    reasons.flatMap((reason) => (reason.code === "approvals.missing" ? reason.candidates : [])),
  );
  const { pipeline } = row;
  const slackUser = async (login: string) =>
    pipeline === null ? undefined : await slackUserOf({ db }, pipeline, login);
  const mayApprove = candidates.map(async (login, at) => ({
    login,
    ...optional("slackUser", at < mostLookedUp ? await slackUser(login) : undefined),
  }));
  return {
    id: row.id,
    ask: row.ask,
    service: row.service_name,
    repository: row.full_name,
    ...optional("channel", row.channel),
    environment: row.environment_name,
    ...optional(
      "environmentOnGitHub",
      pipeline === null ? undefined : nameOnGitHub(pipeline, row.service_name, row.environment_name),
    ),
    ...optional("madeByStage", madeByStage(policy, attempts)),
    production: policy?.production ?? false,
    // Where a demo was seen, there is nothing to be seen any more.
    ...optional("environmentUrl", row.demo_policy !== null && isGone(row) ? undefined : policy?.url),
    ...(row.demo_policy === null ? {} : { demo: { gone: isGone(row) } }),
    kind: row.kind,
    hotfix: row.hotfix,
    status: row.status,
    revision: { sha: row.sha, tree: row.tree, ...optional("version", row.version) },
    ...optional("ref", row.ref),
    ...(row.previous_sha === null || row.previous_tree === null
      ? {}
      : { previous: { sha: row.previous_sha, tree: row.previous_tree, ...optional("version", row.previous_version) } }),
    ...optional("ships", row.ships),
    ...optional("verdict", row.verdict),
    ...optional("outcome", row.outcome),
    requestedBy: row.requested_by,
    ...optional("requestedBySlack", row.requested_by_slack ?? (await slackUser(row.requested_by))),
    requestedAt: row.requested_at.getTime(),
    ...optional("reason", row.reason),
    ...optional("mergedBy", row.merged_by),
    ...optional("pullRequest", row.pull_request),
    mayApprove: await Promise.all(mayApprove),
    approversNamed: policy?.approvals?.from ?? [],
    approvals: approvals.flatMap(({ login, answer, at }) =>
      answer === "reject" || (answer === "approve" && hasLogin(counted, login))
        ? [{ login, answer, at: Date.parse(at) }]
        : [],
    ),
    voided,
    stages: plannedStages(row).map((stage) => {
      const attempt = attemptOf(attempts, stage);
      const ended = row.ended_at !== null;
      return stageView(stage.definition.name, stage.phase, attempt, ended);
    }),
    ...optional("cancelBy", row.cancel_by),
    ...optional("startedAt", row.started_at?.getTime()),
    ...optional("endedAt", row.ended_at?.getTime()),
    ...optional("supersededBy", row.superseded_by),
    canRetry: await canRetry(db, row),
    leftUncertain: row.uncertain_deployment_id === row.id,
    settled: row.settled,
  };
};

/** A success that is no longer live has made room for another, or was destroyed. */
function isGone(row: Pick<DeploymentRow, "id" | "status"> & Pick<EnvironmentRow, "live_deployment_id" | "removed_at">) {
  return row.removed_at !== null || (row.status === "success" && row.live_deployment_id !== row.id);
}

async function canRetry(db: Kysely<Database>, row: DeploymentRow): Promise<boolean> {
  const failed = row.status === "failure" || row.status === "error";
  return failed && row.settled && row.kind !== "external" && (await newerThan(db, row)) === undefined;
}

function stageView(
  name: string,
  phase: "deploy" | "verify",
  attempt: AttemptRow | undefined,
  deploymentEnded: boolean,
): StageView {
  if (attempt === undefined) return { name, phase, state: deploymentEnded ? "skipped" : "pending" };
  return {
    name,
    phase,
    state: attempt.state === "ended" ? (attempt.outcome ?? "error") : "running",
    startedAt: (attempt.started_at ?? attempt.claimed_at).getTime(),
    ...optional("endedAt", attempt.ended_at?.getTime()),
    // How a success ended is no news, and its output is in its log.
    ...(attempt.outcome === "success" ? {} : optional("message", attempt.message)),
    ...optional("outputTail", attempt.output_tail),
    ...optional("logUrl", attempt.log_url),
  };
}

/** What the thread of each new ask says of the one before. */
async function voidedAsks(db: Kysely<Database>, deployment: number, ask: number): Promise<DeploymentView["voided"]> {
  const later = Array.from({ length: ask - 1 }, (_, before) => `asked-anew/${deployment}/${before + 2}`);
  const notes = await db.selectFrom("note").select(["key", "content"]).where("key", "in", later).execute();
  return notes.flatMap(({ key, content }) => {
    if (content.code !== "asked-anew") return [];
    const { code: _, ...changed } = content;
    return [{ ...changed, ask: Number(key.split("/").at(-1)) - 1 }];
  });
}

/**
 * Reviews as answers: an approving review by someone who may approve counts like a reaction, for what the reviewer saw:
 * what was live, the content of the reviewed commit, and the policy. Whether it counts is the policy's decision.
 */
import type { Kysely, Transaction } from "kysely";
import { askStands, mayBeApprover } from "../policy/gates/approvals.ts";
import { sameLogin } from "../policy/logins.ts";
import type { ApprovalFacts, Facts } from "../policy/model.ts";
import type { Database, DeploymentRow, EnvironmentRow } from "../store/schema.ts";
import type { Place } from "./place.ts";

/** The answers that stand on a pull request, for one environment, oldest first. */
export async function reviewsFor(
  db: Kysely<Database>,
  repository: number,
  number: number,
  environment: number,
): Promise<readonly ApprovalFacts[]> {
  const rows = await db
    .selectFrom("review")
    .leftJoin("review_ask", (join) =>
      join
        .onRef("review_ask.repository_id", "=", "review.repository_id")
        .onRef("review_ask.number", "=", "review.number")
        .onRef("review_ask.login", "=", "review.login")
        .on("review_ask.environment_id", "=", environment),
    )
    .where("review.repository_id", "=", repository)
    .where("review.number", "=", number)
    .select(["review.login", "review.answer", "review.at", "review_ask.from_sha", "review_ask.policy"])
    // One of an older version is bound to the whole tree.
    .select((eb) => eb.fn.coalesce("review_ask.tree", "review.tree").as("tree"))
    .orderBy("review.at")
    .orderBy("review.login")
    .execute();
  return rows.flatMap(({ login, answer, tree, at, from_sha, policy }) =>
    answer === "dismissed"
      ? []
      : [
          {
            login,
            person: login,
            answer,
            at: at.getTime(),
            via: "review" as const,
            // What was given when the check spoke of another environment was given to no policy of this one.
            ask: { from: from_sha ?? undefined, tree: tree ?? "", policy: policy ?? "" },
            bot: isBot(login),
            guest: false,
            stranger: false,
          },
        ],
  );
}

/** GitHub writes the logins of Apps so, and no person's login can hold brackets. */
export function isBot(login: string): boolean {
  return login.endsWith("[bot]");
}

/** Noes, and answers taken back, to the same by another face, which leaves the review on GitHub as it was. */
async function takenBackFor(db: Kysely<Database>, { environment_id, sha }: DeploymentRow) {
  return await db
    .selectFrom("approval")
    .innerJoin("deployment", "deployment.id", "approval.deployment_id")
    .where("deployment.environment_id", "=", environment_id)
    .where("deployment.sha", "=", sha)
    .where("approval.answer", "in", ["reject", "withdrawn"])
    .select(["approval.login", "approval.acted_at"])
    .execute();
}

/** Logins whose last word on the pull request that brought this was taken back. */
export async function dismissedFor(db: Kysely<Database>, { environment_id, sha }: DeploymentRow) {
  const rows = await db
    .selectFrom("environment")
    .innerJoin("service", "service.id", "environment.service_id")
    .innerJoin("pull_request", "pull_request.repository_id", "service.repository_id")
    .innerJoin("review", (join) =>
      join
        .onRef("review.repository_id", "=", "pull_request.repository_id")
        .onRef("review.number", "=", "pull_request.number"),
    )
    .where("environment.id", "=", environment_id)
    .where("pull_request.merge_sha", "=", sha)
    .where("review.answer", "=", "dismissed")
    .select("review.login")
    .execute();
  return rows.map(({ login }) => login);
}

/**
 * The deployment that a merge asks for begins with what was answered on the pull request, and so does what a person asks
 * for of the same. The environment's row is locked by the caller; resolves with the deployment as it then stands.
 */
export async function carryReviews(
  trx: Transaction<Database>,
  place: Place,
  environment: EnvironmentRow,
  row: DeploymentRow,
  facts: Facts,
): Promise<DeploymentRow> {
  const { branch } = place.policy;
  const stands = askStands(facts);
  if (branch === undefined || stands === undefined || row.kind === "rollback") return row;
  const repository = place.service.repository.id;
  const pull = await trx
    .selectFrom("pull_request")
    .select(["number", "merged_at"])
    .where("repository_id", "=", repository)
    .where("merge_sha", "=", row.sha)
    .where("base_ref", "=", branch)
    .executeTakeFirst();
  if (pull === undefined || pull.merged_at === null) return row;
  // To what is asked for later goes only what still stands then.
  const until = row.kind === "merge" ? pull.merged_at.getTime() : facts.now;
  const takenBack = await takenBackFor(trx, row);
  const answers = (await reviewsFor(trx, repository, pull.number, environment.id)).filter(
    ({ login, at }) =>
      mayBeApprover(facts, login ?? "") &&
      at + stands > until &&
      !takenBack.some((one) => sameLogin(one.login, login) && one.acted_at.getTime() > at),
  );
  if (answers.length === 0) return row;
  await trx
    .insertInto("approval")
    .values(
      // The last first: of what one person said under a login in different letters, that stands.
      answers.toReversed().map(({ person, answer, at, ask, bot }) => ({
        deployment_id: row.id,
        ask: 1,
        login: person,
        answer,
        via: "review" as const,
        slack_user: null,
        slack_team: null,
        bot,
        at: new Date(at),
        acted_at: new Date(at),
        from_sha: ask.from ?? null,
        tree: ask.tree,
        policy: ask.policy,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  // The first ask is put up here, so that the answers stand on it when it is judged.
  return await trx
    .updateTable("deployment")
    .set({ ask: 1, asked_at: new Date(facts.now), ask_from: environment.live_sha, ask_policy: place.policyHash })
    .where("id", "=", row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/**
 * A review on a pull request into an environment's branch. Kept is each reviewer's last word with what it was given to;
 * the check on the pull request, and a deployment that already waits for the merge, are judged anew. What the review
 * counts for is the policy's decision.
 */
import type { Kysely, Transaction } from "kysely";
import { optional } from "../optional.ts";
import { mayBeApprover } from "../policy/gates/approvals.ts";
import { pendingStatuses } from "../policy/model.ts";
import type { Database, EnvironmentRow, PullRequestRow } from "../store/schema.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { changeApproval } from "./change-approval.ts";
import { contentAt, whose } from "./content.ts";
import { peopleOf, readMemberships } from "./membership.ts";
import type { Place } from "./place.ts";
import type { RepositoryRef } from "./ports.ts";
import { followersOf, raise } from "./pull-request-gate.ts";
import { isBot } from "./reviews.ts";
import { seePullRequest, storedPullRequest } from "./see-pull-request.ts";

export type Review = {
  readonly number: number;
  readonly reviewId: number;
  readonly login: string;
  /** A dismissed review counts for nothing; one that only comments is no answer and is not told. */
  readonly state: "approved" | "changes-requested" | "dismissed";
  readonly commitSha: string;
  /** When it was submitted, by GitHub's clock, in whole seconds. */
  readonly at: number;
};

const answers = { approved: "approve", "changes-requested": "reject", dismissed: "dismissed" } as const;

/** GitHub cuts its times to whole seconds. */
const secondMs = 1_000;

export async function seeReview(bot: Bot, repository: RepositoryRef, review: Review): Promise<void> {
  const pull = await knownPullRequest(bot, repository, review.number);
  if (pull === undefined) return;
  const followers = await followersOf(bot.db, repository.id, pull.base_ref);
  // What is taken back is taken back, whoever its reviewer may be by now.
  const isTakenBack = review.state === "dismissed";
  const places: Place[] = [];
  for (const place of followers) {
    if (isTakenBack || (await isApprover(bot, place, review.login))) places.push(place);
  }
  if (places.length === 0 && !isTakenBack) return;
  // What was taken back speaks of nothing any more, and its commit may be gone.
  const tree = isTakenBack ? "" : await bot.github.tree(repository, review.commitSha);
  const given: Given[] = [];
  for (const place of places) {
    const content = isTakenBack ? "" : await contentAt(bot, whose(place), { sha: review.commitSha, tree });
    given.push({ place, tree: content });
  }
  await bot.context.faults.at("review.gathered");
  const stored = await bot.db.transaction().execute(async (trx) => {
    if (!(await store(trx, repository, review, tree))) return false;
    for (const one of given) await storeAsk(trx, repository, review, one);
    await audit(trx, {
      at: bot.context.clock.now(),
      actor: review.login,
      action: `review.${answers[review.state]}`,
      ...optional("service", places[0]?.service.id),
      detail: { repository: repository.id, number: review.number, sha: review.commitSha },
    });
    await raise(trx, bot.wake, repository.id, review.number);
    return true;
  });
  await bot.context.faults.at("review.committed");
  // Told again after a crash, what it means to a deployment that waits is still to be written.
  if (stored || (await isLastWord(bot, repository, review))) {
    for (const one of given) await answerDeployments(bot, repository, one.place, review, one.tree);
  }
}

/** What a review was given to in one environment. */
type Given = { readonly place: Place; readonly tree: string };

async function knownPullRequest(
  bot: Bot,
  repository: RepositoryRef,
  number: number,
): Promise<PullRequestRow | undefined> {
  const stored = await storedPullRequest(bot, repository.id, number);
  if (stored !== undefined) return stored;
  const found = await bot.github.pullRequest(repository, number);
  if (found === undefined) return undefined;
  await seePullRequest(bot, repository, found);
  return await storedPullRequest(bot, repository.id, number);
}

/** Anybody may review; only the answers of people who may approve are kept. */
async function isApprover(bot: Bot, place: Place, login: string): Promise<boolean> {
  return mayBeApprover(peopleOf(place, await readMemberships(bot, place)), login);
}

/** Invariant: a reviewer's newest word stands, in whatever order they are told; a dismissal is the last of its review. */
async function store(
  trx: Transaction<Database>,
  repository: RepositoryRef,
  review: Review,
  tree: string,
): Promise<boolean> {
  const values = {
    review_id: review.reviewId,
    answer: answers[review.state],
    commit_sha: review.commitSha,
    tree,
    at: new Date(review.at),
  };
  const row = await trx
    .insertInto("review")
    .values({ repository_id: repository.id, number: review.number, login: review.login, ...values })
    .onConflict((conflict) =>
      conflict
        .columns(["repository_id", "number", "login"])
        .doUpdateSet(values)
        .where((eb) =>
          eb.or([
            eb("review.at", "<", values.at),
            eb.and([eb("review.at", "=", values.at), eb("review.review_id", "<", values.review_id)]),
            eb.and([
              eb("review.review_id", "=", values.review_id),
              eb("review.answer", "!=", "dismissed"),
              eb("review.answer", "!=", values.answer),
            ]),
          ]),
        ),
    )
    .returning("review_id")
    .executeTakeFirst();
  return row !== undefined;
}

async function storeAsk(
  trx: Transaction<Database>,
  repository: RepositoryRef,
  review: Review,
  { place, tree }: Given,
): Promise<void> {
  const values = { from_sha: await liveAt(trx, place.environment, review.at), policy: place.policyHash, tree };
  const key = { repository_id: repository.id, number: review.number, login: review.login };
  await trx
    .insertInto("review_ask")
    .values({ ...key, environment_id: place.environment.id, ...values })
    .onConflict((conflict) =>
      conflict.columns(["repository_id", "number", "login", "environment_id"]).doUpdateSet(values),
    )
    .execute();
}

/** What was live when the review was given: it may be told only after something else has gone live. */
async function liveAt(db: Kysely<Database>, environment: EnvironmentRow, at: number): Promise<string | null> {
  const { live_since: since, live_sha: live, live_deployment_id: deployment } = environment;
  if (since === null || deployment === null || since.getTime() < at + secondMs) return live;
  const before = await db
    .selectFrom("deployment")
    .select("previous_sha")
    .where("id", "=", deployment)
    .executeTakeFirst();
  return before?.previous_sha ?? null;
}

async function isLastWord(bot: Bot, repository: RepositoryRef, review: Review): Promise<boolean> {
  const row = await bot.db
    .selectFrom("review")
    .select(["review_id", "answer"])
    .where("repository_id", "=", repository.id)
    .where("number", "=", review.number)
    .where("login", "=", review.login)
    .executeTakeFirst();
  return row?.review_id === review.reviewId && row.answer === answers[review.state];
}

/** Merged early, it may be reviewed while the deployment waits; taking a review back takes its answer away there too. */
async function answerDeployments(
  bot: Bot,
  repository: RepositoryRef,
  place: Place,
  review: Review,
  tree: string,
): Promise<void> {
  const waiting = await bot.db
    .selectFrom("deployment")
    .innerJoin("pull_request", "pull_request.merge_sha", "deployment.sha")
    .where("pull_request.repository_id", "=", repository.id)
    .where("pull_request.number", "=", review.number)
    .where("deployment.environment_id", "=", place.environment.id)
    .where("deployment.status", "in", [...pendingStatuses])
    .where("deployment.kind", "!=", "rollback")
    .select(["deployment.id", "deployment.ask"])
    .execute();
  const from = (await liveAt(bot.db, place.environment, review.at)) ?? undefined;
  const { login } = review;
  const answerer = {
    login,
    via: "review" as const,
    bot: isBot(login),
    guest: false,
    stranger: false,
    actedAt: review.at,
    gave: { from, tree, policy: place.policyHash },
  };
  const answer = review.state === "dismissed" ? undefined : answers[review.state];
  for (const { id, ask } of waiting) await changeApproval(bot, place, id, ask, answerer, answer);
}

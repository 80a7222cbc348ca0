/**
 * Puts the complete snapshot together that a decision is made from: what was gathered outside, and what the tables hold,
 * read under the environment's lock. Decides nothing.
 */
import type { Kysely, Transaction } from "kysely";
import { optional } from "../optional.ts";
import type {
  BeforeFacts,
  EnvironmentFacts,
  Facts,
  FreezeFacts,
  QuarantineFacts,
  QueueEntry,
} from "../policy/model.ts";
import { pendingStatuses } from "../policy/model.ts";
import type { Database, DeploymentRow, EnvironmentRow } from "../store/schema.ts";
import { approvalFacts } from "./answers.ts";
import { beforeFacts, liveOf, uncertainOf } from "./before-facts.ts";
import type { Bot } from "./bot.ts";
import { standingFreeze } from "./freezes.ts";
import type { Outside } from "./gather-outside.ts";
import { peopleFacts } from "./membership.ts";
import { notGranted } from "./not-granted.ts";
import { aboutToBeUndone } from "./on-failure.ts";
import { everyLoginOf } from "./people.ts";
import { type Place, policyInForce } from "./place.ts";
import { migrationsTakenBack, quarantineFacts } from "./quarantine-facts.ts";
import type { Subject } from "./subject.ts";

/** What the tables say of an environment and of this content there, whoever asks for it. */
export type FoundFacts = {
  readonly freeze: FreezeFacts | undefined;
  readonly slot: EnvironmentFacts["slot"] | undefined;
  readonly undoing: number | undefined;
  /** Oldest first; with the subject, when that is stored. */
  readonly pending: readonly DeploymentRow[];
  readonly before: BeforeFacts | undefined;
  /** By the policy under which what is live was deployed. */
  readonly earlierBefore: BeforeFacts | undefined;
  readonly quarantine: QuarantineFacts | undefined;
};

/**
 * `environment` is the row as read under its lock. Until that ends, nothing of this moves but the line, and only by whoever
 * holds the lock; what is said of other environments they do not hold still for, however often it is read.
 */
export async function findFacts(
  trx: Transaction<Database>,
  bot: Bot,
  place: Place,
  environment: EnvironmentRow,
  subject: Subject,
  { promoted }: Outside,
): Promise<FoundFacts> {
  const { policy, earlier } = place;
  const { tree } = subject.revision;
  return {
    freeze: await standingFreeze(trx, environment.id, bot.context.clock.now()),
    slot: await slotFacts(trx, environment, subject),
    undoing: await aboutToBeUndone(trx, environment),
    pending: await pendingOf(trx, environment.id),
    before: await beforeFacts(trx, place, policy.after, tree, promoted),
    earlierBefore: await beforeFacts(trx, place, earlier?.environment.after, tree, promoted),
    quarantine: await quarantineFacts(trx, environment, subject),
  };
}

/** Reads the rest and puts the facts together. `environment` is the row as read under its lock. */
export async function assembleFacts(
  trx: Transaction<Database>,
  bot: Bot,
  place: Place,
  environment: EnvironmentRow,
  subject: Subject,
  outside: Outside,
  known?: FoundFacts,
): Promise<Facts> {
  const { policy, service, earlier } = place;
  const found = known ?? (await findFacts(trx, bot, place, environment, subject, outside));
  const now = bot.context.clock.now();
  return {
    now,
    service: service.name,
    repository: service.repository.fullName,
    policy,
    policyHash: place.policyHash,
    environment: environmentFacts(environment, subject, outside, found, now),
    ...optional("before", found.before),
    revision: {
      ...subject.revision,
      ...optional("ref", subject.ref),
      inRepository: subject.inRepository,
      ...optional("comparedToLive", outside.comparedToLive?.comparison),
      checks: outside.checks,
      authors: (outside.comparedToLive ?? outside.takenBack)?.authors ?? [],
      mergers: outside.mergers,
      ...optional("quarantine", found.quarantine),
    },
    request: {
      kind: subject.kind,
      typed: subject.typed,
      requestedBy: subject.requestedBy,
      ...optional("requestedAlsoAs", await askerLogins(trx, place, subject)),
      requestedAt: subject.requestedAt,
      permission: outside.permission,
      ...optional("mergedBy", subject.mergedBy),
      ...optional("readyWhenMerged", subject.readyWhenMerged),
      ...optional("pullRequest", subject.pullRequest),
      ...optional("offered", subject.offered),
      ...optional("unmerged", subject.unmerged),
      ...optional("fixConfirmedBy", subject.fixConfirmedBy),
      ...optional("rollbackTarget", subject.rollbackTarget),
      ...optional("migrations", migrationsTakenBack(policy, subject)),
      ...optional("migrationsConfirmedBy", subject.migrationsConfirmedBy),
      ...optional("hotfix", subject.hotfix),
      ...optional("scheduled", subject.scheduled),
      ...optional("retryOf", subject.retryOf),
      ...(subject.kind === "external"
        ? {}
        : { notGranted: notGranted(bot.operator, service.repository.fullName, policy) }),
    },
    ...optional("askedAt", subject.asked?.at),
    approvals: await approvalFacts(trx, service, subject, outside.people),
    ...peopleFacts(policyInForce(place), outside.memberships),
    ...(earlier === undefined
      ? {}
      : {
          earlier: {
            policy: earlier.environment,
            ...optional("before", found.earlierBefore),
            ...peopleFacts(earlier, outside.memberships),
          },
        }),
  };
}

/** Whoever links another login, or has another name on GitHub by now, is still who asked. */
async function askerLogins(trx: Transaction<Database>, { policy, earlier, service }: Place, subject: Subject) {
  const { requestedBySlack: asker } = subject;
  const needed = policy.approvals !== undefined || earlier?.environment.approvals !== undefined;
  return asker === undefined || !needed ? undefined : await everyLoginOf({ db: trx }, service.pipeline, asker);
}

function environmentFacts(
  row: EnvironmentRow,
  subject: Subject,
  outside: Outside,
  found: FoundFacts,
  now: number,
): EnvironmentFacts {
  return {
    name: row.name,
    ...optional("live", liveOf(row)),
    ...optional("uncertain", uncertainOf(row)),
    ...(row.lock_by === null || row.lock_at === null
      ? {}
      : {
          lock: {
            by: row.lock_by,
            reason: row.lock_reason ?? "",
            at: row.lock_at.getTime(),
            ...optional("until", row.lock_until?.getTime()),
          },
        }),
    ...optional("freeze", found.freeze !== undefined && found.freeze.until > now ? found.freeze : undefined),
    ...(row.hold_deployment_id === null || row.hold_bad_sha === null || row.hold_bad_tree === null
      ? {}
      : {
          hold: {
            rollback: row.hold_deployment_id,
            bad: { sha: row.hold_bad_sha, tree: row.hold_bad_tree },
            since: row.hold_since?.getTime() ?? 0,
            comparedToBad: outside.comparedToBad ?? "unknown",
          },
        }),
    ...optional("slot", found.slot),
    ...optional("undoing", found.undoing),
    queue: queueFacts(found.pending, subject),
  };
}

async function slotFacts(trx: Transaction<Database>, row: EnvironmentRow, subject: Subject) {
  if (row.slot_deployment_id === null || row.slot_deployment_id === subject.deployment) return undefined;
  const holder = await trx
    .selectFrom("deployment")
    .select(["id", "status", "settled"])
    .where("id", "=", row.slot_deployment_id)
    .executeTakeFirst();
  return holder && { deployment: holder.id, status: holder.status, proven: holder.settled };
}

function queueFacts(pending: readonly DeploymentRow[], subject: Subject): readonly QueueEntry[] {
  return pending
    .filter((other) => other.id !== subject.deployment)
    .map((other) => ({
      deployment: other.id,
      kind: other.kind,
      status: other.status,
      sha: other.sha,
      requestedBy: other.requested_by,
      requestedAt: other.requested_at.getTime(),
      ready: other.status === "queued",
    }));
}

/** Deployments of an environment that have not started, oldest first. */
export async function pendingOf(db: Kysely<Database>, environment: number): Promise<readonly DeploymentRow[]> {
  return await db
    .selectFrom("deployment")
    .selectAll()
    .where("environment_id", "=", environment)
    .where("status", "in", [...pendingStatuses])
    .orderBy("id")
    .execute();
}

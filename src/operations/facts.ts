/**
 * Gathers the complete snapshot that a decision is made from. What comes from outside (GitHub) is fetched first and
 * without a transaction; what the tables hold is read under the environment's lock. Decides nothing.
 */
import type { Kysely, Transaction } from "kysely";
import { optional } from "../optional.ts";
import type { Memberships } from "../policy/groups.ts";
import type {
  CheckFacts,
  Comparison,
  EnvironmentFacts,
  Facts,
  OfferedBecause,
  Permission,
  QueueEntry,
  RequestKind,
  Revision,
} from "../policy/model.ts";
import { pendingStatuses } from "../policy/model.ts";
import type { Database, DeploymentRow, EnvironmentRow } from "../store/schema.ts";
import { approvalFacts, givenTo, hasAnswerers, mayBeEnough, readAnswerers } from "./answers.ts";
import { beforeFacts, liveOf, uncertainOf } from "./before-facts.ts";
import type { Bot } from "./bot.ts";
import { standingFreeze } from "./freezes.ts";
import { namesElsewhere, peopleFacts, readMemberships } from "./membership.ts";
import { mergersOf } from "./mergers.ts";
import { notGranted } from "./not-granted.ts";
import { aboutToBeUndone } from "./on-failure.ts";
import { type Place, policyInForce } from "./place.ts";
import type { ComparedRevisions, SlackPerson } from "./ports.ts";
import { type Promoted, promotedBy } from "./promotions.ts";
import { migrationsTakenBack, quarantineFacts } from "./quarantine-facts.ts";
import type { Ships } from "./ships.ts";

/** What is judged: a stored deployment that has not started, or a request that is not stored (yet). */
export type Subject = {
  readonly deployment?: number;
  readonly kind: RequestKind;
  readonly typed: boolean;
  readonly revision: Revision;
  readonly ref?: string;
  readonly inRepository: boolean;
  readonly requestedBy: string;
  readonly requestedAt: number;
  readonly mergedBy?: string;
  readonly readyWhenMerged?: boolean;
  readonly pullRequest?: number;
  readonly fixConfirmedBy?: string;
  readonly hotfix?: boolean;
  readonly retryOf?: number;
  /** The environment's schedule asks, and no person. */
  readonly scheduled?: boolean;
  readonly offered?: OfferedBecause;
  /** An open pull request, judged as if it were merged now. */
  readonly unmerged?: boolean;
  readonly rollbackTarget?: "previous" | "older";
  /** For a rollback: the revision that it takes back, and what lies between. */
  readonly undoes?: string;
  readonly ships?: Ships;
  readonly migrationsConfirmedBy?: string;
  /** Signalbox asks for it. */
  readonly byItself?: boolean;
  readonly ask: number;
  readonly asked?: { readonly from: string | undefined; readonly policy: string; readonly at: number };
};

/** What GitHub said, and what it was asked about: it serves only while that is still so. */
export type Outside = {
  readonly live: string | null;
  readonly bad: string | null;
  /** What a rollback takes back, where that is not what is live. */
  readonly undoes: string | undefined;
  readonly permission: Permission;
  readonly comparedToLive: ComparedRevisions | undefined;
  /** For a rollback: what lies between its target and what is live, which it takes back. */
  readonly takenBack: ComparedRevisions | undefined;
  readonly comparedToBad: Comparison | undefined;
  readonly checks: readonly CheckFacts[];
  /** Who merged what lies between what is live and this. */
  readonly mergers: readonly string[];
  /** For a pull request that promotes: what it brings, and what of it was live in the environment before. */
  readonly promoted?: Promoted | undefined;
  readonly memberships: Memberships;
  /** Those who have answered in Slack, as it says now; only for a decision that has to be `fresh`. */
  readonly people: ReadonlyMap<string, SlackPerson>;
  /** Nothing of who may ask and approve is remembered from before: it was asked for this very decision. */
  readonly fresh: boolean;
};

/**
 * With `mayStart`, and once there may be enough answers, nothing is remembered of who may ask and approve: the decision
 * would only find that it has to ask anew.
 */
export async function gatherOutside(bot: Bot, place: Place, subject: Subject, mayStart = false): Promise<Outside> {
  const { repository } = place.service;
  const { live_sha: live, hold_bad_sha: bad } = place.environment;
  const sha = subject.revision.sha;
  // A rollback passes order and checks, and whoever merged or ran a workflow could push: neither needs to be asked about.
  const checked = place.policy.checks.length + (place.earlier?.environment.checks.length ?? 0);
  const isRollback = subject.kind === "rollback";
  // A demo is compared with nothing before it is destroyed, and the branch may be gone by then.
  const isCompared = !isRollback && subject.kind !== "destroy";
  const asksChecks = checked > 0 && isCompared;
  const { undoes } = subject;
  const undone = undoes ?? live;
  const byItself = subject.scheduled === true || subject.byItself === true;
  const isAsked = subject.kind !== "merge" && subject.kind !== "external" && !byItself;
  const given = await givenTo(bot.db, subject);
  const anew = mayStart && mayBeEnough(given, place.policy.approvals);
  const [permission, comparedToLive, takenBack, comparedToBad, checks, memberships, promoted, people] =
    await Promise.all([
      isAsked ? bot.github.permission(repository, subject.requestedBy) : Promise.resolve<Permission>("write"),
      live === null || !isCompared ? undefined : live === sha ? identical : bot.github.compare(repository, live, sha),
      undone === null || !isRollback
        ? undefined
        : undone === sha
          ? identical
          : bot.github.compare(repository, sha, undone),
      bad === null || !isCompared
        ? undefined
        : bot.github.compare(repository, bad, sha).then((compared) => compared.comparison),
      asksChecks ? bot.github.checks(repository, sha) : [],
      readMemberships(bot, place, anew),
      promotedBy(bot, place, subject.pullRequest),
      anew ? readAnswerers(bot, given) : new Map<string, SlackPerson>(),
    ]);
  const mergers = await mergersOf(bot.db, repository.id, (comparedToLive ?? takenBack)?.shas ?? [sha]);
  const outside = { live, bad, undoes, permission, comparedToLive, takenBack, comparedToBad, checks, mergers };
  const fresh = anew || (!namesElsewhere(place) && !hasAnswerers(given));
  return { ...outside, promoted, memberships, people, fresh };
}

/** The same, with nothing remembered of who may ask and approve; it serves only for what it was gathered for. */
export async function freshen(bot: Bot, place: Place, subject: Subject, outside: Outside): Promise<Outside> {
  const given = await givenTo(bot.db, subject);
  const [memberships, people] = await Promise.all([readMemberships(bot, place, true), readAnswerers(bot, given)]);
  return { ...outside, memberships, people, fresh: true };
}

const identical: ComparedRevisions = { comparison: "identical", commits: 0, shas: [], authors: [] };

/** Reads the rest and puts the facts together. `environment` is the row as read under its lock. */
export async function assembleFacts(
  trx: Transaction<Database>,
  bot: Bot,
  place: Place,
  environment: EnvironmentRow,
  subject: Subject,
  outside: Outside,
): Promise<Facts> {
  const { policy, service, earlier } = place;
  const now = bot.context.clock.now();
  return {
    now,
    service: service.name,
    repository: service.repository.fullName,
    policy,
    policyHash: place.policyHash,
    environment: await environmentFacts(trx, environment, subject, outside, now),
    ...optional("before", await beforeFacts(trx, place, policy.after, subject.revision.tree, outside.promoted)),
    revision: {
      ...subject.revision,
      ...optional("ref", subject.ref),
      inRepository: subject.inRepository,
      ...optional("comparedToLive", outside.comparedToLive?.comparison),
      checks: outside.checks,
      authors: (outside.comparedToLive ?? outside.takenBack)?.authors ?? [],
      mergers: outside.mergers,
      ...optional("quarantine", await quarantineFacts(trx, environment, subject)),
    },
    request: {
      kind: subject.kind,
      typed: subject.typed,
      requestedBy: subject.requestedBy,
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
            ...optional(
              "before",
              await beforeFacts(trx, place, earlier.environment.after, subject.revision.tree, outside.promoted),
            ),
            ...peopleFacts(earlier, outside.memberships),
          },
        }),
  };
}

async function environmentFacts(
  trx: Transaction<Database>,
  row: EnvironmentRow,
  subject: Subject,
  outside: Outside,
  now: number,
): Promise<EnvironmentFacts> {
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
    ...optional("freeze", await standingFreeze(trx, row.id, now)),
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
    ...optional("slot", await slotFacts(trx, row, subject)),
    ...optional("undoing", await aboutToBeUndone(trx, row)),
    queue: await queueFacts(trx, row, subject),
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

async function queueFacts(
  trx: Transaction<Database>,
  row: EnvironmentRow,
  subject: Subject,
): Promise<readonly QueueEntry[]> {
  const pending = await pendingOf(trx, row.id);
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

/** A stored deployment as the subject of a decision. */
export function subjectOf(row: DeploymentRow): Subject {
  return {
    deployment: row.id,
    kind: row.kind,
    typed: row.typed,
    revision: { sha: row.sha, tree: row.tree, ...optional("version", row.version) },
    ...optional("ref", row.ref),
    // Only revisions of the repository itself are ever stored.
    inRepository: true,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at.getTime(),
    ...optional("mergedBy", row.merged_by),
    ...optional("readyWhenMerged", row.ready_when_merged),
    ...optional("pullRequest", row.pull_request),
    ...optional("fixConfirmedBy", row.fix_confirmed_by),
    ...(row.hotfix ? { hotfix: true } : {}),
    ...optional("retryOf", row.retry_of),
    ...(row.scheduled ? { scheduled: true } : {}),
    ...(row.offered_at === null ? {} : { offered: row.offered_because ?? "unlock" }),
    ...optional("rollbackTarget", row.rollback_target),
    ...optional("undoes", row.undoes_sha),
    ...optional("ships", row.kind === "rollback" ? row.ships : undefined),
    ...optional("migrationsConfirmedBy", row.migrations_confirmed_by),
    ...(row.by_itself ? { byItself: true } : {}),
    ask: row.ask,
    ...(row.asked_at === null
      ? {}
      : {
          asked: { from: row.ask_from ?? undefined, policy: row.ask_policy ?? "", at: row.asked_at.getTime() },
        }),
  };
}

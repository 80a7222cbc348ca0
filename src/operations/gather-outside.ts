/** What a decision has to know of GitHub and Slack: fetched first, and without a transaction. Decides nothing. */
import type { Memberships } from "../policy/groups.ts";
import type { CheckFacts, Comparison, Permission } from "../policy/model.ts";
import { givenTo, hasAnswerers, mayBeEnough, readAnswerers } from "./answers.ts";
import type { Bot } from "./bot.ts";
import { namesElsewhere, readMemberships } from "./membership.ts";
import { mergersOf } from "./mergers.ts";
import type { Place } from "./place.ts";
import type { ComparedRevisions, SlackPerson } from "./ports.ts";
import { type Promoted, promotedBy } from "./promotions.ts";
import type { Subject } from "./subject.ts";

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

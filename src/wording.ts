/**
 * Codes → sentences: why a gate gave its result; `wording/` has the rest. Plain English
 * without markup, the same on every face; each face escapes it. It must never decide anything, and every switch is
 * exhaustive, so that a new code does not compile without its sentence.
 */
import type { GateResult, Instant, OfferedBecause } from "./policy/model.ts";
import type { Reason } from "./policy/reasons.ts";
import { groupsInWords, unreachableReason } from "./wording/approvals.ts";
import { clearing } from "./wording/clearing.ts";
import { ageInWords, because, checksInWords, count, listInWords, shortSha, timeInWords } from "./wording/phrases.ts";
import { migrationsInWords } from "./wording/rollbacks.ts";
import { timingInWords } from "./wording/timing.ts";

/** With `now`, ages are told (“2 hours ago”). A message that stands for long is rendered without: ages would go stale. */
export type WordingContext = { readonly now?: Instant };

function since(at: Instant, { now }: WordingContext): string {
  return now === undefined ? `since ${timeInWords(at)}` : `since ${timeInWords(at)} (${ageInWords(at, now)})`;
}

function approved(by: readonly string[]): string {
  return by.length === 0 ? "nobody has approved yet" : `${listInWords(by)} approved`;
}

const offers: Readonly<Record<OfferedBecause, string>> = {
  unlock: "The environment was unlocked while this waited.",
  auto: "This environment deploys nothing by itself.",
  branch: "The branch that this came from no longer holds it.",
};

function why(reason: Reason, context: WordingContext): string {
  switch (reason.code) {
    case "access.scheduled":
      return "The environment's schedule asks for it.";
    case "access.ok":
      return "Whoever asked may ask for this.";
    case "access.by-merging":
      return reason.who.length === 0
        ? "Merging this asks for it."
        : `Merging this asks for it, which only ${listInWords(reason.who)} may do for this environment.`;
    case "access.not-in-repository":
      return `${shortSha(reason.sha)} is on no branch or tag of the repository itself, so it cannot be deployed. Push it to a branch of the repository first.`;
    case "access.no-permission":
      return reason.permission === "none"
        ? `${reason.login} has no access to the repository on GitHub; asking needs permission to push.`
        : `${reason.login} has only ${reason.permission} permission on the repository on GitHub; asking needs permission to push.`;
    case "access.membership-unknown":
      return `It could not be read who is in ${groupsInWords(reason.groups)}, so nobody knows whether ${reason.login} may ask for this environment.`;
    case "access.not-in-who":
      return `${reason.login} is not among those who may ask for this environment (${listInWords(reason.who)}).`;
    case "access.no-hotfixes":
      return "This environment takes no hotfixes: “hotfix” in the pipeline file names nobody who may ask for one.";
    case "access.not-in-hotfix":
      return `${reason.login} is not among those who may ask for a hotfix (${listInWords(reason.from)}).`;
    case "access.commands-not-allowed":
      return `The operator does not let ${reason.repository} run commands, and this environment needs one. Add it to “commands” in operator.yml.`;
    case "access.secrets-not-granted":
      return `The operator has not granted ${reason.repository} ${reason.names.length === 1 ? "the secret" : "the secrets"} ${listInWords(reason.names)}, which this environment needs. Add it to “secrets” in operator.yml.`;
    case "access.pins-not-allowed":
      return `The operator does not let ${reason.repository} pin into ${reason.into}, and this environment needs it. Add it to “pins” in operator.yml.`;
    case "ready.ok":
      return "The pull request was ready when it was merged.";
    case "ready.not-a-merge":
      return "No merge of a pull request asks for this, so none has to be ready.";
    case "ready.merged-while-not-ready":
      return `${reason.pullRequest === 0 ? "This" : `Pull request #${reason.pullRequest}`} was merged while it was not ready, so it is not deployed by itself.`;
    case "ready.offered":
      return `${offers[reason.because]} It is offered, and starts when a person asks for it.`;
    case "ready.confirm-migrations":
      return `This goes back over ${migrationsInWords(reason.migrations)}, which a rollback does not undo. A person has to confirm it, by the button or by asking for it once more.`;
    case "ready.migrations-confirmed":
      return `${reason.by} confirmed to go back although migrations lie in between.`;
    case "ready.may-be-merged":
      return "The pull request is ready to be merged.";
    case "ready.not-ready-yet":
      return "The pull request is not ready; merged as it is, it would wait until a person asks for it.";
    case "lock.free":
      return "Nobody holds a lock.";
    case "lock.held": {
      const until = reason.until === undefined ? "" : ` until ${timeInWords(reason.until)}`;
      return `${reason.by} holds a lock${until}, ${since(reason.at, context)}${because(reason.reason)}.`;
    }
    case "lock.held-by-asker": {
      const until = reason.until === undefined ? "" : ` until ${timeInWords(reason.until)}`;
      return `${reason.by}, who asks, also holds the lock${until}${because(reason.reason)}.`;
    }
    case "lock.passed-by-rollback":
      return `${reason.by} holds a lock${because(reason.reason)}, but a rollback passes it.`;
    case "freeze.none":
      return "No freeze stands.";
    case "freeze.stands":
      return `Frozen by ${reason.by} until ${timeInWords(reason.until)}, ${since(reason.at, context)}${because(reason.reason)}.`;
    case "freeze.passed-by-rollback":
      return `${reason.by} froze this until ${timeInWords(reason.until)}, but a rollback passes a freeze.`;
    case "freeze.passed-by-hotfix":
      return `${reason.by} froze this until ${timeInWords(reason.until)}, but a hotfix passes a freeze.`;
    case "window.none":
    case "window.open":
    case "window.closed":
    case "window.passed-by-rollback":
    case "window.passed-by-hotfix":
    case "soak.none":
    case "soak.redeploy":
    case "soak.done":
    case "soak.runs":
    case "soak.broken":
    case "soak.not-begun":
    case "soak.passed-by-rollback":
    case "soak.passed-by-hotfix":
      return timingInWords(reason);
    case "order.first-environment":
      return "This is the first environment; nothing has to come before it.";
    case "order.ok":
      return `The same content was live in ${reason.before} (deployment ${reason.deployment}).`;
    case "order.patched":
      return `What pull request #${reason.pullRequest} promotes was live in ${reason.before} (deployment ${reason.deployment}); it has patches on top.`;
    case "order.redeploy":
      return "This is what is live already; it is deployed again.";
    case "order.demo":
      return "A demo shows its branch, wherever that is moved to.";
    case "order.passed-by-rollback":
      return "A rollback goes back on purpose.";
    case "order.passed-by-hotfix":
      return "A hotfix passes the order of environments.";
    case "order.nothing-live-before":
      return `Nothing is live in ${reason.before} yet. Deploy it there first, or tell what is live there with /deploy adopt ${reason.before} <revision>.`;
    case "order.never-live-before":
      return `${shortSha(reason.sha)} has never been live in ${reason.before}. Deploy it there first.`;
    case "order.rolled-back-before":
      return `${shortSha(reason.sha)} was live in ${reason.before} and was rolled back there.`;
    case "order.uncertain-before":
      return `It is not certain what is live in ${reason.before}: deployment ${reason.deployment} had begun to change it and did not succeed. Deploy there again, or settle it with /deploy resolve ${reason.deployment}.`;
    case "order.behind-live":
      return `This is older than what is live (${shortSha(reason.live)}). Going back is what /rollback is for.`;
    case "order.diverged-from-live":
      return `This lacks commits that are live (${shortSha(reason.live)}). Bring them in first${reason.hotfix.length === 0 ? "" : "; if that cannot wait, it needs a hotfix"}.`;
    case "order.comparison-unknown":
      return `GitHub could not compare this with what is live (${shortSha(reason.live)}), so it is not certain that it goes forward. Ask again later.`;
    case "checks.none-required":
      return "This environment requires no checks.";
    case "checks.ok":
      return `The ${checksInWords(reason.names)} ${reason.names.length === 1 ? "is" : "are"} green.`;
    case "checks.passed-by-rollback":
      return "A rollback does not wait for checks.";
    case "checks.failed":
      return `The ${checksInWords(reason.names)} failed on GitHub.`;
    case "checks.pending":
      return `The ${checksInWords(reason.names)} ${reason.names.length === 1 ? "has" : "have"} not finished on GitHub.`;
    case "checks.missing":
      return `The ${checksInWords(reason.names)} ${reason.names.length === 1 ? "has" : "have"} not been reported on GitHub for this revision.`;
    case "quarantine.clear":
      return "This is not in quarantine.";
    case "quarantine.passed-by-destroy":
      return "Nothing is deployed by taking a demo away.";
    case "quarantine.quarantined":
      return `${shortSha(reason.sha)} is in quarantine since ${reason.by} rolled it back in ${reason.environment}${because(reason.reason)}.`;
    case "hold.none":
      return "No rollback holds this environment.";
    case "hold.passed-by-destroy":
      return "Taking a demo away passes the hold.";
    case "hold.passed-by-rollback":
      return "A rollback passes the hold.";
    case "hold.fix-confirmed":
      return `${reason.by} confirmed that this contains the fix for ${shortSha(reason.bad)}.`;
    case "hold.confirm-fix":
      return `Rollback ${reason.rollback} took ${shortSha(reason.bad)} out, and this builds on it. Somebody has to confirm that it contains the fix.`;
    case "hold.stands":
      return `Rollback ${reason.rollback} took ${shortSha(reason.bad)} out. Merges, retries and whatever comes by itself wait until that is fixed.`;
    case "hold.not-a-descendant":
      return reason.comparison === "unknown"
        ? `Rollback ${reason.rollback} took ${shortSha(reason.bad)} out, and GitHub could not say whether this builds on it.`
        : `Rollback ${reason.rollback} took ${shortSha(reason.bad)} out, and only what builds on it can bring the fix. This does not.`;
    case "approvals.not-required":
      return "This environment requires no approvals.";
    case "approvals.not-required-for-rollback":
      return "Going back to what was live before needs no approval.";
    case "approvals.enough":
      return `Approved by ${listInWords(reason.by)}.`;
    case "approvals.missing": {
      const left = reason.count - reason.by.length;
      const until = reason.expiresAt === undefined ? "" : ` The request stands until ${timeInWords(reason.expiresAt)}.`;
      const who = reason.candidates.length === 0 ? "" : ` ${listInWords(reason.candidates, "or")} can approve.`;
      return `Needs ${count(left, left === reason.count ? "approval" : "more approval")}; ${approved(reason.by)}.${who}${until}`;
    }
    case "approvals.cannot-be-reached":
      return unreachableReason(reason);
    case "approvals.membership-unknown":
      return `Needs ${count(reason.count, "approval")}, and it could not be read who is in ${groupsInWords(reason.groups)}. Until it can, nobody's answer counts.`;
    case "approvals.rejected":
      return `${reason.by} rejected this.`;
    case "queue.after-merge":
      return "Its place in the queue comes with the merge.";
    case "queue.free":
      return "Nothing else is being deployed there.";
    case "queue.running":
      return `Deployment ${reason.deployment} is running there. This is number ${reason.position} in the queue.`;
    case "queue.unsettled":
      return `It is not known how deployment ${reason.deployment} ended. Look at the environment, then settle it with /deploy resolve ${reason.deployment} success|failure <reason>.`;
    case "queue.before-rollback":
      return `Deployment ${reason.deployment} has failed and is about to be rolled back; that goes first.`;
    case "queue.behind":
      return `Deployment ${reason.deployment} goes first. This is number ${reason.position} in the queue.`;
  }
}

/** Why a gate gave its result, and who or what can clear it. */
export function sentenceForGate(result: GateResult, context: WordingContext): string {
  return `${why(result.reason, context)}${clearing(result)}`;
}

/** What a gate's line begins with: where two policies answer differently, each under its own name. */
export function gateName({ gate, earlier }: Pick<GateResult, "gate" | "earlier">): string {
  return earlier === true ? `${gate} by the earlier rules` : gate;
}

/** `Passes`, `Waits` or `Blocks`: the word that stands wherever a sign does. */
export function gateResultInWords(result: GateResult["result"]): string {
  switch (result) {
    case "pass":
      return "Passes";
    case "wait":
      return "Waits";
    case "block":
      return "Blocks";
  }
}

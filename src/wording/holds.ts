/** Locks, freezes, retries and what a person settles → sentences. */
import type { FrozenPlace, HoldsNote, HoldsReply } from "../operations/holds-said.ts";
import type { Instant } from "../policy/model.ts";
import type { Settlers } from "../policy/rights.ts";
import { because, capital, listInWords, quoted, revisionInWords, statusSentence, timeInWords } from "./phrases.ts";

/** “shop staging and production” */
function places(where: readonly FrozenPlace[]): string {
  return listInWords(
    where.map(({ service, environments }) => `${service} ${listInWords(environments)}`),
    "and",
    20,
  );
}

function are(where: readonly FrozenPlace[]): string {
  return where.flatMap(({ environments }) => environments).length === 1 ? "is" : "are";
}

function until(at: Instant | undefined): string {
  return at === undefined ? "" : ` until ${timeInWords(at)}`;
}

const settlers: Readonly<Record<Settlers, string>> = {
  approvers: "an approver",
  administrators: "an administrator of the repository",
};

function thawedBy(settledBy: readonly Settlers[]): string {
  const [one, other] = settledBy;
  if (one !== undefined && other === undefined) return `${capital(settlers[one])} can end that with /deploy thaw.`;
  return `${capital(settlers.approvers)} can end that with /deploy thaw; where there are none, ${settlers.administrators}.`;
}

export function wordHoldsNote(note: HoldsNote): string {
  switch (note.code) {
    case "lock-taken":
      return `${note.by} took the lock of ${note.service} ${note.environment} over from ${note.from}${until(note.until)}${because(note.reason)}.`;
    case "lock-ended":
      return `The lock of ${note.service} ${note.environment}, which ${note.by} held${because(note.reason)}, has ended.`;
    case "lock-forgotten":
      return `${note.by} has held the lock of ${note.service} ${note.environment} since ${timeInWords(note.lockedAt)}${because(note.reason)}. It has no end. Is it still needed?`;
    case "cancel-asked":
      return `${note.by} asked this deployment to stop. The environment stays busy until it has.`;
    case "run-in-the-way":
      return `Rollback ${note.rollback} waits for deployment ${note.deployment}, which a workflow carries out and I cannot end. Cancel its run on GitHub; the rollback starts when it has ended.`;
    case "allowed":
      return `${note.by} took ${revisionInWords(note.revision)} of ${note.service} out of quarantine${because(note.reason)}.`;
    case "retried": {
      const kept =
        note.kept.length === 0
          ? ""
          : ` ${listInWords(note.kept)} had succeeded and ${note.kept.length === 1 ? "is" : "are"} not done again.`;
      return `${note.by} tries deployment ${note.of} again as deployment ${note.as}, beginning at ${note.from}.${kept}`;
    }
    case "frozen":
      return `${note.by} froze ${places(note.where)} until ${timeInWords(note.until)}${because(note.reason)}. What is asked for by a merge waits until then; a rollback and a hotfix pass.`;
    case "thawed":
      return `${note.by} ended the freeze of ${places(note.where)}. What waited for it goes on.`;
    case "freeze-ended":
      return `The freeze of ${places(note.where)}, which ${note.by} began, has ended.`;
  }
}

export function wordHoldsReply(reply: HoldsReply): string {
  switch (reply.code) {
    case "already-locked": {
      const held = `${reply.by} already holds the lock of ${reply.environment}${until(reply.until)}: ${quoted(reply.reason)}.`;
      return reply.offer === undefined
        ? `${held} Talk to ${reply.by}, or ask ${settlers[reply.settledBy]} to unlock it.`
        : `${held} You may take it over; ${reply.by} is told.`;
    }
    case "not-retriable":
      return `Deployment ${reply.deployment} cannot be tried again: it ${statusSentence(reply.status)}. Only what failed, met an error or was cancelled can be.`;
    case "not-latest":
      return `Deployment ${reply.deployment} is not the environment's latest any more: deployment ${reply.latest} came after it. Ask for the revision itself with /deploy if it is still wanted.`;
    case "retry-unsettled":
      return `It is not known whether deployment ${reply.deployment} has ended, so it cannot be tried again. Look at the environment, then settle it with /deploy resolve ${reply.deployment} success|failure <reason>.`;
    case "retry-elsewhere":
      return `Deployment ${reply.deployment} is carried out by a workflow. Run that again on GitHub.`;
    case "cancel-elsewhere":
      return `Deployment ${reply.deployment} is carried out by a workflow, which I cannot end. Cancel its run on GitHub; I hear of it.`;
    case "left-pipeline":
      return `The pipeline file no longer names the environment of deployment ${reply.deployment}, so it can only be cancelled or settled.`;
    case "unknown-stage":
      return `Deployment ${reply.deployment} has no stage ${quoted(reply.found)}.${reply.nearest === undefined ? "" : ` Did you mean ${reply.nearest}?`} It has ${listInWords(reply.choices, "and", 20)}.`;
    case "stage-not-reached":
      return `Deployment ${reply.deployment} cannot begin at ${reply.stage}: ${reply.first} comes before it and has not succeeded. /deploy retry ${reply.deployment} begins there.`;
    case "lock-kept":
      return `You keep the lock of ${reply.environment}. If it still stands, I ask again in a day.`;
    case "lock-moved":
      return "That lock has changed since; nothing was done. /deploy status says who holds what.";
    case "frozen":
      return `${places(reply.where)} ${are(reply.where)} frozen until ${timeInWords(reply.until)}: ${quoted(reply.reason)}. ${thawedBy(reply.settledBy)}`;
    case "thawed":
      return `${places(reply.where)} ${are(reply.where)} no longer frozen. What waited goes on.`;
    case "not-frozen":
      return `${places(reply.where)} ${are(reply.where)} not frozen.`;
    case "frozen-since":
      return `${places(reply.where)} ${are(reply.where)} frozen anew since you asked; nothing was thawed. /deploy status says who holds what.`;
  }
}

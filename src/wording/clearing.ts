/** Who or what can clear a gate → sentences. */
import type { Clearer, GateResult } from "../policy/model.ts";
import { capital, checksInWords, listInWords, shortSha, timeInWords } from "./phrases.ts";

/** What the named people do to clear a gate; undefined where the sentence already says it. */
function act({ reason, clearedBy }: Pick<GateResult, "reason" | "clearedBy">): string | undefined {
  switch (reason.code) {
    case "lock.held":
      return "can unlock it";
    case "freeze.stands":
      return "can end it with /deploy thaw";
    case "order.diverged-from-live":
      return "can ask for a hotfix";
    case "access.no-permission":
    case "access.not-in-who":
    case "access.not-in-hotfix":
      return "can ask instead";
    case "order.never-live-before":
      // What whoever may ask can do, the sentence says.
      return clearedBy.some(({ kind }) => kind === "people") ? "can ask for a hotfix" : undefined;
    case "soak.broken":
    case "order.behind-live":
      // The sentence says what to ask for.
      return undefined;
    case "approvals.cannot-be-reached":
      return undefined;
    case "hold.stands":
      return "can ask for the fix with /deploy";
    case "hold.not-a-descendant":
      return "can end the hold with /deploy unlock";
    case "ready.merged-while-not-ready":
    case "ready.offered":
      return "can ask for it with /deploy";
    case "ready.confirm-migrations":
      // The sentence says how.
      return undefined;
    case "hold.confirm-fix":
      return "can confirm it";
    case "queue.unsettled":
    case "order.uncertain-before":
      return "can settle it";
    case "quarantine.quarantined":
      return `can take it out with /deploy allow ${shortSha(reason.sha)} <reason>`;
    case "approvals.missing":
      // The candidates are named already.
      return reason.candidates.length > 0 ? undefined : "can approve";
    default:
      return "can clear this";
  }
}

function person(clearer: Clearer): readonly string[] {
  switch (clearer.kind) {
    case "person":
      return [clearer.login];
    case "people":
      return clearer.logins;
    case "whoever-may-ask":
      return ["whoever may ask for this environment"];
    case "approvers":
      return ["an approver"];
    case "administrators":
      return ["an administrator of the repository"];
    case "operator":
      return ["the operator"];
    case "checks":
    case "membership":
    case "deployment":
    case "time":
      return [];
  }
}

function byItself(clearer: Clearer): readonly string[] {
  switch (clearer.kind) {
    case "checks":
      return [`the ${checksInWords(clearer.names)} ${clearer.names.length === 1 ? "is" : "are"} green`];
    case "membership":
      return ["I can read it again, which I keep trying"];
    case "deployment":
      return [`deployment ${clearer.deployment} has ended`];
    case "time":
      return [`it is ${timeInWords(clearer.at)}`];
    case "person":
    case "people":
    case "whoever-may-ask":
    case "approvers":
    case "administrators":
    case "operator":
      return [];
  }
}

/** Who or what can clear a gate, as sentences that follow the reason; empty when it passes. */
export function clearing(result: GateResult): string {
  if (result.result === "pass") return "";
  const people = result.clearedBy.flatMap(person);
  const action = act(result);
  // A login is written as it is; only our own words begin with a capital.
  const first = result.clearedBy.find((clearer) => person(clearer).length > 0)?.kind;
  const named = first === "person" || first === "people";
  const who = people.length === 0 || action === undefined ? "" : `${listInWords(people, "or")} ${action}.`;
  const events = result.clearedBy.flatMap(byItself);
  const self =
    events.length === 0 || ["queue.unsettled", "queue.before-rollback"].includes(result.reason.code)
      ? ""
      : `It clears when ${listInWords(events, "or")}.`;
  return [named ? who : capital(who), self]
    .filter((part) => part !== "")
    .map((part) => ` ${part}`)
    .join("");
}

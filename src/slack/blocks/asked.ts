/** Who asked, who may approve and until when, and what GitHub's checks say: as fields beside what a request brings. */

import type { DeploymentView } from "../../operations/views.ts";
import type { GateResult } from "../../policy/model.ts";
import { isPending } from "../../policy/transitions.ts";
import { count, listInWords, timeInWords } from "../../wording/phrases.ts";
import { waitingFor } from "./buttons.ts";
import { mention, oneLine } from "./text.ts";

/** Everybody who is mentioned is told; of a large group the first are enough to find one. */
const mostMentioned = 20;

/** Texts of fields, in the order in which they are shown; empty once it has started. */
export function askedFields(view: DeploymentView): readonly string[] {
  if (!isPending(view.status)) return [];
  const checks = view.verdict?.gates.find((gate) => gate.gate === "checks");
  return [
    `*Asked by*\n${oneLine(view.requestedBy, 100)}`,
    ...(checks === undefined ? [] : [`*Checks*\n${oneLine(checksInWords(checks), 500)}`]),
    ...mayApprove(view),
  ];
}

function checksInWords({ reason }: GateResult): string {
  switch (reason.code) {
    case "checks.ok":
      return `${listInWords(reason.names)}: green`;
    case "checks.failed":
      return `${listInWords(reason.names)}: failed`;
    case "checks.pending":
      return `${listInWords(reason.names)}: not finished`;
    case "checks.missing":
      return `${listInWords(reason.names)}: not reported`;
    case "checks.passed-by-rollback":
      return "not waited for by a rollback";
    default:
      return "none required";
  }
}

/** Whoever may approve is mentioned, because a person is needed; nobody else is. */
function mayApprove(view: DeploymentView): readonly string[] {
  const reason = waitingFor(view, "approvals.missing")?.reason;
  if (reason?.code !== "approvals.missing") return [];
  const shown = view.mayApprove.slice(0, mostMentioned).map(({ login, slackUser }) => mention(slackUser, login));
  const more = view.mayApprove.length - shown.length;
  const people = listInWords(more > 0 ? [...shown, `${more} more`] : shown, "or", mostMentioned + 1);
  const groups = view.approversNamed.filter((name) => !view.mayApprove.some(({ login }) => login === name));
  const named = groups.length === 0 ? "" : ` (${oneLine(listInWords(groups, "and", 5), 300)})`;
  const until = reason.expiresAt === undefined ? "" : `, until ${timeInWords(reason.expiresAt)}`;
  const left = count(reason.count - reason.by.length, "approval");
  return [`*May approve*\n${people}${named}; ${left} needed${until}`];
}

/** The latest deployments, as lines of text: the answer to `/deploy history`. */
import type { HistoryReply, PastDeployment } from "../operations/history.ts";
import type { Instant, RequestKind } from "../policy/model.ts";
import { isRunning } from "../policy/transitions.ts";
import { ageInWords, durationInWords, namedRevision, quoted, statusSentence, timeInWords } from "./phrases.ts";

const kinds: Readonly<Record<RequestKind, string>> = {
  deploy: "Deployed",
  promotion: "Promoted",
  merge: "Merged",
  rollback: "Rolled back",
  external: "Deployed without Signalbox",
  destroy: "Took away",
};

export function historyTitle(reply: HistoryReply): string {
  const where = reply.environment === undefined ? reply.service : `${reply.environment} of ${reply.service}`;
  if (reply.deployments.length === 0) return `Nothing was ever deployed to ${where}.`;
  return `The latest deployments${reply.environment === undefined ? "" : ` to ${reply.environment}`} of ${reply.service}:`;
}

/** `42 production`, or the number alone when all are of one environment. */
export function pastNumber(past: PastDeployment, reply: HistoryReply): string {
  return reply.environment === undefined ? `${past.deployment} ${past.environment}` : `${past.deployment}`;
}

/** What was only asked for has deployed and taken back nothing; a merge was one all the same. */
function doing({ kind, status, tookMs }: PastDeployment): string {
  const isBegun = tookMs !== undefined || isRunning(status) || ["success", "failure", "error"].includes(status);
  return isBegun || kind === "merge" ? kinds[kind] : "Asked for";
}

/** How it ended, who asked, when and how long it took: what follows the revision, which each face writes for itself. */
export function pastSentence(past: PastDeployment, now: Instant): string {
  const took = past.tookMs === undefined ? "" : `, took ${durationInWords(past.tookMs)}`;
  const reason = past.reason === undefined ? "" : `, saying ${quoted(past.reason)}`;
  return `${statusSentence(past.status)}. ${doing(past)} by ${past.by} at ${timeInWords(past.at)} (${ageInWords(past.at, now)})${took}${reason}.`;
}

export function pastRevision(past: PastDeployment): string {
  return namedRevision(past.revision, past.ref);
}

export function historyLines(reply: HistoryReply, now: Instant): readonly string[] {
  return [
    historyTitle(reply),
    ...reply.deployments.map(
      (past) => `• ${pastNumber(past, reply)}: ${pastRevision(past)} ${pastSentence(past, now)}`,
    ),
    ...(reply.more ? [`Older ones: ${reply.repositoryUrl}/deployments`] : []),
  ];
}

/** Answers to the buttons of a deployment that failed → sentences. The output is not part of them: each face shows it. */
import type { FailureReply } from "../operations/after-failure.ts";

export function wordFailureReply(reply: FailureReply): string {
  if (reply.code === "no-longer-broken") {
    return `Since deployment ${reply.deployment} failed, something else has gone live in ${reply.environment}, or has begun to, so there is nothing of it to take back. To go back from what is live now, use /rollback ${reply.environment}.`;
  }
  if (reply.stage === undefined) return `No stage of deployment ${reply.deployment} failed.`;
  const said = reply.outputTail === undefined || reply.outputTail.trim() === "" ? "said nothing" : "said last";
  return `The stage ${reply.stage} of deployment ${reply.deployment} ${said}${said === "said last" ? ":" : "."}`;
}

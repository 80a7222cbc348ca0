/** Where each environment stands, as lines of text: the answer to `/deploy status`. */
import type { EnvironmentStanding, ServiceStanding } from "../operations/said.ts";
import type { Instant } from "../policy/model.ts";
import { ageInWords, quoted, revisionInWords, statusSentence, timeInWords } from "./phrases.ts";

/** More would fill the screen; the page shows them all. */
const mostWaiting = 5;

function environmentLines(standing: EnvironmentStanding, now: Instant): readonly string[] {
  const { live, lock, hold, running, waiting } = standing;
  const lines = [
    live === undefined
      ? `${standing.name}: nothing is live yet.`
      : `${standing.name}: ${revisionInWords(live.revision)} is live since ${timeInWords(live.since)} (${ageInWords(live.since, now)}), by ${live.by}, deployment ${live.deployment}.`,
  ];
  if (standing.uncertain !== undefined) {
    lines.push(`Not certain: deployment ${standing.uncertain.deployment} had begun to change it and did not succeed.`);
  }
  if (lock !== undefined) {
    const until = lock.until === undefined ? "" : ` until ${timeInWords(lock.until)}`;
    lines.push(`Locked by ${lock.by}${until}: ${quoted(lock.reason)}.`);
  }
  if (hold !== undefined) {
    lines.push(`Held since rollback ${hold.rollback}, which took ${revisionInWords(hold.bad)} out.`);
  }
  if (running !== undefined) {
    lines.push(
      `Deployment ${running.deployment} of ${revisionInWords(running.revision)} ${statusSentence(running.status)}.`,
    );
  }
  for (const one of waiting.slice(0, mostWaiting)) {
    lines.push(
      `Deployment ${one.deployment} of ${revisionInWords(one.revision)}, asked for by ${one.by}, ${statusSentence(one.status)}.`,
    );
  }
  if (waiting.length > mostWaiting) lines.push(`… and ${waiting.length - mostWaiting} more wait.`);
  const [first = "", ...rest] = lines;
  return [`• ${first}`, ...rest.map((line) => `    ${line}`)];
}

export function standingLines(services: readonly ServiceStanding[], now: Instant): readonly string[] {
  return services.flatMap((service, index) => [
    ...(index === 0 ? [] : [""]),
    `${service.service} (${service.repository})`,
    ...(service.environments.length === 0
      ? ["No environments yet."]
      : service.environments.flatMap((environment) => environmentLines(environment, now))),
  ]);
}

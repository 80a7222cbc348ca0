/** What is announced elsewhere of a success, and that it could not be. */
import type { Announced, AnnouncementNote } from "../operations/announcements.ts";
import { shortSha } from "./phrases.ts";

const places = { grafana: "Grafana", sentry: "Sentry", webhook: "the webhook" } as const;

export function wordAnnouncementNote({ where, why }: AnnouncementNote): string {
  return `${places[where]} could not be told of this: ${why}. The deployment itself is as it is.`;
}

/** One line of plain text for a graph or a release. */
export function announcedInWords(announced: Announced): string {
  const { kind, service, environment, sha, version, requestedBy } = announced;
  const revision = version === undefined ? shortSha(sha) : `${version} (${shortSha(sha)})`;
  const done = kind === "rollback" ? `Rolled ${service} back to ${revision}` : `Deployed ${service} ${revision}`;
  return `${done} in ${environment}, asked for by ${requestedBy}`;
}

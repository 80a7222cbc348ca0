/** What authors are told when their change is live → sentences. */
import type { LiveNewsReply, LiveNote } from "../operations/live-news.ts";
import { revisionInWords } from "./phrases.ts";

export function wordLiveNote(note: LiveNote): string {
  const { pullRequests, more } = note;
  const what = pullRequests.length + more === 1 ? "Your change is" : "Your changes are";
  const where = note.url === undefined ? "" : ` See ${note.url}`;
  const rest = more === 0 ? [] : [`… and ${more} more`];
  return [
    `${what} live in ${note.environment} of ${note.service}, with ${revisionInWords(note.revision)} (deployment ${note.deployment}).${where}`,
    ...pullRequests.map(({ number, title }) => `• ${note.repository}#${number} ${title.replace(/\s+/gu, " ").trim()}`),
    ...rest,
  ].join("\n");
}

export function wordLiveNewsReply({ on }: LiveNewsReply): string {
  return on
    ? "I tell you again when a change of yours is live in production."
    : "I do not tell you any more when a change of yours is live.";
}

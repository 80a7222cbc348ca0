/** Release notes in markdown. Pure; everything that people wrote goes through `prose`. */
import type { NotedChange, NoteGroup, ReleaseNotes } from "../policy/release-notes.ts";
import { fitting, prose, webUrl } from "./markdown.ts";
import { sameRepository } from "./repository-name.ts";

const headings: Readonly<Record<NoteGroup, string>> = {
  breaking: "Breaking changes",
  features: "Features",
  fixes: "Fixes",
  performance: "Performance",
  docs: "Documentation",
  dependencies: "Dependencies",
  other: "Other changes",
};

/** `repository`: where the notes stand, so that its own numbers need no name before them. */
export function releaseNotesText({ groups, authors, compareUrl }: ReleaseNotes, repository: string): string {
  const compare = webUrl(compareUrl);
  const rest = [
    ...(authors.length === 0 ? [] : [`By ${authors.map((login) => prose(login)).join(", ")}.`]),
    ...(compare === undefined ? [] : [`[All changes](<${compare}>)`]),
  ];
  const changes = groups.map(
    ({ group, changes }) => `### ${headings[group]}\n\n${changes.map((one) => lineOf(one, repository)).join("\n")}`,
  );
  return fitting(changes.length === 0 ? ["No pull request is among the changes."] : changes, rest);
}

function lineOf({ number, title, scope, author, issues }: NotedChange, repository: string): string {
  const about = scope === undefined ? "" : `**${prose(scope)}:** `;
  const named = issues.map((issue) =>
    sameRepository(issue.repository, repository) ? `#${issue.number}` : `${issue.repository}#${issue.number}`,
  );
  const solved = named.length === 0 ? "" : `, for ${named.join(", ")}`;
  return `- ${about}${prose(title, 300)} (#${number} by ${prose(author)}${solved})`;
}

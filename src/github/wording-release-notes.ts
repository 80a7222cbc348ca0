/** Release notes in markdown. Pure; everything that people wrote goes through `prose`. */
import type { NotedChange, NoteGroup, ReleaseNotes } from "../policy/release-notes.ts";
import { prose, webUrl } from "./markdown.ts";
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

/** GitHub takes 65,536 characters in a description and 125,000 in a release. */
const longest = 60_000;

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
  const whole = [...(changes.length === 0 ? ["No pull request is among the changes."] : changes), ...rest].join("\n\n");
  if (whole.length <= longest) return whole;
  const cut = whole.slice(0, longest);
  return [cut.slice(0, cut.lastIndexOf("\n")), "There is more than fits here.", ...rest].join("\n\n");
}

function lineOf({ number, title, scope, author, issues }: NotedChange, repository: string): string {
  const about = scope === undefined ? "" : `**${prose(scope)}:** `;
  const named = issues.map((issue) =>
    sameRepository(issue.repository, repository) ? `#${issue.number}` : `${issue.repository}#${issue.number}`,
  );
  const solved = named.length === 0 ? "" : `, for ${named.join(", ")}`;
  return `- ${about}${prose(title, 300)} (#${number} by ${prose(author)}${solved})`;
}

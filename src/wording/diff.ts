/** What would ship, as lines of text: the answer to `/deploy diff`. */
import type { DiffReply } from "../operations/diff.ts";
import { listedCommits, type ShippedPullRequest, type Ships } from "../operations/ships.ts";
import { count, listInWords, quoted, revisionInWords, shortSha } from "./phrases.ts";

/** More titles are not read; the compare link has them all. */
export const mostPullRequests = 20;

/** What would ship, in one sentence, before its parts. */
export function diffTitle(reply: DiffReply): string {
  const { from, to, ships, source } = reply;
  const what = "branch" in source ? `the tip of ${source.branch}` : `what is live in ${source.environment}`;
  const target = `${reply.environment} of ${reply.service}`;
  const named = `${revisionInWords(to)}, ${what}`;
  if (from === undefined) return `To ${target}, where nothing is live yet, would ship ${named}.`;
  if (ships.comparison === "identical" || from.sha === to.sha) {
    return `Nothing new: ${named}, is live in ${target} already.`;
  }
  const brings = ships.comparison === "behind" ? "It takes back" : "It brings";
  const commits = `${brings} ${count(ships.commits, "commit")}${people(ships)}.`;
  const split =
    ships.comparison === "diverged" ? " The two have diverged: what is live has commits that this has not." : "";
  const unknown = ships.comparison === "unknown" ? " GitHub cannot compare the two." : ` ${commits}${split}`;
  return `To ${target} would ship ${named}, after ${revisionInWords(from)}.${unknown}`;
}

function people(ships: Ships): string {
  return ships.authors.length === 0 ? "" : ` by ${listInWords(ships.authors, "and", 6)}`;
}

/** `closes #3 and acme/web#4`; empty when it closes none. */
export function closes(one: ShippedPullRequest, repository: string): string {
  const issues = one.issues.map((issue) =>
    issue.repository === repository ? `#${issue.number}` : `${issue.repository}#${issue.number}`,
  );
  return issues.length === 0 ? "" : `, closes ${listInWords(issues, "and", 5)}`;
}

/** `2 files`, `at least 3 files`; undefined when the policy names no migrations, or when it is not known. */
function migrations({ migrations: found }: Ships): readonly string[] {
  if (found === undefined) return [];
  if (found.files === 0) {
    return [`Migrations: none${found.atLeast ? " among the files that GitHub listed" : ""}.`];
  }
  return [`Migrations: ${found.atLeast ? "at least " : ""}${count(found.files, "file")}.`];
}

/** What follows the pull requests: those that are not shown, what is not known, migrations. */
export function diffNotes({ ships }: DiffReply): readonly string[] {
  const left = ships.pullRequests.length - mostPullRequests;
  return [
    ...(left > 0 ? [`… and ${count(left, "more pull request")}.`] : []),
    ...(ships.pullRequests.length === 0 && ships.commits > 0 ? ["No pull request that I know of is among them."] : []),
    ...(ships.commits > listedCommits
      ? [`Pull requests are known for the first ${listedCommits} of the ${ships.commits} commits only.`]
      : []),
    ...migrations(ships),
  ];
}

export function compareLabel({ from, to }: DiffReply): string {
  return from === undefined ? shortSha(to.sha) : `${shortSha(from.sha)}...${shortSha(to.sha)}`;
}

export function diffLines(reply: DiffReply): readonly string[] {
  const { ships } = reply;
  return [
    diffTitle(reply),
    ...ships.pullRequests
      .slice(0, mostPullRequests)
      .map((one) => `• #${one.number} ${quoted(one.title)} by ${one.author}${closes(one, reply.repository)}`),
    ...diffNotes(reply),
    ...(ships.compareUrl === undefined ? [] : [`Compare: ${ships.compareUrl}`]),
  ];
}

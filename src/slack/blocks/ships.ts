/** What a deployment brings: the change with its compare link, pull requests, people and issues. */
import type { ShippedPullRequest } from "../../operations/ships.ts";
import type { DeploymentView } from "../../operations/views.ts";
import { count, listInWords, revisionInWords, shortSha } from "../../wording/phrases.ts";
import { type Block, lineSections } from "./block.ts";
import { link, oneLine } from "./text.ts";

/** More titles than this are not read in a message; the compare link has them all. */
const mostPullRequests = 10;
const mostIssues = 15;

function change(view: DeploymentView): string {
  const { previous, revision, ships } = view;
  if (previous === undefined) return `${oneLine(revisionInWords(revision))}; nothing was live before`;
  if (previous.sha === revision.sha) return `${oneLine(revisionInWords(revision))} again; it is live already`;
  const range = `${shortSha(previous.sha)}..${shortSha(revision.sha)}`;
  const versions = `from ${revisionInWords(previous)} to ${revisionInWords(revision)}`;
  return `${link(ships?.compareUrl, range)}, ${oneLine(versions)}`;
}

function direction(view: DeploymentView): string {
  const { ships } = view;
  if (ships === undefined) return "not known";
  switch (ships.comparison) {
    case "first":
      return "the first deployment here";
    case "identical":
      return "nothing new";
    case "behind":
      return `takes back ${count(ships.commits, "commit")}`;
    case "ahead":
    case "diverged":
    case "unknown":
      return count(ships.commits, "commit");
  }
}

function brings(view: DeploymentView): string {
  const { ships } = view;
  const requests = ships?.pullRequests ?? [];
  if (ships === undefined || requests.length === 0) return direction(view);
  const authors = [...new Set([...requests.map((one) => one.author), ...ships.authors])];
  const people = oneLine(listInWords(authors, "and", 6), 400);
  return `${count(requests.length, "pull request")} by ${people} (${direction(view)})`;
}

function issueLinks(view: DeploymentView, githubUrl: string | undefined): string | undefined {
  const seen = new Map<string, string>();
  for (const { issues } of view.ships?.pullRequests ?? []) {
    for (const { repository, number } of issues) {
      const label = repository === view.repository ? `#${number}` : `${repository}#${number}`;
      const url = githubUrl === undefined ? undefined : `${githubUrl}/${repository}/issues/${number}`;
      seen.set(label, link(url, label, 120));
    }
  }
  if (seen.size === 0) return undefined;
  const shown = [...seen.values()].slice(0, mostIssues).join(", ");
  // A link is either whole or not there: half of one would break the message.
  const fits =
    shown.length <= 1_900
      ? shown
      : [...seen.keys()]
          .slice(0, mostIssues)
          .map((label) => oneLine(label, 100))
          .join(", ");
  return seen.size > mostIssues ? `${fits} … and ${seen.size - mostIssues} more` : fits;
}

function pullRequestLine(one: ShippedPullRequest, view: DeploymentView, githubUrl: string | undefined): string {
  const url = githubUrl === undefined ? undefined : `${githubUrl}/${view.repository}/pull/${one.number}`;
  return `• ${link(url, `#${one.number}`)} ${oneLine(one.title, 150)} (${oneLine(one.author, 60)})`;
}

/** `2 files`, `at least 3 files`; undefined when the policy names no migrations, or when it is not known. */
function migrations(view: DeploymentView): string | undefined {
  const found = view.ships?.migrations;
  if (found === undefined) return undefined;
  if (found.files === 0) return found.atLeast ? "none among the files that GitHub listed" : "none";
  return `${found.atLeast ? "at least " : ""}${count(found.files, "file")}`;
}

/** Texts of fields: the change, what it brings, issues and migrations where there are some. */
export function shipsFields(view: DeploymentView, githubUrl: string | undefined): readonly string[] {
  const issues = issueLinks(view, githubUrl);
  const files = migrations(view);
  return [
    `*Change*\n${change(view)}`,
    `*Brings*\n${brings(view)}`,
    ...(issues === undefined ? [] : [`*Issues*\n${issues}`]),
    ...(files === undefined ? [] : [`*Migrations*\n${files}`]),
  ];
}

/** The first pull requests, a line each; the compare link has them all. */
export function broughtLines(view: DeploymentView, githubUrl: string | undefined): readonly Block[] {
  const lines = (view.ships?.pullRequests ?? []).map((one) => pullRequestLine(one, view, githubUrl));
  return lineSections(lines, { mostLines: mostPullRequests });
}

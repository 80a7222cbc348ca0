/**
 * Sentences for what the pull-request rules found: the check's title and summary, and the one comment. Pure; everything
 * that people wrote goes through `code`. The check tells all; the comment says what to do next and nothing else.
 */
import type { Mistake } from "../policy/pipeline.ts";
import type { Bump, NamedIssue, PullRequestFinding, Readiness } from "../policy/pull-request.ts";
import type { NoVersion } from "../policy/versions/read-version.ts";
import { count, listInWords } from "../wording/phrases.ts";
import { code, plainLine } from "./markdown.ts";

/** A few words for the check's title, which GitHub shows as plain text beside its name. */
export function readinessTitle({ state, exempt, problems, suggestions }: Readiness): string {
  if (exempt) return "Not checked: the author is exempt";
  const [first] = problems;
  if (state === "in_progress") return "Work in progress";
  if (first !== undefined) return findingTitle(first);
  return suggestions.length > 0 ? "Ready, with a note" : "Ready";
}

function findingTitle(finding: PullRequestFinding): string {
  switch (finding.code) {
    case "wip.title":
    case "wip.draft":
      return "Work in progress";
    case "closes.none":
      return "No issue is named that this closes";
    case "closes.not-an-open-issue":
      return plainLine(`${finding.issue.written} is ${whatItIs(finding.issue)}`, 120);
    case "assignee.none":
      return "Nobody is assigned";
    case "reviewer.none":
      return "Nobody is asked to review";
    case "version_bump.not-greater":
      return plainLine(`The version is not raised: ${finding.base} → ${finding.head}`, 120);
    case "version_bump.not-comparable":
      return plainLine(`The versions ${finding.base} and ${finding.head} cannot be compared`, 120);
    case "version_bump.none-at-head":
      return plainLine(`There is no version in ${finding.path}`, 120);
    case "pipeline.mistakes":
      return `The pipeline file has ${count(finding.mistakes.length, "mistake")}`;
  }
}

function whatItIs({ state }: NamedIssue): string {
  switch (state) {
    case "closed":
      return "closed already";
    case "missing":
      return "no issue that exists";
    case "pull-request":
      return "a pull request, no issue";
    case "unknown":
      return "an issue that the bot may not see";
    case "open":
      return "open";
  }
}

/** What is the matter and what would mend it, in one or two sentences of markdown. */
export function findingInWords(finding: PullRequestFinding): string {
  switch (finding.code) {
    case "wip.title":
      return `The title begins with ${code(finding.word)}. Take that away when the work is ready to be merged.`;
    case "wip.draft":
      return "It is a draft. Press **Ready for review** when the work is ready to be merged.";
    case "closes.none":
      return "The description names no issue that this closes. Write a line such as `Closes #123` into it.";
    case "closes.not-an-open-issue":
      return notOpenInWords(finding.issue);
    case "assignee.none":
      return "Nobody is assigned. Assign whoever sees this through.";
    case "reviewer.none":
      return "Nobody is asked to review this. Ask a person or a team.";
    case "version_bump.not-greater":
      return `The version in ${code(finding.path)} is ${code(finding.head)} here and ${code(finding.base)} at the base. Raise it above that.`;
    case "version_bump.not-comparable":
      return `The version in ${code(finding.path)} is ${code(finding.head)} here and ${code(finding.base)} at the base, which cannot be compared. Write it as semver (${code("1.4.0")}) or as PEP 440 (${code("1.4.0rc1")}) has it.`;
    case "version_bump.none-at-head":
      return noVersionInWords(finding.path, finding.why, finding.base);
    case "pipeline.mistakes":
      return `The pipeline file has ${count(finding.mistakes.length, "mistake")}, marked on its lines under **Files changed**. Until it is mended, the last good one would stay in force.`;
  }
}

function noVersionInWords(path: string, why: NoVersion, base: string | undefined): string {
  const file = code(path);
  const raise = base === undefined ? "Write one into it." : `At the base it is ${code(base)}: write a greater one.`;
  switch (why) {
    case "no-file":
      return `There is no file ${file} here, which holds the version. ${raise}`;
    case "unreadable":
      return `The file ${file} cannot be read, so its version is not known. Mend what is wrong in it.`;
    case "no-version":
      return `There is no version in ${file} here. ${raise}`;
    case "too-large":
      return `The file ${file} is too large to look for a version in. Name another in ${code("versions.from")}.`;
  }
}

/** A mistake in the pipeline file as one line of a list. */
function mistakeInWords(mistake: Mistake): string {
  const near = mistake.nearest === undefined ? "" : ` Did you mean ${code(mistake.nearest)}?`;
  const what = `found ${code(mistake.found)}, expected ${code(mistake.expected, 300)}.${near}`;
  return `${code(mistake.file)}, line ${mistake.line}, column ${mistake.column}, ${code(mistake.path)}: ${what}`;
}

/** The same for a mark on its line, which GitHub shows as plain text. */
export function mistakeForMark(mistake: Mistake): string {
  const near = mistake.nearest === undefined ? "" : ` Did you mean ${plainLine(mistake.nearest)}?`;
  return `${plainLine(mistake.path)}: found ${plainLine(mistake.found)}, expected ${plainLine(mistake.expected, 300)}.${near}`;
}

function bumpInWords({ path, head, base }: Bump): string {
  return base === undefined
    ? `The version in ${code(path)} is ${code(head)}; at the base there is none to compare it with.`
    : `The version in ${code(path)} goes from ${code(base)} to ${code(head)}.`;
}

function notOpenInWords(issue: NamedIssue): string {
  const named = code(issue.written);
  switch (issue.state) {
    case "closed":
      return `The description closes ${named}, which is closed already. Reopen it, or name an issue that is open.`;
    case "missing":
      return `The description closes ${named}, but there is no such issue in ${code(issue.repository)}. Name one that is open.`;
    case "pull-request":
      return `The description closes ${named}, which is a pull request. Name the issue that it is about.`;
    case "unknown":
      return `The description closes ${named}, which the bot may not see. Name an issue that it can, or install it in ${code(issue.repository)}.`;
    case "open":
      return `The description closes ${named}.`;
  }
}

/** GitHub takes 65,535 characters; nobody reads more mistakes than these at once. */
const listedMistakes = 50;

/**
 * The check's summary, in markdown. `unguarded`: branch protection does not require the check, so that this pull request
 * could be merged all the same.
 */
export function readinessSummary(readiness: Readiness, unguarded = false): string {
  const { exempt, problems, suggestions, closes, bumps } = readiness;
  if (exempt) {
    return "The pull-request rules do not apply to this author: it is the bot itself, or `pull_requests.exempt` names it.";
  }
  const parts = [];
  if (problems.length > 0) parts.push("Before this can be merged:", bullets(problems.map(findingInWords)));
  else parts.push("Nothing holds this pull request.");
  const mistakes = problems.flatMap((finding) => (finding.code === "pipeline.mistakes" ? finding.mistakes : []));
  if (mistakes.length > 0) {
    const more = mistakes.length - listedMistakes;
    const lines = mistakes.slice(0, listedMistakes).map(mistakeInWords);
    parts.push("In the pipeline file:", bullets(more > 0 ? [...lines, `${more} more`] : lines));
  }
  if (suggestions.length > 0) {
    const what = suggestions.length === 1 ? "Only a suggestion:" : "Only suggestions:";
    parts.push(what, bullets(suggestions.map(findingInWords)));
  }
  parts.push(...bumps.map(bumpInWords));
  if (closes.length > 0) parts.push(`Merging it closes ${listInWords(closes.map(({ written }) => code(written)))}.`);
  if (unguarded && problems.length > 0) parts.push(unguardedWarning);
  return parts.join("\n\n");
}

const unguardedWarning =
  "**Nothing keeps this from being merged:** the base branch does not require the check `signalbox/ready`. Require it in the branch's protection or ruleset.";

/** For a merge queue's group, which is named after one pull request. */
export function groupTitle(number: number | undefined, readiness: Readiness | undefined): string {
  if (number === undefined || readiness === undefined) return "No pull request is known for this group";
  return readiness.state === "success"
    ? `#${number} is ready`
    : `#${number} is not ready: ${readinessTitle(readiness)}`;
}

export function groupSummary(number: number | undefined, readiness: Readiness | undefined): string {
  if (number === undefined || readiness === undefined) {
    return "The merge queue asks about a group of which the bot does not know the pull request. Take it out of the queue and add it again.";
  }
  if (readiness.state === "success") return `Pull request #${number} was ready when the queue took it.`;
  return `Pull request #${number} is not ready:\n\n${bullets(readiness.problems.map(findingInWords))}`;
}

/** The comment while something holds the pull request. */
export function commentToMend(problems: readonly PullRequestFinding[]): string {
  const sentences = problems.map(findingInWords);
  return sentences.length === 1
    ? `Not ready to be merged yet. ${sentences[0]}`
    : `Not ready to be merged yet:\n\n${bullets(sentences)}`;
}

/** The same comment afterwards. */
export const commentAllSet = "All set: nothing holds this pull request any more.";

function bullets(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${sentence}`).join("\n");
}

/** The pull-request rules: whether a pull request may be merged, what holds it, and what is only noted. */
import { hasLogin, sameLogin } from "./logins.ts";
import type { PullRequestPolicy, RuleLevel } from "./pipeline.ts";
import type {
  Bump,
  NamedIssue,
  PullRequestFacts,
  PullRequestFinding,
  Readiness,
  VersionFacts,
} from "./pull-request.ts";
import { compareVersions } from "./versions/compare.ts";
import { formatOf } from "./versions/source.ts";
import { wipWord } from "./wip.ts";

type Findings = readonly PullRequestFinding[];

export function judgePullRequest(facts: PullRequestFacts, policy: PullRequestPolicy): Readiness {
  const closes = facts.issues.filter(mayBeOpen);
  if (isExempt(facts, policy)) {
    return { state: "success", exempt: true, problems: [], suggestions: [], closes, bumps: [] };
  }
  const wip = judgeWip(facts, policy);
  const bumps = facts.versions.map(judgeBump);
  // In the order in which people meet them: first what says that nobody should look yet, last what files say.
  const judged: readonly (readonly [RuleLevel, Findings])[] = [
    ["required", wip],
    [policy.closes, judgeCloses(facts.issues)],
    [policy.assignee, facts.assignees.length === 0 ? [{ rule: "assignee", code: "assignee.none" }] : []],
    [policy.reviewer, hasReviewer(facts) ? [] : [{ rule: "reviewer", code: "reviewer.none" }]],
    [policy.versionBump, bumps.flatMap((one) => ("rule" in one ? [one] : []))],
    ["required", judgeFile(facts)],
  ];
  const of = (level: RuleLevel) => judged.flatMap(([at, findings]) => (at === level ? findings : []));
  const problems = of("required");
  const state = wip.length > 0 ? "in_progress" : problems.length > 0 ? "failure" : "success";
  const raised = policy.versionBump === "off" ? [] : bumps.flatMap((one) => ("rule" in one ? [] : [one]));
  return { state, exempt: false, problems, suggestions: of("suggested"), closes, bumps: raised };
}

export function isExempt(facts: Pick<PullRequestFacts, "own" | "author">, policy: PullRequestPolicy): boolean {
  return facts.own || hasLogin(policy.exempt, facts.author);
}

function judgeWip(facts: PullRequestFacts, policy: PullRequestPolicy): Findings {
  const findings: PullRequestFinding[] = [];
  const word = wipWord(facts.title, policy.wip);
  if (word !== undefined) findings.push({ rule: "wip", code: "wip.title", word });
  if (facts.draft) findings.push({ rule: "wip", code: "wip.draft" });
  return findings;
}

function judgeCloses(issues: readonly NamedIssue[]): Findings {
  if (issues.length === 0) return [{ rule: "closes", code: "closes.none" }];
  return issues
    .filter((issue) => !mayBeOpen(issue))
    .map((issue) => ({ rule: "closes", code: "closes.not-an-open-issue", issue }));
}

/** An issue that GitHub would not tell of is not held against the author: that is an error, and no failure. */
function mayBeOpen(issue: NamedIssue): boolean {
  return issue.state === "open" || issue.state === "unknown";
}

/** Who comments on their own work is shown by GitHub as its reviewer, and is none. */
function hasReviewer({ reviewers, author }: PullRequestFacts): boolean {
  return reviewers.some((reviewer) => !sameLogin(reviewer, author));
}

/** With nothing at the base to compare with, any version is the first: else no pull request could ever bring it. */
function judgeBump({ file, head, base }: VersionFacts): PullRequestFinding | Bump {
  const rule = "version_bump";
  const { path } = file;
  const before = "version" in base ? base.version : undefined;
  if ("missing" in head) {
    const known = before === undefined ? {} : { base: before };
    return { rule, code: "version_bump.none-at-head", path, why: head.missing, ...known };
  }
  if (before === undefined) return { path, head: head.version };
  const order = compareVersions(head.version, before, formatOf(file));
  const both = { path, head: head.version, base: before };
  if (order === undefined) return { rule, code: "version_bump.not-comparable", ...both };
  return order > 0 ? both : { rule, code: "version_bump.not-greater", ...both };
}

function judgeFile({ fileMistakes: mistakes }: PullRequestFacts): Findings {
  return mistakes.length === 0 ? [] : [{ rule: "pipeline", code: "pipeline.mistakes", mistakes }];
}

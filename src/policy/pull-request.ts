/** What the pull-request rules are judged from, and what they say. */
import type { Mistake } from "./pipeline.ts";
import type { FoundVersion, NoVersion } from "./versions/read-version.ts";
import type { VersionFile } from "./versions/source.ts";

/** An issue that the description closes by a keyword, with what GitHub says of it. */
export type NamedIssue = {
  /** As written: `#12`, `owner/repo#12`, `GH-12` or a URL. */
  readonly written: string;
  /** `owner/name` of the repository that the issue is in. */
  readonly repository: string;
  readonly number: number;
  readonly state: "open" | "closed" | "missing" | "pull-request" | "unknown";
};

/** What one version file says on both sides of a pull request. */
export type VersionFacts = {
  readonly file: VersionFile;
  readonly head: FoundVersion;
  readonly base: FoundVersion;
};

export type PullRequestFacts = {
  readonly repository: string;
  readonly number: number;
  readonly title: string;
  readonly author: string;
  /** The bot itself opened it. */
  readonly own: boolean;
  readonly draft: boolean;
  readonly issues: readonly NamedIssue[];
  readonly assignees: readonly string[];
  /** People and teams that were asked to review, and people who did. */
  readonly reviewers: readonly string[];
  /** None when the rule is off. */
  readonly versions: readonly VersionFacts[];
  /** What is wrong with the pipeline file, when the pull request changes it. */
  readonly fileMistakes: readonly Mistake[];
};

export type PullRequestFinding =
  | { readonly rule: "wip"; readonly code: "wip.title"; readonly word: string }
  | { readonly rule: "wip"; readonly code: "wip.draft" }
  | { readonly rule: "closes"; readonly code: "closes.none" }
  | { readonly rule: "closes"; readonly code: "closes.not-an-open-issue"; readonly issue: NamedIssue }
  | { readonly rule: "assignee"; readonly code: "assignee.none" }
  | { readonly rule: "reviewer"; readonly code: "reviewer.none" }
  | {
      readonly rule: "version_bump";
      readonly code: "version_bump.not-greater";
      readonly path: string;
      readonly head: string;
      readonly base: string;
    }
  | {
      readonly rule: "version_bump";
      readonly code: "version_bump.not-comparable";
      readonly path: string;
      readonly head: string;
      readonly base: string;
    }
  | {
      readonly rule: "version_bump";
      readonly code: "version_bump.none-at-head";
      readonly path: string;
      readonly why: NoVersion;
      readonly base?: string;
    }
  | { readonly rule: "pipeline"; readonly code: "pipeline.mistakes"; readonly mistakes: readonly Mistake[] };

/** A version that goes up; `base` is absent when there was none to compare with. */
export type Bump = { readonly path: string; readonly head: string; readonly base?: string };

/**
 * `in_progress`: work in progress; `failure`: a required rule fails; `success`: ready.
 * `problems` hold the pull request; `suggestions` are only noted.
 */
export type Readiness = {
  readonly state: "in_progress" | "failure" | "success";
  readonly exempt: boolean;
  readonly problems: readonly PullRequestFinding[];
  readonly suggestions: readonly PullRequestFinding[];
  readonly closes: readonly NamedIssue[];
  readonly bumps: readonly Bump[];
};

/**
 * The pipeline file's meaning: plain data with every default filled in. `pipeline-file/` reads the YAML into this.
 * Durations are milliseconds.
 */
import type { Announcement } from "./announcements.ts";
import type { DeployerDefinition } from "./deployers.ts";
import type { SchedulePolicy } from "./schedule.ts";
import type { SchemeName } from "./versions/scheme.ts";
import type { VersionFile, VersionSource } from "./versions/source.ts";
import type { WindowPolicy } from "./windows.ts";

export type RuleLevel = "required" | "suggested" | "off";

export type StageDefinition = {
  readonly name: string;
  readonly deployer: DeployerDefinition;
  /** False for stages that only prove something (`test`, `build`, `scan`): see `changesEnvironment` in the reader. */
  readonly changesEnvironment: boolean;
};

export type ApprovalPolicy = {
  readonly count: number;
  /** Group names, GitHub logins, `team:org/slug` and `usergroup:S…`. */
  readonly from: readonly string[];
  readonly requester: boolean;
  readonly authors: boolean;
  /** How long an ask stands, in ms. */
  readonly expires: number;
};

export type EnvironmentPolicy = {
  readonly name: string;
  /** The service's files, as patterns: its content is what they hold. Absent: all of the repository. */
  readonly paths?: readonly string[];
  /** Merges to this branch are deployed here. */
  readonly branch?: string;
  /** False: a promotion's pull request comes from the branch of the environment before. Absent: from one made for it. */
  readonly snapshot?: false;
  /** `auto: false` only offers a merge. */
  readonly auto: boolean;
  readonly url?: string;
  /** For each stage, in ms. */
  readonly timeout: number;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly deploy: readonly StageDefinition[];
  readonly verify: readonly StageDefinition[];
  readonly production: boolean;
  /** The environment before this one in the order; absent for the first. */
  readonly after?: string;
  /** Names of GitHub checks or statuses that must be green on the revision. */
  readonly checks: readonly string[];
  /** Absent when approvals are off. */
  readonly approvals?: ApprovalPolicy;
  /** Who may ask, named as in `approvals.from`; empty: whoever can push. */
  readonly who: readonly string[];
  readonly queue: "supersede" | "queue";
  /** How long the content must have been live and healthy in the environment before, in ms. */
  readonly soak?: number;
  /** The hours in which it may be deployed to; absent: always. */
  readonly window?: WindowPolicy;
  /** Groups or logins who may ask for a hotfix, which passes freeze, soak, window and order; absent: nobody. */
  readonly hotfix?: { readonly from: readonly string[] };
  /** A deployment that has changed the environment and failed is taken back without anybody asking; absent: it is not. */
  readonly onFailure?: "rollback";
  /** When a release on GitHub is made of what is deployed: as the first stage, or once it is live; absent: never. */
  readonly release?: "before" | "after";
  /** When it is promoted to by itself. */
  readonly schedule?: SchedulePolicy;
  /** What only its branch has is brought back to this branch. */
  readonly backMerge?: string;
  /** Names of the deploy stages that a rollback runs. */
  readonly rollbackStages: readonly string[];
  /** Who hears of a success besides Slack and GitHub; left out when there is nobody. */
  readonly announce?: readonly Announcement[];
  /** Paths of database migrations as globs; absent when the file names none. */
  readonly migrations?: readonly string[];
  /** It is a demo, a throwaway instance of its branch, and this takes it away. */
  readonly demo?: { readonly slug: string; readonly destroy: readonly StageDefinition[] };
};

/** Throwaway instances: each branch that matches gets one, as an environment of its own. */
export type DemosPolicy = {
  readonly branches: readonly string[];
  /** How long after the last push one ends, in ms. */
  readonly ttl: number;
  /** So many at once. */
  readonly most: number;
  /** What each is, but for what follows from its branch; `{slug}` stands in its `url` and in what verifies it. */
  readonly template: EnvironmentPolicy;
  readonly destroy: readonly StageDefinition[];
};

export type PullRequestPolicy = {
  readonly wip: readonly string[];
  readonly closes: RuleLevel;
  readonly assignee: RuleLevel;
  readonly reviewer: RuleLevel;
  readonly versionBump: RuleLevel;
  /** Where it is said that a change is live: on its issues, on its pull request as well, or nowhere. */
  readonly news: "issues" | "all" | "off";
  readonly exempt: readonly string[];
};

export type VersionPolicy = {
  readonly from: VersionSource;
  /** The name of a version's tag, with `{version}` in it. */
  readonly tag: string;
  readonly scheme: SchemeName;
  /** The files in which candidates write the version; none where the tag alone says it. */
  readonly files: readonly VersionFile[];
  /** Where candidates are merged to and made final; absent: the default branch is tagged. */
  readonly releaseBranch?: string;
  /** What only the release branch has is brought back to this branch. */
  readonly backMerge?: string;
};

export type ServicePolicy = {
  readonly name: string;
  /** A channel name with its `#`, or a Slack channel id. */
  readonly channel?: string;
  readonly versions: VersionPolicy;
  /** In promotion order. */
  readonly environments: readonly EnvironmentPolicy[];
  readonly demos?: DemosPolicy;
};

export type Pipeline = {
  readonly pullRequests: PullRequestPolicy;
  /** GitHub login → Slack user id. */
  readonly people: Readonly<Record<string, string>>;
  /** Group name → GitHub logins, names of other groups, `team:org/slug` and `usergroup:S…`. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly services: readonly ServicePolicy[];
};

/** An environment's policy with the groups that it names: all that its gates are asked by. */
export type PolicyInForce = { readonly environment: EnvironmentPolicy; readonly groups: Pipeline["groups"] };

/** One mistake in a pipeline file. Lines and columns count from 1. */
export type Mistake = {
  /** The file's name as people know it, for example `acme/shop:.github/signalbox.yml`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The key path, for example `environments.production.approvals.count`. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
  /** The nearest valid key or value, when one is near. */
  readonly nearest?: string;
};

/** A file's text with its name, the repository's own file first, then those it extends. */
export type PipelineSource = { readonly name: string; readonly text: string };

export type PipelineReading =
  | { readonly kind: "good"; readonly pipeline: Pipeline; readonly hash: string }
  | { readonly kind: "mistakes"; readonly mistakes: readonly Mistake[] }
  /** The repository has no pipeline file: the bot leaves it alone. */
  | { readonly kind: "absent" };

/** What carries a stage out, as plain data with every default filled in: one type for each deployer. */
import type { Bounds } from "./verification.ts";

/** A shell command in a checkout of the revision. */
export type RunDeployer = { readonly kind: "run"; readonly run: string; readonly confirm?: string };

/** A signed request to a service that deploys. */
export type HttpDeployer = { readonly kind: "http"; readonly url: string; readonly secret?: string };

/** A GitHub check or status of this name on the revision, which somebody else sets. */
export type CheckDeployer = { readonly kind: "check"; readonly name: string };

/** How long something must be so without a break (0: once is enough), and how long it may take; in ms. */
type Holding = { readonly holds: number; readonly within?: number };

/** `http` under `verify`: asks by GET, and starts nothing. Address and text may have placeholders. */
export type ProbeDeployer = {
  readonly kind: "probe";
  readonly url: string;
  readonly status: number;
  readonly contains?: string;
} & Holding;

/** A query whose number is held against bounds. */
export type PrometheusDeployer = {
  readonly kind: "prometheus";
  readonly url: string;
  readonly query: string;
  readonly bounds: Bounds;
} & Holding;

/** What is pinned in a file: an image's tag, a package's version, or what a pattern's one group holds. */
export type Pinned =
  | { readonly kind: "image"; readonly image: string }
  | { readonly kind: "package"; readonly package: string }
  | { readonly kind: "pattern"; readonly pattern: string };

/** A version written into a file of another repository, on a branch or by a pull request. */
export type PinDeployer = {
  readonly kind: "pin";
  /** `owner/name`. */
  readonly repository: string;
  /** Absent: that repository's default branch. */
  readonly branch?: string;
  /** From the repository's root. */
  readonly file: string;
  readonly pinned: Pinned;
  /** What is written, with `{version}`, `{sha}` and `{short_sha}`; absent: the version, or the SHA where there is none. */
  readonly value?: string;
  readonly pullRequest: boolean;
};

/** Waits for the release on GitHub that `release: before` asks for. */
export type ReleaseDeployer = { readonly kind: "release" };

/** A pipeline of a GitLab project. */
export type GitLabDeployer = {
  readonly kind: "gitlab";
  /** `group/name`, or the project's number. */
  readonly project: string;
  /** Absent: the project's default branch. */
  readonly ref?: string;
  /** GitLab's address without a slash at the end. */
  readonly url: string;
  /** The name of the secret that holds the token. */
  readonly token: string;
  readonly variables: Readonly<Record<string, string>>;
};

/** A workflow of GitHub Actions that is dispatched and followed. */
export type ActionsDeployer = {
  readonly kind: "actions";
  /** The file's name under `.github/workflows`. */
  readonly workflow: string;
  /** What the workflow is given, with `{sha}`, `{version}` and others filled in. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The branch or tag whose workflow runs; absent: one that stands at the revision. */
  readonly ref?: string;
};

/** A GitHub Deployment that the team's own worker answers with statuses. */
export type DeploymentDeployer = {
  readonly kind: "deployment";
  /** GitHub's environment; absent: the one of the deployment. */
  readonly environment?: string;
  /** What the worker is told besides. */
  readonly payload: Readonly<Record<string, string>>;
};

export type DeployerDefinition =
  | ReleaseDeployer
  | RunDeployer
  | HttpDeployer
  | CheckDeployer
  | GitLabDeployer
  | PinDeployer
  | ActionsDeployer
  | DeploymentDeployer
  | ProbeDeployer
  | PrometheusDeployer;
